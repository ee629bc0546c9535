"""Transfers, holds and ends of calls from the desk: a fake FreeSWITCH does them, or refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.calls.model import Call, CallState
from bot.calls.records import ActionKind
from bot.calls.switchboard import Switchboard
from bot.cases.model import Role
from bot.library import Library
from bot.web import desk_words
from connectors.calls import CallControl, CallEvent, CallEventKind, Target
from connectors.channels.hotline.ami_control import AmiControl
from connectors.channels.hotline.controlling import targets_of
from connectors.channels.hotline.esl import EslFeed
from connectors.channels.hotline.esl_control import EslControl
from connectors.channels.hotline.names import Operators
from connectors.channels.hotline.settings import AmiServer as AmiSettings
from connectors.channels.hotline.settings import EslServer as EslSettings
from tests.bot.calls.world import LIN
from tests.bot.conftest import World
from tests.bot.web.conftest import running
from tests.bot.web.desk import K, Telephone, telephone
from tests.connectors.hotline.listening import listening
from tests.fakes.ami_server import SECRET, AmiServer
from tests.fakes.esl_server import PASSWORD, EslServer

CALL = "0f2d9e8c-6d6f-4f64-9a0d-6c5a3a1b0001"
OPERATORS = Operators({"1002": "李强"})
TARGETS: Mapping[str, Target] = targets_of({"1002": "班长"}, OPERATORS)


@pytest.fixture
async def freeswitch() -> AsyncIterator[EslServer]:
    async with EslServer() as server:
        yield server


def settings_of(server: EslServer, password: str = PASSWORD) -> EslSettings:
    return EslSettings(host="127.0.0.1", port=server.port, password=SecretStr(password))


@pytest.fixture
async def phone(world: World, library: Library, freeswitch: EslServer) -> AsyncIterator[Telephone]:
    async with running(world, library=library) as house:
        phone = await telephone(house)
        orders(phone, EslControl("esl-main", settings_of(freeswitch), TARGETS))
        yield phone


def orders(phone: Telephone, *controls: CallControl) -> None:
    """The call centres that do what this house's desks ask."""
    services = phone.house.services
    board = Switchboard(services.calls, {each.name: each for each in controls})
    object.__setattr__(services, "switchboard", board)


async def told(
    phone: Telephone, kind: CallEventKind, *, to: str = "", feed: str = "esl-main", call: str = CALL
) -> Call:
    """What the feed tells."""
    phone.told += 1
    event = CallEvent(
        feed=feed,
        external_id=f"f{phone.told}",
        call_id=call,
        kind=kind,
        caller="13900000001",
        operator="lin",
        to=to,
        at=phone.house.world.clock.now(),
    )
    return await phone.house.services.calls.take_event(event)


async def talking(phone: Telephone, freeswitch: EslServer) -> Call:
    """An emergency that `lin` has."""
    freeswitch.play("answered", id=CALL, upto=4)
    call = await told(phone, K.ANSWERED)
    phone.scripted.emergency_number = "119"
    await phone.said("着火了，在人民路3号", CALL)
    return call


async def act(phone: Telephone, call: Call, do: str) -> int:
    return (await phone.post(f"/desk/calls/{call.id}/act", do=do)).status


async def transfers(phone: Telephone, call: Call) -> list[tuple[str, str]]:
    """What was told of transfers: by whom, and where to."""
    async with phone.house.world.storage.read() as unit:
        events = await unit.calls.events(call.id)
    return [(one.feed, one.to) for one in events if one.kind is K.TRANSFERRED]


async def test_an_emergency_is_asked_once_and_sent_on_by_the_call_centre(
    phone: Telephone, freeswitch: EslServer
) -> None:
    call = await talking(phone, freeswitch)
    shown = await phone.page()
    assert 'data-key="transfer"><summary' in shown
    assert "确认把市民转接到 119" in shown
    assert "请读给接警员" not in shown
    assert await act(phone, call, "transfer:119") == 303
    assert freeswitch.transferred == [(CALL, "119")]
    shown = await phone.page()
    assert "<p>已转接 119。</p>" in shown
    place, what, caller = (
        shown.partition(f"<dt>{name}</dt><dd>")[2].partition("<")[0]
        for name in ("地点", "情况", "来电")
    )
    assert (place, what, caller) == ("人民路3号", "着火了，在人民路3号", "139 0000 0001")
    assert await act(phone, call, "transfer:119") == 303
    assert freeswitch.transferred == [(CALL, "119")]
    acts = await phone.house.services.calls.actions(call.id)
    assert [(one.kind, one.suggestion_id, one.by) for one in acts] == [
        (ActionKind.TRANSFER, "119", "lin")
    ]


@pytest.mark.parametrize("feed_first", [True, False])
async def test_a_transfer_told_by_the_desk_and_by_the_feed_is_one(
    phone: Telephone, freeswitch: EslServer, feed_first: bool
) -> None:
    call = await talking(phone, freeswitch)
    desk, feed = ("note:119", ("desk", "119")), ("esl-main", "119")

    async def by_desk() -> None:
        await act(phone, call, desk[0])

    async def by_feed() -> None:
        await told(phone, K.TRANSFERRED, to="119")

    for tell in (by_feed, by_desk) if feed_first else (by_desk, by_feed):
        await tell()
        phone.house.world.clock.advance(seconds=2)
    assert await transfers(phone, call) == [feed if feed_first else desk[1]]
    await told(phone, K.TRANSFERRED, to="1002")
    assert (await phone.house.services.calls.get(call.id)).transferred_to == "1002"


async def test_the_feeds_own_event_of_a_transfer_we_asked_for_is_no_second_one(
    phone: Telephone, freeswitch: EslServer
) -> None:
    calls, clock = phone.house.services.calls, phone.house.world.clock
    feed = EslFeed("esl-main", settings_of(freeswitch), OPERATORS)
    async with listening(feed) as taken:
        await freeswitch.signed_in()
        call = await talking(phone, freeswitch)
        assert await act(phone, call, "transfer:1002") == 303
        kinds = await taken.kinds_of(CALL, 4)
    assert kinds == ["offered", "ringing", "answered", "transferred"]
    event = taken.events[-1]
    assert event.to == "李强"
    for one in (event, event):
        await calls.take_event(replace(one, at=clock.now()))
    assert await transfers(phone, call) == [("desk", "李强")]
    assert (await calls.get(call.id)).transferred_to == "李强"


async def test_a_call_centre_that_refuses_is_said_with_the_way_by_hand(
    phone: Telephone, freeswitch: EslServer
) -> None:
    call = await talking(phone, freeswitch)
    freeswitch.channels.clear()
    answer = await phone.post(f"/desk/calls/{call.id}/act", do="transfer:119")
    shown = await phone.page(answer.headers["Location"])
    assert "呼叫中心没有转成 119：找不到这通电话" in shown
    assert 'href="tel:119"' in shown
    assert 'value="transfer:119"' in shown  # once more
    assert "请读给接警员" in shown
    assert (await phone.house.services.calls.get(call.id)).transferred_to == ""
    assert await act(phone, call, "note:119") == 303
    shown = await phone.page()
    assert "已记下转接 119" in shown
    assert "没有转成" not in shown
    assert await transfers(phone, call) == [("desk", "119")]


async def test_after_a_refusal_it_can_be_asked_again(
    phone: Telephone, freeswitch: EslServer
) -> None:
    call = await talking(phone, freeswitch)
    good = phone.house.services.switchboard
    orders(phone, EslControl("esl-main", settings_of(freeswitch, "wrong"), TARGETS))
    await act(phone, call, "transfer:119")
    assert "密码不对" in await phone.page()
    object.__setattr__(phone.house.services, "switchboard", good)
    await act(phone, call, "transfer:119")
    assert "已转接 119" in await phone.page()
    assert freeswitch.transferred == [(CALL, "119")]


async def test_what_a_process_that_died_had_asked_is_not_asked_again_at_once(
    phone: Telephone, freeswitch: EslServer
) -> None:
    call = await talking(phone, freeswitch)
    assert await phone.house.services.calls.begin_transfer(call.id, "119", LIN)
    shown = await phone.page()
    assert "已请呼叫中心转接 119，还没有结果" in shown
    assert 'value="note:119"' in shown
    assert await act(phone, call, "transfer:119") == 409
    assert await act(phone, call, "transfer:110") == 409
    assert freeswitch.transferred == []
    phone.house.world.clock.advance(seconds=61)
    assert await act(phone, call, "transfer:119") == 303
    assert freeswitch.transferred == [(CALL, "119")]


@pytest.mark.parametrize("to", ["13912345678", "1003", "", "119119", "1002 XML"])
async def test_no_number_of_a_browser_is_dialled(
    phone: Telephone, freeswitch: EslServer, to: str
) -> None:
    call = await talking(phone, freeswitch)
    assert await act(phone, call, f"transfer:{to}") == 400
    assert await act(phone, call, f"note:{to}") == 400
    assert freeswitch.transferred == []
    assert await phone.house.services.calls.actions(call.id) == ()


async def test_who_may_not_and_forms_from_elsewhere_transfer_nothing(
    phone: Telephone, freeswitch: EslServer
) -> None:
    call = await talking(phone, freeswitch)
    path = f"/desk/calls/{call.id}/act"
    other = await phone.house.staff(Role.OPERATOR, name="wu")
    assert (await phone.post(path, client=other, do="transfer:119")).status == 404
    auditor = await phone.house.staff(Role.AUDITOR)
    assert (await phone.post(path, client=auditor, do="transfer:119")).status == 403
    answer = await phone.operator.post(path, data={"do": "transfer:119"})
    assert answer.status == 403
    assert (freeswitch.connections, freeswitch.transferred) == (0, [])


async def test_an_administrator_reads_no_number_out(
    phone: Telephone, freeswitch: EslServer
) -> None:
    call = await talking(phone, freeswitch)
    await act(phone, call, "transfer:119")
    administrator = await phone.house.staff(Role.ADMINISTRATOR)
    shown = await phone.page(f"/desk?call={call.id}", client=administrator)
    assert "请读给接警员" in shown
    assert "139 0000 0001" not in shown


async def test_a_call_is_held_resumed_and_ended(phone: Telephone, freeswitch: EslServer) -> None:
    call = await talking(phone, freeswitch)
    calls = phone.house.services.calls
    await act(phone, call, "tell:held")
    assert freeswitch.held == {CALL}
    assert (await calls.get(call.id)).state is CallState.HELD
    await act(phone, call, "tell:resumed")
    assert freeswitch.held == set()
    assert "确认挂断市民的电话" in await phone.page()
    await act(phone, call, "hang_up:")
    assert freeswitch.channels == set()
    assert (await calls.get(call.id)).state is CallState.ENDED
    assert await act(phone, call, "hang_up:") == 409
    assert await act(phone, call, "transfer:119") == 409


async def test_a_hold_that_was_refused_is_not_noted(
    phone: Telephone, freeswitch: EslServer
) -> None:
    call = await talking(phone, freeswitch)
    freeswitch.held.add(CALL)
    answer = await phone.post(f"/desk/calls/{call.id}/act", do="tell:held")
    assert answer.status == 409
    assert "对方没有接受。请在话机上操作" in await answer.text()
    assert (await phone.house.services.calls.get(call.id)).state is CallState.TALKING


async def test_with_asterisk_a_hold_is_the_telephones_and_noted(phone: Telephone) -> None:
    async with AmiServer() as asterisk:
        settings = AmiSettings(
            host="127.0.0.1", port=asterisk.port, username="policyline", secret=SecretStr(SECRET)
        )
        orders(phone, AmiControl("ami-main", settings, TARGETS))
        asterisk.play("answered", id="1772416800.1", upto=4)
        call = await told(phone, K.ANSWERED, feed="ami-main", call="1772416800.1")
        await act(phone, call, "tell:held")
        assert (await phone.house.services.calls.get(call.id)).state is CallState.HELD
        assert asterisk.connections == 0
        assert await act(phone, call, "transfer:1002") == 303
        assert asterisk.redirected == [("1772416800.1", "1002")]
        assert "已转接 李强" in await phone.page()


async def test_without_a_call_centre_that_obeys_it_is_noted_as_ever(phone: Telephone) -> None:
    call = await phone.answered()
    phone.scripted.emergency_number = "110"
    await phone.said("有人打架")
    shown = await phone.page()
    assert "呼叫中心不能代为转接" in shown
    assert "转接到</summary>" not in shown
    assert await act(phone, call, "hang_up:") == 400
    assert await act(phone, call, "transfer:1002") == 400
    await act(phone, call, "transfer:110")
    shown = await phone.page()
    assert "已记下转接 110" in shown
    assert "请读给接警员" in shown


async def test_to_scripts_the_parts_as_they_are_now(
    phone: Telephone, freeswitch: EslServer
) -> None:
    call = await talking(phone, freeswitch)
    freeswitch.channels.clear()
    await phone.page()
    path = f"/desk/calls/{call.id}/act"
    await phone.post(path, do="ignore:all")  # signs the form
    csrf = phone.csrf[id(phone.operator)]
    data = {"csrf_token": csrf, "do": "transfer:119"}
    answer = await phone.operator.post(path, data=data, headers={"X-Fragment": "1"})
    said = await answer.json()
    assert said["done"] == "not_transferred"
    assert "呼叫中心没有转成 119" in said["parts"]["alarm"]["html"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("no_such_call", "找不到这通电话，市民可能已经挂断"),
        ("ami_silent_redirect", "没有回应，不知道是否办成"),
        ("webhook_silent", "没有回应，不知道是否办成"),
        ("esl_lost", "没有回应，不知道是否办成"),
        ("esl_password", "密码不对"),
        ("ami_may_not_control", "账号没有转接的权限"),
        ("webhook_error", "对方出错"),
    ],
)
def test_why_it_was_not_done(code: str, said: str) -> None:
    assert desk_words.refusal(code) == said
