"""Other sites' pages: what they may frame, send, read and lead to. Over the whole route table."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.library import Library
from bot.settings import Settings
from bot.web.rights import Right
from bot.web.security import HEADERS
from tests.attack.walking import Walk
from tests.bot.conftest import World
from tests.bot.web.conftest import PAGE, PASSWORD, House, running, token

ELSEWHERE = ("https://evil.example", "null", "http://127.0.0.1.evil.example", "https://")
LEAVES = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "/triage\r\nX-Put-In: 1",
    "https:evil.example",
    " //evil.example",
    "/@evil.example/..//",
)
LETTER = {
    "letter_id": "l" * 32,
    "to": "领导信箱",
    "subject": "路灯坏了",
    "text": "剑光街道的路灯坏了，晚上看不见，请修一修。",
}
_PROGRAMS = ("/api/", "/channels/", "/open311/", "/internal/")
"""They bring no cookie, so that another site cannot act for its reader."""


def outside(location: str) -> bool:
    """As a browser reads a Location: tabs and line ends are left out, `\\` is `/`."""
    read = re.sub(r"[\t\r\n]", "", location.strip()).replace("\\", "/")
    return not read.startswith("/") or read.startswith("//")


async def test_every_answer_of_every_route_has_its_headers(walk: Walk) -> None:
    bare = set()
    for route in walk.routes("GET", "POST"):
        answer = await walk.asked(route)
        missing = {name for name in HEADERS if name not in answer.headers}
        if missing or "X-Request-Id" not in answer.headers:
            bare.add((route.path, *sorted(missing)))
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "*" not in policy
        assert "frame-ancestors 'none'" in policy or policy.startswith("sandbox")
        assert "Python" not in answer.headers["Server"]
        assert "aiohttp" not in answer.headers["Server"]
    assert bare == set()


async def test_answers_that_go_on_have_them_too(house: House) -> None:
    client = await house.staff(Role.OPERATOR)
    for path in ("/desk/events", "/cases/live?list=cases"):
        answer = await client.get(path)
        assert answer.status in {200, 403, 404}
        assert set(HEADERS) <= set(answer.headers)
        assert "X-Request-Id" in answer.headers
        answer.close()


async def test_what_no_route_answers_has_them(visitor: TestClient) -> None:
    for method, path in (("GET", "/nowhere"), ("PUT", "/chat"), ("TRACE", "/"), ("OPTIONS", "/")):
        answer = await visitor.request(method, path)
        assert answer.status in {404, 405}
        assert set(HEADERS) <= set(answer.headers)
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("csrf", ["", "another"])
async def test_no_form_of_staff_is_taken_without_its_sessions_token(walk: Walk, csrf: str) -> None:
    other = await token(await walk.house.staff(Role.SUPERVISOR, name="another"))
    given = {"csrf_token": other} if csrf else {}
    staff = [one for one in walk.routes("POST") if one.right is not Right.PUBLIC]
    assert len(staff) > 20
    assert {(await walk.asked(one, body=given)).status for one in staff} == {403}


@pytest.mark.parametrize("origin", ELSEWHERE)
async def test_no_form_sent_by_another_site_is_taken(walk: Walk, origin: str) -> None:
    taken = set()
    for route in walk.routes("POST"):
        if route.path.startswith(_PROGRAMS):
            continue
        _, csrf = await walk.person(route.right)
        answer = await walk.asked(route, body={"csrf_token": csrf}, Origin=origin)
        if answer.status != 403:
            taken.add((route.path, answer.status))
    assert taken == set()


@pytest.mark.parametrize("leaves", LEAVES)
async def test_no_way_back_leads_elsewhere(walk: Walk, leaves: str) -> None:
    for route in walk.routes("POST"):
        _, csrf = await walk.person(route.right)
        body = {"csrf_token": csrf, "back": leaves, "next": leaves, "size": "large"}
        answer = await walk.asked(route, body=body)
        if "Location" in answer.headers:
            assert not outside(answer.headers["Location"]), route.path
        assert "X-Put-In" not in answer.headers


@pytest.mark.parametrize("leaves", LEAVES)
async def test_signing_in_leads_to_our_own_pages(house: House, leaves: str) -> None:
    client = await house.staff(Role.TRIAGE)
    data = {"name": "triage", "password": PASSWORD, "next": leaves}
    answer = await client.post("/signin", data=data, allow_redirects=False)
    assert answer.status == 303
    assert not outside(answer.headers["Location"])


async def test_every_cookie_is_out_of_scripts_and_other_sites_reach(
    world: World, library: Library
) -> None:
    settings = Settings(home=world.home, public_url="https://12345.example")
    async with running(world, library=library, settings=settings) as house:
        client = await house.staff(Role.TRIAGE)
        told = []
        for path, data in (
            ("/signin", {"name": "triage", "password": PASSWORD}),
            ("/chat", {"text": "怎么申请高龄津贴", "message_id": "m" * 20}),
            ("/chat/new", {}),
            ("/display", {"size": "large", "back": "/chat"}),
            ("/mailbox", LETTER),
        ):
            answer = await client.post(path, data=data, allow_redirects=False)
            told += answer.headers.getall("Set-Cookie", [])
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert len({one.partition("=")[0] for one in told}) >= 4
        for cookie in told:
            flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
            assert {"httponly", "secure"} <= flags
            assert {"samesite=lax", "samesite=strict"} & flags


async def test_a_framed_page_and_a_cached_one_are_refused_by_what_is_told(
    visitor: TestClient,
) -> None:
    for path in ("/chat", "/mailbox", "/progress", "/signin"):
        answer = await visitor.get(path, headers=PAGE)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
