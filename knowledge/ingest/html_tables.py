"""HTML tables: which hold data, and their cells with spans filled in."""

from __future__ import annotations

from collections.abc import Callable

from selectolax.lexbor import LexborNode

from knowledge.ingest.cells import rows_as_lines

Reader = Callable[[LexborNode], list[str]]
_MAX_SPAN = 60
_MAX_CELLS = 200_000


def is_data_table(table: LexborNode) -> bool:
    """True for a table that holds data, false for one that only lays a page out."""
    if any(inner.mem_id != table.mem_id for inner in table.css("table")):
        return False
    if table.css_first("h1") is not None:
        return False
    rows = table.css("tr")
    return len(rows) >= 2 and max(len(_cells(row)) for row in rows) >= 2


def _cells(row: LexborNode) -> list[LexborNode]:
    return [cell for cell in row.iter() if cell.tag in ("td", "th")]


def _cell_text(cell: LexborNode, lines: Reader) -> str:
    text = ""
    for piece in lines(cell):
        piece = piece.removeprefix("· ")
        joined = not text or text[-1] in "，。；：、（(/" or (len(text) < 8 and len(piece) < 8)
        text += piece if joined else " " + piece
    return text


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return min(int(value), _MAX_SPAN) if value.isdecimal() and int(value) > 0 else 1


def grid(table: LexborNode, lines: Reader) -> list[list[str]]:
    """The table's cells, spans filled in: rows of equal length."""
    held: dict[tuple[int, int], str] = {}
    width = 0
    rows = table.css("tr")
    for at, row in enumerate(rows):
        column = 0
        for cell in _cells(row):
            while (at, column) in held:
                column += 1
            text = _cell_text(cell, lines)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for r in range(at, min(at + down, len(rows))):
                for c in range(column, column + across):
                    held.setdefault((r, c), text)
            column += across
            width = max(width, column)
        if len(held) > _MAX_CELLS:
            break
    return [[held.get((r, c), "") for c in range(width)] for r in range(len(rows))]


def table_lines(table: LexborNode, lines: Reader) -> list[str]:
    """A data table as lines: titles as they are, then `head：value；…` a row.

    Args:
        table: the element.
        lines: reads a cell's lines.
    """
    rows = table.css("tr")
    if all(_is_keyed(row) for row in rows):
        return [line for row in rows if (line := _keyed_line(row, lines))]
    return rows_as_lines(
        [row for row in grid(table, lines) if any(row)],
        headed=any(
            cells and all(cell.tag == "th" for cell in cells) for cells in map(_cells, rows)
        ),
    )


def _is_keyed(row: LexborNode) -> bool:
    """Whether each name (th) in a row stands before its value (td): th td, or th td th td."""
    tags = [cell.tag for cell in _cells(row)]
    return len(tags) % 2 == 0 and tags == ["th", "td"] * (len(tags) // 2)


def _keyed_line(row: LexborNode, lines: Reader) -> str:
    texts = [_cell_text(cell, lines) for cell in _cells(row)]
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return "；".join(f"{name.rstrip('：:')}：{value}" for name, value in pairs if value)
