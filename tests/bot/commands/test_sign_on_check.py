"""`policyline check` on the provider of single sign-on, against the strict one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.commands.findings import Finding, Verdict
from bot.commands.sign_on_check import provider as checked
from bot.settings import Settings
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, oidc_provider

BACK = "https://12345.example/signin/oidc/callback"


@pytest.fixture
async def provider() -> AsyncIterator[OidcProvider]:
    async with oidc_provider(BACK, lambda: datetime.now(UTC)) as running:
        yield running


async def finding(issuer: str) -> Finding:
    given = {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "public_url": "https://12345.example",
    }
    return await checked(Settings.model_validate(given if issuer else {}))


async def test_none_is_set() -> None:
    found = await finding("")
    assert (found.verdict, "未设置" in found.said) == (Verdict.FINE, True)


async def test_one_that_is_there(provider: OidcProvider) -> None:
    found = await finding(provider.issuer)
    assert (found.verdict, "1 个签名公钥" in found.said, BACK in found.said) == (
        Verdict.FINE,
        True,
        True,
    )
    assert CLIENT_SECRET not in found.said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"issuer": "https://other.example"}, "逐字核对"),
        ({"jwks_uri": "http://a.example"}, "https"),
    ],
)
async def test_one_that_says_what_it_should_not(
    provider: OidcProvider, changed: dict[str, object], said: str
) -> None:
    provider.changed = changed
    found = await finding(provider.issuer)
    assert (found.verdict, said in found.said) == (Verdict.LESS, True)


@pytest.mark.parametrize(("path", "said"), [("/elsewhere", "取不到"), ("", "连不上")])
async def test_one_that_is_not_there(provider: OidcProvider, path: str, said: str) -> None:
    issuer = provider.issuer + path if path else "http://127.0.0.1:9"
    found = await finding(issuer)
    assert (found.verdict, said in found.said) == (Verdict.LESS, True)
