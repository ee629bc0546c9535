"""What the yearly plan of openness asks of whom, as a city writes it down. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

FIELDS_OF_OPENNESS = "@fields"
"""Among the items of a duty: the city's fields of openness (`fields.toml`)."""


class Check(StrEnum):
    """How a duty is judged."""

    WITH_POLICY = "with_policy"
    """Each policy document has its interpretation."""
    FORMS = "forms"
    """So many per cent of the year's interpretations are more than text."""
    HEAD = "head"
    """So many interpretations a year by the head of the unit."""
    SPREAD = "spread"
    """Each interpretation is published in every one of the channels."""
    RHYTHM = "rhythm"
    """Something each week, month, quarter or year."""
    BY_DATE = "by_date"
    """Once a year by a day."""
    AFTER = "after"
    """Once a year within so many days of an event."""
    COUNT = "count"
    """So many times a year."""
    LIST = "list"
    """Every item of a list in the course of the year."""
    SUBJECTS = "subjects"
    """Every item of a list for each subject (a project) that was entered."""
    ANSWERED = "answered"
    """What the first item tells is followed by the second."""
    GUIDES = "guides"
    """Each guide has all its parts."""
    OPINION = "opinion"
    """Items of public opinion are answered by their hours."""
    RATINGS = "ratings"
    """Bad grades are followed up."""
    DISCLOSURE = "disclosure"
    """Requests are answered in time and recorded to the end."""


class Every(StrEnum):
    """A rhythm."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class PlanDuty:
    """One duty of the plan. What its check does not ask for is empty.

    Args:
        paragraph: where the plan says it, such as 三（二）.
        says: what it says, in short and in the city's own words.
        units: official names of those it binds.
        todo: what to do where it is not met.
        number: how many (`HEAD`, `COUNT`), or per cent (`FORMS`).
        days: within so many days; working days where `working`.
        by: month and day, for `BY_DATE`, or by which a `LIST` or `RHYTHM` of the year is due.
        event: of which `AFTER` counts.
        items: forms, channels, kinds, fields or columns, as the check uses them.
        words: part of a guide → words any of which tell that it is there.
        set_by_city: the number of days is the city's, the plan gives none.
    """

    id: str
    name: str
    paragraph: str
    says: str
    units: tuple[str, ...]
    check: Check
    todo: str
    number: int = 1
    days: int = 0
    working: bool = False
    every: Every = Every.YEAR
    by: tuple[int, int] | None = None
    event: str = ""
    items: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    set_by_city: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of a year, and of those after it that have none of their own.

    Args:
        office: who leads openness, and answers where nobody else is named.
        near_days: so many days before something is due it counts as at risk.
        begins_on: what fell due before is not looked at; None: all of the year is.
        events: such as 两会闭幕 → its days, one a year.
    """

    year: int
    title: str
    office: str = ""
    near_days: int = 10
    begins_on: date | None = None
    duties: tuple[PlanDuty, ...] = ()
    events: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    @cached_property
    def _by_id(self) -> Mapping[str, PlanDuty]:
        return {duty.id: duty for duty in self.duties}

    def duty(self, id: str) -> PlanDuty | None:
        """The duty of this id."""
        return self._by_id.get(id)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """All that it binds, in the order the duties name them."""
        return tuple(dict.fromkeys(unit for duty in self.duties for unit in duty.units))


def plan_of(plans: tuple[Plan, ...], year: int) -> Plan | None:
    """The plan in force in a year: its own, else the latest before it."""
    earlier = [plan for plan in plans if plan.year <= year]
    return max(earlier, key=lambda plan: plan.year, default=None)
