"""What a page says of itself in JSON-LD (schema.org), as meta tags would say it."""

from __future__ import annotations

import json
from typing import Any

from selectolax.lexbor import LexborHTMLParser

_ARTICLES = {"Article", "NewsArticle", "BlogPosting", "WebPage", "Report", "GovernmentService"}


def article_of(parser: LexborHTMLParser) -> list[tuple[str, str]]:
    """(name, value) pairs, named like the meta tags of the same meaning."""
    found: list[tuple[str, str]] = []
    for node in parser.css('script[type="application/ld+json"]'):
        try:
            content = json.loads(node.text() or "")
        except (ValueError, RecursionError):
            continue
        for item in _items(content):
            found += _pairs(item)
    return found


def _items(content: Any) -> list[dict[str, Any]]:
    listed = content if isinstance(content, list) else [content]
    items = [item for item in listed if isinstance(item, dict)]
    for item in list(items):
        graph = item.get("@graph")
        items += (
            [part for part in graph if isinstance(part, dict)] if isinstance(graph, list) else []
        )
    return [item for item in items if item.get("@type") in _ARTICLES]


def _pairs(item: dict[str, Any]) -> list[tuple[str, str]]:
    publisher = item.get("publisher")
    if isinstance(publisher, dict):
        publisher = publisher.get("name")
    named = {
        "og:title": item.get("headline") or item.get("name"),
        "datepublished": item.get("datePublished"),
        "publisher": publisher,
        "url": item.get("url"),
    }
    return [(key, value) for key, value in named.items() if isinstance(value, str) and value]
