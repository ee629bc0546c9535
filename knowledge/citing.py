"""From spans of documents to quotes with their citations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.model import Citation, Document, Passage, Quote
from knowledge.reader import Span

_MARKER = re.compile(
    r"^\s*(附件\s*\d*|第[一二三四五六七八九十百零\d]+[编章节条款]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]"
    r"|\d{1,2}[.．、])"
)
_ASKED = re.compile(r"^\s*(?:问|Q\d*)\s*[：:.]\s*")
_HEADING_CHARS = 24


def cite(
    document: Document, spans: Sequence[Span]
) -> tuple[tuple[Quote, ...], tuple[Citation, ...]]:
    """One quote and one citation a span, in order; each quote is document.text[start:end]."""
    quotes = tuple(
        Quote(text=document.text[span.start : span.end], citation=place)
        for place, span in enumerate(spans)
    )
    return quotes, tuple(_citation(document, span) for span in spans)


def place_of(passage: Passage) -> str:
    """Where in its document a passage stands, as an official would say it: 二、（三）."""
    said = [_said(heading) for heading in passage.heading_path]
    own = _MARKER.match(passage.text)
    if own and own.group(1) not in said:
        said.append(own.group(1))
    if passage.question and not said:
        said.append(_shortened(passage.question))
    return "".join(said).rstrip("、.．")


def _said(heading: str) -> str:
    heading = _ASKED.sub("", heading)
    marker = _MARKER.match(heading)
    return marker.group(1) if marker else f"“{_shortened(heading)}”"


def _shortened(text: str) -> str:
    line = text.strip()
    return line if len(line) <= _HEADING_CHARS else line[: _HEADING_CHARS - 1] + "…"


def _citation(document: Document, span: Span) -> Citation:
    return Citation(
        document_id=document.id,
        title=document.title,
        number=document.number,
        department=document.department,
        published_on=document.published_on,
        url=document.url,
        place=place_of(span.passage),
        start=span.start,
        end=span.end,
    )
