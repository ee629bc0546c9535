"""`/api/v1` for staff who are signed in: hot issues, and cases that may be one. Reads only."""

from __future__ import annotations

from aiohttp import web

from bot.cases.figures import GRADES, Figures, Visit
from bot.openness.records import HotIssue
from bot.privacy import as_seen_by
from bot.web.api import pace, result
from bot.web.case_page import case_for, concerns
from bot.web.insight_models import (
    FiguresResult,
    HotIssueResult,
    HotIssuesResult,
    HotQuery,
    OpinionResult,
    SatisfactionResult,
    SimilarCasesResult,
    SimilarResult,
    SpanQuery,
)
from bot.web.reading import read_query
from bot.web.routes import services_of, session_of
from bot.web.satisfaction import figures_for


async def hot_issues(request: web.Request) -> web.Response:
    """The hottest issues."""
    await pace(request)
    wanted = read_query(request, HotQuery)
    found = await services_of(request).hot.hottest(limit=wanted.limit)
    return result(HotIssuesResult(issues=[_issue(issue) for issue in found]))


def _issue(issue: HotIssue) -> HotIssueResult:
    opinion = issue.opinion
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
        opinion=OpinionResult(
            major=opinion.major,
            opened_at=opinion.opened_at.isoformat(),
            due_at={name: at.isoformat() for name, at in opinion.due_at.items()},
        )
        if opinion
        else None,
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
