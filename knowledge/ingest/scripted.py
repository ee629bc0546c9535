"""Pages whose text waits in a script: the article a portal's own program would have drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from knowledge.ingest.tidying import tidy

_ASSIGNED = re.compile(
    r"(?:window\.|var\s+|let\s+|const\s+|self\.)?[\w.$\[\]'\"]{2,60}\s*=\s*(?=[{\[])"
)
_TITLES = ("title", "headline", "articletitle", "name", "doctitle", "infotitle")
_TEXTS = (
    "content",
    "body",
    "articlecontent",
    "doccontent",
    "html",
    "text",
    "infocontent",
    "detail",
)
_DATES = ("publishtime", "pubdate", "publishdate", "pubtime", "releasetime", "createtime", "date")
_SOURCES = ("source", "orgname", "publisher", "contentsource", "deptname", "origin", "author")
_NUMBERS = ("filenumber", "wenhao", "docno", "documentnumber", "fileno")
_MIN_TEXT = 30
_MAX_SCRIPTS = 200
_MAX_VALUES = 200_000
_MAX_TRIES = 20


@dataclass(frozen=True, kw_only=True)
class Scripted:
    """An article found in a script.

    Args:
        markup: its text as HTML.
        tags: what it says of itself, as (name, value) pairs named like meta tags.
    """

    markup: str
    tags: tuple[tuple[str, str], ...]


def scripted(parser: LexborHTMLParser) -> Scripted | None:
    """The longest article in the page's scripts, or None."""
    best: Scripted | None = None
    for node in parser.css("script")[:_MAX_SCRIPTS]:
        if node.attributes.get("src"):
            continue
        for value in _values(node.text() or ""):
            for item in _objects(value):
                found = _article(item)
                if found and (best is None or len(found.markup) > len(best.markup)):
                    best = found
    return best


def _values(script: str) -> Iterator[Any]:
    """The JSON values a script is, or assigns."""
    text = script.strip()
    if text[:1] in ("{", "["):
        starts = [0]
    else:
        starts = [found.end() for found in _ASSIGNED.finditer(text)][:_MAX_TRIES]
    decoder = json.JSONDecoder(strict=False)
    for start in starts:
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        yield value


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a JSON value."""
    waiting = [value]
    for _ in range(_MAX_VALUES):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def _article(item: dict[str, Any]) -> Scripted | None:
    said = {
        re.sub(r"[^a-z]", "", key.lower()): value
        for key, value in item.items()
        if isinstance(value, str) and value.strip()
    }
    title = _first(said, _TITLES)
    markup = _first(said, _TEXTS)
    if not title or len(markup) < _MIN_TEXT or not re.search(r"[\u4e00-\u9fff]", markup):
        return None
    named = {
        "ArticleTitle": title,
        "PubDate": _first(said, _DATES),
        "ContentSource": _first(said, _SOURCES),
        "wenhao": _first(said, _NUMBERS),
        "url": _first(said, ("url",)),
    }
    return Scripted(
        markup=markup if "<" in markup else markup.replace("\n", "<br>"),
        tags=tuple((name, tidy(value)) for name, value in named.items() if value),
    )


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if name in said), "")
