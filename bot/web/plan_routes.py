"""The routes of the plan of openness and of the reports."""

from __future__ import annotations

from bot.web import plan, reports
from bot.web.rights import Right
from bot.web.routes import Route

PLAN_ROUTES = (
    Route(method="GET", path="/insight/plan", handler=plan.show, right=Right.SATISFACTION_SEE),
    Route(
        method="GET",
        path="/insight/plan.csv",
        handler=plan.download,
        right=Right.SATISFACTION_SEE,
    ),
    Route(
        method="GET",
        path="/insight/plan/duty",
        handler=plan.show_duty,
        right=Right.SATISFACTION_SEE,
    ),
    Route(method="POST", path="/insight/plan/duty", handler=plan.enter, right=Right.PLAN_ENTER),
    Route(
        method="POST",
        path="/insight/plan/withdraw/{id}",
        handler=plan.withdraw,
        right=Right.PLAN_ENTER,
    ),
    Route(
        method="GET",
        path="/insight/reports",
        handler=reports.show,
        right=Right.INSIGHT_SEE,
    ),
    Route(
        method="GET",
        path="/insight/reports/file",
        handler=reports.download,
        right=Right.INSIGHT_SEE,
    ),
)
