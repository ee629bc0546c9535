"""The life of a document: draft → checked → published → replaced or repealed; versions; imports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from knowledge.model import Attachment, Document, Form, Kind, Life

MOVES: Mapping[Life, frozenset[Life]] = {
    Life.DRAFT: frozenset({Life.CHECKED, Life.REPEALED}),
    Life.CHECKED: frozenset({Life.DRAFT, Life.PUBLISHED, Life.REPEALED}),
    Life.PUBLISHED: frozenset({Life.REPLACED, Life.REPEALED}),
    Life.REPLACED: frozenset({Life.PUBLISHED, Life.REPEALED}),
    Life.REPEALED: frozenset({Life.PUBLISHED}),
}
"""Which life may follow which. Back to published puts a repeal made by mistake right."""

_NOT_CONTENT = frozenset({"life", "version", "content_hash", "replaced_by"})


class ReviewError(Exception):
    """A move the life of a document does not allow.

    Args:
        reason_zh: one sentence for the reader, in Chinese.
    """

    def __init__(self, reason_zh: str) -> None:
        super().__init__(reason_zh)
        self.reason_zh = reason_zh


class Change(StrEnum):
    """What an import does to one document."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class ImportStep:
    """What is to be stored for one imported document.

    Args:
        version: the new version to keep, or None where nothing is new.
        current: what readers are to see from now on, or None where that stays as it is.
    """

    change: Change
    version: Document | None = None
    current: Document | None = None


def content_hash(document: Document) -> str:
    """Hex SHA-256 over title, text and metadata; equal for equal content, whatever its life."""
    content = {key: value for key, value in to_json(document).items() if key not in _NOT_CONTENT}
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def plan_import(
    incoming: Document, *, current: Document | None, newest: Document | None, publish: bool
) -> ImportStep:
    """What importing a document means.

    The same content again changes nothing, except that `publish` publishes what was not. Changed
    content is a new version; without `publish` it waits as a draft, and a published version stays
    in force beside it until the new one is published.

    Args:
        incoming: as read.
        current: what is stored under its id, or None.
        newest: its newest version, which differs from `current` while a draft waits.
        publish: put it into force at once (content already published by its office).
    """
    ended = incoming.life in (Life.REPEALED, Life.REPLACED)
    life = incoming.life if ended else (Life.PUBLISHED if publish else Life.DRAFT)
    digest = content_hash(incoming)
    if current is None or newest is None:
        new = replace(incoming, version=1, life=life, content_hash=digest)
        return ImportStep(change=Change.ADDED, version=new, current=new)
    if newest.content_hash == digest:
        if ended and current.life is not incoming.life and current.version == newest.version:
            new = replace(newest, life=incoming.life, replaced_by=incoming.replaced_by)
            return ImportStep(change=Change.CHANGED, current=new)
        waits = newest.life in (Life.DRAFT, Life.CHECKED)
        if publish and waits:
            return ImportStep(change=Change.CHANGED, current=replace(newest, life=Life.PUBLISHED))
        return ImportStep(change=Change.UNCHANGED)
    new = replace(incoming, version=newest.version + 1, life=life, content_hash=digest)
    hidden = life is Life.DRAFT and current.life not in (Life.DRAFT, Life.CHECKED)
    return ImportStep(change=Change.CHANGED, version=new, current=None if hidden else new)


def move(
    document: Document, to: Life, *, by: str, drafted_by: str = "", replaced_by: str = ""
) -> Document:
    """The document after a step of its life.

    Args:
        document: as it stands.
        to: the life it is to have.
        by: who does it.
        drafted_by: who brought this version in; a check is done by someone else.
        replaced_by: for REPLACED, the id of what took its place.

    Raises:
        ReviewError: the step is not allowed.
    """
    if document.life is to:
        return document
    if to not in MOVES[document.life]:
        raise ReviewError(f"{_ZH[document.life]}的文件不能变为{_ZH[to]}。")
    if to is Life.CHECKED and by == drafted_by:
        raise ReviewError("审核须由起草人以外的人完成。")
    if to is Life.REPLACED and (not replaced_by or replaced_by == document.id):
        raise ReviewError("请指明由哪份文件替代。")
    return replace(document, life=to, replaced_by=replaced_by if to is Life.REPLACED else "")


_ZH = {
    Life.DRAFT: "草稿状态", Life.CHECKED: "已审核", Life.PUBLISHED: "已发布",
    Life.REPLACED: "已被替代", Life.REPEALED: "已废止",
}  # fmt: skip


def to_json(document: Document) -> dict[str, Any]:
    """A document as JSON values, one key a field; dates in ISO 8601."""
    values = asdict(document)
    for key, value in values.items():
        if isinstance(value, date):
            values[key] = value.isoformat()
        elif isinstance(value, tuple):
            values[key] = [dict(item) for item in value]
    return values


def from_json(values: Mapping[str, Any]) -> Document:
    """The document that `to_json` wrote; fields added since then keep their defaults."""
    known = {field.name for field in fields(Document)}
    given = {key: value for key, value in values.items() if key in known}
    for key in ("issued_on", "published_on", "valid_from", "valid_to"):
        given[key] = date.fromisoformat(given[key]) if given.get(key) else None
    given["kind"], given["form"] = Kind(given["kind"]), Form(given["form"])
    given["life"] = Life(given["life"])
    given["attachments"] = tuple(Attachment(**item) for item in given.get("attachments", ()))
    return Document(**given)


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a document, and who brought it in when."""

    document: Document
    at: datetime
    by: str


def writers(versions: Sequence[Version], current: Document) -> frozenset[str]:
    """Who brought in what no second person has put into force yet.

    Args:
        versions: all of a document.
        current: what readers see.
    """
    in_force = 0 if current.life in (Life.DRAFT, Life.CHECKED) else current.version
    return frozenset(each.by for each in versions if each.document.version > in_force)


class DocumentStore(Protocol):
    """Where documents are kept, inside one transaction."""

    async def revision(self) -> int:
        """The number of the last change of any document; grows with each committed change."""

    async def lock(self) -> None:
        """Wait until no other transaction changes documents; held until this one ends."""

    async def get(self, document_id: str) -> Document | None:
        """What readers see under that id, whatever its life."""

    async def newest(self, document_id: str) -> Version | None:
        """The newest version, which may be a draft beside what readers see."""

    async def versions(self, document_id: str) -> tuple[Version, ...]:
        """Every version, oldest first."""

    async def add_version(self, document: Document, *, at: datetime, by: str) -> None:
        """Keep a version; its id must be stored before."""

    async def put(self, document: Document, *, at: datetime, by: str) -> None:
        """Make this what readers see, and count it as a change."""

    async def changed_since(self, revision: int) -> tuple[Document, ...]:
        """The documents changed after that revision, in the order of their change."""

    async def with_content(self, digest: str) -> tuple[str, ...]:
        """The ids of the documents with that content hash."""

    async def numbered(self, number: str) -> tuple[str, ...]:
        """The ids of the documents with that document number."""

    async def titled(self, words: str, *, most: int) -> tuple[str, ...]:
        """The ids of some published documents whose titles hold these words."""

    async def belonging_to(self, document_id: str) -> tuple[Document, ...]:
        """The documents that name it as their policy."""

    async def replaced_by(self, document_id: str) -> tuple[Document, ...]:
        """The documents it took the place of."""

    async def review_on(self, document_id: str) -> date | None:
        """When it is to be looked at again, or None."""

    async def set_review(self, document_id: str, day: date | None) -> None:
        """When it is to be looked at again; no change of what readers see."""

    async def find(
        self,
        *,
        life: Life | None = None,
        kind: Kind | None = None,
        words: str = "",
        after: str = "",
        limit: int = 100,
    ) -> tuple[Document, ...]:
        """Documents by id, those after `after`; `words` must occur in title, number or id."""
