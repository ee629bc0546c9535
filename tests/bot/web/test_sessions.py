"""Where somebody is signed in: seen and ended by themselves and by the administrator."""

from __future__ import annotations

import re

from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.web.sessions import COOKIE
from tests.bot.web.conftest import PAGE, PASSWORD, House
from tests.bot.web.people import send, sign_in

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; X) AppleWebKit/537.36 Chrome/138.0.0.0 Mobile Safari/537.36"
)


async def inside(client: TestClient) -> bool:
    return (await client.get("/triage", headers=PAGE, allow_redirects=False)).status == 200


async def twice(house: House) -> tuple[TestClient, TestClient]:
    """One person at a desk and, half an hour later, on the phone."""
    desk, phone = await house.staff(Role.TRIAGE, name="lin"), await house.visitor()
    phone.session.headers["User-Agent"] = PHONE
    house.world.clock.advance(minutes=10)
    await sign_in(phone, "lin", PASSWORD)
    return desk, phone


async def handles(client: TestClient, path: str = "/account") -> list[str]:
    text = await (await client.get(path, headers=PAGE)).text()
    return re.findall(r'name="session" value="([0-9a-f]{64})"', text)


async def test_one_sees_where_one_is_signed_in(house: House) -> None:
    desk, _ = await twice(house)
    text = await (await desk.get("/account", headers=PAGE)).text()
    assert "Chrome，安卓" in text
    assert text.count("127.0.0.1") == 2
    assert text.count(">当前<") == 1
    kept = [cookie.value for cookie in desk.session.cookie_jar if cookie.key == COOKIE]
    assert not [value for value in kept if value in text]


async def test_one_is_ended_the_others_go_on(house: House) -> None:
    desk, phone = await twice(house)
    (handle,) = await handles(desk)
    assert (await send(desk, "/account/sessions/end", session=handle)).status == 303
    assert (await inside(desk), await inside(phone)) == (True, False)
    assert await handles(desk) == []


async def test_all_others_are_ended_at_once(house: House) -> None:
    desk, phone = await twice(house)
    tablet = await house.visitor()
    await sign_in(tablet, "lin", PASSWORD)
    await send(phone, "/account/sessions/end", session="others")
    assert [await inside(one) for one in (desk, phone, tablet)] == [False, True, False]


async def test_nobody_ends_anybody_elses(house: House) -> None:
    desk, phone = await twice(house)
    stranger = await house.staff(Role.TRIAGE, name="wang")
    for handle in (*await handles(desk), *await handles(phone)):
        await send(stranger, "/account/sessions/end", session=handle)
    assert (await inside(desk), await inside(phone)) == (True, True)


async def test_a_handle_signs_nobody_in(house: House) -> None:
    desk, _ = await twice(house)
    (handle,) = await handles(desk)
    thief = await house.visitor()
    assert (await thief.get("/triage", cookies={COOKIE: handle})).status == 401


async def test_what_ended_is_not_listed(house: House) -> None:
    desk, phone = await twice(house)
    await send(phone, "/signout")
    assert await handles(desk) == []
    await sign_in(phone, "lin", PASSWORD)
    house.world.clock.advance(minutes=29)
    assert await inside(desk)
    house.world.clock.advance(minutes=2)
    assert await handles(desk) == []


async def test_the_administrator_sees_and_ends_anybodys(house: House) -> None:
    desk, phone = await twice(house)
    admin = await house.staff(Role.ADMINISTRATOR, name="admin")
    listed = await handles(admin, "/admin/staff/lin")
    assert len(listed) == 2
    (of_phone,) = await handles(desk)
    await send(admin, "/admin/staff/lin/sessions", session=of_phone)
    assert (await inside(desk), await inside(phone)) == (True, False)
    await send(admin, "/admin/staff/lin/sessions")
    assert (await inside(desk), await inside(admin)) == (False, True)
    entries = await house.services.staff.audit_entries(action="staff.end_sessions")
    assert [(e.actor, e.subject, e.details["sessions"]) for e in entries] == [
        ("admin", "lin", "1"),
        ("admin", "lin", "1"),
    ]
