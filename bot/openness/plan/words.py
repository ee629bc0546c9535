"""How standings are called, and a board as rows of a table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.openness.plan.outcome import Assessment, Standing

STANDINGS: Mapping[Standing, str] = {
    Standing.MISSED: "未落实",
    Standing.AT_RISK: "有风险",
    Standing.NOT_DUE: "未到期",
    Standing.MET: "已落实",
}
HEADINGS = ("单位", "任务", "依据", "状态", "完成", "应完成", "下一期限", "情况", "下一步")


def rows(assessments: Iterable[Assessment]) -> list[Sequence[str]]:
    """One row for each duty at each unit, under `HEADINGS`."""
    return [
        (
            one.unit,
            one.duty.name,
            one.duty.paragraph,
            STANDINGS[one.standing],
            str(one.done),
            str(one.owed),
            one.due_on.isoformat() if one.due_on else "",
            one.said,
            one.todo,
        )
        for one in assessments
    ]
