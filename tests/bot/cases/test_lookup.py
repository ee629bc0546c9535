"""Looking cases up by number and code, on both databases; guessing is stopped."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.query_code import QueryCodes
from bot.errors import NotFound, PolicylineError, TooMany
from tests.bot.cases.world import SECRET, World

WRONG = "not-it"


async def _outcome(world: World, number: str, code: str, who: str) -> str:
    try:
        await world.service.look_up(number, code, who=who)
    except PolicylineError as error:
        return error.code
    return "found"


async def test_number_and_code_find_the_case_however_typed(world: World) -> None:
    opened = await world.open()
    typed = " " + opened.case.number[:8] + "-" + opened.case.number[8:]
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in opened.query_code)
    assert await world.service.look_up(typed, wide, who="a") == opened.case


async def test_the_code_is_not_in_the_database(world: World) -> None:
    opened = await world.open()
    async with world.storage.read() as unit:
        kept = await unit.cases.code_hash(opened.case.number)
    assert kept is not None
    assert len(kept) == 64
    assert opened.query_code not in kept


async def test_wrong_code_and_unknown_number_read_the_same(world: World) -> None:
    opened = await world.open()
    with pytest.raises(NotFound) as wrong:
        await world.service.look_up(opened.case.number, WRONG, who="a")
    with pytest.raises(NotFound) as unknown:
        await world.service.look_up("20991231000001", opened.query_code, who="b")
    assert (wrong.value.code, wrong.value.message) == (unknown.value.code, unknown.value.message)


async def test_five_wrong_tries_then_the_right_code_waits_too(world: World) -> None:
    opened = await world.open()
    number, code = opened.case.number, opened.query_code
    tries = [await _outcome(world, number, WRONG, "a") for _ in range(5)]
    assert tries == ["wrong_code"] * 5
    with pytest.raises(TooMany) as refused:
        await world.service.look_up(number, code, who="a")
    assert refused.value.retry_after_s == 15 * 60
    assert "minutes=15" in refused.value.message
    world.clock.advance(minutes=15)
    assert await _outcome(world, number, code, "a") == "found"


async def test_the_numbers_count_does_not_care_who_asks(world: World) -> None:
    number = (await world.open()).case.number
    tries = [await _outcome(world, number, WRONG, f"asker {n}") for n in range(6)]
    assert tries == ["wrong_code"] * 5 + ["too_many"]


async def test_the_askers_count_does_not_care_which_number(world: World) -> None:
    tries = [await _outcome(world, f"2099123100000{n}", WRONG, "a") for n in range(6)]
    assert tries == ["wrong_code"] * 5 + ["too_many"]


async def test_a_right_code_between_does_not_clear_the_askers_count(world: World) -> None:
    mine = await world.open()
    for number in range(4):
        await _outcome(world, f"2099123100000{number}", WRONG, "a")
    assert await _outcome(world, mine.case.number, mine.query_code, "a") == "found"
    assert await _outcome(world, "20991231000008", WRONG, "a") == "wrong_code"
    assert await _outcome(world, mine.case.number, mine.query_code, "a") == "too_many"


async def test_wrong_tries_far_apart_are_forgiven(world: World) -> None:
    opened = await world.open()
    for _ in range(8):
        assert await _outcome(world, opened.case.number, WRONG, "a") == "wrong_code"
        world.clock.advance(minutes=4)
    assert await _outcome(world, opened.case.number, opened.query_code, "a") == "found"


async def test_guesses_sent_at_once_are_all_counted(world: World) -> None:
    number = (await world.open()).case.number
    outcomes = await asyncio.gather(*(_outcome(world, number, WRONG, f"{n}") for n in range(9)))
    assert sorted(outcomes) == ["too_many"] * 4 + ["wrong_code"] * 5


@given(st.text(min_size=1), st.text())
def test_a_code_is_six_digits_and_fits_only_its_case(origin_key: str, other: str) -> None:
    codes = QueryCodes(SECRET)
    code = codes.code(origin_key)
    kept = codes.stored("1", code)
    assert len(code) == 6
    assert code.isdigit()
    assert codes.fits("1", code, kept)
    assert not codes.fits("2", code, kept)
    assert not codes.fits("1", code, None)
    assert codes.fits("1", other, kept) == (other == code)


def test_another_secret_other_codes() -> None:
    keys = [f"web:a:{number}" for number in range(20)]
    one, two = QueryCodes(SECRET), QueryCodes(SECRET + b"!")
    assert [one.code(key) for key in keys] != [two.code(key) for key in keys]
    with pytest.raises(ValueError, match="16 bytes"):
        QueryCodes(b"short")
