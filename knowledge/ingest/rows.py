"""A document's text as lines, each a paragraph or a table row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.ingest.markers import STRUCTURE_AHEAD

_LONG_LINE = 200
_ROW_HEADS = 3
"""So many heads make a row even where its cells hold semicolons of their own."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the text.

    Args:
        start, end: characters of the document's text, white space at the ends left out.
    """

    text: str
    start: int
    end: int


def text_lines(text: str) -> tuple[Line, ...]:
    """The text's lines; a long line that lost its breaks is parted before numbers and 问/答."""
    found: list[Line] = []
    for match in re.finditer(r"[^\n]+", text):
        for start, end in _parted(text, match.start(), match.end()):
            while start < end and text[start].isspace():
                start += 1
            while end > start and text[end - 1].isspace():
                end -= 1
            if start < end:
                found.append(Line(text=text[start:end], start=start, end=end))
    return tuple(found)


def _parted(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end - start <= _LONG_LINE or is_row(text[start:end]):
        yield start, end
        return
    at = start
    for gap in re.finditer(r"[ \t\u3000]+", text[start:end]):
        here, after = start + gap.start(), start + gap.end()
        ended = text[here - 1] in "。！？；：;:" if here > at else False
        if ended or STRUCTURE_AHEAD.match(text, after):
            yield at, here
            at = after
    yield at, end


def is_row(line: str) -> bool:
    """True for a table row, `head：value；head：value`."""
    parts = line.split("；")
    headed = [bool(re.match(r"[^：。，、\s]{1,25}：", part)) for part in parts]
    if not headed[0]:
        return False
    return sum(headed) >= _ROW_HEADS or (sum(headed) >= 2 and sum(headed) >= len(parts) * 0.6)
