"""`/desk/events`: what happens is heard as it happens; nothing is lost, nothing is for others."""

from __future__ import annotations

import asyncio

import pytest

from bot.cases.model import Role
from bot.web.routes import DESK_FEED
from connectors.calls import Leg
from tests.bot.calls.world import CALLER, LIN
from tests.bot.web.conftest import House
from tests.bot.web.desk import K, Telephone, telephone

TIMEOUT_S = 20


@pytest.fixture
async def phone(house: House) -> Telephone:
    return await telephone(house)


@pytest.fixture(autouse=True)
async def not_for_ever() -> object:
    async with asyncio.timeout(TIMEOUT_S):
        yield


async def test_a_call_is_heard_as_it_goes(phone: Telephone) -> None:
    call = await phone.answered()
    async with phone.listening(f"/desk/events?call={call.id}") as events:
        _, told = await events.next("desk")
        assert told["go"] == call.id
        await phone.said("路灯坏", committed=False)
        _, words = await events.next("words")
        while not words:
            _, words = await events.next("words")
        assert words == {"citizen": "路灯坏"}
        await phone.said("路灯坏了，在解放路")
        last, told = await events.next("sentences")
        assert (last, told["last"]) == ("0", 0)
        assert "路灯坏了，在解放路" in told["html"]
        _, told = await events.next("parts")
        while told["seq"] < 0:
            _, told = await events.next("parts")
        assert "小城高龄津贴办事指南" in told["parts"]["answers"]["html"]
        _, fields = await events.next("fields")
        assert fields["place"] == {
            "value": "解放路",
            "source": "heard",
            "quote": "路灯坏了，在解放路",
        }


async def test_a_lost_connection_resumes_after_the_last_sentence_it_had(phone: Telephone) -> None:
    call = await phone.answered()
    for text in ("第一句", "第二句"):
        await phone.said(text, leg=Leg.OPERATOR)
    path = f"/desk/events?call={call.id}"
    async with phone.listening(path) as events:
        last, told = await events.next("sentences")
    assert last == "1"
    for text in ("第三句", "第四句"):
        await phone.said(text, leg=Leg.OPERATOR)
    async with phone.listening(f"{path}&after=-1", **{"Last-Event-ID": last}) as events:
        last, told = await events.next("sentences")
    assert last == "3"
    assert ("第二句" in told["html"], "第三句" in told["html"]) == (False, True)
    async with phone.listening(f"{path}&after=2") as events:
        _, told = await events.next("sentences")
    assert ("第三句" in told["html"], "第四句" in told["html"]) == (False, True)


@pytest.mark.parametrize("after", ["x", "-5", "99999999999999", "３"])
async def test_a_number_that_is_none_begins_at_the_beginning(phone: Telephone, after: str) -> None:
    call = await phone.answered()
    await phone.said("第一句", leg=Leg.OPERATOR)
    async with phone.listening(f"/desk/events?call={call.id}&after={after}") as events:
        _, told = await events.next("sentences")
    assert "第一句" in told["html"]


async def test_a_call_that_rings_is_told_to_its_operator_alone(phone: Telephone) -> None:
    async with phone.listening("/desk/events") as events:
        _, told = await events.next("desk")
        assert told["go"] == ""
        await phone.event(K.OFFERED, "c1")
        await phone.event(K.RINGING, "c1", operator="wu")
        call = await phone.event(K.RINGING, "c2", operator="lin", caller="13900000002")
        _, told = await events.next("desk")
        while not told["go"]:
            assert CALLER not in told["html"]
            _, told = await events.next("desk")
        assert told["go"] == call.id
        assert "139 0000 0002" in told["html"]


async def test_signing_out_ends_it_at_once(phone: Telephone) -> None:
    async with phone.listening("/desk/events") as events:
        await events.next("desk")
        await phone.post("/signout")
        await events.next("bye")
        assert await events.ends()


async def test_a_closed_account_hears_no_more(
    phone: Telephone, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.watching.AGAIN_S", 0.05)
    async with phone.listening("/desk/events") as events:
        await events.next("desk")
        await house.services.staff.set_active("lin", active=False, by="admin")
        await events.next("bye")


async def test_a_call_that_went_to_another_operator_is_gone(phone: Telephone) -> None:
    call = await phone.answered()
    async with phone.listening(f"/desk/events?call={call.id}") as events:
        await events.next("fields")
        await phone.event(K.TRANSFERRED)
        await phone.event(K.RINGING, operator="wu")
        await phone.event(K.ANSWERED, operator="wu")
        await events.next("gone")


async def test_many_listeners_are_one_read(phone: Telephone, house: House) -> None:
    call = await phone.answered()
    path = f"/desk/events?call={call.id}"
    async with phone.listening(path) as one, phone.listening(path) as other:
        for events in (one, other):
            await events.next("fields")
        await phone.said("第一句", leg=Leg.OPERATOR)
        told = [await events.next("sentences") for events in (one, other)]
        assert told[0] == told[1]
        watches = house.server.app[DESK_FEED].watches
        assert f"call:{call.id}" in watches.looked_at
    await house.server.close()
    assert watches.looked_at == frozenset()


async def test_the_end_of_the_process_sends_listeners_elsewhere(
    phone: Telephone, house: House
) -> None:
    async with phone.listening("/desk/events") as events:
        await events.next("desk")
        await house.server.app[DESK_FEED].watches.close()
        assert await events.ends()


async def test_another_replica_tells_of_it_too(phone: Telephone, house: House) -> None:
    call = await phone.answered()
    other = await house.world.replica("replica-2")
    async with phone.listening(f"/desk/events?call={call.id}") as events:
        await events.next("fields")
        await other.calls.type_field(call.id, "place", "人民路", LIN)
        _, fields = await events.next("fields")
        assert fields["place"]["source"] == "typed"


async def test_the_board_is_live(phone: Telephone, house: House) -> None:
    supervisor = await house.staff(Role.SUPERVISOR)
    watching = Telephone(house=house, operator=supervisor, scripted=phone.scripted)
    async with watching.listening("/desk/board/events") as events:
        await events.next("board")
        await phone.answered()
        _, told = await events.next("board")
        while "139****0001" not in told["html"]:
            _, told = await events.next("board")
