"""Which stored documents a new one may take the place of: a suggestion, a person decides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.belonging import core
from knowledge.model import Document
from knowledge.review import DocumentStore

MOST = 5
_LOOKED_AT = 20
_LAST_CHARS = 1500
"""A repeal stands in the last articles, or in the letter before the text."""
_FIRST_CHARS = 600
_NAMED = r"《([^《》]{4,80})》"
_END = r"废止(?:执行)?(?=[。；，、）)\s]|$)"
_REPEALED = re.compile(
    rf"{_NAMED}(?:\s*[（(〔][^《》。]{{2,40}}[）)〕])?[^《》。；\n]{{0,20}}{_END}"
    rf"|废止(?:了)?(?:原)?{_NAMED}"
)
_LIST = re.compile(rf"((?:{_NAMED}[^《》。；\n]{{0,45}})+){_END}")


def repealed(document: Document) -> tuple[str, ...]:
    """The names of what its own text repeals, in the order of the text, each once."""
    text = document.text
    parts = (text[:_FIRST_CHARS], text[_FIRST_CHARS:][-_LAST_CHARS:])
    return tuple(dict.fromkeys(name for part in parts for name in _repealed(part)))


def _repealed(text: str) -> Iterator[str]:
    for found in _LIST.finditer(text):
        yield from re.findall(_NAMED, found[1])
    for found in _REPEALED.finditer(text):
        yield found[1] or found[2]


async def replaces(store: DocumentStore, document: Document) -> tuple[Document, ...]:
    """Published documents it may replace: those its text repeals, those of its very name.

    Args:
        store: inside a transaction.
        document: a new one, or a new version.
    """
    names = [core(name) for name in repealed(document)]
    own = core(document.title)
    found: dict[str, Document] = {}
    for name in dict.fromkeys([*names, *([own] if document.number else [])]):
        for stored_id in await store.titled(name, most=_LOOKED_AT):
            each = await store.get(stored_id)
            if each is None or core(each.title) != name:
                continue
            if _another(each, document, of_its_name=name == own):
                found[each.id] = each
    return tuple(found.values())[:MOST]


def _another(stored: Document, document: Document, *, of_its_name: bool) -> bool:
    """A document of the same name counts only with a number of its own and of the same kind."""
    if stored.id in (document.id, document.policy_id):
        return False
    if not of_its_name:
        return True
    return bool(stored.number) and stored.number != document.number and stored.kind is document.kind
