"""`/api/v1` for staff who are signed in: hot issues, and cases that may be one. Reads only."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from bot.cases.figures import Figures, Visit
from bot.cases.rules import GRADES
from bot.openness.opinion_course import Owed, course
from bot.openness.records import HotIssue, OpinionItem
from bot.privacy import as_seen_by
from bot.web.api import pace, result
from bot.web.case_page import case_for, concerns
from bot.web.insight_models import (
    FiguresResult,
    HotIssueResult,
    HotIssuesResult,
    HotQuery,
    OpinionResult,
    OpinionStepResult,
    SatisfactionResult,
    SimilarCasesResult,
    SimilarResult,
    SpanQuery,
)
from bot.web.reading import read_query
from bot.web.routes import services_of, session_of
from bot.web.satisfaction import figures_for


async def hot_issues(request: web.Request) -> web.Response:
    """Issues with an open opinion item, then the hottest."""
    await pace(request)
    wanted = read_query(request, HotQuery)
    services = services_of(request)
    found = await services.hot.hottest(limit=wanted.limit)
    now = services.clock.now()
    return result(HotIssuesResult(issues=[_issue(issue, now) for issue in found]))


def _issue(issue: HotIssue, now: datetime) -> HotIssueResult:
    return HotIssueResult(
        id=issue.id,
        name=issue.name,
        place=issue.place,
        matter=issue.matter,
        cases=issue.cases,
        heat=issue.heat,
        growth=issue.growth,
        first_at=issue.first_at.isoformat(),
        last_at=issue.last_at.isoformat(),
        days=dict(issue.days),
        channels=dict(issue.channels),
        alerted_at=issue.alert.at.isoformat() if issue.alert else "",
        opinion=_opinion(issue.opinion, now) if issue.opinion else None,
    )


def _opinion(item: OpinionItem, now: datetime) -> OpinionResult:
    stands = course(item)
    return OpinionResult(
        major=item.major,
        state="closed" if stands.closed else "open",
        opened_at=item.opened_at.isoformat(),
        closed_at=stands.closed.at.isoformat() if stands.closed else "",
        due_at={one.name: one.due_at.isoformat() for one in stands.owed},
        steps=[_owed(one, now) for one in stands.owed],
    )


def _owed(one: Owed, now: datetime) -> OpinionStepResult:
    step, pressing = one.step, one.pressing(now)
    return OpinionStepResult(
        name=one.name,
        due_at=one.due_at.isoformat(),
        state=one.standing.value,
        pressing=pressing.value if pressing else "",
        done_at=step.done_at.isoformat() if step and step.done_at else "",
        in_time=one.in_time,
        note=step.note if step else "",
        link=step.link if step else "",
    )


async def similar_cases(request: web.Request) -> web.Response:
    """Open cases that may be merged with one; a department sees its own."""
    await pace(request)
    case = await case_for(request)
    actor = session_of(request).actor
    found = await services_of(request).duplicates.suggest(case.number)
    return result(
        SimilarCasesResult(
            cases=[
                SimilarResult(
                    number=each.case.number,
                    title=as_seen_by(each.case, actor).title,
                    department=each.case.lead_department,
                    probability=round(each.probability, 4),
                    reasons=list(each.reasons),
                )
                for each in found
                if concerns(each.case, actor)
            ]
        )
    )


async def satisfaction(request: web.Request) -> web.Response:
    """Departments' figures over a span; a department sees its own."""
    await pace(request)
    found = await figures_for(request, read_query(request, SpanQuery))
    return result(
        SatisfactionResult(
            since=found.since.isoformat(),
            until=found.until.isoformat(),
            departments=[_figures(name, figures) for name, figures in found.departments],
            total=_figures("", found.total),
        )
    )


def _figures(name: str, figures: Figures) -> FiguresResult:
    low, high = figures.interval or (None, None)
    return FiguresResult(
        department=name,
        closed=figures.closed,
        rated=figures.rated,
        grades={word: figures.grades[grade] for grade, word in GRADES.items()},
        satisfied_share=figures.share,
        satisfied_from=low,
        satisfied_to=high,
        few=figures.few,
        bad=figures.bad,
        visits={visit.value: figures.visits[visit] for visit in Visit},
        appeals=figures.appeals,
        upheld=figures.upheld,
        replied=figures.replied,
        in_time=figures.in_time,
        in_time_share=figures.in_time_share,
        median_days=figures.median_days,
    )
