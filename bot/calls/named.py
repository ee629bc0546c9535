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
_BEFORE_A_ROAD = re.compile(r"(?:^|[，,。！？、\s]|在|是|到|的|街道|街办|镇|乡|反映|投诉|从|有)$")
_NO_ROAD = re.compile(
    r"^[我你他农乡全本各同天挖修走过铺堵停开车让上下一两三四五六七八九十几这那整每条问带引顺赶半大小]"
    r"|路$(?<=[0-9]路)"
)
_BUS = re.compile(r"^(?:公交|车|班车)")
_DONE = re.compile(r"[跑走修挖铺堵让带绕拦问盏个条只辆]路$|^[送跑去到]到?医院$")
_BUS_LINE = re.compile(r"^[0-9一二三四五六七八九十]+路$")


@functools.lru_cache(maxsize=8_192)
def named(text: str) -> tuple[Found, ...]:
    """The entities of a text, and roads that only what stands around them shows."""
    found = [one for one in entities.extract(text) if not _no_place(text, one)]
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
