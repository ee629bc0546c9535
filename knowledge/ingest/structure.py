"""A document → passages that follow its structure and can each be found and quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from knowledge.ingest.closing import closing, signatures
from knowledge.ingest.markers import ANSWERED, ASKED, Level, sentences
from knowledge.ingest.outline import BODY, Node, outline
from knowledge.ingest.rows import Line, is_row, text_lines
from knowledge.model import Document, Passage

MIN_CHARS = 80
"""A part shorter than this joins its neighbour below the same heading."""
MAX_CHARS = 400
MAX_ANSWER_CHARS = 700
"""An answer to a question is kept whole up to here."""

_BOILERPLATE = re.compile(
    r"公开方式[：:].*|.{0,30}\d{4}年\d{1,2}月\d{1,2}日印发|此件(?:主动)?公开.*|（?此件.{0,12}）?"
    r"|抄送[：:].*|主题词[：:].*|本文为.{0,12}示例内容.*"
)
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}、")
_NUMBER_LINE = re.compile(r"[\u4e00-\u9fff]{1,14}\s?[〔\[（(]\d{4}[〕\]）)]\s?\d{1,5}\s?号")
_ORDER_LINE = re.compile(
    r"[\u4e00-\u9fff]{2,20}(?:令|公告|通告)|(?:\d{4}年)?第[\d一二三四五六七八九十百]{1,6}号"
)
_INNER_TITLE = re.compile(r"《([^《》]{4,60})》")


@dataclass(frozen=True, kw_only=True)
class _Piece:
    start: int
    end: int
    path: tuple[str, ...]
    question: str = ""
    closed: bool = False
    """Stands by itself: neighbours do not join it."""


def passages(document: Document) -> tuple[Passage, ...]:
    """A document's passages in reading order.

    Each has the headings it stands under; none cuts a sentence or a table row; a question with
    its answer is one passage (several where the answer is long), its text the answer alone.
    `document.text[p.start:p.end] == p.text` holds for each. The document's number, its repeated
    title, and marks such as 公开方式 belong to no passage.
    """
    text = document.text
    every = text_lines(text)
    closed = closing([line.text for line in every])
    lines = tuple(
        line
        for at, line in enumerate(every)
        if at not in closed
        and not _BOILERPLATE.fullmatch(line.text)
        and not (at < 4 and _repeats(document, line.text))
    )
    signed = signatures([line.text for line in every])
    below = frozenset(every[end].start for _, end in signed if end < len(every))
    inner = frozenset(re.sub(r"\s", "", name) for name in _INNER_TITLE.findall(text[:4000]))
    inner |= {_sent_out(document.title)} - {""}
    root = outline(lines, titles=inner, after_signature=below)
    starts = {line.start for line in lines}
    left_out = tuple(line for line in every if line.start not in starts)
    joined = _joined(text, list(_pieces(text, root, ())))
    pieces = [part for piece in joined for part in _without(text, piece, left_out)]
    return tuple(
        Passage(
            document_id=document.id,
            ordinal=ordinal,
            text=text[piece.start : piece.end],
            start=piece.start,
            end=piece.end,
            heading_path=piece.path,
            question=piece.question,
        )
        for ordinal, piece in enumerate(pieces)
    )


def _without(text: str, piece: _Piece, left_out: tuple[Line, ...]) -> Iterator[_Piece]:
    """A piece without the lines that belong to none, which may stand in its middle."""
    start = piece.start
    for line in left_out:
        if piece.start <= line.start < piece.end:
            if text[start : line.start].strip():
                yield _trimmed(text, piece, start, line.start)
            start = line.end
    if text[start : piece.end].strip():
        yield _trimmed(text, piece, start, piece.end)


def _trimmed(text: str, piece: _Piece, start: int, end: int) -> _Piece:
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    return replace(piece, start=start, end=start + len(inside.strip()))


def _repeats(document: Document, line: str) -> bool:
    bare, title = (re.sub(r"\s", "", value) for value in (line, document.title))
    if _NUMBER_LINE.fullmatch(line) or _ORDER_LINE.fullmatch(line):
        return True
    return len(bare) > 3 and bare in title


def _sent_out(title: str) -> str:
    """The name of what a notice sends out (关于印发X的通知 → X)."""
    found = re.search(r"(?:印发|发布|公布|转发)《?(.{4,60}?)》?的(?:通知|公告|通告)", title)
    return re.sub(r"\s", "", found.group(1)) if found else ""


def _pieces(text: str, node: Node, path: tuple[str, ...]) -> Iterator[_Piece]:
    """A part's pieces: whole where it is small and has no headings inside, else part by part."""
    own = (*path, node.label) if node.label else path
    if node.question:
        yield from _answer(text, node, own)
        return
    lead = _leads(text, node) and not _divided(node)
    if lead and node.number is not None:
        own = (*path, node.number.label)
    start = node.start if lead or not node.heading else _first(node)
    whole = node.last - start
    if node.level >= 0 and whole <= MAX_CHARS and not _divided(node):
        if whole > 0 and (not node.heading or node.children):
            yield _Piece(start=start, end=node.last, path=own, closed=node.heading)
        elif node.heading and not node.children:
            yield _Piece(start=node.start, end=node.end, path=path)
        return
    if node.level >= 0 and (lead or not node.heading):
        yield from _cut(text, node.start, node.end, own)
    for child in node.children:
        yield from _pieces(text, child, own)


def _leads(text: str, node: Node) -> bool:
    """Whether an article's first line (第三条 有下列情形之一的：) is part of what it says."""
    article = node.number is not None and node.number.level is Level.ARTICLE
    return article and node.heading and text[node.start : node.end].endswith(("：", ":"))


def _first(node: Node) -> int:
    return node.children[0].start if node.children else node.end


def _divided(node: Node) -> bool:
    """Whether headings or questions stand inside, each worth a passage of its own."""
    return any(
        child.question
        or (child.heading and child.children)
        or (child.number is not None and child.number.level <= Level.ARTICLE)
        or _divided(child)
        for child in node.children
    )


def _answer(text: str, node: Node, path: tuple[str, ...]) -> Iterator[_Piece]:
    if not node.children:
        yield _Piece(start=node.start, end=node.end, path=path[:-1])
        return
    start, end = _first(node), node.last
    answered = ANSWERED.match(text[start:end])
    start += answered.end() if answered and answered.end() < end - start else 0
    if end - start <= MAX_ANSWER_CHARS:
        yield _Piece(start=start, end=end, path=path, question=node.question, closed=True)
        return
    whole = Node(level=BODY, children=node.children, heading=True, start=start, end=start)
    parts: list[_Piece] = []
    for child in whole.children:
        parts.extend(_pieces(text, child, path))
    if parts and parts[0].start < start < parts[0].end:
        parts[0] = _Piece(start=start, end=parts[0].end, path=parts[0].path)
    row = node.number is not None or bool(ASKED.match(node.label))
    for part in _joined(text, parts):
        beneath = len(part.path) > len(path)  # a heading of its own inside a question of no row
        question = part.question or (node.question if row or not beneath else "")
        yield _Piece(start=part.start, end=part.end, path=part.path, question=question, closed=True)


def _cut(text: str, start: int, end: int, path: tuple[str, ...]) -> Iterator[_Piece]:
    """A long line as runs of whole sentences; a table row stays whole."""
    if end - start <= MAX_CHARS or is_row(text[start:end]):
        yield _Piece(start=start, end=end, path=path)
        return
    first = None
    last = start
    for a, b in _units(text[start:end]):
        if first is not None and start + b - first > MAX_CHARS:
            yield _Piece(start=first, end=last, path=path)
            first = None
        first = start + a if first is None else first
        last = start + b
    if first is not None:
        yield _Piece(start=first, end=last, path=path)


def _units(line: str) -> Iterator[tuple[int, int]]:
    """Sentences; a run without any end mark (a list that lost its line breaks) at its blanks."""
    for start, end in sentences(line):
        if end - start <= 2 * MAX_CHARS:
            yield start, end
            continue
        for part in re.finditer(r"\S+", line[start:end]):
            yield start + part.start(), start + part.end()


def _joined(text: str, pieces: list[_Piece]) -> Iterator[_Piece]:
    """Short neighbours below one heading joined, up to MAX_CHARS."""
    held: _Piece | None = None
    for piece in pieces:
        if held is None:
            held = piece
        elif _joins(text, held, piece):
            held = _Piece(start=held.start, end=piece.end, path=_common(held.path, piece.path))
        else:
            yield held
            held = piece
    if held is not None:
        yield held


def _joins(text: str, held: _Piece, piece: _Piece) -> bool:
    if held.closed or piece.closed or held.question or piece.question:
        return False
    if piece.end - held.start > MAX_CHARS or _article(held) != _article(piece):
        return False
    between = re.sub(r"\s", "", text[held.end : piece.start])
    if between:  # a heading stands between them
        return False
    lead_in = text[held.start : held.end].endswith(("：", ":"))
    if any(_SECTION.match(label) for label in (*held.path[-1:], *piece.path[-1:])):
        shared = len(held.path) if lead_in and held.path else None
        return held.path == piece.path[:shared]
    short = min(held.end - held.start, piece.end - piece.start) < MIN_CHARS
    depth = len(_common(held.path, piece.path))
    return (short or lead_in) and depth >= max(len(held.path), len(piece.path)) - 1


def _article(piece: _Piece) -> str:
    """The article (第N条) a piece belongs to; pieces of two articles stay apart."""
    found = [label for label in piece.path if re.match(r"第.{1,6}条", label)]
    return found[-1] if found else ""


def _common(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    length = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    return a[: min(len(a), len(b))] if length is None else a[:length]
