"""ID tokens: whose signature they bear, and whether they are meant for us and this sign-in."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import Key, import_key

from connectors.errors import Malformed, Unverified

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519",
)  # fmt: skip
"""Signatures by a key only the provider has: neither `none` nor a secret shared with it."""

LEEWAY_S = 60
"""Clocks of two machines in order differ by less."""

_MOST_CHARS = 32_000


class UnknownKey(Unverified):
    """None of the keys known so far made the signature; newer ones may have."""


def read_keys(document: Mapping[str, Any]) -> tuple[Key, ...]:
    """The keys of a JWK set that may sign; what we do not understand is left out (RFC 7517, 5).

    Raises:
        Malformed: there is none.
    """
    given = document.get("keys")
    found = []
    for one in given if isinstance(given, list) else ():
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        with suppress(JoseError, ValueError, KeyError, TypeError):
            found.append(import_key(one))
    if not found:
        raise Malformed("oidc_keys")
    return tuple(found)


def verified(token: str, keys: Iterable[Key]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token one of these keys signed.

    Raises:
        UnknownKey: none of them did.
        Unverified: unsigned, signed in a way we do not take, or no token at all.
    """
    header = _header(token)
    if header.get("alg") not in ALGORITHMS:
        raise Unverified("oidc_algorithm")
    named = header.get("kid")
    for key in keys:
        if named is not None and key.kid != named:
            continue
        try:
            found = jwt.decode(token, key, algorithms=ALGORITHMS)
        except BadSignatureError:
            continue
        except (JoseError, ValueError):  # a key of another kind than the algorithm's
            if named is None:
                continue
            raise Unverified("oidc_token") from None
        return dict(found.header), dict(found.claims)
    raise UnknownKey("oidc_key")


def check_claims(
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now_s: int,
) -> None:
    """Hold the claims to OpenID Connect Core 3.1.3.7.

    Raises:
        Unverified: of another provider, for another client, too old, or of another sign-in; its
            code names the claim.
    """
    token = CodeIDToken(
        dict(claims),
        dict(header),
        options={
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        },
        params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
    )
    try:
        token.validate(now=now_s, leeway=LEEWAY_S)
    except JoseError as error:
        claim = getattr(error, "claim", "") or error.error
        raise Unverified(f"oidc_{claim}"[:60]) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise Unverified("oidc_claims") from error


def _header(token: str) -> dict[str, Any]:
    first, _, rest = token[:_MOST_CHARS].partition(".")
    try:
        if rest.count(".") != 1 or len(token) > _MOST_CHARS:
            raise Unverified("oidc_token")
        header = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError) as error:
        raise Unverified("oidc_token") from error
    if not isinstance(header, dict):
        raise Unverified("oidc_token")
    return header
