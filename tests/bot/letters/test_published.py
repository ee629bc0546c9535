"""Published letters: written with the moves of their cases, found by words, paged both ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.cases.calendar import working_days_between
from bot.cases.model import CITIZEN, Case, DemandType, Move
from bot.cases.published_letters import Gone, PublishedLetter, search_words
from bot.errors import Invalid
from bot.letters.published import PublishedLetters
from bot.letters.wanted import LetterFilter, Place, place_of
from bot.storage.units import Storage
from tests.bot.cases.world import CLERK, TRIAGE
from tests.bot.cases.world import City as SmallCity
from tests.bot.cases.world import World as CaseWorld
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
REPLY = "您好，路灯已修好。"


@pytest.fixture
def cases(
    storage: Storage, clock: FakeClock, ids: CountingIds, wakeups: RecordedWakeups
) -> CaseWorld:
    return CaseWorld(storage=storage, clock=clock, ids=ids, wakeups=wakeups)


@pytest.fixture
def letters(storage: Storage, clock: FakeClock, ids: CountingIds) -> PublishedLetters:
    return PublishedLetters(storage, clock, ids, SmallCity())


def letter(number: int, **values: object) -> PublishedLetter:
    made = PublishedLetter(
        id=f"letter{number:03d}",
        case_id=f"case{number:03d}",
        title=f"第{number}封信",
        text="东门的路灯不亮",
        reply="已经修好",
        demand_type=DemandType.HELP,
        field="",
        department="市城市管理局",
        channel="mailbox",
        addressee="市长信箱",
        received_on=date(2026, 3, 2),
        replied_on=date(2026, 3, 5),
        working_days=3,
        rating=None,
        published_at=AT + timedelta(minutes=number // 2),
    )
    return replace(made, **values)  # type: ignore[arg-type]


async def put(storage: Storage, *kept: PublishedLetter) -> None:
    async with storage.begin() as unit:
        for one in kept:
            await unit.letters.put(one)


async def found(letters: PublishedLetters, said: str, **values: object) -> list[str]:
    wanted = LetterFilter(words=search_words(said), **values)  # type: ignore[arg-type]
    page = await letters.page(wanted)
    assert page.count == len(page.letters)
    return [one.id for one in page.letters]


async def published(cases: CaseWorld) -> Case:
    number = (await cases.open()).case.number
    await cases.service.move(number, Move.ACCEPT, CLERK)
    cases.clock.advance(hours=72)
    await cases.service.move(number, Move.REPLY, CLERK, text=REPLY)
    await cases.service.move(number, Move.AGREE_PUBLISH, CITIZEN)
    return await cases.service.move(number, Move.PUBLISH, TRIAGE)


async def only(letters: PublishedLetters) -> PublishedLetter:
    (one,) = (await letters.page(LetterFilter())).letters
    return one


async def test_words_are_sequences_and_all_of_them_occur(
    storage: Storage, letters: PublishedLetters
) -> None:
    await put(
        storage,
        letter(1, text="ＡＢＣ小区 停水，100%无水_压"),
        letter(2, text="abc小区停电"),
        letter(3, title="停水", reply="因检修停水，已恢复供水"),
    )
    assert await found(letters, "停水") == ["letter003", "letter001"]
    assert await found(letters, "停水 abc") == ["letter001"]
    assert await found(letters, "ABC小区停") == ["letter002", "letter001"]
    assert await found(letters, "abc\u3000小区") == ["letter002", "letter001"]
    assert await found(letters, "100%") == ["letter001"]
    assert await found(letters, "水_压") == ["letter001"]
    assert await found(letters, "%") == ["letter001"]
    assert await found(letters, "/") == []
    assert await found(letters, "城市管理局 恢复供水") == ["letter003"]
    assert await found(letters, "没有的话") == []


async def test_filters_hold_together(storage: Storage, letters: PublishedLetters) -> None:
    await put(
        storage,
        letter(1, field="养老服务", department="市民政局", received_on=date(2025, 12, 31)),
        letter(2, field="养老服务", demand_type=DemandType.SUGGESTION),
        letter(3),
    )
    assert await found(letters, "", field="养老服务") == ["letter002", "letter001"]
    assert await found(letters, "", field="养老服务", year=2025) == ["letter001"]
    assert await found(letters, "", department="市民政局") == ["letter001"]
    assert await found(letters, "", demand_type="建议") == ["letter002"]
    choices = await letters.choices()
    assert choices.years == ("2026", "2025")
    assert choices.fields == ("养老服务",)


async def test_pages_meet_without_gap_in_both_directions(
    storage: Storage, letters: PublishedLetters
) -> None:
    await put(storage, *(letter(number) for number in range(25)))
    seen, pages, place = [], [], None
    for _ in range(3):
        page = await letters.page(LetterFilter(), before=place, limit=10)
        pages.append(page)
        seen += [one.id for one in page.letters]
        place = page.older
    assert place is None
    assert seen == [f"letter{number:03d}" for number in reversed(range(25))]
    assert pages[0].newer is None
    back = await letters.page(LetterFilter(), after=pages[2].newer, limit=10)
    assert back.letters == pages[1].letters
    first = await letters.page(LetterFilter(), after=back.newer, limit=10)
    assert first.letters == pages[0].letters
    assert first.newer is None
    assert first.older == pages[0].older


async def test_results_are_counted_no_further_than_is_told(
    storage: Storage, letters: PublishedLetters
) -> None:
    await put(storage, *(letter(number) for number in range(120)))
    assert (await letters.page(LetterFilter())).count == 101


async def test_a_move_writes_the_letter(cases: CaseWorld, letters: PublishedLetters) -> None:
    case = await published(cases)
    one = await only(letters)
    assert (one.title, one.reply, one.field) == (case.title, REPLY, "城市照明")
    assert one.working_days == working_days_between(
        one.received_on, one.replied_on, SmallCity().limits
    )
    assert one.replied_on - one.received_on == timedelta(days=3)
    assert case.number not in one.id
    assert case.id != one.id
    await cases.service.rate(case.number, 5)
    assert (await only(letters)).rating == 5


async def test_withdrawn_its_words_are_gone_and_its_address_stays(
    cases: CaseWorld, letters: PublishedLetters
) -> None:
    case = await published(cases)
    one = await only(letters)
    await cases.service.move(case.number, Move.WITHDRAW, TRIAGE, reason="改了主意")
    left = await letters.get(one.id)
    assert left is not None
    assert left.gone is Gone.WITHDRAWN
    assert (left.title, left.text, left.reply, left.addressee) == ("", "", "", "")
    assert (await letters.page(LetterFilter())).letters == ()
    assert await found(letters, "路灯") == []
    await cases.service.move(case.number, Move.PUBLISH, TRIAGE)
    assert (await only(letters)).id == one.id


async def test_handled_anew_its_old_answer_is_not_shown(
    cases: CaseWorld, letters: PublishedLetters
) -> None:
    case = await published(cases)
    one = await only(letters)
    after = await cases.service.move(case.number, Move.REOPEN, CITIZEN, reason="又坏了")
    assert after.published is None
    left = await letters.get(one.id)
    assert left is not None
    assert left.gone is Gone.REOPENED
    assert left.reply == ""
    number = case.number
    await cases.service.move(number, Move.DISPATCH, TRIAGE, department=CLERK.department)
    await cases.service.move(number, Move.ACCEPT, CLERK)
    await cases.service.move(number, Move.REPLY, CLERK, text="您好，已经换了新灯。")
    assert [case.number for case in await letters.offered()] == [number]
    assert (await letters.page(LetterFilter())).letters == ()
    await cases.service.move(number, Move.PUBLISH, TRIAGE)
    assert (await only(letters)).reply == "您好，已经换了新灯。"
    assert (await only(letters)).id == one.id
    assert await letters.offered() == ()


async def test_what_an_earlier_version_published_is_carried_over(
    cases: CaseWorld, letters: PublishedLetters, storage: Storage
) -> None:
    case = await published(cases)
    before = await only(letters)
    async with storage.begin() as unit:
        await unit.letters.forget(case.id)
    assert (await letters.page(LetterFilter())).letters == ()
    assert await letters.carry_over() == 1
    assert replace(await only(letters), id=before.id) == before
    assert await letters.carry_over() == 0


def test_a_search_has_its_bounds() -> None:
    assert search_words(" 停水  停水 Ａ ") == ("停水", "a")
    with pytest.raises(Invalid):
        search_words("字" * 61)
    with pytest.raises(Invalid):
        search_words("一 二 三 四 五 六 七 八 九")


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place(at=AT, id="letter001")
    assert place_of(place.encode()) == place
    assert place_of("") is None
    for wrong in ("yesterday", "2026-03-02T02:00:00", "~"):
        with pytest.raises(Invalid):
            place_of(wrong)
