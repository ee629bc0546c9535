"""What is known of a provider: its discovery document and its keys, fetched when needed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc.jwk import Key

from connectors.errors import Malformed, Refused, Retryable
from connectors.oidc.addresses import safe_address
from connectors.oidc.tokens import read_keys

MOST_BYTES = 256 * 1024

_KNOWN_FOR = timedelta(hours=1)
_REST_AFTER_FAILURE = timedelta(seconds=2)
"""So long nobody else waits for a provider that did not answer the one before."""
_NEW_KEYS_AFTER = timedelta(seconds=5)
"""So often, at most, the keys are fetched again for a token none of them signed."""


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """What the discovery document says.

    Args:
        secret_in_body: the client's secret goes into the form; else it is HTTP Basic.
        says_issuer: the provider names itself in its answers (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    userinfo: str
    secret_in_body: bool
    says_issuer: bool


class Provider:
    """One provider over HTTP.

    Args:
        issuer: as in its tokens; the discovery document lies under it.
        timeout_s: for one call.
        now: the time.
    """

    def __init__(self, issuer: str, *, timeout_s: float, now: Callable[[], datetime]) -> None:
        self.issuer, self._now, self._timeout_s = issuer, now, timeout_s
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False)
        self._endpoints: tuple[datetime, Endpoints] | None = None
        self._keys: tuple[datetime, tuple[Key, ...]] | None = None
        self._failed_at: datetime | None = None
        self._fetching = asyncio.Lock()

    def __repr__(self) -> str:
        return f"Provider({self.issuer!r})"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def endpoints(self) -> Endpoints:
        """The discovery document, at most an hour old. Raises `ConnectorError`."""
        async with self._fetching:
            known, now = self._endpoints, self._now()
            if known is None or now - known[0] >= _KNOWN_FOR:
                url = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
                known = self._endpoints = (now, self._read(await self._known_of(url)))
            return known[1]

    async def keys(self, *, newer: bool = False) -> tuple[Key, ...]:
        """The provider's keys, at most an hour old. Raises `ConnectorError`.

        Args:
            newer: fetched again, unless that was done a moment ago.
        """
        where = (await self.endpoints()).keys
        async with self._fetching:
            known, now = self._keys, self._now()
            lasts = _NEW_KEYS_AFTER if newer else _KNOWN_FOR
            if known is None or now - known[0] >= lasts:
                known = self._keys = (now, read_keys(await self._known_of(where)))
            return known[1]

    async def _known_of(self, url: str) -> dict[str, Any]:
        """What the provider says of itself; whoever queued behind a failure is told at once."""
        failed_at = self._failed_at
        if failed_at is not None and self._now() - failed_at < _REST_AFTER_FAILURE:
            raise Retryable("oidc_unreachable")
        try:
            return await self.call("GET", url)
        except Retryable:
            self._failed_at = self._now()
            raise

    async def call(self, method: str, url: str, **sent: Any) -> dict[str, Any]:
        """One call, answered with a JSON object.

        Raises:
            Retryable: it cannot be reached, or fails.
            Refused: it says no.
            Malformed: what it answers is no JSON object.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                status, body = await self._fetched(method, url, sent)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Retryable("oidc_unreachable") from error
        if status >= 500 or status == 429:
            raise Retryable("oidc_away")
        if status != 200:
            raise Refused("oidc_refused")
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Malformed("oidc_answer") from error
        if not isinstance(answer, dict):
            raise Malformed("oidc_answer")
        return answer

    async def _fetched(self, method: str, url: str, sent: Mapping[str, Any]) -> tuple[int, bytes]:
        async with self._client.stream(method, url, **sent) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise Malformed("oidc_too_large")
            return response.status_code, bytes(body)

    def _read(self, document: Mapping[str, Any]) -> Endpoints:
        if document.get("issuer") != self.issuer:
            raise Malformed("oidc_issuer")
        found = {
            name: document.get(name)
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        }
        userinfo = document.get("userinfo_endpoint") or ""
        if not all(map(safe_address, found.values())) or (userinfo and not safe_address(userinfo)):
            raise Malformed("oidc_endpoints")
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not isinstance(methods, list):
            raise Malformed("oidc_endpoints")
        return Endpoints(
            authorization=str(found["authorization_endpoint"]),
            token=str(found["token_endpoint"]),
            keys=str(found["jwks_uri"]),
            userinfo=str(userinfo),
            secret_in_body="client_secret_basic" not in methods,
            says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        )
