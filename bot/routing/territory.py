"""Territory (属地): town, street or park from a text. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.city.model import City


@dataclass(frozen=True, kw_only=True)
class Territory:
    """Where an item lies.

    Args:
        areas: official names, in the order of the text; several: the common superior leads.
        unit: whose it is: the area's government, or the superior; empty where nothing was found.
        spots: roads, estates and villages named, as they stand in the text.
    """

    areas: tuple[str, ...] = ()
    unit: str = ""
    spots: tuple[str, ...] = ()

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
        self._short = frozenset(name for name in names if len(name) <= 2)

    def find(self, place: str, text: str) -> Territory:
        """Areas named in the place given; only where it names none, in the text."""
        place, text = place.lower(), text.lower()
        areas = self._named(place, bare=True) or self._named(text, bare=False)
        spots = tuple(
            dict.fromkeys(
                match.group()
                for pattern in self._patterns
                for match in pattern.finditer(place or text)
            )
        )
        return Territory(areas=areas, unit=self._unit(areas), spots=spots)

    def _named(self, text: str, *, bare: bool) -> tuple[str, ...]:
        """Areas in order; in prose a bare two-character name (曲江) needs a place word by it."""
        if self._names is None:
            return ()
        found = []
        for match in self._names.finditer(text):
            name = match.group()
            if (
                name in self._short
                and not bare
                and not _place_like(text, match.start(), match.end())
            ):
                continue
            found.append(self._areas[name])
        return tuple(dict.fromkeys(found))

    def _unit(self, areas: tuple[str, ...]) -> str:
        if not areas:
            return ""
        if len(areas) > 1:
            return self._city.places.superior
        return self._city.government_of(areas[0])


_BEFORE = ("在", "我们", "我是", "住", "丰城", "到", "家是", "位于", "来自")
_AFTER = re.compile(
    r"^(?:镇|乡|街|这|那|有|上|的|[\u4e00-\u9fff]{1,4}村|[\u4e00-\u9fff]{0,3}(?:小学|中学|卫生院|派出所|圩))"
)


def _place_like(text: str, start: int, end: int) -> bool:
    return start == 0 or text[:start].endswith(_BEFORE) or bool(_AFTER.match(text[end : end + 8]))
