"""`/api/v1` for staff who are signed in: hot issues, and cases that may be one. Reads only."""

from __future__ import annotations

from aiohttp import web

from bot.openness.records import HotIssue
from bot.privacy import as_seen_by
from bot.web.api import pace, result
from bot.web.case_page import case_for, concerns
from bot.web.insight_models import (
    HotIssueResult,
    HotIssuesResult,
    HotQuery,
    OpinionResult,
    SimilarCasesResult,
    SimilarResult,
)
from bot.web.reading import read_query
from bot.web.routes import services_of, session_of


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
