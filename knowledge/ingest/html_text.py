"""An HTML element as lines of plain text: one line a paragraph, one line a table row."""

from __future__ import annotations

import re
from collections.abc import Generator

from selectolax.lexbor import LexborNode

BLOCKS = frozenset(
    re.findall(
        r"\S+",
        "address article aside blockquote body caption center dd details div dl dt fieldset "
        "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
        "section summary table tbody td tfoot th thead tr ul ucapcontent ",
    )
)
SKIPPED = frozenset(
    re.findall(
        r"\S+",
        "script style noscript template iframe object embed svg canvas select option button "
        "input textarea audio video map head title link meta ",
    )
)
_MAX_SPAN = 60
_MAX_CELLS = 200_000
_CJK = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_BETWEEN_CJK = re.compile(rf"(?<=[{_CJK}])[ \t\r\n]*[\r\n][ \t\r\n]*(?=[{_CJK}])")
_WHITE = re.compile(r"[ \t\r\n\f\v\u00a0\u3000\u2002-\u200a\u202f\u205f]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x08\x0b\x0e-\x1f\x7f]")


def tidy(text: str) -> str:
    """One line: line breaks inside Chinese gone, other white space one blank, ends stripped."""
    text = _INVISIBLE.sub("", text)
    return _WHITE.sub(" ", _BETWEEN_CJK.sub("", text)).strip()


Step = tuple[LexborNode, bool]
Walk = Generator[Step, bool | None, None]


def walk(root: LexborNode) -> Walk:
    """Every node below and with `root`, in order: (node, True) entering, (node, False) leaving.

    A caller that does not want a node's children sends True into the generator on entering.
    """
    node: LexborNode | None = root
    while node is not None:
        skip = yield node, True
        if not skip and node.first_child is not None:
            node = node.first_child
            continue
        yield node, False
        while node is not None and node.mem_id != root.mem_id and node.next is None:
            node = node.parent
            if node is not None:
                yield node, False
        if node is None or node.mem_id == root.mem_id:
            return
        node = node.next


class _Lines:
    """Collects text into lines."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._parts: list[str] = []
        self._prefix = ""

    def add(self, text: str) -> None:
        self._parts.append(text)

    def prefix(self, text: str) -> None:
        self._prefix = text

    def flush(self) -> None:
        line = tidy("".join(self._parts))
        self._parts.clear()
        if line:
            self.done.append(self._prefix + line)
            self._prefix = ""


def lines(root: LexborNode) -> list[str]:
    """The text of an element, without empty lines.

    Data tables become one line a row, `head：value；head：value`; list items are numbered as shown
    or begin with `· `.
    """
    out = _Lines()
    lists: list[int | None] = []  # of each open list the last number, None where it has none
    steps = walk(root)
    event = next(steps, None)
    while event is not None:
        node, entering = event
        tag = node.tag or ""
        skip = False
        if node.is_text_node:
            if entering:
                out.add(node.text_content or "")
        elif tag in SKIPPED:
            skip = entering
        elif tag == "table" and entering and is_data_table(node):
            out.flush()
            out.done.extend(table_lines(node))
            skip = True
        else:
            _element(out, lists, node, tag, entering=entering)
        event = _send(steps, skip=skip)
    out.flush()
    return out.done


def _send(steps: Walk, *, skip: bool) -> Step | None:
    try:
        return steps.send(True) if skip else next(steps)
    except StopIteration:
        return None


def _element(
    out: _Lines, lists: list[int | None], node: LexborNode, tag: str, *, entering: bool
) -> None:
    if tag == "br":
        if entering:
            out.flush()
        return
    if tag not in BLOCKS:
        return
    out.flush()
    if tag in ("ol", "ul"):
        if entering:
            start = node.attributes.get("start") or "1"
            ordered = tag == "ol"
            lists.append((int(start) if start.isdecimal() else 1) - 1 if ordered else None)
        elif lists:
            lists.pop()
    elif tag == "li" and entering:
        out.prefix(_bullet(lists))


def _bullet(lists: list[int | None]) -> str:
    if not lists or lists[-1] is None:
        return "· "
    lists[-1] += 1
    return f"{lists[-1]}. "


def is_data_table(table: LexborNode) -> bool:
    """True for a table that holds data, false for one that only lays a page out."""
    if table.css_first("table table") is not None or table.css_first("h1") is not None:
        return False
    rows = table.css("tr")
    return len(rows) >= 2 and max(len(_cells(row)) for row in rows) >= 2


def _cells(row: LexborNode) -> list[LexborNode]:
    return [cell for cell in row.iter() if cell.tag in ("td", "th")]


def _cell_text(cell: LexborNode) -> str:
    text = ""
    for piece in lines(cell):
        piece = piece.removeprefix("· ")
        joined = not text or text[-1] in "，。；：、（(/" or (len(text) < 8 and len(piece) < 8)
        text += piece if joined else " " + piece
    return text


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return min(int(value), _MAX_SPAN) if value.isdecimal() and int(value) > 0 else 1


def grid(table: LexborNode) -> list[list[str]]:
    """The table's cells, spans filled in: rows of equal length."""
    held: dict[tuple[int, int], str] = {}
    width = 0
    rows = table.css("tr")
    for at, row in enumerate(rows):
        column = 0
        for cell in _cells(row):
            while (at, column) in held:
                column += 1
            text = _cell_text(cell)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for r in range(at, min(at + down, len(rows))):
                for c in range(column, column + across):
                    held.setdefault((r, c), text)
            column += across
            width = max(width, column)
        if len(held) > _MAX_CELLS:
            break
    return [[held.get((r, c), "") for c in range(width)] for r in range(len(rows))]


def table_lines(table: LexborNode) -> list[str]:
    """A data table as lines: titles as they are, then `head：value；…` a row."""
    return rows_as_lines(
        [row for row in grid(table) if any(row)],
        headed=table.css_first("th") is not None,
    )


def rows_as_lines(rows: list[list[str]], *, headed: bool = False) -> list[str]:
    """Rows of cells (spans filled in) as lines.

    Args:
        rows: of equal length, none empty.
        headed: the source marks a head row.
    """
    out: list[str] = []
    while rows and len(set(filter(None, rows[0]))) == 1 and len(rows[0]) > 1:
        out.append(next(filter(None, rows.pop(0))))
    heads, body = _heads(rows, headed=headed)
    for row in body:
        values = set(filter(None, row))
        if len(values) == 1 and len(row) > 2:
            out.append(next(iter(values)))
        elif row != heads:
            out.append(_row_line(heads, row))
    return [line for line in out if line]


def _heads(rows: list[list[str]], *, headed: bool) -> tuple[list[str], list[list[str]]]:
    if len(rows) < 2:
        return [], rows
    first, second = rows[0], rows[1]
    short = all(first) and all(len(cell) <= 25 and not _is_value(cell) for cell in first)
    if len(first) == 2 and not headed and not _looks_like_head(first, rows):
        return [], rows
    if not (headed or short):
        return [], rows
    both = [a == b for a, b in zip(first, second, strict=True)]
    if any(both) and not all(both) and len(rows) > 2 and len(set(first)) < len(first):
        joined = [a if a == b else a + b for a, b in zip(first, second, strict=True)]
        return joined, rows[2:]
    return first, rows[1:]


def _is_value(cell: str) -> bool:
    return sum(char.isdigit() for char in cell) * 2 > len(cell) or cell.endswith(("。", "；"))


_HEAD_WORDS = re.compile(
    r"序号|名称|项目|类别|标准|内容|说明|备注|事项|条件|材料|对象|金额|地址|电话"
)


def _looks_like_head(first: list[str], rows: list[list[str]]) -> bool:
    """Whether a two-column table's first row is a head and not its first key and value."""
    return len(rows) > 2 and sum(bool(_HEAD_WORDS.search(cell)) for cell in first) == 2


def _row_line(heads: list[str], row: list[str]) -> str:
    parts: list[str] = []
    last = ("", "")
    for head, value in zip(heads or [""] * len(row), row, strict=True):
        if not value or (head, value) == last or (value == last[1] and head == last[0]):
            continue
        if parts and value == last[1] and not heads:
            continue
        parts.append(f"{head.rstrip('：:')}：{value}" if head else value)
        last = (head, value)
    if not heads and len(parts) == 2:
        return f"{parts[0].rstrip('：:')}：{parts[1]}"
    return "；".join([part.rstrip("；;。") for part in parts[:-1]] + [parts[-1].rstrip("；;")])
