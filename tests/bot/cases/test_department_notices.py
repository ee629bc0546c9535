"""Which departments and systems are told of a move, and what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cases.department_notices import Recipient, system_actor
from bot.cases.model import SYSTEM, Actor, Case, Move, NewCase, Role
from bot.cases.service import CaseService
from bot.delivery.records import Delivery
from bot.errors import PolicylineError
from connectors.departments.base import NoticeKind
from tests.bot.cases.world import CITY_LOOK, CLERK, ROADS, SECRET, TRIAGE, UNSURE, WATER, World

FIXED = "新城大道的路灯已修好，三天没亮是断线"
HEAD = Actor(id="head", role=Role.DEPARTMENT_HEAD, department=CITY_LOOK)


class Book:
    """The lead has a mailbox and a platform, water a platform of the same name, roads nothing."""

    def of_unit(self, unit: str) -> tuple[Recipient, ...]:
        mail = Recipient(sender="email", address="duty@example.com", person=True)
        platform = Recipient(sender="platform")
        return {CITY_LOOK: (platform, mail), WATER: (platform,)}.get(unit, ())

    def of_origin(self, channel: str) -> tuple[Recipient, ...]:
        return (Recipient(sender="province"),) if channel == "province" else ()

    def link(self, case_number: str) -> str:
        return f"http://test/cases/{case_number}"


@pytest.fixture
def told(world: World) -> World:
    world.service = CaseService(
        world.storage, world.clock, world.ids, world.router, world.city, SECRET, directory=Book()
    )
    return world


async def rows(world: World, number: str) -> tuple[Delivery, ...]:
    async with world.storage.read() as unit:
        return await unit.deliveries.of_case(number)


async def said(world: World, number: str) -> list[tuple[str, str, str]]:
    """Sender, unit, kind of each notice, in order."""
    return [(row.sender, row.target, row.notice.kind.value) for row in await rows(world, number)]


async def since(world: World, number: str, move: Move, actor: Actor, **given: object) -> list[str]:
    """What a move adds: `sender:unit:kind`."""
    before = len(await rows(world, number))
    await world.service.move(number, move, actor, **given)  # type: ignore[arg-type] # of several types
    return [":".join(each) for each in (await said(world, number))[before:]]


async def opened(world: World, **changes: object) -> Case:
    return (await world.open(**changes)).case  # type: ignore[arg-type] # of several types


async def test_an_opened_case_is_told_to_whom_it_went(told: World) -> None:
    case = await opened(told, contact_name="王五", contact_phone="13900000001")
    platform, mail = await rows(told, case.number)
    assert (platform.sender, mail.sender, mail.address) == ("platform", "email", "duty@example.com")
    notice = platform.notice
    assert notice.kind is NoticeKind.DISPATCHED
    assert (notice.case_number, notice.department) == (case.number, CITY_LOOK)
    assert (notice.title, notice.text, notice.place) == (case.title, case.text, case.place)
    assert (notice.contact_name, notice.contact_phone) == ("王五", "13900000001")
    assert notice.due_at == case.due_at
    assert notice.link == f"http://test/cases/{case.number}"


async def test_a_case_in_triage_is_told_to_nobody(told: World) -> None:
    told.router.routing = UNSURE
    case = await opened(told)
    assert await said(told, case.number) == []
    assert await since(told, case.number, Move.DISPATCH, TRIAGE, department=WATER) == [
        f"platform:{WATER}:dispatched"
    ]


@pytest.mark.parametrize("wish", ["anonymous", "confidential"])
async def test_who_asked_for_secrecy_stays_unknown(told: World, wish: str) -> None:
    case = await opened(
        told,
        text="路灯三天没亮了，我是王五，电话 13900000001",
        contact_name="王五",
        contact_phone="13900000001",
        **{wish: True},
    )
    await told.service.move(case.number, Move.NOTE, SYSTEM, text="改打 13900000002")
    found = await rows(told, case.number)
    assert len(found) == 4
    for row in found:
        assert (row.notice.contact_name, row.notice.contact_phone) == ("", "")
        for private in ("王五", "13900000001", "13900000002"):
            assert private not in repr(row.notice)


async def test_the_same_key_again_tells_nothing_again(told: World) -> None:
    case = await opened(told)
    await opened(told)
    assert len(await rows(told, case.number)) == 2


async def test_a_move_that_fails_tells_nothing(told: World) -> None:
    case = await opened(told)
    with pytest.raises(PolicylineError):
        await told.service.move(case.number, Move.REASSIGN, TRIAGE, department="没有", reason="错")
    assert len(await rows(told, case.number)) == 2


async def test_reassigned_it_is_taken_from_one_and_given_to_the_other(told: World) -> None:
    case = await opened(told)
    assert await since(
        told, case.number, Move.REASSIGN, TRIAGE, department=WATER, reason="水利职责"
    ) == [
        f"platform:{CITY_LOOK}:withdrawn",
        f"email:{CITY_LOOK}:withdrawn",
        f"platform:{WATER}:dispatched",
    ]
    assert (await rows(told, case.number))[2].notice.words == "水利职责"


@pytest.mark.parametrize(
    ("department", "granted", "also"), [(CITY_LOOK, False, 2), (WATER, True, 1)]
)
async def test_a_return_is_decided_by_whom_it_goes_to_next(
    told: World, department: str, granted: bool, also: int
) -> None:
    case = await opened(told)
    assert await since(told, case.number, Move.RETURN, CLERK, reason="不是我局职责") == []
    dispatched = await since(told, case.number, Move.DISPATCH, TRIAGE, department=department)
    assert dispatched[:2] == [
        f"platform:{CITY_LOOK}:return_decided",
        f"email:{CITY_LOOK}:return_decided",
    ]
    assert len(dispatched) == 2 + also
    assert (await rows(told, case.number))[2].notice.granted is granted


async def test_lead_and_helper_on_one_platform_are_both_told(told: World) -> None:
    told.router.routing = replace(told.router.routing, supporting=(WATER,))
    case = await opened(told)
    assert [each[:2] for each in await said(told, case.number)] == [
        ("platform", CITY_LOOK),
        ("email", CITY_LOOK),
        ("platform", WATER),
    ]


async def test_a_supporting_unit_is_asked_to_help_and_let_go_with_the_lead(told: World) -> None:
    case = await opened(told)
    assert await since(told, case.number, Move.ADD_SUPPORT, TRIAGE, department=WATER) == [
        f"platform:{WATER}:dispatched"
    ]
    assert (await rows(told, case.number))[-1].notice.words == f"请协办，主办单位：{CITY_LOOK}"
    assert await since(told, case.number, Move.RETURN, CLERK, reason="不是我局职责") == [
        f"platform:{WATER}:withdrawn"
    ]


async def test_what_the_office_and_the_citizen_do_is_told(told: World) -> None:
    number = (await opened(told)).number
    both = [f"platform:{CITY_LOOK}", f"email:{CITY_LOOK}"]
    for move, kind, given in (
        (Move.URGE, "urged", {"text": "三天了"}),
        (Move.SUPERVISE, "supervised", {"reason": "久拖不决"}),
        (Move.NOTE, "note", {"text": "在东门那一盏"}),
        (Move.EXTEND, "extension_decided", {"reason": "要采购", "days": 3}),
    ):
        assert await since(told, number, move, SYSTEM, **given) == [f"{one}:{kind}" for one in both]


async def test_people_are_not_told_of_what_their_own_unit_did(told: World) -> None:
    number = (await opened(told)).number
    await told.service.move(number, Move.ACCEPT, CLERK)
    assert await since(told, number, Move.NOTE, CLERK, text="已派人去看") == []
    assert await since(told, number, Move.REPLY, HEAD, text=FIXED) == [
        f"platform:{CITY_LOOK}:replied"
    ]
    assert await since(told, number, Move.CLOSE, TRIAGE) == [
        f"platform:{CITY_LOOK}:closed",
        f"email:{CITY_LOOK}:closed",
    ]
    before = len(await rows(told, number))
    await told.service.rate(number, 2, text="又坏了")
    rated = (await rows(told, number))[before:]
    assert [(row.notice.kind, row.notice.grade) for row in rated] == [(NoticeKind.RATED, 2)] * 2


async def test_a_system_is_not_told_of_what_it_told_itself(told: World) -> None:
    number = (await opened(told)).number
    itself = Actor(id=system_actor("platform"), role=Role.DEPARTMENT_CLERK, department=CITY_LOOK)
    await told.service.move(number, Move.ACCEPT, itself)
    text = FIXED
    assert await since(told, number, Move.REPLY, itself, text=text) == []


async def test_the_system_that_opened_a_case_follows_it(told: World) -> None:
    told.router.routing = replace(UNSURE)
    new = NewCase(
        origin_key="province:S1",
        channel="province",
        conversation_id="",
        sender_id="",
        title="路灯不亮",
        text="新城大道的路灯三天没亮了",
        external_number="S1",
    )
    number = (await told.service.open_case(new, actor=SYSTEM)).case.number
    await told.service.move(number, Move.DISPATCH, TRIAGE, department=ROADS)
    roads = Actor(id="roads", role=Role.DEPARTMENT_HEAD, department=ROADS)
    await told.service.move(number, Move.ACCEPT, roads)
    await told.service.move(number, Move.REPLY, roads, text=FIXED)
    await told.service.move(number, Move.CLOSE, TRIAGE)
    found = await rows(told, number)
    assert {(row.sender, row.notice.external_number) for row in found} == {("province", "S1")}
    assert [row.notice.kind.value for row in found] == [
        "dispatched",
        "accepted",
        "replied",
        "closed",
    ]


async def test_a_merged_case_is_taken_back(told: World) -> None:
    lead = (await opened(told, key="a")).number
    other = (await opened(told, key="b")).number
    assert await since(told, other, Move.MERGE, TRIAGE, lead_number=lead, reason="同一盏路灯") == [
        f"platform:{CITY_LOOK}:withdrawn",
        f"email:{CITY_LOOK}:withdrawn",
    ]
    assert (await rows(told, other))[-1].notice.words == f"已并入 {lead}"


async def test_the_same_telling_moves_a_case_once(told: World) -> None:
    number = (await opened(told)).number
    for _ in range(2):
        await told.service.move(number, Move.NOTE, SYSTEM, text="补充", told_as="u1")
    assert [event.move for event in await told.service.events(number)].count(Move.NOTE) == 1
    assert (await said(told, number))[2:] == [
        ("platform", CITY_LOOK, "note"),
        ("email", CITY_LOOK, "note"),
    ]


async def test_who_opened_it_learns_whose_it_became_even_at_once(told: World) -> None:
    new = NewCase(
        origin_key="province:S2",
        channel="province",
        conversation_id="",
        sender_id="",
        title="路灯不亮",
        text="新城大道的路灯三天没亮了",
        external_number="S2",
    )
    province = Actor(id=system_actor("province"), role=Role.SYSTEM)
    case = (await told.service.open_case(new, actor=province)).case
    [notice] = [row.notice for row in await rows(told, case.number) if row.sender == "province"]
    assert (notice.kind, notice.department) == (NoticeKind.DISPATCHED, CITY_LOOK)
    assert (notice.external_number, notice.case_number) == ("S2", case.number)
