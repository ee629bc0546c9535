"""Which documents belong together: an interpretation and its policy; one text from two sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.ingest.document import derived_id
from knowledge.ingest.html_links import POLICY_LINK
from knowledge.ingest.metadata import NUMBER, document_number
from knowledge.model import Document, Kind
from knowledge.review import DocumentStore

NEAR_EQUAL = 0.9
"""Shared runs of five characters from which two texts count as one; two issues of one yearly notice
share some 0.6 to 0.8, a page and its copy on another site over 0.95."""

_RUN = 5
_READ_CHARS = 3000
_MAX_REFERENCES = 8
_NAMED = re.compile(r"《([^《》]{4,80})》")
_SENT_OUT = re.compile(r"(?:印发|发布|公布|转发|重新发布)《?(.{4,80}?)》?的(?:通知|公告|通告|决定)")
_INTERPRETED = (Kind.POLICY, Kind.NOTICE, Kind.GUIDE)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One thing said of a policy: its id, its number or its name; the others are empty."""

    document_id: str = ""
    number: str = ""
    name: str = ""


def references(document: Document) -> tuple[Reference, ...]:
    """What a document says of the policy it interprets, surest first.

    The policy its page links to; then what its own title names; then names (《…》) and document
    numbers in the order of its text.
    """
    found = dict.fromkeys(_references(document))
    return tuple(found)[:_MAX_REFERENCES]


def _references(document: Document) -> Iterator[Reference]:
    for link in document.attachments:
        if link.name.startswith(POLICY_LINK):
            yield Reference(document_id=derived_id(link.url))
            yield Reference(name=core(link.name.removeprefix(POLICY_LINK)))
    for name in _NAMED.findall(document.title):
        yield Reference(name=core(name))
    text = document.text[:_READ_CHARS]
    said = [
        (found.start(), Reference(name=core(found.group(1)))) for found in _NAMED.finditer(text)
    ]
    said += [
        (found.start(), Reference(number=document_number(_clean_number(found.group(0)))))
        for found in NUMBER.finditer(text)
    ]
    yield from (reference for _, reference in sorted(said, key=lambda each: each[0]))


def _clean_number(number: str) -> str:
    """A number without the words that ran into it (以丰府办字… → 丰府办字…)."""
    return re.sub(
        r"^.*?(?:以|和|及|文件|文号|通知|根据|按照|按|据)(?=[\u4e00-\u9fff]{2,})", "", number
    )


def core(title: str) -> str:
    """The name of what a title is about, without organ, 关于印发…的通知 and blanks."""
    bare = re.sub(r"\s", "", title)
    sent = _SENT_OUT.search(bare)
    return sent.group(1) if sent else bare.strip("《》")


async def policy_of(store: DocumentStore, document: Document) -> Document | None:
    """The stored policy an interpretation belongs to, or None.

    Args:
        store: inside a transaction.
        document: an interpretation.
    """
    for reference in references(document):
        for found in await _referred(store, reference):
            if found.id != document.id and found.kind in _INTERPRETED:
                return found
    return None


async def _referred(store: DocumentStore, reference: Reference) -> list[Document]:
    if reference.document_id:
        ids: tuple[str, ...] = (reference.document_id,)
    elif reference.number:
        ids = await store.numbered(reference.number)
    else:
        named = await store.find(words=reference.name, limit=20)
        return [each for each in named if core(each.title) == reference.name]
    found = [await store.get(document_id) for document_id in ids]
    return [each for each in found if each is not None]


async def same_number(store: DocumentStore, document: Document) -> tuple[Document, ...]:
    """Other stored documents with its number; for one without, those with its very title."""
    if document.number:
        stored = [await store.get(each) for each in await store.numbered(document.number)]
        others = [each for each in stored if each is not None]
    else:
        named = await store.find(words=document.title, limit=20)
        others = [each for each in named if each.title == document.title and not each.number]
    return tuple(each for each in others if each.id != document.id)


def likeness(one: str, other: str) -> float:
    """How far two texts are one, 0 to 1: shared runs of five characters among all of both."""
    a, b = _runs(one), _runs(other)
    if not a or not b:
        return 1.0 if re.sub(r"\s", "", one) == re.sub(r"\s", "", other) else 0.0
    return len(a & b) / len(a | b)


def _runs(text: str) -> set[str]:
    bare = re.sub(r"[\s\W]", "", text)
    return {bare[at : at + _RUN] for at in range(len(bare) - _RUN + 1)}
