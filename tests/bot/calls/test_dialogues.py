"""The calls of the file: what is right of them must not become less."""

from __future__ import annotations

from bot.calls.evaluate import Report, evaluate
from bot.calls.suggesting import Suggester
from tests.bot.calls.spoken_calls import dialogues

MAY_BE_WRONG = {
    "answer_first": 6,
    "answer_among_three": 2,
    "occurred_at": 1,
    "no_question": 1,
}
"""A caller at a wrong number asks before they notice; one asks for 材料 and 多少 in one breath."""


def wrong(report: Report) -> dict[str, int]:
    found = {name: whole - right for name, (right, whole) in report.figures().items()}
    return {name: count for name, count in found.items() if count}


async def test_no_call_is_understood_less(suggester: Suggester) -> None:
    report = await evaluate(dialogues(), suggester)
    more = {
        name: count for name, count in wrong(report).items() if count > MAY_BE_WRONG.get(name, 0)
    }
    assert more == {}
    assert sum(whole for _, whole in report.figures().values()) > 200
