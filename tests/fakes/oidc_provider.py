"""A strict OpenID Connect provider that signs its one user in without asking.

It takes registered clients alone, with their secret and their one redirect address, wants PKCE with
S256, redeems a code once, and says no in the protocol's own words. A test may change what it puts
into a token, or how it signs it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import unquote_plus, urlencode

from aiohttp import BasicAuth, web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID = "policyline tests"
CLIENT_SECRET = "a secret: of the client & the provider"
LIFE_S = 300

Sign = Callable[["OidcProvider", dict[str, Any]], str]
"""How a token is made of its claims."""


@cache
def new_key(kid: str) -> RSAKey:
    """A key, the same whenever this name is asked for."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def signed(provider: OidcProvider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, provider.key)


def by_unknown_key(provider: OidcProvider, claims: dict[str, Any]) -> str:
    del provider
    return jwt.encode({"alg": "RS256", "kid": "nobody's"}, claims, new_key("nobody's"))


def by_other_key_of_same_name(provider: OidcProvider, claims: dict[str, Any]) -> str:
    kid = str(provider.key.kid)
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, new_key("nobody's"))


def by_nobody(provider: OidcProvider, claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none', 'kid': provider.key.kid})}.{_part(claims)}."


def by_client_secret(provider: OidcProvider, claims: dict[str, Any]) -> str:
    del provider
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET))


def by_public_key(provider: OidcProvider, claims: dict[str, Any]) -> str:
    """The provider's public key, which everybody has, taken for a shared secret."""
    shared = OctKey.import_key(base64.b64encode(provider.key.as_pem(private=False)))
    header = {"alg": "HS256", "kid": provider.key.kid}
    return jwt.encode(header, claims, shared)


def tampered(provider: OidcProvider, claims: dict[str, Any]) -> str:
    header, _, signature = signed(provider, claims).split(".")
    return f"{header}.{_part({**claims, 'preferred_username': 'admin'})}.{signature}"


def _part(values: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


@dataclass
class OidcProvider:
    """The provider; `user` is who it signs in.

    Args:
        redirect_uri: the one address registered for the client.
        now: the time.
        spoil: claims put over the right ones; None takes a claim out.
        sign: how tokens are made.
        counts: calls, by path.
    """

    redirect_uri: str
    now: Callable[[], datetime]
    user: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u-1", "preferred_username": "lin"}
    )
    userinfo: dict[str, Any] = field(default_factory=dict)
    spoil: dict[str, Any] = field(default_factory=dict)
    sign: Sign = signed
    changed: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    issuer: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)

    def rotate(self) -> None:
        """A new key; the old one is gone."""
        self.key = new_key("second")

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._count])
        app.router.add_get("/.well-known/openid-configuration", self._configuration)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        app.router.add_get("/jwks", self._jwks)
        app.router.add_get("/userinfo", self._userinfo)
        return app

    @web.middleware
    async def _count(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.counts[request.path] = self.counts.get(request.path, 0) + 1
        response: web.StreamResponse = await handler(request)
        return response

    async def _configuration(self, request: web.Request) -> web.Response:
        del request
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }
        return web.json_response({**document, **self.changed})

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != self.redirect_uri:
            return web.Response(status=400, text="unknown client or redirect_uri")
        back = {"state": asked.get("state", ""), "iss": self.issuer}
        right = (
            asked.get("response_type") == "code"
            and "openid" in asked.get("scope", "").split()
            and asked.get("code_challenge_method") == "S256"
            and len(asked.get("code_challenge", "")) == 43
            and asked.get("state")
            and asked.get("nonce")
        )
        if not right:
            back["error"] = "invalid_request"
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = dict(asked)
        return web.Response(
            status=302, headers={"Location": f"{self.redirect_uri}?{urlencode(back)}"}
        )

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not self._is_client(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        code = str(form.get("code", ""))
        asked = self.codes.get(code)
        challenge = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        if (
            form.get("grant_type") != "authorization_code"
            or asked is None
            or code in self.spent
            or form.get("redirect_uri") != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.spent.add(code)
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        return web.json_response(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": LIFE_S,
                "id_token": self.sign(self, self._claims(asked["nonce"])),
            }
        )

    def _claims(self, nonce: str) -> dict[str, Any]:
        now = int(self.now().timestamp())
        right = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + LIFE_S,
            "nonce": nonce,
            **self.user,
        }
        return {name: value for name, value in {**right, **self.spoil}.items() if value is not None}

    def _is_client(self, request: web.Request, form: Mapping[str, Any]) -> bool:
        if self.changed.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            in_form = (form.get("client_id"), form.get("client_secret"))
            return "Authorization" not in request.headers and in_form == (CLIENT_ID, CLIENT_SECRET)
        try:
            given = BasicAuth.decode(request.headers.get("Authorization", ""), encoding="utf-8")
        except ValueError:
            return False
        named = (unquote_plus(given.login), unquote_plus(given.password))
        return named == (CLIENT_ID, CLIENT_SECRET)

    async def _jwks(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def _userinfo(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return web.Response(status=401)
        return web.json_response({**self.user, **self.userinfo})


@asynccontextmanager
async def oidc_provider(
    redirect_uri: str, now: Callable[[], datetime]
) -> AsyncIterator[OidcProvider]:
    """A running provider."""
    provider = OidcProvider(redirect_uri=redirect_uri, now=now)
    server = TestServer(provider.application())
    await server.start_server()
    provider.issuer = f"http://localhost:{server.port}"
    try:
        yield provider
    finally:
        await server.close()
