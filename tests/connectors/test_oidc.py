"""A provider's keys, tokens and addresses, and a provider that keeps silent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from connectors.errors import ConnectorError, Malformed, Unverified
from connectors.oidc.addresses import safe_address
from connectors.oidc.provider import Provider
from connectors.oidc.tokens import UnknownKey, read_keys, verified

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def public(key: Any) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})


@pytest.mark.parametrize(
    ("algorithm", "key"), [("RS256", RSA), ("PS256", RSA), ("ES256", EC), ("Ed25519", ED)]
)
@pytest.mark.parametrize("named", [True, False])
def test_a_token_is_known_by_its_key_named_or_not(algorithm: str, key: Any, named: bool) -> None:
    header = {"alg": algorithm, **({"kid": key.kid} if named else {})}
    token = jwt.encode(header, {"sub": "u-1"}, key, algorithms=[algorithm])
    keys = read_keys({"keys": [public(EC), public(ED), public(RSA)]})
    assert verified(token, keys)[1] == {"sub": "u-1"}


def test_a_token_by_none_of_the_keys_asks_for_newer_ones() -> None:
    token = jwt.encode({"alg": "RS256"}, {"sub": "u-1"}, RSA)
    with pytest.raises(UnknownKey):
        verified(token, read_keys({"keys": [public(EC)]}))


def test_a_key_of_the_right_name_and_the_wrong_kind_is_no_proof() -> None:
    token = jwt.encode({"alg": "RS256", "kid": "ec"}, {"sub": "u-1"}, RSA)
    with pytest.raises(Unverified):
        verified(token, read_keys({"keys": [public(EC)]}))


def test_what_is_no_key_for_signing_is_left_out() -> None:
    odd = [
        {"kty": "PQ", "x": "?"},
        {"kty": "RSA", "n": "AQ"},
        "no key",
        {**public(EC), "use": "enc"},
    ]
    (key,) = read_keys({"keys": [*odd, public(RSA)]})
    assert key.kid == "rsa"
    for none in ({}, {"keys": odd}, {"keys": "rsa"}):
        with pytest.raises(Malformed):
            read_keys(none)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example", True),
        ("https://id.example:8443/realms/city?x=1", True),
        ("http://localhost:8080/x", True),
        ("http://127.0.0.1", True),
        ("http://id.example", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example/", False),
        ("https://user:secret@id.example", False),
        ("https://id.example/#part", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        (None, False),
        ("", False),
    ],
)
def test_secrets_travel_safely_or_not_at_all(address: object, safe: bool) -> None:
    assert safe_address(address) is safe


class Silence:
    """Takes connections and says nothing."""

    def __init__(self) -> None:
        self.met: list[asyncio.Task[None]] = []

    def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.met.append(asyncio.create_task(self._listen(reader, writer)))

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()


async def test_one_waits_for_a_silent_provider_not_everybody_in_turn() -> None:
    silence, moment = Silence(), [NOW]
    server = await asyncio.start_server(silence.meet, "127.0.0.1", 0)
    issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    provider = Provider(issuer, timeout_s=0.3, now=lambda: moment[0])
    met = await asyncio.gather(*(provider.endpoints() for _ in range(8)), return_exceptions=True)
    assert {error.code for error in met if isinstance(error, ConnectorError)} == {
        "oidc_unreachable"
    }
    assert (len(met), len(silence.met)) == (8, 1)
    moment[0] += timedelta(seconds=2)
    with pytest.raises(ConnectorError):
        await provider.endpoints()
    assert len(silence.met) == 2
    await provider.close()
    await asyncio.gather(*silence.met)
    server.close()
    await server.wait_closed()
