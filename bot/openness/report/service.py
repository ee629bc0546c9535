"""Makes a report of a week, a month or a year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from bot.cases.calendar import ZONE, end_of, local_day
from bot.city.model import City
from bot.disclosure.clock import read as clock_of
from bot.disclosure.filters import RequestFilter
from bot.disclosure.model import Request
from bot.errors import Invalid
from bot.openness.opinion_course import course
from bot.openness.plan.ports import PlanUnit, PublicDocument, Rated
from bot.openness.plan.service import PlanService
from bot.openness.records import OpinionItem
from bot.openness.report.composing import composed
from bot.openness.report.counting import (
    CaseRow,
    ContentCounts,
    Counted,
    IssueRow,
    RequestCounts,
    received,
)
from bot.openness.report.model import Report, ReportKind, ReportSpan, span_of
from bot.ports import Clock
from knowledge.model import Form, Kind

_ISSUES = 10
_MOST = 20_000


class ReportStore(Protocol):
    """Cases and issues of a span; see `bot.storage.report`."""

    async def cases(self, since: datetime, before: datetime) -> tuple[CaseRow, ...]:
        """Cases that came in a half-open span."""

    async def issues(
        self, since: datetime, before: datetime, *, limit: int
    ) -> tuple[IssueRow, ...]:
        """Hot issues by their cases of the span."""

    async def letters(self, since: datetime, before: datetime) -> int:
        """How many letters were published in a half-open span and still are."""


class ReportUnit(PlanUnit, Protocol):
    """One transaction."""

    @property
    def report(self) -> ReportStore:
        """Cases and issues of a span."""


class ReportStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[ReportUnit]:
        """A transaction that only reads."""


class ReportService:
    """Makes reports.

    Args:
        plan: the duties of the yearly plan.
        rated: answers, grades and visits by department.
        channel_name: what a channel is called.
    """

    def __init__(
        self,
        storage: ReportStorage,
        clock: Clock,
        city: City,
        plan: PlanService,
        rated: Rated,
        channel_name: Callable[[str], str] = str,
    ) -> None:
        self._channel_name = channel_name
        self._storage, self._clock, self._city = storage, clock, city
        self._plan, self._rated = plan, rated

    @property
    def today(self) -> date:
        """The day, in China."""
        return local_day(self._clock.now())

    async def report(self, kind: ReportKind, until: date) -> Report:
        """The report of the week, month or year up to a day.

        Raises:
            Invalid: the day has not come.
        """
        return composed(
            await self.counted(kind, until),
            self._city,
            made_on=self.today,
            channel_name=self._channel_name,
        )

    async def counted(self, kind: ReportKind, until: date) -> Counted:
        """What that report tells. Raises as `report`."""
        if until > self.today:
            raise Invalid("截止日期还没有到。", fields={"until": "还没有到"})
        span = span_of(kind, until)
        since, before = _midnight(span.since), _midnight(span.until + timedelta(days=1))
        now = min(self._clock.now(), end_of(until))
        figures = await self._rated.over(span.since, span.until)
        judged_on = min(until + timedelta(days=1), self.today)
        board = await self._plan.board(until.year, today=judged_on, since=span.since, until=until)
        async with self._storage.read() as unit:
            rows = await unit.report.cases(since, before)
            issues = await unit.report.issues(since, before, limit=_ISSUES)
            items = await unit.opinions.open_items()
            items += await unit.opinions.closed_items(limit=_MOST)
            requests = await unit.disclosures.find(RequestFilter(limit=_MOST))
            documents = await unit.plan.documents()
            letters = await unit.report.letters(since, before)
        return Counted(
            span=span,
            received=received(rows, span, self._city.field_of),
            figures=figures,
            issues=issues,
            opinions=_of_span(items, since, before),
            requests=self._requests(requests, span),
            content=_content(documents, span, letters),
            duties=board.assessments,
            plan_title=board.plan.title if board.plan else "",
            now=now,
        )

    def _requests(self, requests: Sequence[Request], span: ReportSpan) -> RequestCounts:
        ended = [
            clock_of(one, span.until, self._city.disclosure, self._city.limits)
            for one in requests
            if one.ended_on is not None and span.since <= one.ended_on <= span.until
        ]
        open_ones = [
            one
            for one in requests
            if one.received_on <= span.until and (one.ended_on is None or one.ended_on > span.until)
        ]
        due = [
            clock_of(one, span.until, self._city.disclosure, self._city.limits).due_on
            for one in open_ones
        ]
        return RequestCounts(
            received=sum(span.since <= one.received_on <= span.until for one in requests),
            ended=len(ended),
            ended_in_time=sum(reading.in_time for reading in ended),
            overdue=sum(day is not None and day < span.until for day in due),
        )


def _of_span(
    items: Sequence[OpinionItem], since: datetime, before: datetime
) -> tuple[OpinionItem, ...]:
    found = []
    for item in items:
        closed = course(item).closed
        if item.opened_at < before and (closed is None or closed.at >= since):
            found.append(item)
    return tuple(sorted(found, key=lambda item: (item.opened_at, item.id)))


def _content(documents: Sequence[PublicDocument], span: ReportSpan, letters: int) -> ContentCounts:
    new = [one for one in documents if span.since <= one.on <= span.until]
    told = [one for one in new if one.kind is Kind.INTERPRETATION]
    return ContentCounts(
        policies=sum(one.kind is Kind.POLICY for one in new),
        interpretations=len(told),
        beyond_text=sum(one.form is not Form.TEXT for one in told),
        guides=sum(one.kind is Kind.GUIDE for one in new),
        letters=letters,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZONE).astimezone(UTC)
