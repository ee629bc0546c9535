"""Staff with authenticators, for tests of signing in."""

from __future__ import annotations

import re

import pyotp
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from tests.bot.web.conftest import PAGE, House, token


async def send(client: TestClient, path: str, **fields: str) -> ClientResponse:
    """A form of this session, as the page would send it."""
    data = {"csrf_token": await token(client), **fields}
    return await client.post(path, data=data, headers=PAGE, allow_redirects=False)


async def sign_in(client: TestClient, name: str, password: str, **more: str) -> ClientResponse:
    """The form of `/signin`."""
    data = {"name": name, "password": password, **more}
    return await client.post("/signin", data=data, headers=PAGE, allow_redirects=False)


async def second_step(client: TestClient, code: str) -> ClientResponse:
    """The form of `/signin/code`."""
    return await client.post(
        "/signin/code", data={"code": code}, headers=PAGE, allow_redirects=False
    )


async def with_authenticator(house: House, name: str) -> tuple[str, tuple[str, ...]]:
    """Binds one to an account; gives its key and the recovery codes."""
    key = (await house.services.second_factors.begin(name)).key.replace("-", "")
    codes = await house.services.second_factors.confirm(name, code_of(house, key))
    house.world.clock.advance(seconds=30)
    return key, codes


def code_of(house: House, key: str) -> str:
    """What the authenticator shows now."""
    return pyotp.TOTP(key.replace("-", "")).at(house.world.clock.now())


def found(pattern: str, text: str) -> str:
    """What a page shows; fails without showing the page."""
    match = re.search(pattern, text)
    assert match is not None, f"not on the page: {pattern}"
    return match[1]
