"""What drafting reads and gives: earlier letters with replies, sources, drafts. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.drafting.sentences import Says


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter to be answered, as far as its likes are looked for.

    Args:
        id: of the case; it is never a source of its own.
        department: who is to answer; empty where nobody knows yet.
        category: its first level, or empty.
        day: when it came.
    """

    id: str
    title: str
    text: str
    department: str = ""
    demand_type: str = ""
    category: str = ""
    day: date


@dataclass(frozen=True, kw_only=True)
class Replied:
    """An earlier letter with its reply, as the index keeps it.

    Args:
        version: of the case when it was read.
        citizens: names that must not be passed on.
        day: when it was opened.
        bad: the citizen gave a bad grade that stands.
    """

    id: str
    number: str
    version: int
    title: str
    text: str
    reply: str
    department: str = ""
    demand_type: str = ""
    category: str = ""
    day: date
    bad: bool = False
    citizens: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CaseStand:
    """A case's id and version, and whether its reply may serve now."""

    event_id: str
    case_id: str
    version: int
    serves: bool


class SourceKind(StrEnum):
    """Where a sentence of a draft comes from."""

    DOCUMENT = "document"
    REPLY = "reply"


@dataclass(frozen=True, kw_only=True)
class SourceSentence:
    """A sentence of a source as it may be taken over, with 【】 for what was another's.

    Args:
        says: None for a document's.
    """

    text: str
    says: Says | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a draft rests on.

    Args:
        key: document id or case number, for the record of what was used.
        title: the document's, or the earlier letter's, masked.
        department: the issuing organ, or who replied.
        at: when it was published or opened.
        place: the place inside a document, in words.
        likeness: of letters, 0 to 1; of a document, the answer's confidence.
        sentences: in reading order.
        same_department: it is the department that answers now.
        bad: the citizen was not satisfied with that reply.
    """

    kind: SourceKind
    key: str
    title: str
    department: str = ""
    at: date | None = None
    url: str = ""
    place: str = ""
    likeness: float = 0.0
    sentences: tuple[SourceSentence, ...] = ()
    same_department: bool = False
    bad: bool = False


@dataclass(frozen=True, kw_only=True)
class DraftSentence:
    """A sentence of the draft's body and the index of the source it stands in.

    Args:
        bound: it tells of an earlier case (what was found, done, explained there); in the draft
            a mark stands before it that the writer must take away.
    """

    text: str
    source: int
    bound: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A reply to start from.

    Args:
        text: whole, with greeting and 【】 to be filled in, without marks of sources.
        sentences: its body, each with its source; empty: nothing was alike enough.
        sources: numbered from 1 for people; those no sentence was taken from are among them.
    """

    text: str
    sentences: tuple[DraftSentence, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def used(self) -> tuple[str, ...]:
        """The keys of the sources its sentences stand in, each once."""
        return tuple(dict.fromkeys(self.sources[one.source].key for one in self.sentences))


@dataclass(frozen=True, kw_only=True)
class DraftUse:
    """How many replies of a span were begun from a suggested draft."""

    since: datetime
    before: datetime
    replies: int
    drafted: int

    @property
    def share(self) -> float | None:
        """Of all replies; None where there are none."""
        return self.drafted / self.replies if self.replies else None
