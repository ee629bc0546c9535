"""Guessing codes and passwords, and carrying pages off: from many addresses, over two replicas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.library import Library
from bot.settings import Settings
from bot.web.letters import PER_ADDRESS
from tests.bot.conftest import World
from tests.bot.web.conftest import PAGE, PASSWORD, House, running


@dataclass(frozen=True, kw_only=True)
class Two:
    """Two replicas on one database and one Redis, each with a visitor behind one proxy."""

    houses: tuple[House, House]
    visitors: tuple[TestClient, TestClient]

    def turn(self, at: int) -> TestClient:
        """Whose turn it is."""
        return self.visitors[at % 2]


@pytest.fixture
async def two(world: World, library: Library) -> AsyncIterator[Two]:
    async with AsyncExitStack() as stack:
        houses = []
        for name in ("replica-1", "replica-2"):
            settings = Settings(home=world.home, proxy_hops=1)
            opened = running(world, name=name, library=library, settings=settings)
            houses.append(await stack.enter_async_context(opened))
        one, other = houses
        yield Two(houses=(one, other), visitors=(await one.visitor(), await other.visitor()))


def from_(at: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"10.1.{at >> 8 & 255}.{at & 255}", **PAGE}


async def looked_up(two: Two, at: int, number: str, code: str, address: int) -> int:
    page = at % 4 < 2
    if page:
        data = {"number": number, "query_code": code}
        answer: ClientResponse = await two.turn(at).post(
            "/progress", data=data, headers=from_(address)
        )
    else:
        answer = await two.turn(at).get(
            f"/api/v1/cases/{number}", headers={**from_(address), "X-Query-Code": code}
        )
    return answer.status


def wrong(code: str, at: int) -> str:
    return f"{(int(code) + 1 + at) % 1_000_000:06d}"


async def test_a_cases_code_is_guessed_five_times_from_however_many_addresses(two: Two) -> None:
    opened = await two.houses[0].case()
    number, code = opened.case.number, opened.query_code
    met = [await looked_up(two, at, number, wrong(code, at), at) for at in range(12)]
    assert met == [404] * 5 + [429] * 7
    assert await looked_up(two, 1, number, code, 99) == 429


async def test_an_address_guesses_five_times_whichever_the_cases(two: Two) -> None:
    met = [await looked_up(two, at, f"2026030200{at:04d}", "123456", 7) for at in range(9)]
    assert met == [404] * 5 + [429] * 4


async def test_a_known_and_an_unknown_case_wait_alike(two: Two) -> None:
    """So that nobody learns by the wait which numbers there are."""
    opened = await two.houses[0].case()
    known = [
        await looked_up(two, at, opened.case.number, wrong(opened.query_code, at), at)
        for at in range(7)
    ]
    unknown = [await looked_up(two, at, "20260302999999", "123456", 50 + at) for at in range(7)]
    assert known == unknown


async def signed_in(two: Two, at: int, name: str, password: str, address: int) -> int:
    data = {"name": name, "password": password}
    answer = await two.turn(at).post(
        "/signin", data=data, headers=from_(address), allow_redirects=False
    )
    return answer.status


async def test_a_password_is_guessed_five_times_from_however_many_addresses(two: Two) -> None:
    await two.houses[0].services.staff.add("lin", Role.TRIAGE, password=PASSWORD)
    met = [await signed_in(two, at, "lin", f"guess-number-{at}", at) for at in range(9)]
    assert met == [401] * 5 + [429] * 4
    assert await signed_in(two, 0, "lin", PASSWORD, 99) == 429


async def test_one_password_tried_on_many_names_is_stopped_by_the_address(two: Two) -> None:
    met = [await signed_in(two, at, f"name-{at}", "Password-2026", 7) for at in range(34)]
    assert met == [401] * 30 + [429] * 4


async def test_published_letters_are_not_carried_off_from_one_address(two: Two) -> None:
    met = [
        (await two.turn(at).get("/letters", headers=from_(7))).status
        for at in range(PER_ADDRESS + 6)
    ]
    assert met == [200] * PER_ADDRESS + [429] * 6
    assert (await two.turn(0).get("/letters", headers=from_(8))).status == 200


async def test_a_program_gets_its_share_however_it_asks(two: Two) -> None:
    met = set()
    for at in range(310):
        path = ("/api/v1/published-cases", "/api/v1/chat/x/replies")[at % 2]
        met.add((await two.turn(at // 2).get(path, headers=from_(7))).status)
    assert 429 in met


async def test_an_address_somebody_makes_up_changes_nothing_without_a_proxy(house: House) -> None:
    visitor = await house.visitor()
    met = [
        (await visitor.get("/letters", headers=from_(at))).status for at in range(PER_ADDRESS + 3)
    ]
    assert met[-3:] == [429] * 3


async def test_behind_a_proxy_only_what_it_wrote_counts(two: Two) -> None:
    met = []
    for at in range(PER_ADDRESS + 3):
        spoofed = {"X-Forwarded-For": f"10.2.0.{at}, 10.9.9.9", **PAGE}
        met.append((await two.turn(at).get("/letters", headers=spoofed)).status)
    assert met[-3:] == [429] * 3
