"""Departments are told, and their systems heard: through failures, once, never dropped."""

from __future__ import annotations

import asyncio

import pytest

from bot.cases.model import Actor, Case, DemandType, Move, NewCase, Role, State
from bot.city.contacts import Contact
from bot.delivery.backoff import Backoff
from bot.delivery.departments import PATIENCE, DepartmentDeliveries
from bot.delivery.loops import departments_until
from bot.delivery.records import Delivery, StoredUpdate, UpdateState
from bot.metrics import Metrics
from bot.services import Services
from connectors.departments.base import UpdateKind
from connectors.errors import Refused, Retryable, Waiting
from tests.bot.conftest import World
from tests.fakes.department_system import FakeSystem, NewsSystem, StrictSender, Telling
from tests.fakes.town import LIGHTS

TRIAGE = Actor(id="triage", role=Role.TRIAGE)
TEXT = "人民路的路灯坏了三天，电话 13900000001"


@pytest.fixture
def system(world: World) -> FakeSystem:
    """The lights' own platform; it may open cases here as well."""
    made = FakeSystem(name="lights", numbers=True, sees_citizens=True)
    world.senders["lights"] = made
    world.called["lights"] = made
    world.contacts = (Contact(unit=LIGHTS, work_order="lights", email=("duty@example.com",)),)
    return made


@pytest.fixture
def mail(world: World) -> StrictSender:
    world.senders["email"] = made = StrictSender(name="email")
    return made


@pytest.fixture
def tell(world: World) -> Telling:
    return Telling("lights", world.clock)


@pytest.fixture
async def services(world: World, system: FakeSystem, mail: StrictSender) -> Services:
    return await world.replica()


async def opened(services: Services, key: str = "k") -> Case:
    new = NewCase(
        origin_key=key,
        channel="webchat",
        conversation_id="",
        sender_id="",
        title="路灯坏了，电话 13900000001",
        text=TEXT,
        contact_name="王五",
        contact_phone="13900000001",
    )
    return (await services.cases.open_case(new)).case


async def rows(world: World, number: str) -> tuple[Delivery, ...]:
    async with world.storage.read() as unit:
        return await unit.deliveries.of_case(number)


async def held(services: Services) -> list[str]:
    return [row.reason for row in (await services.deliveries.standing()).held]


async def applied(services: Services, *updates: object) -> list[str]:
    """Store and apply; gives why what is held is."""
    await services.updates.store(updates)  # type: ignore[arg-type] # made by `Telling`
    await services.updates.apply()
    return await held(services)


async def test_a_system_sees_the_citizen_and_people_do_not(
    services: Services, system: FakeSystem, mail: StrictSender
) -> None:
    await opened(services)
    assert await services.telling.deliver() == 2
    assert (system.taken[0].contact_phone, system.taken[0].text) == ("13900000001", TEXT)
    notice = mail.taken[0]
    assert (notice.contact_name, notice.contact_phone) == ("", "")
    assert "13900000001" not in repr(notice)
    assert "路灯坏了" in notice.title


async def test_their_number_goes_with_what_follows(services: Services, system: FakeSystem) -> None:
    number = (await opened(services)).number
    await services.telling.deliver()
    await services.cases.move(number, Move.URGE, TRIAGE, text="请尽快")
    await services.telling.deliver()
    assert [(one.kind.value, one.external_number) for one in system.taken] == [
        ("dispatched", ""),
        ("urged", f"P-{number}"),
    ]


async def test_a_platform_that_fails_for_an_hour_gets_everything_in_order(
    world: World, services: Services, system: FakeSystem
) -> None:
    number = (await opened(services)).number
    await services.cases.move(number, Move.URGE, TRIAGE, text="请尽快")
    system.outcomes = [Retryable("server_error") for _ in range(1000)]
    for _ in range(60):
        await services.telling.deliver()
        world.clock.advance(seconds=60)
    assert system.taken == []
    assert (await services.deliveries.standing()).failed == ()
    system.outcomes.clear()
    world.clock.advance(seconds=PATIENCE.cap_s)
    await services.telling.deliver()
    await services.telling.deliver()
    assert system.kinds == ["dispatched", "urged"]


async def test_what_is_refused_waits_for_a_person_with_what_follows(
    world: World, services: Services, system: FakeSystem
) -> None:
    system.outcomes = [Refused("refused")]
    number = (await opened(services)).number
    await services.telling.deliver()
    await services.cases.move(number, Move.URGE, TRIAGE, text="请尽快")
    await services.telling.deliver()
    standing = await services.deliveries.standing()
    assert [row.last_error for row in standing.failed] == ["refused"]
    assert standing.to_do == 1
    assert system.taken == []
    await services.deliveries.retry(standing.failed[0].id, by="office")
    await services.telling.deliver()
    await services.telling.deliver()
    assert system.kinds == ["dispatched", "urged"]
    [entry] = await services.staff.audit_entries(actor="office")
    assert (entry.action, entry.subject) == ("delivery.retry", standing.failed[0].id)


def impatient(world: World) -> DepartmentDeliveries:
    """A worker that gives up after three tries."""
    return DepartmentDeliveries(
        world.storage,
        world.senders,
        world.clock,
        Metrics(),
        owner="impatient",
        lease_s=30.0,
        jitter=lambda: 1.0,
        backoff=Backoff(base_s=5.0, cap_s=600.0, tries=3),
    )


async def test_tries_end_with_a_person(
    world: World, services: Services, system: FakeSystem
) -> None:
    system.outcomes = [Retryable("server_error") for _ in range(10)]
    number = (await opened(services)).number
    for _ in range(4):
        await impatient(world).deliver()
        world.clock.advance(seconds=600)
    assert ((await rows(world, number))[0].state.value, system.tries) == ("dead", 3)


async def test_waiting_for_a_quota_is_no_failed_try(
    world: World, services: Services, system: FakeSystem
) -> None:
    system.outcomes = [Waiting("robot_rate", retry_after_s=60) for _ in range(5)]
    number = (await opened(services)).number
    for _ in range(6):
        await impatient(world).deliver()
        world.clock.advance(seconds=62)
    assert ((await rows(world, number))[0].state.value, system.tries) == ("sent", 6)


async def test_a_killed_worker_sends_nothing_twice(
    world: World, services: Services, system: FakeSystem
) -> None:
    class Killed(BaseException):
        pass

    send = system.send

    async def sent_and_killed(notice: object) -> None:
        await send(notice)  # type: ignore[arg-type] # a notice
        raise Killed

    system.send = sent_and_killed  # type: ignore[assignment,method-assign] # dies after sending
    number = (await opened(services)).number
    with pytest.raises(Killed):
        await services.telling.deliver()
    system.send = send  # type: ignore[method-assign] # the next process
    other = await world.replica("replica-2")
    world.clock.advance(seconds=31)
    await other.telling.deliver()
    assert system.kinds == ["dispatched"]
    assert (await rows(world, number))[0].receipt == f"P-{number}"


async def test_two_workers_send_each_notice_once(
    world: World, services: Services, system: FakeSystem
) -> None:
    for key in "abcdef":
        await opened(services, key)
    other = await world.replica("replica-2")
    await asyncio.gather(services.telling.deliver(), other.telling.deliver())
    assert system.tries == len(system.taken) == 6


async def test_a_departments_system_takes_a_case_to_its_reply(
    world: World, services: Services, system: FakeSystem, tell: Telling
) -> None:
    number = (await opened(services)).number
    await services.telling.deliver()
    theirs = f"P-{number}"
    words = "人民路的路灯已修好，坏了三天是因为电缆断线。"
    assert (
        await applied(
            services,
            tell(UpdateKind.ACCEPTED, external_number=theirs),
            tell(UpdateKind.EXTENSION_ASKED, external_number=theirs, days=3, words="采购灯具"),
            tell(UpdateKind.REPLIED, external_number=theirs, words=words),
        )
        == []
    )
    case = await services.cases.get(number)
    assert (case.course.asked_days, case.course.draft_reply or case.reply_text) == (3, words)
    actors = {event.actor for event in (await services.cases.events(number))[2:]}
    assert actors == {Actor(id="system:lights", role=Role.DEPARTMENT_CLERK, department=LIGHTS)}
    await services.telling.deliver()
    assert system.kinds == ["dispatched"]


async def test_a_reply_takes_the_case_on(services: Services, tell: Telling) -> None:
    number = (await opened(services)).number
    words = "人民路的路灯已修好，坏了三天是因为电缆断线。"
    assert await applied(services, tell(UpdateKind.REPLIED, case_number=number, words=words)) == []
    moves = [event.move for event in await services.cases.events(number)]
    assert moves[2:] == [Move.ACCEPT, Move.REPLY]


async def test_applied_again_after_a_kill_it_moves_once(
    world: World, services: Services, tell: Telling
) -> None:
    number = (await opened(services)).number
    await services.updates.store([tell(UpdateKind.RETURNED, case_number=number, words="不是我局")])
    async with world.storage.begin() as unit:
        [row] = await unit.updates.claim_due(
            owner="dead", lease_s=30, limit=5, now=world.clock.now()
        )
    applier = services.updates._applier
    await applier.apply(row.id, number, row.update)
    world.clock.advance(seconds=31)
    assert await services.updates.apply() == 1
    moves = [event.move for event in await services.cases.events(number)]
    assert moves.count(Move.RETURN) == 1
    assert await held(services) == []


@pytest.mark.parametrize(
    ("kind", "given", "why"),
    [
        (UpdateKind.RETURNED, {"words": ""}, "退单没有写明理由和依据"),
        (UpdateKind.RATED, {"grade": 5}, "这件工单不是这个系统转来的"),
        (UpdateKind.URGED, {}, "这件工单不是这个系统转来的"),
        (UpdateKind.EXTENSION_ASKED, {"words": "忙", "days": 400}, "请填写延长的工作日数"),
        (UpdateKind.NOTE, {"words": " "}, "请填写内容。"),
        (UpdateKind.CLOSED, {"words": ""}, "对方已结案，但没有写办理结果"),
        (UpdateKind.ACCEPTED, {"department": "没有这个局"}, "不认识对方写的单位"),
    ],
)
async def test_what_cannot_be_applied_stays_for_a_person(
    services: Services, tell: Telling, kind: UpdateKind, given: dict[str, object], why: str
) -> None:
    number = (await opened(services)).number
    [reason] = await applied(services, tell(kind, case_number=number, **given))
    assert reason.startswith(why)
    assert (await services.cases.get(number)).version == 2


async def test_a_system_has_no_say_in_cases_that_are_not_its_own(
    world: World, services: Services, tell: Telling
) -> None:
    number = (await opened(services)).number
    world.contacts = ()
    stranger = await world.replica("replica-2")
    [reason] = await applied(stranger, tell(UpdateKind.ACCEPTED, case_number=number))
    assert reason == "这个系统的单位现在不承办这件工单"
    assert (await services.cases.get(number)).state is State.DISPATCHED


async def test_an_unknown_case_is_waited_for_and_then_held(
    world: World, services: Services, tell: Telling
) -> None:
    await services.updates.store([tell(UpdateKind.ACCEPTED, external_number="P-1")])
    for _ in range(5):
        await services.updates.apply()
        world.clock.advance(seconds=60)
    assert await held(services) == ["没有找到对应的工单"]


async def test_their_answer_may_overtake_the_receipt(
    world: World, services: Services, tell: Telling
) -> None:
    number = (await opened(services)).number
    assert await applied(services, tell(UpdateKind.ACCEPTED, external_number=f"P-{number}")) == []
    await services.telling.deliver()
    world.clock.advance(seconds=10)
    await services.updates.apply()
    assert (await services.cases.get(number)).state is State.ACCEPTED


async def test_an_order_of_theirs_becomes_a_case_and_goes_its_way(
    services: Services, system: FakeSystem, tell: Telling
) -> None:
    order = {
        "title": "下水道堵了",
        "text": "小区门口下水道堵了三天，请疏通",
        "demand_type": "求助",
        "place": "人民路 8 号",
        "contact_phone": "13900000002",
        "department": LIGHTS,
    }
    opening = tell(UpdateKind.OPENED, external_number="S7", order=order)
    again = tell(UpdateKind.OPENED, external_number="S7", order=order)
    urging = tell(UpdateKind.URGED, external_number="S7", words="领导督办")
    assert await applied(services, opening, again, urging) == []
    await services.updates.apply()
    await services.updates.apply()
    async with services.cases._storage.read() as unit:
        case = await unit.cases.by_origin("lights:S7")
    assert case is not None
    assert (case.external_number, case.channel, case.demand_type) == (
        "S7",
        "lights",
        DemandType.HELP,
    )
    assert (case.lead_department, case.course.urged) == (LIGHTS, 1)
    assert [row.state for row in await of(services)] == [UpdateState.APPLIED] * 3


async def test_an_order_without_its_text_or_number_is_held(
    services: Services, tell: Telling
) -> None:
    assert await applied(
        services,
        tell(UpdateKind.OPENED, external_number="S8", order={"title": "漏水"}),
        tell(UpdateKind.OPENED, order={"text": "漏水"}),
    ) == ["对方没有写诉求内容", "对方没有给出工单编号"]


async def test_the_worker_tells_hears_and_asks_until_it_is_stopped(
    world: World, services: Services, system: FakeSystem, mail: StrictSender, tell: Telling
) -> None:
    number = (await opened(services)).number
    world.polled["lights"] = NewsSystem(
        name="lights", news=[tell(UpdateKind.ACCEPTED, case_number=number)]
    )
    replica, stop = await world.replica("replica-2"), asyncio.Event()
    running = asyncio.create_task(departments_until(stop, replica))
    async with asyncio.timeout(20):
        with services.cache.waiting("cases") as waiter:
            while (await services.cases.get(number)).state is not State.ACCEPTED:
                await waiter.wait(1)
        await services.cases.move(number, Move.URGE, TRIAGE, text="请尽快")
        await system.took(2)
        await mail.took(2)
        stop.set()
        await running
    assert system.kinds == mail.kinds == ["dispatched", "urged"]


async def of(services: Services) -> tuple[StoredUpdate, ...]:
    async with services.deliveries._storage.read() as unit:
        return await unit.updates.in_state(tuple(UpdateState), limit=10)


async def test_news_are_read_on_from_where_they_were_left(
    world: World, services: Services, tell: Telling
) -> None:
    number = (await opened(services)).number
    news = NewsSystem(name="lights", news=[
        tell(UpdateKind.ACCEPTED, case_number=number),
        tell(UpdateKind.NOTE, case_number=number, words="已派人"),
        tell(UpdateKind.NOTE, case_number=number, words="已修好"),
    ], trouble=[Retryable("server_error")])  # fmt: skip
    world.polled["lights"] = news
    first, second = await world.replica("replica-2"), await world.replica("replica-3")
    found = 0
    for _ in range(4):
        found += sum(await asyncio.gather(first.polling.poll(), second.polling.poll()))
        world.clock.advance(seconds=60)
    assert found == 3
    assert news.asked == ["", "", "2", "3"]
    await first.updates.apply()
    await first.updates.apply()
    await first.updates.apply()
    assert (await services.cases.get(number)).version == 5


async def test_a_system_that_does_not_answer_is_shown(world: World, services: Services) -> None:
    news = NewsSystem(name="lights", trouble=[Refused("sign_in_refused") for _ in range(3)])
    world.polled["lights"] = news
    replica = await world.replica("replica-2")
    for _ in range(3):
        await replica.polling.poll()
        world.clock.advance(hours=1)
    [silent] = (await services.deliveries.standing()).silent
    assert (silent.source, silent.last_error) == ("lights", "sign_in_refused")
