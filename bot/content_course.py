"""What became of a document: who did what when, as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

NOTE_CHARS = 500


class Act(StrEnum):
    """What somebody did with a document."""

    IMPORTED = "imported"
    WRITTEN = "written"
    CHANGED = "changed"
    LINKED = "linked"
    """An import found the policy it belongs to."""
    CHECKED = "checked"
    SENT_BACK = "sent_back"
    PUBLISHED = "published"
    REPLACED = "replaced"
    REPEALED = "repealed"
    REVIEW_SET = "review_set"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One act.

    Args:
        version: which version it was done with.
        note: why, or what with; never a citizen's words.
        alone: the writer did what a second person does, for the reason in `note`.
    """

    document_id: str
    version: int
    act: Act
    at: datetime
    by: str
    note: str = ""
    alone: bool = False


class CourseStore(Protocol):
    """Where steps are kept, inside one transaction."""

    async def add(self, step: Step) -> None:
        """Append a step; the document must be stored before, and documents locked."""

    async def of(self, document_id: str) -> tuple[Step, ...]:
        """A document's steps, oldest first."""
