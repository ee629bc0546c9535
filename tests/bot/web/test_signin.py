"""Signing in, sessions and their ends, CSRF, one's own password."""

from __future__ import annotations

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.web.sessions import COOKIE
from tests.bot.web.conftest import LIGHTS, PAGE, PASSWORD, House, token


async def sign_in(client: TestClient, name: str, password: str, **more: str) -> ClientResponse:
    data = {"name": name, "password": password, **more}
    return await client.post("/signin", data=data, headers=PAGE, allow_redirects=False)


def session_id(client: TestClient) -> str:
    return next(cookie.value for cookie in client.session.cookie_jar if cookie.key == COOKIE)


async def test_the_first_password_must_be_changed_first(house: House, visitor: TestClient) -> None:
    first = await house.services.staff.add("lin", Role.TRIAGE)
    assert (await sign_in(visitor, "lin", first)).headers["Location"] == "/password"
    held = await visitor.get("/triage", headers=PAGE, allow_redirects=False)
    assert held.headers["Location"] == "/password"
    changed = await visitor.post(
        "/password",
        data={
            "csrf_token": await token(visitor),
            "old": first,
            "new": PASSWORD,
            "again": PASSWORD,
        },
        allow_redirects=False,
    )
    assert changed.headers["Location"] == "/triage"
    assert (await visitor.get("/triage", headers=PAGE)).status == 200


async def test_a_wrong_password_says_no_more_than_that(house: House, visitor: TestClient) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    wrong = await sign_in(visitor, "lin", "not-the-password")
    unknown = await sign_in(visitor, "nobody", "not-the-password")
    assert (wrong.status, unknown.status) == (401, 401)
    assert "账号或密码不对" in await wrong.text()
    assert "账号或密码不对" in await unknown.text()


async def test_after_five_wrong_ones_the_right_one_must_wait(
    house: House, visitor: TestClient
) -> None:
    await house.services.staff.add("lin", Role.TRIAGE, password=PASSWORD)
    for _ in range(5):
        await sign_in(visitor, "lin", "not-the-password")
    answer = await sign_in(visitor, "lin", PASSWORD)
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_each_sign_in_has_a_new_session_and_ends_the_old(house: House) -> None:
    client = await house.staff(Role.TRIAGE, name="lin")
    before = session_id(client)
    await sign_in(client, "lin", PASSWORD)
    assert session_id(client) != before
    thief = await house.visitor()
    answer = await thief.get("/triage", cookies={COOKIE: before})
    assert answer.status == 401


async def test_a_planted_session_id_stays_worthless(house: House, visitor: TestClient) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    visitor.session.cookie_jar.update_cookies({COOKIE: "planted"}, visitor.make_url("/"))
    await sign_in(visitor, "lin", PASSWORD)
    assert session_id(visitor) != "planted"


async def test_the_cookie_is_out_of_scripts_reach(house: House, visitor: TestClient) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    cookie = (await sign_in(visitor, "lin", PASSWORD)).cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


async def test_signing_out_ends_it(house: House) -> None:
    client = await house.staff(Role.TRIAGE)
    kept = session_id(client)
    await client.post("/signout", data={"csrf_token": await token(client)})
    thief = await house.visitor()
    assert (await thief.get("/triage", cookies={COOKIE: kept})).status == 401


async def test_who_does_nothing_for_half_an_hour_is_signed_out(house: House) -> None:
    client = await house.staff(Role.TRIAGE)
    house.world.clock.advance(minutes=29)
    assert (await client.get("/triage", headers=PAGE)).status == 200
    house.world.clock.advance(minutes=29)
    assert (await client.get("/triage", headers=PAGE)).status == 200
    house.world.clock.advance(minutes=30)
    assert (await client.get("/triage")).status == 401


async def test_a_working_day_ends_every_session(house: House) -> None:
    client = await house.staff(Role.TRIAGE)
    for _ in range(29):
        house.world.clock.advance(minutes=25)
        last = await client.get("/triage")
    assert last.status == 401


async def test_a_closed_account_is_out_at_once(house: House) -> None:
    client = await house.staff(Role.TRIAGE, name="lin")
    await house.services.staff.set_active("lin", active=False, by="system")
    assert (await client.get("/triage")).status == 401


async def test_a_password_set_by_somebody_else_ends_the_session(house: House) -> None:
    client = await house.staff(Role.TRIAGE, name="lin")
    house.world.clock.advance(seconds=1)
    await house.services.staff.reset_password("lin")
    assert (await client.get("/triage")).status == 401


async def test_a_form_without_the_token_does_nothing(house: House) -> None:
    number = (await house.case()).case.number
    client = await house.staff(Role.TRIAGE)
    for given in ("", "x" * 43):
        answer = await client.post(
            f"/cases/{number}/moves",
            data={"move": "dispatch", "department": LIGHTS, "csrf_token": given},
        )
        assert (await answer.json())["error"]["code"] == "csrf"
    assert (await house.services.cases.get(number)).lead_department == ""


async def test_a_form_of_another_site_does_nothing(house: House) -> None:
    client = await house.staff(Role.TRIAGE)
    answer = await client.post(
        "/signout",
        data={"csrf_token": await token(client)},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status == 403
    assert (await client.get("/triage", headers=PAGE)).status == 200


async def test_next_leads_to_our_own_pages_only(house: House, visitor: TestClient) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    good = await sign_in(visitor, "lin", PASSWORD, next="/triage?tab=sent")
    assert good.headers["Location"] == "/triage?tab=sent"
    for bad in ("//evil.example", "https://evil.example"):
        answer = await sign_in(visitor, "lin", PASSWORD, next=bad)
        assert answer.headers["Location"] == "/triage"


async def test_new_passwords_must_match_and_hold(house: House) -> None:
    client = await house.staff(Role.TRIAGE)
    csrf = await token(client)
    for new, again, told in (
        ("another-long-one", "another-long-two", "两次输入的新密码不一样"),
        ("short", "short", "密码"),
    ):
        answer = await client.post(
            "/password",
            data={"csrf_token": csrf, "old": PASSWORD, "new": new, "again": again},
            headers=PAGE,
        )
        assert answer.status == 400
        assert told in await answer.text()


async def test_without_the_cache_staff_are_told_and_citizens_served(
    house: House, visitor: TestClient
) -> None:
    client = await house.staff(Role.TRIAGE)
    house.services.cache._resting_until = float("inf")  # as after a failure, for good
    told = await client.get("/triage", headers=PAGE)
    served = await visitor.post("/chat", data={"text": "怎么申请高龄津贴"}, headers=PAGE)
    assert told.status == 503
    assert "登录服务暂时不可用" in await told.text()
    assert "便民服务中心" in await served.text()
