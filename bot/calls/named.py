"""Places, times and numbers of a sentence, found once however often they are asked for. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from bot.routing.spots import spots_in
from nlu import entities
from nlu.entities import Found

_ROADS = (
    re.compile(r"[\u4e00-\u9fff]{1,4}?(?:大道|大街)"),
    re.compile(r"[\u4e00-\u9fff]{1,4}?(?:路|街|巷)(?![道办灯面况费程由牌桩障过边])"),
    re.compile(r"[\u4e00-\u9fff]{1,3}村(?![民里口委干支书主小庄镇道级务医会容头])"),
)
_LANDMARK = re.compile(
    r"(?:市|区|县|老|新)?(?:图书馆|博物馆|体育馆|文化馆|科技馆|青少年宫|政务(?:服务)?(?:中心|大厅)|行政服务中心"
    r"|(?:长途)?汽车站|火车站|高铁站|客运站|体育(?:场|中心)|游泳馆|殡仪馆|福利院|妇幼保健院|中医院|老年大学)"
)
_ESTATE = re.compile(
    r"(?<=[，,。在是叫区])[^，。\s的在住是我你他有到从去了和就都]{2,4}?(?:城|府|湾|苑|园|轩|郡|里|居|庭|景)(?=[一二三四五六七八九十0-9]+(?:期|栋|幢|号楼))"
    r"[一二三四五六七八九十0-9]+(?:期|栋|幢|号楼)"
)
_BARE = re.compile(
    r"^[一-龥]村|^(?:新城|名城|花园|家园|华府|公馆|小区|广场|花苑|公寓|幼儿园|山庄|佳苑|豪庭)"
)
_NAME_CHARS = re.compile(
    r"[^的在住是我你他您她它有到从去往了和与跟就都也说讲叫要把被这那哪个条一不没过给向对离靠近请找]{1,3}$"
)
"""Words that the segmenter took for something else: 前 of 前坊村, 锦绣 of 锦绣新城."""
_BEFORE_A_ROAD = re.compile(r"(?:^|[，,。！？、\s]|在|是|到|的|街道|街办|镇|乡|反映|投诉|从|有)$")
_NO_ROAD = re.compile(
    r"^[我你他农乡全本各同天挖修走过铺堵停开车让上下一两三四五六七八九十几这那整每条问带引顺赶半大小]"
    r"|路$(?<=[0-9]路)"
)
_BUS = re.compile(r"^(?:公交|车|班车)")
_DONE = re.compile(
    r"[跑走修挖铺堵让带绕拦问盏个条只辆]路$|^[送跑去到]到?医院$|^[转交报发移][给到交]"
)
_BUS_LINE = re.compile(r"^[0-9一二三四五六七八九十]+路$")


@functools.lru_cache(maxsize=8_192)
def named(text: str) -> tuple[Found, ...]:
    """The entities of a text, and roads that only what stands around them shows."""
    found = [one for one in entities.extract(text) if not _no_place(text, one)]
    found = [_widened(text, one, found) for one in found]
    found += _landmarks(text, found)
    blotted = text
    for one in found:
        blotted = blotted[: one.start] + "，" * (one.end - one.start) + blotted[one.end :]
    for road in _roads(blotted, text):
        found = _joined(found, road, text)
    return tuple(sorted(found, key=lambda one: one.start))


def of_kind(text: str, kind: str) -> list[str]:
    """The entities of a kind as they stand in the text."""
    return [text[one.start : one.end].strip() for one in named(text) if one.kind == kind]


def _no_place(text: str, one: Found) -> bool:
    """A bus line (三路公交车), or what somebody does (老板跑路)."""
    if one.kind != "place":
        return False
    name = text[one.start : one.end]
    bus = _BUS_LINE.match(name) and _BUS.match(text[one.end :])
    return bool(bus) or _DONE.search(name) is not None


def _widened(text: str, one: Found, found: list[Found]) -> Found:
    """With the beginning of its name, where only what it is called by was found."""
    if one.kind != "place" or not _BARE.match(text[one.start : one.end]):
        return one
    floor = max((other.end for other in found if other.end <= one.start), default=0)
    clause = re.split(r"[^\u4e00-\u9fff]", text[floor : one.start])[-1]
    name = _NAME_CHARS.search(clause)
    if name is None or len(name[0]) == len(clause) == _LONGEST_NAME or not name[0]:
        return one
    start = one.start - len(name[0])
    return Found(kind="place", value=text[start : one.start] + one.value, start=start, end=one.end)


_LONGEST_NAME = 3


def _landmarks(text: str, found: list[Found]) -> list[Found]:
    """Public houses that need no name, and estates by their phase or block."""
    return [
        Found(kind="place", value=each[0], start=each.start(), end=each.end())
        for pattern in (_LANDMARK, _ESTATE)
        for each in pattern.finditer(text)
        if not any(one.start < each.end() and each.start() < one.end for one in found)
    ]


def _roads(blotted: str, text: str) -> Iterator[Found]:
    for spot in spots_in(blotted, _ROADS):
        start, end = spot.start, spot.start + len(spot.name)
        if _NO_ROAD.search(spot.name) or _DONE.search(spot.name):
            continue
        if not _BEFORE_A_ROAD.search(text[:start]):
            continue
        yield Found(kind="place", value=spot.name, start=start, end=end)


def _joined(found: list[Found], road: Found, text: str) -> list[Found]:
    """With a road, as one with the place right before it."""
    for at, one in enumerate(found):
        if (
            one.kind == "place"
            and text[one.end : road.start] in {"", "的"}
            and one.end <= road.start
        ):
            whole = Found(kind="place", value=one.value + road.value, start=one.start, end=road.end)
            return [*found[:at], whole, *found[at + 1 :]]
    return [*found, road]
