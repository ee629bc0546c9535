"""Documents and their passages, searchable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from knowledge.model import Document, Passage


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One document with its passages, as the index takes it."""

    document: Document
    passages: tuple[Passage, ...]


class Index(Protocol):
    """What answers are found in. An index never changes; `changed` gives the next one."""

    def document(self, document_id: str) -> Document | None:
        """The document held under that id, whatever its life; None where there is none."""

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Its passages in reading order; empty where there is no such document."""

    def changed(self, *, put: Iterable[Entry] = (), removed: Iterable[str] = ()) -> Index:
        """The index after these entries came (by id, new or anew) and those ids went."""
