"""`/documents/{id}`: a published document, the quoted place marked and reachable by its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

from bot.errors import NotFound
from bot.web.rendering import page
from bot.web.routes import services_of
from bot.web.words import SHANGHAI, weblink

_PLACE = re.compile(r"(\d{1,9})-(\d{1,9})")
_HEADING = re.compile(
    r"^(?:第[一二三四五六七八九十百]+[章节编]|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|[问Q][：:]).{0,40}$"
)
_HEADING_CHARS = 42


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Part of a line; `anchor` names the first quoted one."""

    text: str
    quoted: bool = False
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A paragraph; `start` is its first character in the document's text."""

    start: int
    pieces: tuple[Piece, ...]
    heading: bool


def lines_of(text: str, start: int = 0, end: int = 0) -> Iterator[Line]:
    """The text's paragraphs, characters `start` to `end` marked as quoted."""
    at, anchor = 0, f"c{start}-{end}"
    for paragraph in text.split("\n"):
        if paragraph.strip():
            pieces = tuple(_pieces(paragraph, start - at, end - at, anchor))
            if any(piece.quoted for piece in pieces):
                anchor = ""
            heading = len(paragraph) < _HEADING_CHARS and bool(_HEADING.match(paragraph.strip()))
            yield Line(start=at, pieces=pieces, heading=heading)
        at += len(paragraph) + 1


def _pieces(paragraph: str, start: int, end: int, anchor: str) -> Iterator[Piece]:
    first, last = max(0, start), min(len(paragraph), end)
    if first >= last:
        yield Piece(text=paragraph)
        return
    if first:
        yield Piece(text=paragraph[:first])
    yield Piece(text=paragraph[first:last], quoted=True, anchor=anchor)
    if last < len(paragraph):
        yield Piece(text=paragraph[last:])


async def show(request: web.Request) -> web.Response:
    """The document as published.

    Raises:
        NotFound: there is none, or it is not published.
    """
    services = services_of(request)
    document = services.library.document(request.match_info["id"])
    if document is None:
        raise NotFound("没有找到这份文件，可能已经撤下。")
    place = _PLACE.fullmatch(request.query.get("c", ""))
    start, end = (int(place[1]), int(place[2])) if place else (0, 0)
    lines = tuple(lines_of(document.text, start, end))
    quoted = next((p.anchor for line in lines for p in line.pieces if p.anchor), "")
    return page(
        request,
        "document.html",
        document=document,
        lines=lines,
        relatives=await services.editing.relatives(document),
        quoted=quoted,
        expired=not document.quotable_on(services.clock.now().astimezone(SHANGHAI).date()),
        attachments=[a for a in document.attachments if weblink(a.url)],
    )
