"""All an editor sees of one document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.content_course import Step
from bot.content_ports import Unit
from bot.moving import found
from knowledge.model import Document, Life
from knowledge.replacing import replaces
from knowledge.review import DocumentStore, Version, writers


@dataclass(frozen=True, kw_only=True)
class Relatives:
    """The documents one belongs to, and those that belong to it.

    Args:
        policy: what it interprets or rests on; None where it names nothing that is stored.
        own: those that name it as their policy.
        successor: what took its place.
    """

    policy: Document | None = None
    own: tuple[Document, ...] = ()
    successor: Document | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All an editor sees of one document.

    Args:
        current: what readers see, whatever its life.
        newest: the version worked on; `current`, or a draft that waits beside it.
        by: who brought the newest version in.
        versions: oldest first.
        course: what was done with it, oldest first.
        predecessors: the documents it took the place of.
        may_replace: published ones it may take the place of, while it waits.
        review_on: when it is to be looked at again.
    """

    current: Document
    newest: Document
    by: str
    versions: tuple[Version, ...]
    relatives: Relatives
    course: tuple[Step, ...] = ()
    predecessors: tuple[Document, ...] = ()
    may_replace: tuple[Document, ...] = ()
    review_on: date | None = None

    @property
    def writers(self) -> frozenset[str]:
        """Who brought in what nobody else has put into force: others check and publish it."""
        return writers(self.versions, self.current)


async def sheet_of(unit: Unit, document_id: str) -> Sheet:
    """A document with its versions, relatives and course.

    Raises:
        NotFound: there is none.
    """
    current = found(await unit.documents.get(document_id))
    newest = await unit.documents.newest(document_id)
    worked_on = newest.document if newest else current
    waits = worked_on.life in (Life.DRAFT, Life.CHECKED)
    return Sheet(
        current=current,
        newest=worked_on,
        by=newest.by if newest else "",
        versions=await unit.documents.versions(document_id),
        relatives=await relatives_of(unit.documents, worked_on),
        course=await unit.course.of(document_id),
        predecessors=await unit.documents.replaced_by(document_id),
        may_replace=await replaces(unit.documents, worked_on) if waits else (),
        review_on=await unit.documents.review_on(document_id),
    )


async def relatives_of(store: DocumentStore, document: Document) -> Relatives:
    """The documents one belongs to, and those that belong to it, whatever their life."""
    return Relatives(
        policy=await store.get(document.policy_id) if document.policy_id else None,
        own=await store.belonging_to(document.id),
        successor=await store.get(document.replaced_by) if document.replaced_by else None,
    )
