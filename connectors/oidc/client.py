"""The authorization code flow with PKCE, state and nonce (OpenID Connect Core 3.1, RFC 7636)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from connectors.errors import Malformed, Unverified
from connectors.oidc.provider import Endpoints, Provider
from connectors.oidc.tokens import UnknownKey, check_claims, verified

_MOST_GROUPS = 500


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A sign-in on its way; all but `url` stays on our side until the browser is back.

    Args:
        url: where the browser goes.
        state: comes back with the browser.
        nonce: comes back in the token.
        verifier: proves that the code is redeemed by whoever asked for it.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom the provider vouches for.

    Args:
        subject: the provider's own name for them.
        name: the claim that names our account; empty where it is missing.
        display_name: as shown to others.
        groups: what they belong to there.
    """

    subject: str
    name: str
    display_name: str = ""
    groups: tuple[str, ...] = ()


class OidcClient:
    """Us, as a client of one provider.

    Args:
        provider: the provider.
        client_id, client_secret: as registered there.
        redirect_uri: where the browser comes back to; registered there, letter for letter.
        name_claim: which claim names our accounts.
        groups_claim: which claim lists groups.
        now: the time.
        random: an unguessable text.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        name_claim: str,
        groups_claim: str,
        now: Callable[[], datetime],
        random: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._provider, self._redirect_uri = provider, redirect_uri
        self._client_id, self._client_secret = client_id, client_secret
        self._name_claim, self._groups_claim = name_claim, groups_claim
        self._now, self._random = now, random

    def __repr__(self) -> str:
        return f"OidcClient({self._provider!r}, {self._client_id!r})"

    async def close(self) -> None:
        """Close the connections."""
        await self._provider.close()

    async def begin(self) -> Begun:
        """Where to send the browser. Raises `ConnectorError` where the provider is away."""
        endpoints = await self._provider.endpoints()
        state, nonce, verifier = self._random(), self._random(), self._random()
        url = prepare_grant_uri(
            endpoints.authorization,
            self._client_id,
            "code",
            redirect_uri=self._redirect_uri,
            scope="openid profile",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Begun(url=str(url), state=state, nonce=nonce, verifier=verifier)

    async def finish(self, begun: Begun, *, state: str, code: str, issuer: str) -> Person:
        """Redeem what the browser brought back.

        Args:
            begun: what `begin` gave this browser.
            state: as brought back.
            code: as brought back.
            issuer: as brought back; empty where the provider does not say it.

        Raises:
            Unverified: the state, the token, its signature or a claim does not hold.
            ConnectorError: the provider is away, or takes the code not.
        """
        if not hmac.compare_digest(begun.state.encode(), state.encode("utf-8", "replace")):
            raise Unverified("oidc_state")
        endpoints = await self._provider.endpoints()
        if (issuer or endpoints.says_issuer) and issuer != self._provider.issuer:
            raise Unverified("oidc_iss")  # RFC 9207: one provider's answer passed off as another's
        answer = await self._redeemed(endpoints, code, begun.verifier)
        token, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str) or not isinstance(access, str):
            raise Malformed("oidc_answer")
        header, claims = await self._verified(token)
        check_claims(
            header,
            claims,
            issuer=self._provider.issuer,
            client_id=self._client_id,
            nonce=begun.nonce,
            access_token=access,
            now_s=int(self._now().timestamp()),
        )
        if self._name_claim not in claims and endpoints.userinfo:
            claims = await self._more(endpoints, access, claims)
        return self._person(claims)

    async def _redeemed(self, endpoints: Endpoints, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        if endpoints.secret_in_body:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
            return await self._provider.call("POST", endpoints.token, data=form)
        auth = httpx.BasicAuth(_form_quoted(self._client_id), _form_quoted(self._client_secret))
        return await self._provider.call("POST", endpoints.token, data=form, auth=auth)

    async def _verified(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            return verified(token, await self._provider.keys())
        except UnknownKey:  # the provider may have changed its keys
            return verified(token, await self._provider.keys(newer=True))

    async def _more(
        self, endpoints: Endpoints, access: str, claims: dict[str, Any]
    ) -> dict[str, Any]:
        """The claims with those the provider keeps for its userinfo endpoint (Core 5.3)."""
        told = await self._provider.call(
            "GET", endpoints.userinfo, headers={"Authorization": f"Bearer {access}"}
        )
        if told.get("sub") != claims.get("sub"):
            raise Unverified("oidc_sub")
        return {**told, **claims}

    def _person(self, claims: Mapping[str, Any]) -> Person:
        name, groups = claims.get(self._name_claim), claims.get(self._groups_claim)
        shown = claims.get("name")
        return Person(
            subject=str(claims["sub"])[:255],
            name=name.strip()[:80] if isinstance(name, str) else "",
            display_name=shown.strip()[:80] if isinstance(shown, str) else "",
            groups=tuple(str(group) for group in groups[:_MOST_GROUPS])
            if isinstance(groups, list)
            else (),
        )


def _form_quoted(text: str) -> str:
    """As RFC 6749, 2.3.1 wants the parts of HTTP Basic: form-encoded first."""
    return str(httpx.QueryParams({"": text})).removeprefix("=")
