"""Territory (属地): town, street or park from a text. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.city.model import City
from bot.routing.spots import Spot, SpotKind, spots_in


@dataclass(frozen=True, kw_only=True)
class Territory:
    """Where an item lies.

    Args:
        areas: official names, in the order of the text; several: the common superior leads.
        unit: whose it is: the area's government, or the superior; empty where nothing was found.
        spots: roads, estates, villages and landmarks named, as they stand in the text.
    """

    areas: tuple[str, ...] = ()
    unit: str = ""
    spots: tuple[Spot, ...] = ()

    @property
    def name(self) -> str:
        """The area, or all of them joined, or empty."""
        return "、".join(self.areas)


class Gazetteer:
    """The city's places, ready to be found in texts."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._areas: dict[str, str] = {}
        for area in city.places.areas:
            for name in (area.name, area.government, *area.aliases):
                self._areas[name.lower()] = area.name
        for landmark in city.places.landmarks:
            if landmark.area:
                for name in (landmark.name, *landmark.aliases):
                    self._areas[name.lower()] = landmark.area
        names = sorted(self._areas, key=len, reverse=True)
        self._names = re.compile("|".join(map(re.escape, names))) if names else None
        self._patterns = tuple(re.compile(pattern) for pattern in city.places.patterns)
        self._short = frozenset(name for name in names if len(name) <= _SHORT_CHARS)
        known = {name for mark in city.places.landmarks for name in (mark.name, *mark.aliases)}
        self._landmarks = _any_of(known)
        self._whole = _any_of(
            {name for area in city.places.areas for name in (area.name, area.government)}
        )

    def find(self, place: str, text: str) -> Territory:
        """Areas named in the place given; only where it names none, in the text."""
        place, text = place.lower(), text.lower()
        areas = self._named(place, bare=True) or self._named(text, bare=False)
        return Territory(areas=areas, unit=self._unit(areas), spots=self._spots(place or text))

    def unnamed(self, text: str) -> str:
        """The text with the proper part of areas' names blotted out, as long as it was.

        铁路镇 is a town, and no matter of railways.
        """
        if not self._whole:
            return text
        return self._whole.sub(
            lambda found: _BLOT * _proper(found[0]) + found[0][_proper(found[0]) :], text
        )

    def _spots(self, text: str) -> tuple[Spot, ...]:
        """Spots outside the names of areas, the city's landmarks among them."""
        if self._whole:
            text = self._whole.sub(lambda found: "，" * len(found[0]), text)
        found = spots_in(text, self._patterns)
        if not self._landmarks:
            return found
        spans = [(spot.start, spot.start + len(spot.name)) for spot in found]
        known = [
            Spot(name=mark[0], kind=SpotKind.LANDMARK, start=mark.start())
            for mark in self._landmarks.finditer(text)
            if not any(start < mark.end() and mark.start() < end for start, end in spans)
        ]
        return tuple(sorted((*found, *known), key=lambda spot: spot.start))

    def _named(self, text: str, *, bare: bool) -> tuple[str, ...]:
        """Areas in order, without those a person only comes from where the matter is elsewhere.

        In prose a bare two-character name (曲江) needs a place word by it.
        """
        if self._names is None:
            return ()
        here: list[str] = []
        origins: list[str] = []
        for match in self._names.finditer(text):
            name, start, end = match.group(), match.start(), match.end()
            if name in self._short and (
                _OTHER_NAME.match(text[end : end + 4])
                or not (bare or _place_like(text, start, end))
            ):
                continue
            comes_from = _FROM_BEFORE.search(text[:start]) or _FROM_AFTER.match(text[end : end + 2])
            (origins if comes_from and not bare else here).append(self._areas[name])
        return tuple(dict.fromkeys(here or origins))

    def _unit(self, areas: tuple[str, ...]) -> str:
        if not areas:
            return ""
        if len(areas) > 1:
            return self._city.places.superior
        return self._city.government_of(areas[0])


_SHORT_CHARS = 2
_BLOT = "\u3007"
_KIND = re.compile(r"(?:人民政府|街道办事处|管理委员会|街道|镇|乡|园区)")
_BEFORE = ("在", "我们", "我是", "住", "丰城", "到", "家是", "位于", "来自", "和", "与", "去", "从")
_AFTER = re.compile(
    r"^(?:镇|乡|街|这|那(?!个)|有|上|的(?!邻居|儿子|女儿|媳妇|老人|孩子|房子)|"
    r"[\u4e00-\u9fff]{1,4}村|[\u4e00-\u9fff]{0,3}(?:小学|中学|卫生院|派出所|圩))"
)
_OTHER_NAME = re.compile(
    r"^(?:路|大道|大街|小区|花园|家园|苑|城|公寓|新村|广场|酒店|宾馆|超市|大厦|药店|饭店|菜馆|餐馆|公司|姓)"
)
"""Behind a short name these make another name: 曲江路 and 梅林小区 lie elsewhere."""
_FROM_BEFORE = re.compile(
    r"(?:户口在|户籍在|户口是|老家在|老家是|老家|祖籍|籍贯|娘家在)(?:[一-龥]{1,3}市)?$"
)
_FROM_AFTER = re.compile(r"^(?:人|籍|户口|户籍)")


def _proper(name: str) -> int:
    """How many characters of an area's name are its own, and not the word for its kind."""
    kind = _KIND.search(name, 1)
    return kind.start() if kind else len(name)


def _any_of(names: set[str]) -> re.Pattern[str] | None:
    longest = sorted(names, key=len, reverse=True)
    return re.compile("|".join(re.escape(name.lower()) for name in longest)) if names else None


def _place_like(text: str, start: int, end: int) -> bool:
    if text[end - 1] == "家" and text[end : end + 1] == "的":  # a family's, not the town's
        return False
    return bool(_AFTER.match(text[end : end + 8])) or start == 0 or text[:start].endswith(_BEFORE)
