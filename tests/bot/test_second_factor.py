"""The second step of signing in, on both databases."""

from __future__ import annotations

import asyncio

import pyotp
import pytest

from bot.cases.model import Role
from bot.errors import (
    Conflict,
    Forbidden,
    NotFound,
    NotSignedIn,
    PolicylineError,
    TooMany,
)
from bot.second_factor import SecondFactors
from bot.storage.units import Storage
from tests.fakes.edges import CountingIds, FakeClock, steady_bytes

SECRET = b"a secret key of the tests"


def made(
    storage: Storage, clock: FakeClock, ids: CountingIds, secret: bytes = SECRET
) -> SecondFactors:
    return SecondFactors(
        storage,
        clock,
        ids,
        secret,
        issuer="小城12345",
        demanded_of=frozenset({Role.ADMINISTRATOR}),
        random=steady_bytes(),
    )


@pytest.fixture
def factors(storage: Storage, clock: FakeClock, ids: CountingIds) -> SecondFactors:
    return made(storage, clock, ids)


def code(key: str, clock: FakeClock, steps: int = 0) -> str:
    return pyotp.TOTP(key.replace("-", "")).at(clock.now(), counter_offset=steps)


async def enrolled(factors: SecondFactors, clock: FakeClock) -> tuple[str, tuple[str, ...]]:
    key = (await factors.begin("wang")).key
    codes = await factors.confirm("wang", code(key, clock))
    clock.advance(seconds=30)
    return key, codes


async def outcome(factors: SecondFactors, typed: str) -> str:
    try:
        await factors.check("wang", typed)
    except PolicylineError as error:
        return error.code
    return "in"


async def test_it_is_in_force_from_its_first_right_code(
    factors: SecondFactors, clock: FakeClock
) -> None:
    begun = await factors.begin("wang")
    assert begun.address.startswith("otpauth://totp/")
    assert (await factors.standing("wang")).since is None
    with pytest.raises(PolicylineError, match="验证码不对"):
        await factors.confirm("wang", "000000")
    assert await factors.begun("wang") == begun
    codes = await factors.confirm("wang", code(begun.key, clock))
    standing = await factors.standing("wang")
    assert (standing.since, standing.codes_left, len(set(codes))) == (clock.now(), 10, 10)
    with pytest.raises(Conflict):
        await factors.begin("wang")


async def test_a_key_only_begun_lets_nobody_in(factors: SecondFactors, clock: FakeClock) -> None:
    key = (await factors.begin("wang")).key
    assert await outcome(factors, code(key, clock)) == "wrong_code"
    newer = (await factors.begin("wang")).key
    clock.advance(seconds=30)
    with pytest.raises(PolicylineError):
        await factors.confirm("wang", code(key, clock))
    assert await factors.confirm("wang", code(newer, clock))


async def test_a_key_left_alone_is_worth_nothing(factors: SecondFactors, clock: FakeClock) -> None:
    key = (await factors.begin("wang")).key
    clock.advance(minutes=15)
    with pytest.raises(NotFound):
        await factors.begun("wang")
    with pytest.raises(NotSignedIn):
        await factors.confirm("wang", code(key, clock))
    newer = (await factors.begin("wang")).key
    assert await factors.confirm("wang", code(newer, clock))


async def test_each_code_is_taken_once_and_none_before_it(
    factors: SecondFactors, clock: FakeClock
) -> None:
    key, _ = await enrolled(factors, clock)
    now, before, after = code(key, clock), code(key, clock, -1), code(key, clock, 1)
    assert [await outcome(factors, one) for one in (now, now, before, after, after)] == [
        "in", "wrong_code", "wrong_code", "in", "wrong_code",
    ]  # fmt: skip


async def test_the_code_that_confirmed_does_not_sign_in(
    factors: SecondFactors, clock: FakeClock
) -> None:
    key = (await factors.begin("wang")).key
    typed = code(key, clock)
    await factors.confirm("wang", typed)
    assert await outcome(factors, typed) == "wrong_code"


async def test_one_code_sent_twice_at_once_is_taken_once(
    factors: SecondFactors, clock: FakeClock
) -> None:
    key, codes = await enrolled(factors, clock)
    for typed in (code(key, clock), codes[0]):
        met = await asyncio.gather(*(outcome(factors, typed) for _ in range(4)))
        assert sorted(met) == ["in", "wrong_code", "wrong_code", "wrong_code"]


async def test_a_recovery_code_is_taken_once_as_people_type_it(
    factors: SecondFactors, clock: FakeClock
) -> None:
    _, codes = await enrolled(factors, clock)
    typed = codes[3].lower().replace("-", " ")
    assert [await outcome(factors, typed), await outcome(factors, typed)] == ["in", "wrong_code"]
    assert (await factors.standing("wang")).codes_left == 9


async def test_new_recovery_codes_end_the_earlier_ones(
    factors: SecondFactors, clock: FakeClock
) -> None:
    key, codes = await enrolled(factors, clock)
    newer = await factors.new_codes("wang", code(key, clock))
    assert not set(newer) & set(codes)
    assert [await outcome(factors, one) for one in (codes[0], newer[0])] == ["wrong_code", "in"]


async def test_five_wrong_then_wait_for_any_kind_of_code(
    factors: SecondFactors, clock: FakeClock, storage: Storage
) -> None:
    key, codes = await enrolled(factors, clock)
    wrong = ["000000", "AAAA-AAAA-AAAA-AAAA", "", "１２３", "999999"]
    assert [await outcome(factors, one) for one in wrong] == ["wrong_code"] * 5
    with pytest.raises(TooMany) as refused:
        await factors.check("wang", code(key, clock))
    assert refused.value.retry_after_s == 900
    assert await outcome(factors, codes[0]) == "too_many"
    clock.advance(minutes=15)
    assert await outcome(factors, code(key, clock)) == "in"
    async with storage.read() as unit:
        entries = await unit.audit.entries(action="second_factor.locked")
    assert [(entry.actor, entry.subject) for entry in entries] == [("system", "wang")]


async def test_another_secret_key_leaves_recovery_codes_alone(
    factors: SecondFactors, storage: Storage, clock: FakeClock, ids: CountingIds
) -> None:
    key, codes = await enrolled(factors, clock)
    later = made(storage, clock, ids, b"another secret key of the tests")
    assert [await outcome(later, code(key, clock)), await outcome(later, codes[0])] == [
        "wrong_code",
        "in",
    ]


async def test_it_is_taken_off_by_oneself_or_by_somebody_else(
    factors: SecondFactors, clock: FakeClock
) -> None:
    key, codes = await enrolled(factors, clock)
    with pytest.raises(Forbidden):
        await factors.take_off_own("wang", Role.ADMINISTRATOR, code(key, clock))
    await factors.take_off_own("wang", Role.TRIAGE, code(key, clock))
    assert (await factors.standing("wang")).since is None
    assert await outcome(factors, codes[0]) == "wrong_code"
    clock.advance(seconds=60)
    await enrolled(factors, clock)
    await factors.take_off("wang", by="admin")
    with pytest.raises(NotFound):
        await factors.take_off("wang", by="admin")
    assert await factors.in_force() == frozenset()


async def test_what_is_kept_shows_neither_key_nor_codes(
    factors: SecondFactors, storage: Storage, clock: FakeClock
) -> None:
    key, codes = await enrolled(factors, clock)
    await factors.check("wang", codes[0])
    async with storage.read() as unit:
        kept = await unit.second_factors.get("wang")
        entries = await unit.audit.entries()
    shown = repr((kept, entries))
    assert key.replace("-", "") not in shown
    assert not [one for one in codes if one in shown or one.replace("-", "") in shown]
    assert [entry.action for entry in entries] == [
        "second_factor.recovery_code",
        "second_factor.on",
    ]
