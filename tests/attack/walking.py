"""Every route of the one table, each asked by somebody whom it lets in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from yarl import URL

from bot.cases.model import Role
from bot.web import routes
from bot.web.rights import ROLES, STAFF_ROLES, Right
from bot.web.routes import Route
from tests.bot.web.conftest import LIGHTS, PAGE, House, token

NUMBER = "20260302000001"
"""Of a case that does not exist."""
_GOES_ON = frozenset({"/cases/live", "/desk/events", "/desk/board/events"})
"""Answers that do not end by themselves."""


@dataclass(kw_only=True)
class Walk:
    """Whoever goes through the routes; signed in once for each role that is needed."""

    house: House
    _people: dict[Role | None, tuple[TestClient, str]] = field(default_factory=dict)
    _addresses: Iterator[int] = field(default_factory=itertools.count)

    def routes(self, *methods: str) -> list[Route]:
        """The routes of these methods that end, but for signing out, which would end the walk."""
        known = routes(self.house.services)
        left_out = {*_GOES_ON, "/signout"}
        return [one for one in known if one.method in methods and one.path not in left_out]

    async def person(self, right: Right) -> tuple[TestClient, str]:
        """Somebody who has the right, and the CSRF token of their session."""
        role = None if right is Right.PUBLIC else min(ROLES[right] & STAFF_ROLES)
        if role not in self._people:
            client, csrf = await self.house.visitor(), ""
            if role is not None:
                client = await self.house.staff(role, LIGHTS if "department" in role else "")
                csrf = await token(client)
            self._people[role] = client, csrf
        return self._people[role]

    async def asked(
        self,
        route: Route,
        *,
        id: str = NUMBER,
        query: str = "",
        body: bytes | Mapping[str, str] | None = None,
        **headers: str,
    ) -> ClientResponse:
        """Ask it as who may, from an address of their own; `id` stands for each of its ids."""
        client, _ = await self.person(route.right)
        path = re.sub(r"\{\w+\}", lambda _: id, route.path)
        base = str(self.house.server.make_url("")).rstrip("/")
        return await client.session.request(
            route.method,
            URL(f"{base}{path}{query}", encoded=True),
            data=body,
            headers={"X-Forwarded-For": self._address(), **PAGE, **headers},
            allow_redirects=False,
        )

    def _address(self) -> str:
        number = next(self._addresses)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
