"""Signing in with an authenticator, and binding one."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.second_factor import SecondFactors
from bot.web.sessions import COOKIE
from bot.web.unfinished import COOKIE as ON_THE_WAY
from tests.bot.conftest import SECRET
from tests.bot.web.conftest import LIGHTS, PAGE, PASSWORD, House, running
from tests.bot.web.people import (
    code_of,
    found,
    second_step,
    send,
    sign_in,
    with_authenticator,
)


def cookies(client: TestClient) -> set[str]:
    return {cookie.key for cookie in client.session.cookie_jar}


async def status(client: TestClient, path: str = "/triage") -> int:
    return (await client.get(path, headers=PAGE, allow_redirects=False)).status


async def test_the_password_alone_lets_nobody_in(house: House, visitor: TestClient) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    key, _ = await with_authenticator(house, "lin")
    first = await sign_in(visitor, "lin", PASSWORD, next="/cases")
    assert (first.status, first.headers["Location"]) == (303, "/signin/code")
    assert COOKIE not in cookies(visitor)
    assert await status(visitor) == 303
    assert "6 位数字" in await (await visitor.get("/signin/code", headers=PAGE)).text()
    wrong = await second_step(visitor, "000000")
    assert wrong.status == 401
    right = await second_step(visitor, code_of(house, key))
    assert (right.status, right.headers["Location"]) == (303, "/cases")
    assert cookies(visitor) == {COOKIE}
    assert await status(visitor) == 200


async def test_a_code_seen_over_the_shoulder_is_worth_nothing(
    house: House, visitor: TestClient
) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    key, _ = await with_authenticator(house, "lin")
    seen = code_of(house, key)
    await sign_in(visitor, "lin", PASSWORD)
    assert (await second_step(visitor, seen)).status == 303
    other = await house.visitor()
    await sign_in(other, "lin", PASSWORD)
    assert (await second_step(other, seen)).status == 401


async def test_the_first_step_is_good_for_one_browser_and_one_sign_in(
    house: House, visitor: TestClient
) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    _, codes = await with_authenticator(house, "lin")
    other = await house.visitor()
    await sign_in(visitor, "lin", PASSWORD)
    kept = next(c.value for c in visitor.session.cookie_jar if c.key == ON_THE_WAY)
    assert (await second_step(other, codes[0])).headers["Location"] == "/signin"
    assert (await second_step(visitor, codes[0])).headers["Location"] == "/triage"
    other.session.cookie_jar.update_cookies({ON_THE_WAY: kept}, other.make_url("/signin"))
    assert (await second_step(other, codes[1])).headers["Location"] == "/signin"


async def test_wrong_codes_wait_however_often_the_password_is_right(
    house: House, visitor: TestClient
) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    key, _ = await with_authenticator(house, "lin")
    met = []
    for _ in range(6):
        await sign_in(visitor, "lin", PASSWORD)
        met.append((await second_step(visitor, "000000")).status)
    assert met == [401] * 5 + [429]
    answer = await second_step(visitor, code_of(house, key))
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_an_account_closed_between_the_steps_stays_out(
    house: House, visitor: TestClient
) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    key, _ = await with_authenticator(house, "lin")
    await sign_in(visitor, "lin", PASSWORD)
    await house.services.staff.set_active("lin", active=False, by="admin")
    assert (await second_step(visitor, code_of(house, key))).headers["Location"] == "/signin"
    assert COOKIE not in cookies(visitor)


async def test_binding_shows_the_key_and_the_codes_once(house: House) -> None:
    client, elsewhere = await house.staff(Role.TRIAGE, name="lin"), await house.visitor()
    await sign_in(elsewhere, "lin", PASSWORD)
    refused = await send(client, "/account/code/begin", password="not the password")
    assert refused.status == 400
    text = await (await send(client, "/account/code/begin", password=PASSWORD)).text()
    key = found(r'secret-text"><code>([A-Z2-7-]+)<', text)
    drawn = found(r'<div class="qr">(<svg.*?</svg>)</div>', text)
    names = {element.tag.rpartition("}")[2] for element in ET.fromstring(drawn).iter()}  # noqa: S314
    assert names == {"svg", "title", "path"}
    assert not re.search(r"style=|<style|<script|javascript:", text)
    assert (await send(client, "/account/code/confirm", code="000000")).status == 400
    done = await send(client, "/account/code/confirm", code=code_of(house, key))
    text = await done.text()
    codes = re.findall(r"<li><code>([A-Z2-7-]{19})</code>", text)
    assert (done.status, done.headers["Cache-Control"], len(codes)) == (200, "no-store", 10)
    assert await status(client) == 200
    assert await status(elsewhere) == 303
    again = await (await client.get("/account", headers=PAGE)).text()
    assert not [code for code in (*codes, key) if code in again]


async def test_codes_are_renewed_and_the_authenticator_taken_off_by_its_code(
    house: House,
) -> None:
    client = await house.staff(Role.TRIAGE, name="lin")
    key, _ = await with_authenticator(house, "lin")
    assert (await send(client, "/account/code/new-codes", code="000000")).status == 400
    renewed = await send(client, "/account/code/new-codes", code=code_of(house, key))
    assert len(re.findall(r"<li><code>", await renewed.text())) == 10
    house.world.clock.advance(seconds=30)
    assert (await send(client, "/account/code/off", code="000000")).status == 400
    assert (await send(client, "/account/code/off", code=code_of(house, key))).status == 303
    assert (await house.services.second_factors.standing("lin")).since is None


@pytest.fixture
def strict(house: House) -> dict[str, object]:
    world = house.world
    factors = SecondFactors(
        world.storage,
        world.clock,
        world.ids,
        SECRET,
        issuer="小城12345",
        demanded_of=frozenset({Role.ADMINISTRATOR}),
    )
    return {"second_factors": factors, "library": house.services.library}


async def test_a_role_that_must_have_one_gets_no_further_without(
    house: House, strict: dict[str, object]
) -> None:
    async with running(house.world, name="strict", **strict) as demanding:
        client = await demanding.staff(Role.ADMINISTRATOR, name="lin")
        held = await client.get("/triage", headers=PAGE, allow_redirects=False)
        assert (held.status, held.headers["Location"]) == (303, "/account")
        assert "必须使用两步登录" in await (await client.get("/account", headers=PAGE)).text()
        text = await (await send(client, "/account/code/begin", password=PASSWORD)).text()
        key = found(r'secret-text"><code>([A-Z2-7-]+)<', text)
        await send(client, "/account/code/confirm", code=code_of(house, key))
        assert await status(client) == 200
        house.world.clock.advance(seconds=30)
        kept = await send(client, "/account/code/off", code=code_of(house, key))
        assert kept.status == 403
        assert await status(await demanding.staff(Role.DEPARTMENT_CLERK, LIGHTS), "/alerts") == 200
