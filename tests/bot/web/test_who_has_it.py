"""Who has a case, in every state, is said in a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cases.model import State
from bot.web.who_has_it import who_has_it

from .conftest import House

LEAD = "市城市管理局"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.RECEIVED, "现在由12345工作人员确定承办单位"),
        (State.TRIAGE, "现在由12345工作人员确定承办单位"),
        (State.RETURNED, "现在由12345工作人员确定承办单位"),
        (State.DISPATCHED, f"已转{LEAD}，市公安局协办，等待签收"),
        (State.ACCEPTED, f"现在由{LEAD}办理，市公安局协办"),
        (State.IN_PROGRESS, f"现在由{LEAD}办理，市公安局协办"),
        (State.REOPENED, f"现在由{LEAD}办理，市公安局协办"),
        (State.REPLIED, f"{LEAD}已答复，由12345工作人员回访"),
        (State.VISITED, f"{LEAD}已办结"),
        (State.CLOSED, f"{LEAD}已办结"),
        (State.MERGED, f"与同一件事的工单合并，由{LEAD}办理"),
        (State.REFUSED, ""),
    ],
)
async def test_each_state(house: House, state: State, said: str) -> None:
    case = (await house.case()).case
    held = replace(case, state=state, lead_department=LEAD, supporting=("市公安局",))
    assert who_has_it(held, "12345") == said


async def test_a_pause_is_said(house: House) -> None:
    case = (await house.case()).case
    now = house.world.clock.now()
    held = replace(case, state=State.IN_PROGRESS, lead_department=LEAD, paused_at=now)
    assert who_has_it(held, "12345") == f"现在由{LEAD}办理，计时暂停中"
