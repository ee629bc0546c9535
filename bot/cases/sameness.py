"""Do two cases' places agree? Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bot.cases.whereabouts import Spot, Whereabouts

_PLAIN = {"菜市场": "农贸市场", "华府": "府"}
_CORE_CHARS = 2


class Agreement(StrEnum):
    """What two cases say of one kind of place."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"
    """One of them, or both, do not say."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Two cases' places against each other.

    Args:
        shared: names and numbers both give, for people to read.
        apart: (one's, the other's) that differ.
        unknown: neither names any place.
    """

    areas: Agreement
    spots: Agreement
    numbers: Agreement
    shared: tuple[str, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    unknown: bool = False


def places_of_both(a: Whereabouts, b: Whereabouts) -> Places:
    """Compare the places of two cases."""
    shared: list[str] = sorted(a.areas & b.areas)
    apart: list[tuple[str, str]] = []
    areas = _sets(a.areas, b.areas)
    if areas is Agreement.OTHER:
        apart.append(("、".join(sorted(a.areas)), "、".join(sorted(b.areas))))
    spots = _spots(a, b, shared, apart)
    numbers = Agreement.UNKNOWN
    for kind in a.numbers.keys() & b.numbers.keys():
        verdict = _sets(a.numbers[kind], b.numbers[kind])
        if verdict is Agreement.OTHER:
            apart.append((_said(a.numbers[kind], kind), _said(b.numbers[kind], kind)))
            numbers = Agreement.OTHER
        elif numbers is Agreement.UNKNOWN:
            shared.append(_said(a.numbers[kind] & b.numbers[kind], kind))
            numbers = Agreement.SAME
    return Places(
        areas=areas,
        spots=spots,
        numbers=numbers,
        shared=tuple(dict.fromkeys(shared)),
        apart=tuple(apart),
        unknown=not (a.areas or b.areas or a.spots or b.spots or a.numbers or b.numbers),
    )


def _said(numbers: Iterable[str], kind: str) -> str:
    return "、".join(f"{number}{kind}" for number in sorted(numbers))


def _sets(a: frozenset[str], b: frozenset[str]) -> Agreement:
    if not a or not b:
        return Agreement.UNKNOWN
    return Agreement.SAME if a & b else Agreement.OTHER


def _spots(
    a: Whereabouts, b: Whereabouts, shared: list[str], apart: list[tuple[str, str]]
) -> Agreement:
    """SAME where any spot is in both; OTHER where a kind is named by both and none agrees."""
    found = False
    differs = []
    for kind in Spot:
        mine, theirs = a.spots.get(kind, ()), b.spots.get(kind, ())
        same = [one for one in mine if _named(one, kind, theirs, b.text)]
        same += [one for one in theirs if _named(one, kind, mine, a.text)]
        if same:
            found = True
            shared.append(min(same, key=len))
        elif mine and theirs:
            differs.append((mine[0], theirs[0]))
    if found:
        return Agreement.SAME
    if not differs and a.spots and b.spots and not a.areas & b.areas:
        differs = [(a.names[0], b.names[0])]  # a road and a school, and nothing in common
    apart.extend(differs)
    return Agreement.OTHER if differs else Agreement.UNKNOWN


def _named(name: str, kind: Spot, others: tuple[str, ...], text: str) -> bool:
    if any(_one(name, other) for other in others):
        return True
    core = name.removesuffix("村") if kind is Spot.VILLAGE else name
    return len(core) >= _CORE_CHARS and core in text


def _one(a: str, b: str) -> bool:
    """One name: the same, one the end of the other, or written with other characters."""
    for long, plain in _PLAIN.items():
        a, b = a.replace(long, plain), b.replace(long, plain)
    if a == b or (min(len(a), len(b)) >= _CORE_CHARS and (a.endswith(b) or b.endswith(a))):
        return True
    return len(a) == len(b) > _CORE_CHARS and sounds(a) == sounds(b)


@lru_cache(maxsize=4096)
def sounds(name: str) -> tuple[str, ...]:
    """How a name sounds, without tones: 锦绣 and 锦锈 alike."""
    from pypinyin import lazy_pinyin  # its tables are large

    return tuple(lazy_pinyin(name))
