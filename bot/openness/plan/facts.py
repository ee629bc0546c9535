"""What the duties are judged by: what the database knows and what units have entered. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from knowledge.model import Form, Kind


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a unit's staff entered: that something was done, when, and where it can be seen.

    Args:
        on: the day it was done.
        item: which of the duty's items; empty where it has none.
        title: of the column, document, project or proposal.
        withdrawn_by: empty: it stands.
    """

    id: str
    duty: str
    unit: str
    on: date
    title: str
    entered_on: date
    by: str
    item: str = ""
    link: str = ""
    note: str = ""
    withdrawn_by: str = ""
    withdrawn_on: date | None = None
    withdrawn_why: str = ""

    @property
    def stands(self) -> bool:
        """It was not withdrawn."""
        return not self.withdrawn_by


@dataclass(frozen=True, kw_only=True)
class Published:
    """A document of the knowledge base that was or is public.

    Args:
        unit: official name of who issued it; empty where it is none of ours.
        policy_id: of an interpretation: what it interprets.
        parts: of a guide: which parts it has.
        now: still in force; else replaced or repealed since.
    """

    id: str
    title: str
    kind: Kind
    form: Form
    unit: str
    on: date
    link: str = ""
    policy_id: str = ""
    parts: frozenset[str] = frozenset()
    now: bool = True


@dataclass(frozen=True, kw_only=True)
class OpinionFact:
    """One thing owed of an item of public opinion.

    Args:
        title: of the item.
        what: owed, such as 作出回应.
        done_on: None: not yet; the day it was found not to be needed, where that is so.
        in_time: by its hour; None where it was not done.
    """

    title: str
    what: str
    unit: str
    due_on: date
    done_on: date | None = None
    in_time: bool | None = None
    overdue: bool = False


@dataclass(frozen=True, kw_only=True)
class RatingFact:
    """What became of the visits a unit's bad grades of the span are owed."""

    unit: str
    done: int = 0
    late: int = 0
    due: int = 0
    overdue: int = 0


@dataclass(frozen=True, kw_only=True)
class RequestFact:
    """A request for information.

    Args:
        due_on: None: its clock stands.
        ended_on: the day of its reply; None: none yet.
        recorded: its record is closed.
    """

    number: str
    unit: str
    received_on: date
    due_on: date | None
    ended_on: date | None = None
    in_time: bool = True
    recorded: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All of a year."""

    evidence: tuple[Evidence, ...] = ()
    published: tuple[Published, ...] = ()
    opinions: tuple[OpinionFact, ...] = ()
    ratings: tuple[RatingFact, ...] = ()
    requests: tuple[RequestFact, ...] = ()

    @cached_property
    def _entered(self) -> dict[tuple[str, str], list[Evidence]]:
        found: dict[tuple[str, str], list[Evidence]] = {}
        for one in sorted(self.evidence, key=lambda one: (one.on, one.id)):
            if one.stands:
                found.setdefault((one.duty, one.unit), []).append(one)
        return found

    def entered(self, duty: str, unit: str) -> tuple[Evidence, ...]:
        """What stands of a unit's entries for a duty, by day."""
        return tuple(self._entered.get((duty, unit), ()))

    @cached_property
    def _documents(self) -> dict[tuple[Kind, str], list[Published]]:
        found: dict[tuple[Kind, str], list[Published]] = {}
        for one in sorted(self.published, key=lambda one: (one.on, one.id)):
            found.setdefault((one.kind, one.unit), []).append(one)
        return found

    def documents(self, kind: Kind, unit: str) -> tuple[Published, ...]:
        """A unit's documents of a kind, by day."""
        return tuple(self._documents.get((kind, unit), ()))

    @cached_property
    def interpretations_of(self) -> dict[str, date]:
        """Document → the day its first interpretation was published."""
        found: dict[str, date] = {}
        for one in self.published:
            if one.kind is Kind.INTERPRETATION and one.policy_id:
                found[one.policy_id] = min(one.on, found.get(one.policy_id, one.on))
        return found


@dataclass(frozen=True, kw_only=True)
class Span:
    """What is looked at.

    Args:
        year: whose plan it is.
        today: the day everything is judged on.
        since: only what fell due from this day on; counts and shares are always the year's.
        until: what was done after this day does not count; None: `today`. A report of a week is
            judged on the day after it: what was due on its last day can no longer be done.
    """

    year: int
    today: date
    since: date = field(default=date.min)
    until: date | None = None

    @property
    def first(self) -> date:
        """The year's first day."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """The year's last day."""
        return date(self.year, 12, 31)

    @property
    def over(self) -> bool:
        """The year has ended."""
        return self.today > self.last

    def holds(self, day: date) -> bool:
        """In the year, and not after what counts."""
        return self.first <= day <= min(self.last, self.known_to)

    @property
    def known_to(self) -> date:
        """The last day that counts."""
        return self.until or self.today
