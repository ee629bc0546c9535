"""Cases as Open311 clients ask for them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.cases.model import Case, Course, DemandType, Published, State
from bot.open311.listing import Reader, Wanted
from bot.open311.services import Services
from bot.storage.units import Storage
from tests.bot.web.open311 import small_city

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SERVICES = Services(small_city())
CATEGORIES = tuple(one.category for one in SERVICES.all if one.category)
READER = Reader(key="second", public_keys=frozenset({"app"}))
SPAN = Wanted(start=AT - timedelta(days=1), end=AT + timedelta(days=1))
LAMPS, OTHERS = SERVICES.all[0], SERVICES.all[-1]


def of(key: str, code: str = "CG-01", **details: str) -> Course:
    return Course(details={"key": key, "service_code": code, **details})


def case(number: int, **values: object) -> Case:
    made = Case(
        id=f"case{number}",
        number=f"20260302{number:06d}",
        channel="open311",
        conversation_id="",
        sender_id="somebody",
        title="路灯",
        text="路灯坏了",
        state=State.DISPATCHED,
        demand_type=DemandType.HELP,
        opened_at=AT + timedelta(minutes=number),
        course=of("app", latitude="1.5", longitude="2.5"),
    )
    return replace(made, **values)  # type: ignore[arg-type]


PUBLIC = Published(title="标题", text="内容", reply="答复")
LET_OUT = {"channel": "web", "sender_id": "x", "published": PUBLIC, "published_at": AT}
KEPT = (
    case(1),
    case(2, confidential=True),
    case(3, demand_type=DemandType.REPORT),
    case(4, course=of("second"), confidential=True),
    case(5, course=of("third")),
    case(6, channel="web"),
    case(7, category=("市政", "照明", "路灯"), **LET_OUT),
    case(8, category=("别的",), **LET_OUT),
    case(9, state=State.CLOSED, course=of("app", "other")),
    case(10, state=State.MERGED, reply_text="已答复"),
    case(11, state=State.MERGED),
)


async def found(storage: Storage, wanted: Wanted, reader: Reader = READER) -> list[int]:
    async with storage.begin() as unit:
        for one in KEPT:
            await unit.cases.add(one, origin_key=one.id, query_code_hash="")
    async with storage.read() as unit:
        rows = await unit.open311.requests(wanted, reader, CATEGORIES)
    assert all(row.updated_at == row.case.opened_at for row in rows)
    return [int(row.case.number[8:]) for row in rows]


async def test_what_a_reader_may_see_newest_first(storage: Storage) -> None:
    assert await found(storage, SPAN) == [11, 10, 9, 8, 7, 4, 1]


async def test_what_anybody_may_see(storage: Storage) -> None:
    assert await found(storage, SPAN, Reader()) == [8, 7]


async def test_the_rule_in_words_is_the_rule_in_the_database(storage: Storage) -> None:
    seen = {int(one.number[8:]) for one in KEPT if READER.sees_as_request(one) or one.published}
    assert set(await found(storage, SPAN)) == seen


async def test_by_status(storage: Storage) -> None:
    assert await found(storage, replace(SPAN, statuses=frozenset({"closed"}))) == [10, 9]


async def test_by_the_other_status(storage: Storage) -> None:
    wanted = replace(SPAN, statuses=frozenset({"open"}))
    assert await found(storage, wanted) == [11, 8, 7, 4, 1]


async def test_by_service(storage: Storage) -> None:
    assert await found(storage, replace(SPAN, services=(LAMPS,))) == [11, 10, 7, 4, 1]


async def test_by_the_service_of_all_else(storage: Storage) -> None:
    assert await found(storage, replace(SPAN, services=(OTHERS,))) == [9, 8]


async def test_by_time_and_page(storage: Storage) -> None:
    wanted = replace(SPAN, start=KEPT[0].opened_at, end=KEPT[8].opened_at, skip=1, limit=3)
    assert await found(storage, wanted) == [8, 7, 4]


async def test_by_ids_a_published_case_is_not_told_by_its_number(storage: Storage) -> None:
    numbers = tuple(one.number for one in KEPT)
    wanted = replace(SPAN, ids=(*numbers, "pcase8", "pcase5", "case7x"))
    assert await found(storage, wanted) == [11, 10, 9, 8, 4, 1]


async def test_a_channels_own_facts_are_kept(storage: Storage) -> None:
    await found(storage, SPAN)
    async with storage.read() as unit:
        kept = await unit.cases.get(KEPT[0].number)
    assert kept == KEPT[0]
    assert kept.coordinates == (1.5, 2.5)
