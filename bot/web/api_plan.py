"""`/api/v1/plan`: the duties of the plan of openness as they stand, for staff's programs."""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import Field

from bot.openness.plan.words import STANDINGS
from bot.web.api import pace, result
from bot.web.models import Result
from bot.web.plan import PlanQuery, board_for
from bot.web.reading import read_query


class AssessmentResult(Result):
    """A duty at a unit."""

    duty: str = Field(description="任务的编号")
    name: str
    paragraph: str = Field(description="工作要点的哪一条")
    unit: str
    state: Literal["missed", "at_risk", "not_due", "met"]
    state_name: str = Field(description="状态的中文名称")
    done: int = Field(description="按要求完成的数")
    owed: int = Field(description="应完成的数")
    due_on: str = Field(description="下一个期限；没有为空")
    said: str = Field(description="情况")
    todo: str = Field(description="下一步做什么；没有为空")


class PlanResult(Result):
    """All of a year, or what was asked for."""

    year: int
    title: str = Field(description="工作要点的名称；这一年没有为空")
    judged_on: str
    duties: list[AssessmentResult]


async def plan(request: web.Request) -> web.Response:
    """Duties by unit; a unit sees its own."""
    await pace(request)
    found, wanted = await board_for(request, read_query(request, PlanQuery))
    return result(
        PlanResult(
            year=found.span.year,
            title=found.plan.title if found.plan else "",
            judged_on=found.span.today.isoformat(),
            duties=[
                AssessmentResult(
                    duty=one.duty.id,
                    name=one.duty.name,
                    paragraph=one.duty.paragraph,
                    unit=one.unit,
                    state=one.standing.value,
                    state_name=STANDINGS[one.standing],
                    done=one.done,
                    owed=one.owed,
                    due_on=one.due_on.isoformat() if one.due_on else "",
                    said=one.said,
                    todo=one.todo,
                )
                for one in wanted
            ],
        )
    )
