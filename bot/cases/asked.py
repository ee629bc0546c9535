"""A move as it is asked for, and a case in the middle of it. Pure values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases.deadlines import CaseLimits
from bot.cases.model import Actor, Case, Course, Move, Published
from bot.cases.ports import CaseCity


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A move as somebody asks for it.

    Args:
        department: where to, for dispatch, reassign and add_support; any name of the unit.
        text: the words, for reply and note.
        days: working days more, for ask_extension and extend.
        lead_number: the case this one goes into, for merge.
        grade: 1 (worst) to 5 (best), for rate.
        despite: for a reply, send it though the check found something; not where it would tell
            private data.
        public: for publish, what the public is to read.
        demands: for a reply, the demands the case's text names, where there are several.
        parts: for split, the demands; the first stays with the case.
        numbers: for split, the cases the others became, as the service opened them.
        draft_sources: for a reply, what the draft it was begun from rests on: document ids and case
            numbers; empty: none was used.
        told_as: names the telling of another system that asks for it; the same again does nothing.
    """

    move: Move
    actor: Actor
    reason: str = ""
    department: str = ""
    text: str = ""
    days: int = 0
    lead_number: str = ""
    grade: int = 0
    despite: bool = False
    public: Published | None = None
    demands: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    draft_sources: tuple[str, ...] = ()
    told_as: str = ""


@dataclass(frozen=True, kw_only=True)
class Moving:
    """A case in the middle of a move.

    Args:
        before: as it stood.
        case: the same in its new state, its version not yet counted.
    """

    before: Case
    case: Case
    asked: Asked
    city: CaseCity
    now: datetime

    @property
    def limits(self) -> CaseLimits:
        """The city's times."""
        return self.city.limits

    @property
    def words(self) -> dict[str, str]:
        """What was said with the move, for its event."""
        return {"text": self.asked.text} if self.asked.text else {}

    def course(self, **changes: object) -> Course:
        """The course so far, changed."""
        return replace(self.case.course, **changes)  # type: ignore[arg-type]


Changed = tuple[Case, dict[str, str]]
"""The case after a move, its version not yet counted, and the event's details."""

Effect = Callable[[Moving], Changed]
