"""What every way calls are told to us must keep to, whatever call centre it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from connectors import registry
from connectors.base import RawRequest
from connectors.calls import CallFeed
from connectors.channels.hotline.settings import HotlineSettings
from connectors.errors import Refused, Unverified
from tests.connectors.hotline.listening import Taken
from tests.connectors.hotline.test_webhook import KEY, PAYLOADS, signed, webhook
from tests.fakes.ami_server import SECRET, AmiServer
from tests.fakes.esl_server import PASSWORD, EslServer

_NOT_CENTRES = {"operators", "operators_file", "stale_after_s", "events_at_most", "transfers"}


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A way calls are told, at work.

    Args:
        connector: what is shown in logs.
        told_twice: a call, from offered to ended, is told twice over; waits until it is taken.
        unsigned: the same by somebody who does not have the secret; raises.
        secret: of the connector.
    """

    connector: object
    told_twice: Callable[[Taken], Awaitable[None]]
    unsigned: Callable[[], Awaitable[object]]
    secret: str


def feed(kind: str, port: int, secret: str, monkeypatch: pytest.MonkeyPatch) -> CallFeed:
    given = {
        "ami": {"username": "policyline", "secret": secret},
        "esl": {"password": secret},
    }
    server = {"host": "127.0.0.1", "port": port, **given[kind]}
    monkeypatch.setenv(f"POLICYLINE_HOTLINE_{kind.upper()}", json.dumps({"main": server}))
    return registry.call_feeds()[f"{kind}-main"]


@asynccontextmanager
async def listened_to(
    kind: str, server: AmiServer | EslServer, secret: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bench]:
    """Two replicas listen at the same time, as they may for a moment when a lease goes over."""

    async def told_twice(taken: Taken) -> None:
        replicas = (feed(kind, server.port, secret, monkeypatch) for _ in range(2))
        tasks = [asyncio.create_task(each.run(taken.take)) for each in replicas]
        await server.signed_in(times=2)
        server.play("answered", id="1772416800.1")
        await taken.count_told(12)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def unsigned() -> None:
        await feed(kind, server.port, "the-wrong-secret", monkeypatch).run(Taken().take)

    async with server:
        connector = feed(kind, server.port, secret, monkeypatch)
        yield Bench(connector=connector, told_twice=told_twice, unsigned=unsigned, secret=secret)


@asynccontextmanager
async def pushed() -> AsyncIterator[Bench]:
    hook, call = webhook(), (PAYLOADS / "answered.json").read_bytes()

    async def told_twice(taken: Taken) -> None:
        for event in hook.parse(signed(call)) + hook.parse(signed(call)):
            await taken.take(event)

    async def unsigned() -> object:
        return hook.parse(RawRequest(method="POST", path="/", body=call))

    yield Bench(connector=hook, told_twice=told_twice, unsigned=unsigned, secret=KEY)


@asynccontextmanager
async def bench(kind: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    benches = {
        "ami": lambda: listened_to("ami", AmiServer(), SECRET, monkeypatch),
        "esl": lambda: listened_to("esl", EslServer(), PASSWORD, monkeypatch),
        "centres": pushed,
    }
    async with benches[kind]() as made:
        yield made


KINDS = ("ami", "esl", "centres")


def test_every_kind_of_call_centre_has_a_bench() -> None:
    assert set(KINDS) == HotlineSettings.model_fields.keys() - _NOT_CENTRES


@pytest.mark.parametrize("kind", KINDS)
async def test_told_twice_is_stored_once(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Taken()
    async with bench(kind, monkeypatch) as at_work:
        await at_work.told_twice(taken)
    assert len(taken.told) == 12
    assert [event.kind.value for event in taken.events] == [
        "offered", "ringing", "answered", "held", "resumed", "ended",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_believed_without_the_secret(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(kind, monkeypatch) as at_work:
        with pytest.raises((Refused, Unverified)):
            await at_work.unsigned()


@pytest.mark.parametrize("kind", KINDS)
async def test_shows_no_secret_in_its_repr(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench(kind, monkeypatch) as at_work:
        shown = repr(at_work.connector)
    assert type(at_work.connector).__name__ in shown
    assert at_work.secret not in shown
