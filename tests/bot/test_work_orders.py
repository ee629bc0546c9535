"""Orders of a work-order platform from their coming in to the citizen's grade, and ours to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot.cases.model import Actor, Case, Move, NewCase, Role, State
from bot.city.contacts import Contact
from bot.city.load import DEFAULT
from bot.delivery.departments import PATIENCE
from bot.services import Services
from bot.web import build
from connectors.base import RawRequest
from connectors.departments.base import DepartmentNotice
from connectors.departments.work_order.platform import PulledPlatform, PushingPlatform
from connectors.departments.work_order.reading import read_mapping
from connectors.departments.work_order.settings import PlatformSettings
from connectors.errors import Unverified
from tests.bot.conftest import World
from tests.fakes.town import LIGHTS
from tests.fakes.work_order_platform import KEY, WorkOrderPlatform

NAME = "work_order-county"
DOOR = f"/channels/departments/{NAME}"
TRIAGE = Actor(id="triage", role=Role.TRIAGE)
CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
ORDER = {
    "工单标题": "路灯不亮",
    "诉求内容": "人民路的路灯坏了三天",
    "诉求类型": "求助类",
    "诉求人": "王五",
    "来电号码": "13900000001",
    "办理时限": "2026-03-04 18:00:00",
}
REPLY = "人民路的路灯已修好，坏了三天是因为电缆断线。"


@dataclass
class Bench:
    """The platform, our connector to it, and one process of ours after the other."""

    world: World
    theirs: WorkOrderPlatform
    ours: PushingPlatform
    services: Services
    door: TestClient[Any, Any]

    async def push(self, *events: dict[str, Any]) -> int:
        """The platform tells us; gives the status of the answer."""
        body, headers = self.theirs.call(DOOR, *events)
        return (await self.door.post(DOOR, data=body, headers=headers)).status

    async def case(self, number: str = "S1") -> Case:
        async with self.world.storage.read() as unit:
            case = await unit.cases.by_origin(f"{NAME}:{number}")
        assert case is not None
        return case

    async def settle(self) -> None:
        """Apply what was told, tell what is due, until nothing is left."""
        while await self.services.updates.apply() + await self.services.telling.deliver():
            pass

    async def restarted(self) -> None:
        """The process is gone; the next one begins after the leases of the first."""
        self.world.clock.advance(seconds=31)
        self.services = await self.world.replica(f"replica at {self.world.clock.now()}")


def settings(base: str, **given: Any) -> PlatformSettings:
    return PlatformSettings(
        base_url=base, key=SecretStr(KEY), mapping=Path("example.toml"), timeout_s=1.0, **given
    )


MAPPING = read_mapping(DEFAULT / "work_order" / "example.toml", {})


@pytest.fixture
async def base(theirs: WorkOrderPlatform) -> AsyncIterator[str]:
    async with TestServer(theirs.application()) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
def theirs(world: World) -> WorkOrderPlatform:
    return WorkOrderPlatform(world.clock.now)


@pytest.fixture
async def bench(world: World, theirs: WorkOrderPlatform, base: str) -> AsyncIterator[Bench]:
    ours = PushingPlatform("county", settings(base), MAPPING, now=world.clock.now)
    world.senders[NAME] = world.called[NAME] = ours
    services = await world.replica()
    async with TestClient(TestServer(build(services))) as door:
        yield Bench(world=world, theirs=theirs, ours=ours, services=services, door=door)
    await ours.close()


async def test_an_order_from_its_coming_in_to_its_grade_through_restarts(bench: Bench) -> None:
    cases, theirs = bench.services.cases, bench.theirs
    assert await bench.push(theirs.give("S1", **ORDER)) == 200
    await bench.restarted()
    await bench.settle()
    case = await bench.case()
    assert (case.state, case.lead_department) == (State.DISPATCHED, LIGHTS)
    assert (case.external_number, case.contact_phone) == ("S1", "13900000001")
    assert theirs.orders["S1"].state == "待签收"
    await cases.move(case.number, Move.ACCEPT, CLERK)
    await bench.restarted()
    await cases.move(case.number, Move.REPLY, CLERK, text=REPLY)
    await bench.settle()
    assert theirs.orders["S1"].state == "已办结"
    assert theirs.orders["S1"].done[-1]["办理"] == {"承办单位": "CG001", "办理结果": REPLY}
    graded = theirs.act("评价", "S1", 回访={"满意度": "满意"})
    assert await bench.push(graded) == 200
    assert await bench.push(graded) == 200
    await bench.restarted()
    await bench.settle()
    case = await bench.case()
    assert (case.rating, theirs.orders["S1"].state) == (4, "已评价")
    assert await bench.push(theirs.act("归档", "S1")) == 200
    await bench.settle()
    assert (await bench.case()).state is State.CLOSED
    assert theirs.orders["S1"].steps == ["转派", "签收", "办结反馈"]
    moves = [event.move for event in await cases.events(case.number)]
    assert (moves.count(Move.RATE), moves.count(Move.OPEN)) == (1, 1)


async def test_killed_after_the_platform_took_it_nothing_is_told_twice(bench: Bench) -> None:
    class Killed(BaseException):
        pass

    send = bench.ours.send

    async def sent_and_killed(notice: DepartmentNotice) -> None:
        await send(notice)
        raise Killed

    await bench.push(bench.theirs.give("S1", **ORDER))
    await bench.services.updates.apply()
    bench.ours.send = sent_and_killed  # type: ignore[method-assign,assignment]  # dies after it
    with pytest.raises(Killed):
        await bench.services.telling.deliver()
    bench.ours.send = send  # type: ignore[method-assign]  # the next process
    await bench.restarted()
    await bench.settle()
    assert bench.theirs.orders["S1"].steps == ["转派"]
    assert (await bench.services.deliveries.standing()).to_do == 0


async def test_a_platform_that_is_down_for_an_hour_learns_everything_in_order(
    bench: Bench,
) -> None:
    clock, theirs = bench.world.clock, bench.theirs
    await bench.push(theirs.give("S1", **ORDER))
    await bench.services.updates.apply()
    theirs.down = True
    number = (await bench.case()).number
    await bench.services.telling.deliver()
    await bench.services.cases.move(number, Move.ACCEPT, CLERK)
    await bench.services.cases.move(number, Move.REPLY, CLERK, text=REPLY)
    for _ in range(60):
        await bench.services.telling.deliver()
        clock.advance(minutes=1)
    assert theirs.orders["S1"].done == []
    standing = await bench.services.deliveries.standing()
    assert (standing.failed, len(standing.waiting)) == ((), 3)
    theirs.down = False
    clock.advance(seconds=PATIENCE.cap_s)
    await bench.settle()
    assert theirs.orders["S1"].steps == ["转派", "签收", "办结反馈"]
    assert (await bench.services.deliveries.standing()).waiting == ()


async def test_what_the_platform_refuses_is_shown_with_its_code_alone(bench: Bench) -> None:
    bench.theirs.trouble = ["4022"]
    await bench.push(bench.theirs.give("S1", **ORDER))
    await bench.settle()
    [row] = (await bench.services.deliveries.standing()).failed
    assert (row.last_error, row.notice.external_number) == ("platform_4022", "S1")


async def test_a_replay_is_refused_and_a_resend_is_one_order(bench: Bench) -> None:
    event = bench.theirs.give("S1", **ORDER)
    body, headers = bench.theirs.call(DOOR, event)
    answers = [await bench.door.post(DOOR, data=body, headers=headers) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 403]
    assert await answers[0].json() == {"code": "0"}
    assert await bench.push(event, event) == 200
    assert await bench.services.updates.apply() == 1


async def test_a_replay_is_refused_whichever_replica_it_reaches(bench: Bench, base: str) -> None:
    rates = bench.services.cache
    replicas = [
        PushingPlatform("county", settings(base), MAPPING, rates, bench.world.clock.now)
        for _ in range(2)
    ]
    body, headers = bench.theirs.call(DOOR, bench.theirs.give("S1", **ORDER))
    lower = {name.lower(): value for name, value in headers.items()}
    request = RawRequest(method="POST", path=DOOR, headers=lower, body=body)
    await replicas[0].admit(request)
    with pytest.raises(Unverified, match="replayed"):
        await replicas[1].admit(request)
    for replica in replicas:
        await replica.close()


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("2026-03-04 18:00:00", datetime(2026, 3, 4, 10, 0, tzinfo=UTC)),
        ("2026-03-31", datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)),
    ],
)
async def test_the_sooner_of_two_deadlines_holds_and_theirs_is_on_record(
    bench: Bench, given: str, due: datetime
) -> None:
    await bench.push(bench.theirs.give("S1", **ORDER | {"办理时限": given}))
    await bench.services.updates.apply()
    case = await bench.case()
    assert case.due_at == due
    opened = (await bench.services.cases.events(case.number))[0]
    assert datetime.fromisoformat(opened.details["due_by"]) == MAPPING.times.read(given)


async def test_what_we_must_not_take_goes_back_with_the_lawful_way(bench: Bench) -> None:
    await bench.push(bench.theirs.give("S1", **ORDER | {"诉求内容": "对法院的判决不服"}))
    await bench.settle()
    number, way = (await bench.case()).number, "请依照诉讼法向上一级人民法院提出。"
    await bench.services.cases.move(number, Move.REFUSE, TRIAGE, reason=way)
    await bench.settle()
    order = bench.theirs.orders["S1"]
    assert (order.state, order.done[-1]["办理"]["依据"]) == ("已退单", way)


async def test_a_unit_with_a_platform_of_its_own_works_there(bench: Bench) -> None:
    world, theirs = bench.world, bench.theirs
    world.contacts = (Contact(unit=LIGHTS, work_order=NAME),)
    await bench.restarted()
    case = await opened(bench)
    await bench.settle()
    [order] = theirs.orders.values()
    await bench.push(theirs.act("签收", order.number))
    asked = theirs.event("申请延期", order, 办理={"延期工作日": 3, "理由": "采购灯具"})
    await bench.push(asked)
    await bench.settle()
    await bench.services.cases.move(case.number, Move.EXTEND, TRIAGE, reason="同意", days=3)
    await bench.settle()
    assert order.done[-1]["办理"]["是否同意"] == "同意"
    await bench.push(theirs.act("办结反馈", order.number, 办理={"办理结果": REPLY}))
    await bench.settle()
    await bench.services.cases.rate(case.number, 5)
    await bench.settle()
    assert (order.state, order.steps) == ("已评价", ["交办", "延期审核", "评价"])
    assert order.done[-1]["回访"] == {"满意度": "非常满意"}


async def test_a_unit_returns_an_order_with_its_basis(bench: Bench) -> None:
    world, theirs = bench.world, bench.theirs
    world.contacts = (Contact(unit=LIGHTS, work_order=NAME),)
    await bench.restarted()
    case = await opened(bench)
    await bench.settle()
    [order] = theirs.orders.values()
    back = {"理由": "不属我局职责", "依据": "三定方案第五条"}
    await bench.push(theirs.act("退单", order.number, 办理=back))
    await bench.settle()
    events = await bench.services.cases.events(case.number)
    assert (events[-1].move, events[-1].reason) == (
        Move.RETURN,
        "不属我局职责（依据：三定方案第五条）",
    )
    await bench.services.cases.move(
        case.number, Move.DISPATCH, TRIAGE, department=LIGHTS, reason="属于你局"
    )
    await bench.settle()
    assert (order.state, order.steps) == ("待签收", ["交办", "退单审核", "转派"])


async def opened(bench: Bench) -> Case:
    new = NewCase(
        origin_key="k",
        channel="webchat",
        conversation_id="",
        sender_id="",
        title="路灯坏了",
        text="人民路的路灯坏了三天",
        contact_phone="13900000001",
    )
    return (await bench.services.cases.open_case(new)).case


async def test_a_platform_that_is_asked(world: World, theirs: WorkOrderPlatform, base: str) -> None:
    ours = PulledPlatform("county", settings(base, mode="pull"), MAPPING, now=world.clock.now)
    world.senders[NAME] = world.polled[NAME] = ours
    first = await world.replica()
    theirs.news = [theirs.give("S1", **ORDER)]
    theirs.down = True
    assert await first.polling.poll() == 0
    world.clock.advance(minutes=10)
    theirs.down = False
    assert await first.polling.poll() == 1
    second = await world.replica("replica-2")
    world.clock.advance(minutes=1)
    theirs.news.append(theirs.event("催办", theirs.orders["S1"]))
    assert await second.polling.poll() == 1
    await second.updates.apply()
    await second.updates.apply()
    await second.telling.deliver()
    async with world.storage.read() as unit:
        case = await unit.cases.by_origin(f"{NAME}:S1")
    assert case is not None
    assert (case.course.urged, theirs.orders["S1"].state) == (1, "待签收")
    await ours.close()
