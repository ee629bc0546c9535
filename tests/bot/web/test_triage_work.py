"""Work on many cases beside others: one move on several, what others took, what is one matter."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.filters import CaseFilter
from bot.cases.model import Actor, Case, Move, Role, State
from tests.bot.web.conftest import LIGHTS, PAGE, House

OFFICE = Actor(id="other", role=Role.TRIAGE)


async def cases(house: House, count: int) -> list[Case]:
    texts = ("小区门口下水道堵了", "树倒在路上了", "邻居半夜唱歌", "井盖不见了", "墙上乱贴广告")
    return [(await house.case(texts[n % 5], key=f"k{n}")).case for n in range(count)]


async def csrf(client: TestClient) -> str:
    shown = await (await client.get("/triage", headers=PAGE)).text()
    found = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    assert found is not None
    return found[1]


async def bulk(
    client: TestClient, chosen: list[str], move: str = "dispatch", **values: str
) -> tuple[int, str]:
    data = [("csrf_token", await csrf(client)), ("move", move), *values.items()]
    data += [("chosen", one) for one in chosen]
    answer = await client.post("/triage/bulk", data=data, headers=PAGE)
    return answer.status, await answer.text()


def named(case: Case) -> str:
    return f"{case.number}:{case.version}"


async def test_several_are_dispatched_at_once(house: House) -> None:
    first, second, third = await cases(house, 3)
    client = await house.staff(Role.TRIAGE)
    status, shown = await bulk(client, [named(first), named(second)], department=LIGHTS)
    assert (status, "2 件已处理" in shown) == (200, True)
    states = [(await house.services.cases.get(one.number)).state for one in (first, second, third)]
    assert states == [State.DISPATCHED, State.DISPATCHED, State.TRIAGE]


async def test_what_somebody_took_meanwhile_stays_as_it_is(house: House) -> None:
    first, second = await cases(house, 2)
    client = await house.staff(Role.TRIAGE)
    await house.services.cases.move(first.number, Move.DISPATCH, OFFICE, department=LIGHTS)
    status, shown = await bulk(
        client, [named(first), named(second)], "refuse", reason="请向法院起诉"
    )
    assert (status, "1 件已处理" in shown, "1 件没有处理" in shown) == (400, True, True)
    assert (await house.services.cases.get(first.number)).state is State.DISPATCHED
    assert (await house.services.cases.get(second.number)).state is State.REFUSED


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"move": "dispatch", "department": "没有这个单位"}, "没有处理"),
        ({"move": "refuse"}, "没有处理"),
        ({"move": "close"}, "逐件办理"),
        ({"move": "nothing"}, "只能是"),
    ],
)
async def test_a_move_that_cannot_be_is_said(
    house: House, values: dict[str, str], said: str
) -> None:
    [case] = await cases(house, 1)
    client = await house.staff(Role.TRIAGE)
    status, shown = await bulk(client, [named(case)], **values)
    assert (status, said in shown) == (400, True)
    assert (await house.services.cases.get(case.number)).state is State.TRIAGE


async def test_nothing_or_too_much_chosen_is_said(house: House) -> None:
    client = await house.staff(Role.TRIAGE)
    await cases(house, 1)
    assert "请先勾选" in (await bulk(client, [], department=LIGHTS))[1]
    assert (await bulk(client, [f"{n}:1" for n in range(51)], department=LIGHTS))[0] == 400


async def test_a_number_or_version_that_is_none_changes_nothing(house: House) -> None:
    [case] = await cases(house, 1)
    client = await house.staff(Role.TRIAGE)
    for one in ("x", f"{case.number}:", f"{case.number}:x", "<b>:1"):
        status, shown = await bulk(client, [one], department=LIGHTS)
        assert status == 400
        assert "<b>:1" not in shown
    assert (await house.services.cases.get(case.number)).version == case.version


async def told(client: TestClient, path: str) -> AsyncIterator[dict[str, object]]:
    """The lists that a stream tells."""
    async with client.get(path) as answer:
        assert answer.status == 200
        event = ""
        async for line in answer.content:
            if line.startswith(b"event: "):
                event = line[7:].strip().decode()
            elif line.startswith(b"data: ") and event == "list":
                yield json.loads(line[6:])


async def test_what_others_do_is_told_as_it_happens(house: House) -> None:
    first, second = await cases(house, 2)
    client = await house.staff(Role.TRIAGE)
    async with asyncio.timeout(15):
        stream = told(client, "/cases/live?list=triage")
        begun = await anext(stream)
        assert {row[0] for row in begun["cases"]} == {first.number, second.number}  # type: ignore[index, attr-defined]
        await house.services.cases.move(first.number, Move.DISPATCH, OFFICE, department=LIGHTS)
        after = await anext(stream)
        assert [row[0] for row in after["cases"]] == [second.number]  # type: ignore[index, attr-defined]
        await stream.aclose()


async def test_a_list_is_told_to_whom_it_is_open(house: House) -> None:
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    assert (await clerk.get("/cases/live?list=triage")).status == 404
    assert (await clerk.get("/cases/live?list=nothing")).status == 404
    mine = (await house.case("路灯坏了", key="mine")).case
    await house.case("树倒了", key="theirs")
    async with asyncio.timeout(15):
        stream = told(clerk, "/cases/live?list=departments")
        begun = await anext(stream)
        assert [row[0] for row in begun["cases"]] == [mine.number]  # type: ignore[index, attr-defined]
        await stream.aclose()


async def test_what_may_be_one_matter_or_several_is_offered_beside_the_list(house: House) -> None:
    first = (await house.case("东门小区门口下水道堵了，污水流出来", key="a")).case
    second = (await house.case("东门小区门口下水道堵住了，污水往外流", key="b")).case
    client = await house.staff(Role.TRIAGE)
    answer = await client.get(f"/triage/{second.number}/more?back=/triage?tab=waiting")
    shown = await answer.text()
    assert answer.status == 200
    assert first.number in shown
    assert 'value="/triage?tab=waiting"' in shown
    assert (
        "//evil"
        not in await (await client.get(f"/triage/{second.number}/more?back=//evil.example")).text()
    )


async def test_lists_are_filtered_by_place_and_channel(house: House) -> None:
    await house.case("下水道堵了", key="a", channel="hotline")
    client = await house.staff(Role.TRIAGE)
    for path, there in (("channel=hotline", True), ("channel=wechat", False)):
        shown = await (await client.get(f"/triage?{path}", headers=PAGE)).text()
        assert ("下水道堵了" in shown) == there
    assert len((await house.services.cases.cases(CaseFilter())).cases) == 1
