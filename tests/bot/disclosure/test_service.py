"""The life of requests on both databases: numbers, codes, chains, who is first, who is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from bot.disclosure.application import Applicant, ApplicantKind, Channel, Way
from bot.disclosure.asked import AskedMove
from bot.disclosure.clock import Tone
from bot.disclosure.course import Outcome, Party, RemedyKind
from bot.disclosure.filters import RequestFilter
from bot.disclosure.letters import Letter
from bot.disclosure.model import Move, State
from bot.disclosure.refused import MoveRefused
from bot.disclosure.results import Result
from bot.errors import Conflict, Invalid, NotFound, TooMany
from bot.storage.disclosure_tables import disclosure_events
from tests.bot.disclosure.world import APPLICANT, CLERK, HEAD, LIGHTS, TRIAGE, House, filled


async def test_registered_once_with_a_number_and_a_code(house: House) -> None:
    first = await house.register()
    again = await house.register(content="别的")
    assert first.request.number == "GK2026000001"
    assert first.request.received_on == date(2026, 3, 2)
    assert (again.request, again.query_code, again.created) == (
        first.request,
        first.query_code,
        False,
    )
    assert (await house.register("other")).request.number == "GK2026000002"


async def test_two_who_send_the_same_at_once_register_one(house: House) -> None:
    both = await asyncio.gather(house.register(), house.register())
    assert {one.request.number for one in both} == {"GK2026000001"}
    assert sorted(one.created for one in both) == [False, True]


async def test_numbers_begin_anew_with_the_year_in_china(house: House) -> None:
    await house.register()
    house.clock.advance(days=304, hours=14, minutes=1)  # 31 December, 16:01 UTC
    assert (await house.register("next")).request.number == "GK2027000001"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": " "}, "content"),
        ({"content": "长" * 3001}, "content"),
        ({"applicant": Applicant(name="", phone="1")}, "name"),
        ({"applicant": Applicant(name="张三丰")}, "phone"),
        ({"applicant": Applicant(name="张三丰", email="zhang")}, "email"),
        ({"unit": "没有的局"}, "unit"),
        ({"arrived_on": date(2026, 3, 3)}, "arrived_on"),
    ],
)
async def test_what_is_missing_or_wrong_is_named(
    house: House, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await house.register(**changes)
    assert field in caught.value.fields


async def test_the_whole_course_to_the_archive(house: House) -> None:
    one = await house.working()
    letter = filled(Letter.THIRD_PARTY, one)
    one = await house.move(one.number, Move.CONSULT, text=letter, name="某公司")
    assert one.state is State.CONSULTING
    house.clock.advance(days=4)
    assert house.service.reading(one).tone is Tone.PAUSED
    one = await house.move(one.number, Move.OPINION, name="某公司", text="同意公开")
    one = await house.move(one.number, Move.ASK_EXTENSION, days=10, reason="材料在档案馆")
    extension = filled(Letter.EXTENSION, one)
    one = await house.move(one.number, Move.EXTEND, HEAD, days=10, reason="同意", text=extension)
    text = filled(Letter.DECISION, one, Result.PARTIAL)
    one = await house.move(one.number, Move.PROPOSE, result=Result.PARTIAL, text=text)
    one = await house.move(one.number, Move.REJECT, HEAD, reason="附件不全")
    one = await house.move(one.number, Move.PROPOSE, result=Result.PARTIAL, text=text)
    one = await house.move(one.number, Move.APPROVE, HEAD)
    assert (one.state, one.result, one.ended_on) == (
        State.DECIDED, Result.PARTIAL, date(2026, 3, 6)
    )  # fmt: skip
    assert one.course.letter == text
    one = await house.move(one.number, Move.DELIVER, way=Way.POST, day=date(2026, 3, 6))
    one = await house.move(one.number, Move.ARCHIVE)
    assert one.state is State.ARCHIVED
    assert await house.service.check_chain(one.number) is None
    assert len(await house.service.events(one.number)) == one.version == 13


async def test_a_correction_and_its_clock(house: House) -> None:
    made = await house.register()
    number = made.request.number
    await house.move(number, Move.EXAMINE)
    letter = filled(Letter.CORRECTION, made.request)
    one = await house.move(number, Move.ASK_CORRECTION, text=letter, days=5)
    assert one.course.correction is not None
    assert one.course.correction.by == date(2026, 3, 9)
    house.clock.advance(days=2)
    one = await house.move(number, Move.CORRECT, text="2025年1月签的那一份")
    assert (one.state, one.course.begins_on) == (State.EXAMINING, date(2026, 3, 4))
    assert one.received_on == date(2026, 3, 2)
    assert house.service.reading(one).due_on == date(2026, 4, 1)


async def test_after_seven_working_days_no_correction_is_asked_for(house: House) -> None:
    made = await house.register()
    await house.move(made.request.number, Move.EXAMINE)
    house.clock.advance(days=10)
    with pytest.raises(MoveRefused) as caught:
        await house.move(
            made.request.number,
            Move.ASK_CORRECTION,
            text=filled(Letter.CORRECTION, made.request),
        )
    assert caught.value.code == "late"


async def test_given_up_only_when_the_time_to_correct_is_over(house: House) -> None:
    made = await house.register()
    number = made.request.number
    await house.move(number, Move.EXAMINE)
    await house.move(
        number, Move.ASK_CORRECTION, text=filled(Letter.CORRECTION, made.request), days=5
    )
    text = filled(Letter.DECISION, made.request, Result.NOT_CORRECTED)
    house.clock.advance(days=7)
    with pytest.raises(MoveRefused) as caught:
        await house.move(number, Move.GIVE_UP, HEAD, reason="逾期", text=text)
    assert caught.value.code == "early"
    house.clock.advance(days=1)
    one = await house.move(number, Move.GIVE_UP, HEAD, reason="逾期", text=text)
    assert (one.state, one.result) == (State.GIVEN_UP, Result.NOT_CORRECTED)


@pytest.mark.parametrize("days", [0, 21])
async def test_an_extension_is_at_most_twenty_working_days(house: House, days: int) -> None:
    one = await house.working()
    with pytest.raises(Invalid, match="1 到 20"):
        await house.move(one.number, Move.ASK_EXTENSION, days=days, reason="-")


async def test_after_the_due_day_nothing_is_extended(house: House) -> None:
    one = await house.working()
    house.clock.advance(days=29)
    with pytest.raises(MoveRefused) as caught:
        await house.move(one.number, Move.ASK_EXTENSION, days=5, reason="-")
    assert caught.value.code == "late"


async def test_an_unfit_letter_does_not_go_out(house: House) -> None:
    one = await house.working()
    with pytest.raises(Invalid, match="救济途径") as caught:
        await house.move(
            one.number, Move.DECIDE, HEAD, result=Result.GRANTED, text=f"{one.number} 第三十六条"
        )
    assert caught.value.code == "letter_unfit"
    assert await house.service.get(one.number) == one


async def test_a_decision_is_never_what_comes_by_itself(house: House) -> None:
    one = await house.working()
    text = filled(Letter.DECISION, one, Result.NOT_CORRECTED)
    with pytest.raises(Invalid, match="答复的类型"):
        await house.move(one.number, Move.DECIDE, HEAD, result=Result.NOT_CORRECTED, text=text)


async def test_days_that_cannot_be(house: House) -> None:
    one = await house.decided(Result.GRANTED)
    for day in (date(2026, 3, 3), date(2026, 3, 1)):
        with pytest.raises(Invalid):
            await house.move(one.number, Move.DELIVER, way=Way.POST, day=day)


async def test_who_saw_an_earlier_version_is_refused(house: House) -> None:
    one = await house.working()
    note = AskedMove(move=Move.NOTE, actor=CLERK, text="问过档案室")
    await house.service.move(one.number, note, seen_version=one.version)
    with pytest.raises(Conflict):
        await house.service.move(one.number, note, seen_version=one.version)


async def test_of_two_at_the_same_moment_one_wins(house: House) -> None:
    one = await house.working()
    note = AskedMove(move=Move.NOTE, actor=CLERK, text="-")
    both = await asyncio.gather(
        *(house.service.move(one.number, note, seen_version=one.version) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["Conflict", "Request"]
    assert await house.service.check_chain(one.number) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("reason", "换掉的"), ("details", {"day": "2020-01-01"}), ("actor", "另一个")],
)
async def test_what_is_changed_in_the_chain_is_found(
    house: House, column: str, value: object
) -> None:
    one = await house.working()
    async with house.storage.begin() as unit:
        await unit.disclosures._connection.execute(
            sa.update(disclosure_events)
            .where(disclosure_events.c.seq == 2)
            .values(**{column: value})
        )
    fault = await house.service.check_chain(one.number)
    assert fault is not None
    assert (fault.seq, fault.what) == (2, "hash")


async def test_looked_up_with_the_code_however_the_number_is_written(house: House) -> None:
    made = await house.register()
    for typed in ("GK2026000001", "gk 2026-000001", "2026000001", "ＧＫ２０２６０００００１"):
        found = await house.service.look_up(typed, made.query_code, who=typed)
        assert found == made.request


async def test_guessing_gets_nobody_far(house: House) -> None:
    made = await house.register()
    wrong = f"{(int(made.query_code) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(NotFound):
            await house.service.look_up(made.request.number, wrong, who="one")
    with pytest.raises(TooMany):
        await house.service.look_up(made.request.number, made.query_code, who="another")


async def test_a_code_of_a_case_with_the_same_key_is_another(house: House) -> None:
    made = await house.register("same")
    assert made.query_code != house.service._codes.code("same")


async def test_the_applicant_is_told_by_mail_where_they_gave_an_address(house: House) -> None:
    made = await house.register()
    await house.register("silent", applicant=replace(APPLICANT, email=""))
    await house.move(made.request.number, Move.EXAMINE)
    text = filled(Letter.DECISION, made.request, Result.SECRET)
    await house.move(made.request.number, Move.DECIDE, HEAD, result=Result.SECRET, text=text)
    registered, decided = await house.mails()
    assert made.query_code in registered
    assert text in decided
    async with house.storage.read() as unit:
        rows = await unit.outbox.history("disclosure:GK2026000001")
    assert {(row.channel, row.recipient) for row in rows} == {("mailbox", "zhang@example.com")}


async def test_the_office_assigns_and_the_unit_begins(house: House) -> None:
    made = await house.register(unit="")
    assert made.request.unit == ""
    with pytest.raises(MoveRefused):
        await house.move(made.request.number, Move.EXAMINE)
    one = await house.move(made.request.number, Move.ASSIGN, TRIAGE, unit=LIGHTS)
    assert one.unit == LIGHTS
    with pytest.raises(Conflict):
        await house.move(made.request.number, Move.ASSIGN, TRIAGE, unit=LIGHTS)


async def test_withdrawn_counts_as_handled_otherwise(house: House) -> None:
    made = await house.register()
    one = await house.move(made.request.number, Move.WITHDRAW, TRIAGE, text="不需要了")
    assert (one.state, one.result) == (State.WITHDRAWN, Result.OTHER)


async def test_a_review_and_a_suit_with_their_ends(house: House) -> None:
    one = await house.decided(Result.SECRET)
    one = await house.move(one.number, Move.REMEDY, remedy=RemedyKind.REVIEW)
    house.clock.advance(days=60)
    one = await house.move(one.number, Move.REMEDY_ENDED, outcome=Outcome.UPHELD, place=0)
    one = await house.move(one.number, Move.REMEDY, remedy=RemedyKind.SUIT_AFTER_REVIEW)
    with pytest.raises(Invalid):
        await house.move(one.number, Move.REMEDY_ENDED, outcome=Outcome.UPHELD, place=0)
    found = await house.service.yearly(2026)
    assert found.remedy_cells(RemedyKind.REVIEW) == (1, 0, 0, 0, 1)
    assert found.remedy_cells(RemedyKind.SUIT_AFTER_REVIEW) == (0, 0, 0, 1, 1)


async def test_opinions_one_by_one(house: House) -> None:
    one = await house.working()
    third, agency = filled(Letter.THIRD_PARTY, one), filled(Letter.AGENCY, one)
    await house.move(one.number, Move.CONSULT, text=third, name="某公司")
    with pytest.raises(Conflict):
        await house.move(one.number, Move.CONSULT, text=third, name="某公司")
    await house.move(one.number, Move.CONSULT, text=agency, name="市水利局", party=Party.AGENCY)
    with pytest.raises(Invalid):
        await house.move(one.number, Move.OPINION, name="没问过的", text="-")
    one = await house.move(one.number, Move.OPINION, name="某公司", text="不同意")
    assert one.state is State.CONSULTING
    one = await house.move(one.number, Move.OPINION, name="市水利局", text="逾期未提出")
    assert one.state is State.WORKING


async def test_lists_by_the_clock_and_by_what_is_wanted(house: House) -> None:
    later = await house.register("later")
    sooner = await house.register("sooner", arrived_on=date(2026, 2, 2), channel=Channel.POST)
    done = await house.decided(Result.GRANTED, "done", content="别的事_100%")
    found = await house.service.open_by_clock(RequestFilter())
    assert [one.number for one, _ in found] == [sooner.request.number, later.request.number]
    page = await house.service.page(RequestFilter(limit=2))
    assert [one.number for one in page.requests] == [done.number, sooner.request.number]
    rest = await house.service.page(RequestFilter(before=page.before, limit=2))
    assert ([one.number for one in rest.requests], rest.before) == ([later.request.number], "")
    for wanted, numbers in (
        (RequestFilter(text="_100%"), [done.number]),
        (RequestFilter(text="100_"), []),
        (RequestFilter(channel=Channel.POST), [sooner.request.number]),
        (RequestFilter(result=Result.GRANTED), [done.number]),
        (RequestFilter(unit=""), []),
        (RequestFilter(states=frozenset({State.DECIDED})), [done.number]),
    ):
        page = await house.service.page(wanted)
        assert [one.number for one in page.requests] == numbers


async def test_the_yearly_table_of_a_unit_and_of_the_city(house: House) -> None:
    await house.register("a")
    await house.register("b", unit="")
    await house.decided(
        Result.NOT_HELD, "c", applicant=replace(APPLICANT, kind=ApplicantKind.RESEARCH)
    )
    city, unit = await house.service.yearly(2026), await house.service.yearly(2026, LIGHTS)
    assert (city.new.total, unit.new.total) == (3, 2)
    assert unit.ended[Result.NOT_HELD].cells == (0, 0, 1, 0, 0, 0, 1)
    assert city.balanced
    assert unit.balanced
    for year, name in ((1999, ""), (2026, "没有的局")):
        with pytest.raises(Invalid):
            await house.service.yearly(year, name)


async def test_an_unknown_number(house: House) -> None:
    for number in ("GK2026000009", "没有", ""):
        with pytest.raises(NotFound):
            await house.service.get(number)
