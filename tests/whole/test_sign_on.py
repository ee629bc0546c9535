"""Signing in over two replicas, as a balancer sends people to now one, now the other."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest

from bot.clock import RandomIds, SystemClock
from bot.staff import StaffService
from bot.storage.units import Storage
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, oidc_provider
from tests.running import replica
from tests.servers import running_redis

pytestmark = pytest.mark.postgres

PUBLIC = "https://12345.example"
PAGE = {"Accept": "text/html"}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two replicas, the provider, and the accounts both know."""

    here: str
    there: str
    provider: OidcProvider
    staff: StaffService


@pytest.fixture
async def pair(postgres_database_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    storage = Storage(postgres_database_url)
    staff = StaffService(storage, SystemClock(), RandomIds())
    (tmp_path / "redis").mkdir()
    back = f"{PUBLIC}/signin/oidc/callback"
    async with oidc_provider(back, lambda: datetime.now(UTC)) as provider:
        with ExitStack() as started:
            settings = {
                "redis_url": started.enter_context(running_redis(tmp_path / "redis")),
                "database_url": postgres_database_url,
                "secret_key": secrets.token_hex(16),
                "public_url": PUBLIC,
                "second_factor_roles": "administrator",
                "oidc_issuer": provider.issuer,
                "oidc_client_id": CLIENT_ID,
                "oidc_client_secret": CLIENT_SECRET,
                "oidc_groups": '{"leaders": "administrator"}',
            }
            here = started.enter_context(replica(tmp_path / "a", **settings))
            there = started.enter_context(replica(tmp_path / "b", **settings))
            yield Pair(here=here, there=there, provider=provider, staff=staff)
    await storage.close()


class Browser:
    """Cookies kept by hand: over plain HTTP a client would keep back the secure ones."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.cookies: dict[str, str] = {}

    async def get(self, url: str) -> httpx.Response:
        return await self._sent("GET", url, {})

    async def post(self, url: str, **fields: str) -> httpx.Response:
        return await self._sent("POST", url, fields)

    async def token(self, url: str) -> str:
        text = (await self.get(url)).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        assert found is not None, "no form on the page"
        return found[1]

    async def _sent(self, method: str, url: str, fields: dict[str, str]) -> httpx.Response:
        ours = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self._client.request(
            method, url, data=fields or None, headers={**PAGE, "Cookie": ours}
        )
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            assert "Secure" in line or not value.strip('"')
            self.cookies[name] = value.strip('"')
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return answer


async def test_each_step_at_another_replica(pair: Pair) -> None:
    pair.provider.user = {"sub": "u-1", "preferred_username": "lin", "groups": ["leaders"]}
    async with httpx.AsyncClient(timeout=20) as client:
        browser = Browser(client)
        asked = await browser.get(f"{pair.here}/signin/oidc")
        sent = await client.get(asked.headers["location"])
        back = urlsplit(sent.headers["location"])
        come = await browser.get(f"{pair.there}{back.path}?{back.query}")
        assert come.headers["location"] == "/account"
        assert (await browser.get(f"{pair.here}/triage")).headers["location"] == "/account"

        begun = await browser.post(
            f"{pair.here}/account/code/begin",
            csrf_token=await browser.token(f"{pair.there}/account"),
        )
        found = re.search(r'secret-text"><code>([A-Z2-7-]+)<', begun.text)
        assert found is not None
        codes = pyotp.TOTP(found[1].replace("-", ""))
        bound = await browser.post(
            f"{pair.there}/account/code/confirm",
            csrf_token=await browser.token(f"{pair.here}/account"),
            code=codes.now(),
        )
        recovery = re.findall(r"<li><code>([A-Z2-7-]{19})</code>", bound.text)
        assert len(recovery) == 10
        assert (await browser.get(f"{pair.here}/triage")).status_code == 200

        other = Browser(client)
        asked = await other.get(f"{pair.there}/signin/oidc")
        sent = await client.get(asked.headers["location"])
        back = urlsplit(sent.headers["location"])
        come = await other.get(f"{pair.here}{back.path}?{back.query}")
        assert come.headers["location"] == "/signin/code"
        entered = await other.post(f"{pair.there}/signin/code", code=recovery[0])
        assert entered.headers["location"] == "/triage"
        assert (await other.get(f"{pair.here}/triage")).status_code == 200

        text = (await browser.get(f"{pair.there}/account")).text
        (handle,) = re.findall(r'name="session" value="([0-9a-f]{64})"', text)
        await browser.post(
            f"{pair.there}/account/sessions/end",
            csrf_token=await browser.token(f"{pair.there}/account"),
            session=handle,
        )
        assert (await other.get(f"{pair.here}/triage")).status_code == 303
    entries = await pair.staff.audit_entries(actor="lin")
    assert [entry.action for entry in reversed(entries)] == [
        "staff.sign_in",
        "second_factor.on",
        "second_factor.recovery_code",
        "staff.sign_in",
        "staff.end_sessions",
    ]
