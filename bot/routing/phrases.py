"""Find words and `a+b` phrases of the city's files in a text. Pure."""

from __future__ import annotations

from dataclasses import dataclass

CLAUSE_ENDS = frozenset("，。！？；：,!?;:\n…")

NEAR_CHARS = 8
"""How far apart the parts of a phrase may stand where one of them is a single character."""
APART_CHARS = 30
"""How far apart they may stand otherwise; citizens' sentences run to some 30 characters."""


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """`parts` in any order, near each other; `text` is how the file has it."""

    text: str
    parts: tuple[str, ...]

    @property
    def chars(self) -> int:
        """Characters that must be there."""
        return sum(map(len, self.parts))


def phrase(text: str) -> Phrase:
    """A phrase as written in a file: `路灯` or `路灯+不亮`; letters compare in lower case."""
    return Phrase(
        text=text, parts=tuple(part for part in text.lower().split("+") if part) or (text.lower(),)
    )


def places(text: str, part: str) -> list[int]:
    """Where a part stands, from left to right."""
    found, at = [], text.find(part)
    while at >= 0:
        found.append(at)
        at = text.find(part, at + 1)
    return found


def spans(text: str, sought: Phrase) -> tuple[tuple[int, int], ...]:
    """Spans of the parts at the first spot where all of them stand near each other; else empty."""
    first = places(text, sought.parts[0])
    if not first or len(sought.parts) == 1:
        return ((first[0], first[0] + len(sought.parts[0])),) if first else ()
    reach = NEAR_CHARS if min(map(len, sought.parts)) == 1 else APART_CHARS
    others = [places(text, part) for part in sought.parts[1:]]
    for at in first:
        found = [(at, at + len(sought.parts[0]))]
        for part, spots in zip(sought.parts[1:], others, strict=True):
            near = [
                (abs(spot - at), spot)
                for spot in spots
                if abs(spot - at) <= reach and not _overlaps(found, spot, spot + len(part))
            ]
            if not near:
                break
            spot = min(near)[1]
            found.append((spot, spot + len(part)))
        else:
            return tuple(found)
    return ()


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < taken_end and taken_start < end for taken_start, taken_end in taken)


def clause_of(text: str, at: int) -> tuple[int, int]:
    """Start and end of the clause a position stands in."""
    start = at
    while start > 0 and text[start - 1] not in CLAUSE_ENDS:
        start -= 1
    end = at
    while end < len(text) and text[end] not in CLAUSE_ENDS:
        end += 1
    return start, end
