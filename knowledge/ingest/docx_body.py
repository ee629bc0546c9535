"""The body of a Word file as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from knowledge.ingest.cells import rows_as_lines
from knowledge.ingest.docx_numbers import Numbering, W
from knowledge.ingest.tidying import tidy

_LEFT_OUT = frozenset(
    f"{W}{name}"
    for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sdtPr", "tblPr", "trPr")
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
"""Deleted and moved text, field codes, properties, and the second copy of a drawing."""
_MAX_COLUMNS = 200


class Body:
    """Reads paragraphs and tables in their order.

    Args:
        numbering: gives paragraphs the numbers Word shows.
        notes: word/footnotes.xml and word/endnotes.xml, or None for each.
    """

    def __init__(self, numbering: Numbering, notes: Sequence[Element | None]) -> None:
        self._numbering = numbering
        self._notes = [_notes(root) for root in notes]

    def lines(self, root: Element) -> list[str]:
        """Every paragraph and table row below an element."""
        found: list[str] = []
        for node in _blocks(root):
            found += self._table(node) if node.tag == f"{W}tbl" else self._paragraph(node)
        return found

    def _paragraph(self, node: Element) -> list[str]:
        parts: list[str] = []
        boxes: list[Element] = []
        notes: list[str] = []
        self._words(node, parts, boxes, notes)
        said = [line for line in map(tidy, "".join(parts).split("\n")) if line]
        if said:
            said[0] = self._numbering.label(node) + said[0]
        for box in boxes:
            said += self.lines(box)
        return said + [f"注：{note}" for note in notes]

    def _words(
        self, node: Element, parts: list[str], boxes: list[Element], notes: list[str]
    ) -> None:
        for child in node:
            tag = child.tag
            if tag in _LEFT_OUT or (tag == f"{W}r" and _hidden(child)):
                continue
            if tag == f"{W}t":
                parts.append(child.text or "")
            elif tag in (f"{W}tab", f"{W}ptab"):
                parts.append(" ")
            elif tag in (f"{W}br", f"{W}cr"):
                parts.append("\n")
            elif tag == f"{W}noBreakHyphen":
                parts.append("-")
            elif tag == f"{W}txbxContent":
                boxes.append(child)
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                held = self._notes[0 if tag == f"{W}footnoteReference" else 1]
                notes += filter(None, [held.get(child.get(f"{W}id", ""), "")])
            else:
                self._words(child, parts, boxes, notes)

    def _table(self, table: Element) -> list[str]:
        rows: list[list[str]] = []
        headed = False
        for row in _below(table, "tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            headed = headed or (not rows and row.find(f"{W}trPr/{W}tblHeader") is not None)
            rows.append(self._row(row, rows[-1] if rows else []))
        width = max((len(row) for row in rows), default=0)
        even = [row + [""] * (width - len(row)) for row in rows if any(row)]
        if width <= 1:
            return [row[0] for row in even]
        return rows_as_lines(even, headed=headed)

    def _row(self, row: Element, above: list[str]) -> list[str]:
        cells: list[str] = []
        for cell in _below(row, "tc"):
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            across = (span.get(f"{W}val") or "1") if span is not None else "1"
            count = min(int(across), _MAX_COLUMNS) if across.isdecimal() else 1
            goes_on = merged is not None and merged.get(f"{W}val") != "restart"
            at = len(cells)
            text = above[at] if goes_on and at < len(above) else " ".join(self.lines(cell))
            cells += [text] * max(count, 1)
            if len(cells) > _MAX_COLUMNS:
                break
        return cells


def _blocks(node: Element) -> Iterator[Element]:
    """Paragraphs and tables in an element, through content controls and insertions."""
    for child in node:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag not in _LEFT_OUT:
            yield from _blocks(child)


def _below(node: Element, name: str) -> Iterator[Element]:
    """Rows of a table, or cells of a row, through content controls."""
    for child in node:
        if child.tag == f"{W}{name}":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _below(child, name)


def _hidden(run: Element) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val") not in ("0", "false")


def _notes(root: Element | None) -> dict[str, str]:
    if root is None:
        return {}
    found = {}
    for note in [*root.iter(f"{W}footnote"), *root.iter(f"{W}endnote")]:
        text = tidy("".join(part.text or "" for part in note.iter(f"{W}t")))
        if text and note.get(f"{W}type") not in ("separator", "continuationSeparator"):
            found[note.get(f"{W}id", "")] = text
    return found
