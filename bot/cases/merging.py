"""Are two cases one matter at one place (并单)? A probability, and why in words. Pure.

Source: 国办函〔2025〕66号 asks hotlines to merge repeats. What is compared: what happened (words
the texts share, rare ones weighing more, the things and troubles of the lexicon, the duties of the
dispatch catalogue), where (towns, spots and numbers that agree or differ), and when.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases.sameness import Agreement, Places, places_of_both
from bot.cases.troubles import Trouble, TroubleReader, overlap
from bot.cases.whereabouts import PlaceReader, Whereabouts
from bot.cases.words import cover, weighed
from bot.city.model import City
from bot.routing.catalogue import Catalogue
from nlu.text import normalise

MAX_CHARS = 1000
"""What stands further on is history and replies pasted in."""

WEIGHTS: Mapping[str, float] = {
    "duty": 0.938,
    "same_duty": 0.131,
    "things": 1.045,
    "other_thing": -1.855,
    "troubles": 1.277,
    "other_trouble": -2.792,
    "more_words": 1.362,
    "fewer_words": 0.701,
    "spot": 1.478,
    "other_spot": -1.923,
    "area": 0.64,
    "other_area": -1.37,
    "number": 0.65,
    "other_number": -2.548,
    "nowhere": 0.191,
    "far": -1.065,
    "bias": -2.955,
}
"""Of a logistic regression, each bound to the sign its meaning has, on the half of
`tests/golden/duplicate_pairs.jsonl` kept for it; `python -m tests.bench.duplicates` fits them."""

_LATE_DAYS, _LATE = 30, 0.3
"""Each doubling of the days between two cases beyond a month takes so much from the log-odds.
Not fitted: the pairs lie days apart."""

_FORMAL = re.compile(
    "市民(?:来电|微信|网站|再次来电)?(?:反映|咨询|建议|投诉|举报|催办|求助)[：:]?"
    "|来电(?:反映|咨询)[：:]?|^关于|的问题$|尊敬的[^，。：,:]{0,12}[：:，,]?"
    "|(?:领导|书记|市长)?(?:您|你)好[！，,。]?"
    "|(?:要求|请求|恳请|希望|请|望)(?:[^，。；！？,;!?\n]{0,16})"
    "(?:处理|解决|核实|查处|查看|落实|协调|回复|帮助|整改|督促|过问|谢谢)[^，。；！？,;!?\n]{0,8}"
    "|谢谢|您",
    re.MULTILINE,
)
_DUTIES = 4


@dataclass(frozen=True, kw_only=True)
class Told:
    """A case as far as merging looks at it.

    Args:
        number: of the case; any word that names it.
        at: when it was opened.
        territory: where somebody judged it to be; used where its words name no town.
        department: who has it; empty where nobody yet.
    """

    number: str
    text: str
    at: datetime
    title: str = ""
    place: str = ""
    territory: str = ""
    channel: str = ""
    department: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A case read once, to be compared often.

    Args:
        happened: its words without places, greetings and closing requests, in lower case.
        words: words of it → weight.
        duties: names of the duties it matches → score; the strongest few, strongest first.
    """

    told: Told
    where: Whereabouts
    happened: str
    words: Mapping[str, float]
    duties: Mapping[str, float]
    trouble: Trouble


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How probably two cases are one matter, and why.

    Args:
        probability: 0 to 1.
        reasons: in Chinese.
        same_place: both name a spot or a number, and the same, a town alone being too large;
            without one two callers may have asked the same of two matters.
    """

    probability: float
    reasons: tuple[str, ...]
    same_place: bool = False


class CaseReader:
    """Reads cases of one city."""

    def __init__(self, city: City) -> None:
        self._places = PlaceReader(city)
        self._catalogue = Catalogue(city)
        self._troubles = TroubleReader()

    def read(self, told: Told) -> Seen:
        """What merging looks at in a case."""
        text = told.text[:MAX_CHARS]
        where = self._places.read(told.place, told.title, text)
        if told.territory and not where.areas:
            where = replace(where, areas=self._places.read(told.territory).areas)
        happened = _FORMAL.sub(" ", where.bare)
        whole = _FORMAL.sub(" ", normalise(f"{told.title}\n{text}").lower())
        matches = self._catalogue.match(whole)
        return Seen(
            told=told,
            where=where,
            happened=happened,
            words=weighed(happened),
            duties={match.duty.name: match.score for match in matches[:_DUTIES]},
            trouble=self._troubles.read(happened),
        )


def compare(a: Seen, b: Seen) -> Likeness:
    """Hold two cases against each other."""
    places = places_of_both(a.where, b.where)
    odds = WEIGHTS["bias"] + sum(
        WEIGHTS[name] * value for name, value in features(a, b, places).items()
    )
    days = _days(a, b)
    if days > _LATE_DAYS:
        odds -= _LATE * math.log2(days / _LATE_DAYS)
    return Likeness(
        probability=1 / (1 + math.exp(-odds)),
        reasons=_reasons(a, b, places),
        same_place=Agreement.SAME in (places.spots, places.numbers) and not places.apart,
    )


def features(a: Seen, b: Seen, places: Places) -> dict[str, float]:
    """The numbers the probability is computed from, by name."""
    apart = Agreement.OTHER in (places.areas, places.spots, places.numbers)
    covers = (cover(a.words, b.happened), cover(b.words, a.happened))
    duty = next(iter(a.duties), "")
    return {
        "duty": _cosine(a.duties, b.duties),
        "same_duty": float(bool(duty) and duty == next(iter(b.duties), "")),
        "things": math.sqrt(overlap(a.trouble.things, b.trouble.things)),
        "other_thing": _differ(a.trouble.things, b.trouble.things),
        "troubles": math.sqrt(overlap(a.trouble.troubles, b.trouble.troubles)),
        "other_trouble": _differ(a.trouble.troubles, b.trouble.troubles),
        "more_words": 0.0 if apart else max(covers),
        "fewer_words": 0.0 if apart else min(covers),
        "spot": float(places.spots is Agreement.SAME),
        "other_spot": float(places.spots is Agreement.OTHER),
        "area": float(places.areas is Agreement.SAME),
        "other_area": float(places.areas is Agreement.OTHER),
        "number": float(places.numbers is Agreement.SAME),
        "other_number": float(places.numbers is Agreement.OTHER),
        "nowhere": float(places.unknown),
        "far": float(_unlike(a.told.place, b.told.place)),
    }


def _cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    dot = sum(score * b.get(name, 0.0) for name, score in a.items())
    if not dot:
        return 0.0
    return dot / math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))


def _differ(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """1 where both name something and nothing in common."""
    return float(bool(a) and bool(b) and not a.keys() & b.keys())


def _unlike(a: str, b: str) -> bool:
    """Both places are given and have no two characters in common."""
    pairs = {a[at : at + 2] for at in range(len(a) - 1)}
    return bool(pairs) and len(b) > 1 and not any(pair in b for pair in pairs)


def _days(a: Seen, b: Seen) -> float:
    return abs((a.told.at - b.told.at).total_seconds()) / 86400


def _reasons(a: Seen, b: Seen, places: Places) -> tuple[str, ...]:
    told = []
    if places.shared:
        told.append(f"同一地点：{'、'.join(places.shared)}")
    told.extend(f"地点不同：{mine} / {theirs}" for mine, theirs in places.apart)
    matter = [name for name in a.duties if name in b.duties][:1]
    about = [name for name in a.trouble.things if name in b.trouble.things][:2]
    wrong = [name for name in a.trouble.troubles if name in b.trouble.troubles][:2]
    if matter or about or wrong:
        said = "、".join(dict.fromkeys(about + wrong))
        told.append(
            "同一事项：" + (f"{matter[0]}（{said}）" if matter and said else said or matter[0])
        )
    elif _differ(a.trouble.troubles, b.trouble.troubles):
        told.append("所说的情形不同")
    days = int(_days(a, b))
    told.append(f"相隔 {days} 天" if days else "在同一天内")
    if a.told.department and a.told.department == b.told.department:
        told.append(f"同一承办单位：{a.told.department}")
    return tuple(told)
