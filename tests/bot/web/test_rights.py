"""Every route × every role, against the one table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.web import fixed_routes, routes
from bot.web.rights import HOME, ROLES, STAFF_ROLES, Right, allowed
from bot.web.role_tables import with_tables
from bot.web.routes import Route
from tests.bot.web.conftest import LIGHTS, PAGE, House, token
from tests.bot.web.test_disclosure_staff import registered
from tests.bot.web.test_satisfaction_page import rated

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "roles.md"
ROADS = "市交通运输局"
FILLED = {
    "cases": {"move": "accept", "text": "已派人到场，今天修好。", "parts": "一\n\n二"},
    "disclosures": {"move": "examine"},
}
"""Forms as a reader of that department would send them."""

NUMBER = "20260302000001"


async def outcome(client: TestClient, route: Route, csrf: str, **fields: str) -> int:
    """The status, of a request that could do no harm: it names what does not exist."""
    return (await asked(client, route, csrf, fields))[0]


async def asked(
    client: TestClient,
    route: Route,
    csrf: str,
    fields: Mapping[str, str] = MappingProxyType({}),
    **headers: str,
) -> tuple[int, str]:
    """Status, and the code of a refusal or where it leads."""
    path = re.sub(r"\{(number|file|name)\}", NUMBER, route.path)
    async with client.request(
        route.method,
        path,
        data={"csrf_token": csrf, **fields} if route.method == "POST" else None,
        headers=headers,
        allow_redirects=False,
    ) as answer:
        if answer.status in {401, 403}:
            return answer.status, str((await answer.json())["error"]["code"])
        return answer.status, answer.headers.get("Location", "")


async def staff_routes(house: House) -> list[Route]:
    # Signing out would end the walk.
    known = routes(house.services)
    return [r for r in known if r.right is not Right.PUBLIC and r.path != "/signout"]


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
async def test_a_role_gets_where_the_table_lets_it(house: House, role: Role) -> None:
    client = await house.staff(role, LIGHTS if "department" in role.value else "")
    csrf = await token(client)
    known = await staff_routes(house)
    met = {(r.method, r.path): await asked(client, r, csrf) for r in known}
    refused = {route for route, (status, _) in met.items() if status == 403}
    assert refused == {(r.method, r.path) for r in known if not allowed(r.right, role)}
    assert [route for route, (status, _) in met.items() if status == 401 or status >= 500] == []
    assert [route for route, (_, where) in met.items() if where.startswith("/signin")] == []


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
async def test_without_the_token_no_form_does_anything(house: House, role: Role) -> None:
    client = await house.staff(role, LIGHTS if "department" in role.value else "")
    posts = [r for r in routes(house.services) if r.right is not Right.PUBLIC]
    met = {r.path: await asked(client, r, "") for r in posts if r.method == "POST"}
    owed = {
        r.path: (403, "csrf" if allowed(r.right, role) else "forbidden")
        for r in posts
        if r.method == "POST"
    }
    assert met == owed


@pytest.mark.parametrize("kind", ["cases", "disclosures"])
@pytest.mark.parametrize("role", [Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD])
async def test_what_is_another_departments_is_not_there(
    house: House, role: Role, kind: str
) -> None:
    number = await dispatched(house) if kind == "cases" else await registered(house)
    own, other = await house.staff(role, LIGHTS), await house.staff(role, ROADS, name="elsewhere")
    known = [
        route
        for route in await staff_routes(house)
        if route.path.startswith(f"/{kind}/{{number}}") and allowed(route.right, role)
    ]
    csrf = await token(other)
    met = {
        (r.method, r.path): await outcome(other, exactly(r, number), csrf, **FILLED[kind])
        for r in known
    }
    assert {route for route, status in met.items() if status != 404} == set()
    assert len(met) >= 3
    assert (await own.get(f"/{kind}/{number}", headers=PAGE)).status == 200
    listed = {"cases": "/departments", "disclosures": "/disclosures"}[kind]
    assert number in await (await own.get(listed, headers=PAGE)).text()
    for path in ("/departments", "/alerts", "/disclosures"):
        answer = await other.get(path, headers=PAGE)
        assert answer.status == 200
        assert number not in await answer.text()


async def test_figures_are_those_of_ones_own_department(house: House) -> None:
    await rated(house, 5)
    readers = (
        await house.staff(Role.SUPERVISOR),
        await house.staff(Role.DEPARTMENT_CLERK, LIGHTS, name="own"),
        await house.staff(Role.DEPARTMENT_CLERK, ROADS),
    )
    answers = [await reader.get("/insight/satisfaction.csv") for reader in readers]
    seen = [(answer.status, LIGHTS in await answer.text()) for answer in answers]
    assert seen == [(200, True), (200, True), (200, False)]


def exactly(route: Route, number: str) -> Route:
    return replace(route, path=route.path.replace("{number}", number))


async def dispatched(house: House) -> str:
    number = (await house.case(text="路灯坏了三天没人修")).case.number
    case = await house.services.cases.get(number)
    assert case.lead_department == LIGHTS
    return number


async def test_nobody_gets_anywhere_without_signing_in(house: House, visitor: TestClient) -> None:
    known = await staff_routes(house)
    assert {await outcome(visitor, route, "") for route in known} == {401}
    shown = [r for r in known if r.method == "GET" and not r.is_api]
    pages = [await asked(visitor, r, "", **PAGE) for r in shown]
    assert {(status, where.partition("?")[0]) for status, where in pages} == {(303, "/signin")}


def test_the_document_has_the_tables_of_the_code() -> None:
    stands = DOCUMENT.read_text("utf-8")
    fresh = with_tables(stands, fixed_routes())
    assert stands.splitlines() == fresh.splitlines(), "stale: run scripts/write_roles.py"


async def test_a_page_sends_people_to_sign_in(visitor: TestClient) -> None:
    answer = await visitor.get(
        "/triage?tab=sent", headers={"Accept": "text/html"}, allow_redirects=False
    )
    assert answer.status == 303
    assert answer.headers["Location"] == "/signin?next=%2Ftriage%3Ftab%3Dsent"


async def test_public_routes_ask_for_nobody(house: House) -> None:
    # Signing in with nothing fails as it should; each route has a visitor of its own.
    known = [r for r in routes(house.services) if r.right is Right.PUBLIC and r.path != "/signin"]
    met = {await outcome(await house.visitor(), route, "") for route in known}
    assert not {401, 403, 500} & met


def test_every_right_has_its_roles_and_every_role_its_home() -> None:
    assert set(ROLES) == set(Right)
    assert set(HOME) == STAFF_ROLES


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
async def test_a_role_may_open_its_own_home(house: House, role: Role) -> None:
    client = await house.staff(role, LIGHTS if "department" in role.value else "")
    answer = await client.get(HOME[role], headers={"Accept": "text/html"}, allow_redirects=False)
    assert answer.status == 200
