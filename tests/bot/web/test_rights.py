"""Every route × every role, against the one table."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.web import routes
from bot.web.rights import HOME, ROLES, STAFF_ROLES, Right, allowed
from bot.web.routes import Route
from tests.bot.web.conftest import LIGHTS, House, token

NUMBER = "20260302000001"


async def outcome(client: TestClient, route: Route, csrf: str) -> int:
    """The status, of a request that could do no harm: it names what does not exist."""
    path = re.sub(r"\{(number|file|name)\}", NUMBER, route.path)
    answer = await client.request(
        route.method,
        path,
        data={"csrf_token": csrf} if route.method == "POST" else None,
        allow_redirects=False,
    )
    return answer.status


async def staff_routes(house: House) -> list[Route]:
    # Signing out would end the walk.
    known = routes(house.services)
    return [r for r in known if r.right is not Right.PUBLIC and r.path != "/signout"]


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
async def test_a_role_gets_where_the_table_lets_it(house: House, role: Role) -> None:
    client = await house.staff(role, LIGHTS if "department" in role.value else "")
    csrf = await token(client)
    known = await staff_routes(house)
    refused = {(r.method, r.path) for r in known if await outcome(client, r, csrf) == 403}
    assert refused == {(r.method, r.path) for r in known if not allowed(r.right, role)}


async def test_nobody_gets_anywhere_without_signing_in(house: House, visitor: TestClient) -> None:
    known = await staff_routes(house)
    assert {await outcome(visitor, route, "") for route in known} == {401}


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
