"""A report as values: what stands in it, whatever it is written as. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class ReportKind(StrEnum):
    """How long a report looks back."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ANNUAL = "annual"


NAMES = {
    ReportKind.WEEKLY: "周报",
    ReportKind.MONTHLY: "月报",
    ReportKind.ANNUAL: "年度报告",
}


@dataclass(frozen=True, kw_only=True)
class ReportSpan:
    """The days a report is about, both included; in one year."""

    kind: ReportKind
    since: date
    until: date

    @property
    def name(self) -> str:
        """In words."""
        first = f"{self.since.year}年{self.since.month}月{self.since.day}日"
        last = f"{self.until.year}年{self.until.month}月{self.until.day}日"
        return f"{first}至{last}"


def span_of(kind: ReportKind, until: date) -> ReportSpan:
    """The week, month or year up to a day; a week begins on Monday."""
    since = {
        ReportKind.WEEKLY: until - timedelta(days=until.weekday()),
        ReportKind.MONTHLY: until.replace(day=1),
        ReportKind.ANNUAL: until.replace(month=1, day=1),
    }[kind]
    return ReportSpan(kind=kind, since=since, until=until)


def last_whole(kind: ReportKind, today: date) -> date:
    """The last day of the last week, month or year that is over."""
    return span_of(kind, today).since - timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars, one a point.

    Args:
        upright: columns in order of time; else bars, one below the other.
        unit: of the numbers, such as 件.
    """

    title: str
    points: tuple[tuple[str, int], ...]
    unit: str = "件"
    upright: bool = False

    @property
    def said(self) -> str:
        """In words, for who does not see it."""
        return f"{self.title}：" + "，".join(f"{n} {v} {self.unit}" for n, v in self.points)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; the first column is its rows' heading.

    Args:
        wide: of each column, how wide it is beside the others.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A numbered part."""

    heading: str
    says: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """All of it.

    Args:
        sender: the office.
        notes: how it was counted.
    """

    title: str
    span: ReportSpan
    sender: str
    made_on: date
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
