"""What a citizen means by a text message: a grade, stop, again. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.cases.rules import GRADES
from nlu.text import normalise

_STOP = frozenset(
    {"td", "t", "退订", "退", "退订短信", "取消订阅", "td退订", "退订td", "回td", "回复td", "拒收"}
)
_RESUME = frozenset({"hf", "恢复", "恢复短信", "恢复订阅", "订阅"})
_ENDS = "。.！!~ “”\"'"
_WORDS = {
    **{word: grade for grade, word in GRADES.items()},
    "很满意": 5,
    "十分满意": 5,
    "一般": 3,
    "还行": 3,
    "不太满意": 2,
    "很不满意": 1,
    "十分不满意": 1,
}
_PAUSE = r"[\s,，.。;；:：、!！~～-]"
_LEAD = "(?:我?(?:评价|评分|打分|打|给)[:： ]*)?"
_WORDED = re.compile(
    f"{_LEAD}({'|'.join(sorted(_WORDS, key=len, reverse=True))})(?:{_PAUSE}+(?P<more>.*))?",
    re.DOTALL,
)
_COUNTED = (
    "楼层号栋幢单元座室户组村队区里路街弄巷个位人名次天日月年周星时点分小块角万千百十米公斤吨平亩"
    "台辆只条件家张套间岁期级线大直边侧处起批份句"
)
"""After a digit they make it the beginning of something else: 5楼漏水, 3天没水了."""
_FIGURE = re.compile(
    f"{_LEAD}(?P<grade>[1-5])"
    f"(?:(?:[分星](?!钟|期)(?P<rated>.*))|(?:(?![ ]+[{_COUNTED}]){_PAUSE}++(?P<apart>(?![0-9]).*))"
    f"|(?P<close>(?!{_PAUSE})[^0-9A-Za-z{_COUNTED}].*)|)",
    re.DOTALL,
)
_LIST = re.compile(r"(?:^|[\s。；;，,])2\s*[.、)]")
"""Several matters, numbered: the first number is no grade."""
_LEADING = re.compile(f"^(?:分|星)?{_PAUSE}*")


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A grade, 1 (非常不满意) to 5 (非常满意), and what is said beside it, or empty."""

    grade: int
    comment: str = ""


def stops(text: str) -> bool:
    """True where no more messages are wanted (TD, 退订)."""
    return _bare(text) in _STOP


def resumes(text: str) -> bool:
    """True where they are wanted again (HF, 恢复)."""
    return _bare(text) in _RESUME


def graded(text: str) -> Graded | None:
    """The grade a message gives; None where it is none.

    A digit from 1 to 5 (full-width too) or a grade's word, alone or with a comment after it. A
    digit that counts something (5楼漏水) or begins a longer number (12345) is none.
    """
    said = normalise(text).strip()
    worded = _WORDED.fullmatch(said)
    if worded is not None:
        return Graded(grade=_WORDS[worded[1]], comment=_comment(worded["more"]))
    figure = _FIGURE.fullmatch(said)
    if figure is None:
        return None
    more = figure["rated"] or figure["apart"] or figure["close"] or ""
    if _LIST.search(more):
        return None
    return Graded(grade=int(figure["grade"]), comment=_comment(more))


def _comment(said: str | None) -> str:
    return _LEADING.sub("", said or "").strip()


def _bare(text: str) -> str:
    return normalise(text).strip(_ENDS).lower()
