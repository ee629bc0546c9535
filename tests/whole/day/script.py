"""What the citizens do, made of a seed: the same seed gives the same day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

SLOW = "（慢）"
"""Rasa's stand-in takes its time over texts that hold this."""

QUESTIONS = (
    "居民医保每年交多少钱",
    "创业担保贷款最多能贷多少",
    "高龄津贴怎么领",
    "公积金辞职了怎么取",
    "电动车上牌要带什么材料",
    "农村建房怎么申请",
    "低保怎么申请",
    "新生儿户口怎么上",
)
REPORTS = (
    "{where}的路灯坏了好几天，晚上看不见路，麻烦派人来修",
    "投诉{where}的垃圾一直没有人清运，味道很大",
    "{where}的井盖不见了，希望尽快补上",
    "{where}半夜施工很吵，严重影响休息，要求处理",
)
CLICKS = ("ask_medical", "ask_school", "open_case", "case_progress", "ask_human")


class Kind(StrEnum):
    """What a citizen sends."""

    TEXT = "text"
    REPORT = "report"
    VOICE = "voice"
    PICTURE = "picture"
    LOCATION = "location"
    LINK = "link"
    VIDEO = "video"
    CLICK = "click"
    FOLLOW = "follow"
    SCAN = "scan"
    VIEW = "view"


SILENT = frozenset({Kind.SCAN, Kind.VIEW})
"""Events nobody waits to be answered."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One message or event, and what goes wrong with it.

    Args:
        words: the text, a menu key or a place.
        pause_s: before it, after the step before was answered or acknowledged.
        lost: so many of its first answers never reach the platform.
        late_s: so long its first callback is on its way to the service.
        twice: the same callback reaches the other replica at the same moment too.
        used_up: the citizen's customer-service messages are used up as soon as it is written.
    """

    kind: Kind
    words: str = ""
    pause_s: float = 0.3
    lost: int = 0
    late_s: float = 0.0
    twice: bool = False
    used_up: bool = False


@dataclass(frozen=True, kw_only=True)
class Citizen:
    """One citizen's day: when it begins, and its steps in order."""

    open_id: str
    begins_s: float
    steps: tuple[Step, ...] = field(default_factory=tuple)


def the_day(seed: int, citizens: int, spread_s: float) -> tuple[Citizen, ...]:
    """So many citizens, who begin within so many seconds."""
    dice = random.Random(seed)  # noqa: S311 - a script, no secret
    return tuple(_citizen(dice, number, spread_s) for number in range(citizens))


def _citizen(dice: random.Random, number: int, spread_s: float) -> Citizen:
    who = f"citizen-{number:03d}"
    course = COURSES[number % len(COURSES)]
    steps = tuple(course(dice, who))
    return Citizen(open_id=who, begins_s=dice.uniform(0.0, spread_s), steps=steps)


def _ask(dice: random.Random, *, slow: bool = False, **more: object) -> Step:
    words = dice.choice(QUESTIONS) + (SLOW if slow else "")
    return Step(kind=Kind.TEXT, words=words, **more)  # type: ignore[arg-type]  # a step's own names


def _report(dice: random.Random, who: str, serial: int, **more: object) -> Step:
    where = f"剑光街道{who[-3:]}路{serial}号"
    words = dice.choice(REPORTS).format(where=where)
    return Step(kind=Kind.REPORT, words=words, **more)  # type: ignore[arg-type]  # a step's own names


def _asks(dice: random.Random, who: str) -> list[Step]:
    return [_ask(dice), _ask(dice, pause_s=dice.uniform(1, 6)), _report(dice, who, 1)]


def _hurries(dice: random.Random, who: str) -> list[Step]:
    """Three messages in a row; the first takes long."""
    first = _ask(dice, slow=dice.random() < 0.6)
    return [first, _ask(dice), _report(dice, who, 1), _ask(dice, pause_s=dice.uniform(8, 15))]


def _waits(dice: random.Random, who: str) -> list[Step]:
    """Slow answers, held and sent later."""
    return [_ask(dice, slow=True), _ask(dice, pause_s=5.0), _report(dice, who, 1, pause_s=4.0)]


def _loses(dice: random.Random, who: str) -> list[Step]:
    """Answers that never reach the platform, which sends again."""
    return [
        _ask(dice, lost=1),
        _report(dice, who, 1, lost=dice.choice((1, 2)), pause_s=1.0),
        Step(kind=Kind.VOICE, lost=1, pause_s=1.0),
        _ask(dice),
    ]


def _is_late(dice: random.Random, who: str) -> list[Step]:
    """Callbacks on their way so long that the platform gives up while the service works."""
    return [
        _ask(dice, slow=True, late_s=2.0),
        _report(dice, who, 1, late_s=dice.uniform(3.0, 4.9), pause_s=1.0),
        _ask(dice, slow=True, late_s=4.0, pause_s=3.0),
    ]


def _doubles(dice: random.Random, who: str) -> list[Step]:
    """The same callback to both replicas at once."""
    return [
        _ask(dice, twice=True),
        _report(dice, who, 1, twice=True, pause_s=1.0),
        _ask(dice, slow=True, twice=True, pause_s=1.0),
        Step(kind=Kind.CLICK, words=dice.choice(CLICKS), twice=True, pause_s=4.0),
    ]


def _uses_up(dice: random.Random, who: str) -> list[Step]:
    """The window is used up: the answer is kept and given at the next contact."""
    return [
        _ask(dice, slow=True, used_up=True),
        _ask(dice, pause_s=dice.uniform(5.0, 9.0), lost=dice.choice((0, 1))),
        _report(dice, who, 1, pause_s=2.0),
    ]


def _shows(dice: random.Random, who: str) -> list[Step]:
    """Everything that is no text."""
    rest = [
        Step(kind=Kind.VOICE),
        Step(kind=Kind.PICTURE),
        Step(kind=Kind.LOCATION, words="剑光街道人民路"),
        Step(kind=Kind.LINK, words="一条链接"),
        Step(kind=Kind.VIDEO),
        Step(kind=Kind.VIEW, words="https://example.gov.cn/chat"),
        Step(kind=Kind.SCAN, words="hall-1"),
        Step(kind=Kind.CLICK, words=dice.choice(CLICKS)),
    ]
    dice.shuffle(rest)
    return [Step(kind=Kind.FOLLOW), *rest[:4], _report(dice, who, 1)]


COURSES = (_asks, _hurries, _waits, _loses, _is_late, _doubles, _uses_up, _shows)
