"""A stacked bar of counts, as the rectangles of an SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 16


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One rectangle: where it begins and how wide it is, of `WIDTH`; what it is called."""

    name: str
    kind: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, kw_only=True)
class StackedBar:
    """What the template draws: pieces from the left, those of nothing left out."""

    pieces: tuple[Piece, ...]

    @property
    def said(self) -> str:
        """The bar in words, for who does not see it."""
        return "，".join(f"{piece.name} {piece.count} 件" for piece in self.pieces) or "没有"


def stacked_bar(counts: Sequence[tuple[str, str, int]]) -> StackedBar:
    """Name, kind and count of each piece, left to right, as a bar of full width.

    Raises:
        ValueError: a count below 0.
    """
    if any(count < 0 for _, _, count in counts):
        raise ValueError("a count below 0")
    total, before, pieces = sum(count for _, _, count in counts), 0, []
    for name, kind, count in counts:
        if count:
            x, end = (WIDTH * part / total for part in (before, before + count))
            pieces.append(Piece(name=name, kind=kind, count=count, x=x, width=end - x))
        before += count
    return StackedBar(pieces=tuple(pieces))
