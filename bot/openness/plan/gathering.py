"""The facts of a year, from what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from bot.cases.calendar import local_day
from bot.cases.figures import Visit
from bot.cases.rated import Satisfaction
from bot.city.model import City
from bot.disclosure.clock import read as clock_of
from bot.disclosure.filters import RequestFilter
from bot.disclosure.model import Request, State
from bot.openness.opinion_course import Standing, course
from bot.openness.plan.by_content import guide_parts
from bot.openness.plan.duties import Check, Plan, PlanDuty
from bot.openness.plan.facts import (
    Facts,
    OpinionFact,
    Published,
    RatingFact,
    RequestFact,
    Span,
)
from bot.openness.plan.ports import PlanUnit, PublicDocument
from bot.openness.records import OpinionItem
from knowledge.model import Kind

_MOST = 20_000
"""Opinion items and requests looked through, the newest first."""
_DONE = frozenset({State.ARCHIVED, State.WITHDRAWN, State.GIVEN_UP})


def unit_of(city: City, name: str) -> str:
    """The unit a document names as its issuer: 丰城市民政局 is 市民政局; empty: none of ours."""
    short = name.strip()
    rest = short.removeprefix(city.name)
    plain = rest.replace("人民政府", "政府")
    tries = [short, rest, f"市{rest}", plain, f"市{plain}"]
    return next((unit for one in tries if one and (unit := city.unit(one))), "")


async def gathered(
    unit: PlanUnit, plan: Plan, city: City, span: Span, rated: Satisfaction, now: datetime
) -> Facts:
    """What the duties of a year are judged by, read in one transaction.

    `rated` are the figures of the span up to `now`.
    """
    entries = await unit.plan.entries(date(span.year - 1, 1, 1), span.last)
    documents = await unit.plan.documents()
    items = await unit.opinions.open_items() + await unit.opinions.closed_items(limit=_MOST)
    leads = await unit.plan.leads_of([item.issue_id for item in items])
    requests = await unit.disclosures.find(RequestFilter(limit=_MOST))
    guides = next((duty for duty in plan.duties if duty.check is Check.GUIDES), None)
    return Facts(
        evidence=entries,
        published=tuple(_published(one, city, guides) for one in documents),
        opinions=tuple(
            fact
            for item in items
            for fact in opinion_facts(item, leads.get(item.issue_id, "") or plan.office, now)
        ),
        ratings=tuple(_rating(name, figures.visits) for name, figures in rated.departments),
        requests=tuple(
            _request(one, span, city)
            for one in requests
            if one.ended_on is None or one.ended_on >= span.first
        ),
    )


def _published(one: PublicDocument, city: City, guides: PlanDuty | None) -> Published:
    parts = guide_parts(guides, one.text) if guides and one.kind is Kind.GUIDE else frozenset()
    return Published(
        id=one.id,
        title=one.title,
        kind=one.kind,
        form=one.form,
        unit=unit_of(city, one.department),
        on=one.on,
        link=one.link,
        policy_id=one.policy_id,
        parts=parts,
        now=one.now,
    )


def opinion_facts(item: OpinionItem, lead: str, now: datetime) -> Iterable[OpinionFact]:
    """What is owed of an item, as it stood at a moment."""
    for one in course(item).owed:
        step = one.step if one.step is not None and one.step.at <= now else None
        done_at = None if step is None else step.done_at or step.at
        done = one.standing is Standing.DONE and step is not None
        yield OpinionFact(
            title=item.title,
            what=one.name,
            unit=lead,
            due_on=local_day(one.due_at),
            done_on=None if done_at is None else local_day(done_at),
            in_time=one.in_time if done else None,
            overdue=step is None and now > one.due_at,
        )


def _rating(name: str, visits: Mapping[Visit, int]) -> RatingFact:
    return RatingFact(
        unit=name,
        done=visits.get(Visit.IN_TIME, 0) + visits.get(Visit.REOPENED, 0),
        late=visits.get(Visit.LATE, 0),
        due=visits.get(Visit.DUE, 0),
        overdue=visits.get(Visit.OVERDUE, 0),
    )


def _request(one: Request, span: Span, city: City) -> RequestFact:
    ended = one.ended_on if one.ended_on is not None and one.ended_on <= span.known_to else None
    reading = clock_of(one, span.today, city.disclosure, city.limits)
    return RequestFact(
        number=one.number,
        unit=one.unit,
        received_on=one.received_on,
        due_on=reading.due_on,
        ended_on=ended,
        in_time=reading.in_time,
        recorded=one.state in _DONE,
    )
