"""A PDF page's pieces of text → its lines in reading order: columns, tables, indents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.ingest.cells import rows_as_lines
from knowledge.ingest.tidying import tidy

_CJK = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_BETWEEN = re.compile(rf"(?<=[{_CJK}])[ \u00a0]+(?=[{_CJK}])")
_SAME_LINE = 0.45
"""Of the type size: pieces whose baselines differ by less stand on one line."""
_APART = 1.2
"""Of the type size: a wider gap between pieces makes them two cells or columns."""
_INDENT = 1.5
_MIN_COLUMN = 4
"""Lines each of two columns must have."""
_MIN_PROSE = 8
"""Characters a column's lines must have on average, or it is a table's."""
_MIN_ROWS = 2


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Text set at one place of a page.

    Args:
        x, y: of its beginning, in points; y grows upwards.
        size: of its type, in points.
    """

    text: str
    x: float
    y: float
    size: float

    @property
    def end(self) -> float:
        """Where it ends: a Chinese character is as wide as high, others half of it."""
        return self.x + sum(1.0 if char > "\u2e7f" else 0.5 for char in self.text) * self.size


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a page.

    Args:
        indented: begins to the right of its column's edge, as a new paragraph does.
        row: a row of a table.
    """

    text: str
    indented: bool = False
    row: bool = False


def page_lines(pieces: Sequence[Piece]) -> list[Line]:
    """A page's lines in reading order."""
    segments = _segments(pieces)
    if not segments:
        return []
    gutter = _gutter(segments)
    if gutter is None:
        return _region(segments)
    found: list[Line] = []
    for band, crossing in _bands(segments, gutter):
        if crossing or not _two_columns(band, gutter):
            found += _region(band)
        else:
            found += _region([each for each in band if each.x < gutter])
            found += _region([each for each in band if each.x >= gutter])
    return found


def _segments(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces that stand side by side joined, top to bottom and left to right."""
    found: list[Piece] = []
    for row in _rows([each for each in pieces if each.text.strip() and each.size > 0]):
        held: Piece | None = None
        for piece in row:
            if held is not None and piece.x - held.end < _APART * piece.size:
                wide = piece.x - held.end > 0.3 * piece.size
                ascii_ends = held.text[-1:].isascii() and piece.text[:1].isascii()
                text = held.text + (" " if wide and ascii_ends else "") + piece.text
                held = Piece(text=text, x=held.x, y=held.y, size=max(held.size, piece.size))
            else:
                found += [held] if held is not None else []
                held = piece
        found += [held] if held is not None else []
    return found


def _rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces by baseline, top to bottom, each row left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: -each.y):
        if rows and rows[-1][0].y - piece.y < _SAME_LINE * piece.size:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda each: each.x) for row in rows]


def _gutter(segments: Sequence[Piece]) -> float | None:
    """Where the page may part into two columns: the place that fewest lines cross; or None."""
    left, right = min(each.x for each in segments), max(each.end for each in segments)
    places = [left + (right - left) * step / 100 for step in range(30, 71)]
    middle = (left + right) / 2

    def crossing(at: float) -> int:
        return sum(each.x < at < each.end for each in segments)

    best = min(places, key=lambda at: (crossing(at), abs(at - middle)))
    return best if crossing(best) <= len(segments) // 2 else None


def _bands(segments: Sequence[Piece], gutter: float) -> list[tuple[list[Piece], bool]]:
    """Segments top to bottom, parted where lines cross the gutter: (segments, crossing)."""
    found: list[tuple[list[Piece], bool]] = []
    for segment in segments:
        crossing = segment.x < gutter < segment.end
        if found and found[-1][1] is crossing:
            found[-1][0].append(segment)
        else:
            found.append(([segment], crossing))
    return found


def _two_columns(band: Sequence[Piece], gutter: float) -> bool:
    """Whether both sides are prose, the left one's lines ending near the gutter; no cells."""
    left = [each for each in band if each.x < gutter]
    right = [each for each in band if each.x >= gutter]
    if min(len(left), len(right)) < _MIN_COLUMN:
        return False
    if any(sum(len(each.text) for each in side) < _MIN_PROSE * len(side) for side in (left, right)):
        return False
    edge = max(each.end for each in left)
    full = sum(edge - each.end < 2.5 * each.size for each in left)
    return full >= len(left) * 0.6


def _region(segments: Sequence[Piece]) -> list[Line]:
    """One column's lines; rows of cells become rows of a table."""
    rows = _rows(segments)
    edge = min((each.x for each in segments), default=0.0)
    found: list[Line] = []
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and len(rows[end]) >= 2:
            end += 1
            while _goes_on(rows, at, end):
                end += 1
        if end - at >= _MIN_ROWS:
            table = _table(rows[at:end])
            if table:
                found += [Line(text=text, row=True) for text in table]
                at = end
                continue
        row = rows[at]
        text = tidy(_close(" ".join(each.text for each in row)))
        found.append(Line(text=text, indented=row[0].x - edge > _INDENT * row[0].size))
        at += 1
    return [line for line in found if line.text]


def _goes_on(rows: list[list[Piece]], first: int, at: int) -> bool:
    """Whether a row of one cell carries on a cell of the table above it."""
    if at >= len(rows) or at == first or len(rows[at]) != 1:
        return False
    above, piece = rows[at - 1], rows[at][0]
    near = above[0].y - piece.y < 1.8 * piece.size
    return near and piece.x > rows[first][0].end


def _table(rows: list[list[Piece]]) -> list[str]:
    """Rows of cells as lines of text; empty where the cells do not stand in columns."""
    columns: list[tuple[float, float]] = []
    for piece in sorted((each for row in rows for each in row), key=lambda each: each.x):
        if columns and piece.x < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], piece.end))
        else:
            columns.append((piece.x, piece.end))
    if len(columns) < 2:
        return []
    cells: list[list[str]] = []
    for row in rows:
        line = [""] * len(columns)
        for piece in row:
            at = next(n for n, (start, end) in enumerate(columns) if start <= piece.x < end)
            line[at] += piece.text
        if cells and not line[0] and len(row) < len(columns):
            cells[-1] = [above + below for above, below in zip(cells[-1], line, strict=True)]
        else:
            cells.append(line)
    return rows_as_lines([[tidy(_close(cell)) for cell in line] for line in cells])


def _close(line: str) -> str:
    """Without the blanks that justified setting puts between Chinese characters."""
    return _BETWEEN.sub("", line) if " " in line or "\u00a0" in line else line
