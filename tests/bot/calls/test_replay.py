"""Recorded calls played to a service that stores what a call centre tells it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.calls.recorded import RecordedWords, open_recording, shipped
from bot.calls.replay import Player, ReplayFailed, Target, began, steps_of
from connectors.calls import Leg
from connectors.channels.hotline.signing import signature
from connectors.speech.live import Live, heard, result_of
from tests.bot.web.hotline import KEY, NOW, Centre, calling

STREETLIGHT = "streetlight-help"


@dataclass
class Events:
    """The webhook: verifies the signature and keeps each event once."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    away: int = 0

    async def post(self, request: web.Request) -> web.Response:
        if self.away:
            self.away -= 1
            return web.json_response({"error": {"message": "请稍后再试。"}}, status=503)
        body = await request.read()
        told = request.headers["X-Hotline-Timestamp"]
        if request.headers["X-Hotline-Signature"] != signature(KEY, told, body):
            return web.json_response({"error": {"message": "签名不对。"}}, status=403)
        event = json.loads(body)
        self.kept.setdefault(event["id"], event)
        return web.json_response({"stored": 1})


@asynccontextmanager
async def service(events: Events, **settings: Any) -> AsyncIterator[tuple[Centre, Target]]:
    async with calling(events=events.post, **settings) as centre:
        yield centre, Target(url=str(centre.client.make_url("/")).rstrip("/"), key=KEY)


@dataclass
class Naps:
    """A clock that goes on only while somebody sleeps."""

    slept_s: float = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        await asyncio.sleep(0)

    def clock(self) -> float:
        return self.slept_s


def player(target: Target, naps: Naps | None = None) -> Player:
    naps = naps or Naps()
    return Player(target, lambda: NOW, naps.sleep, naps.clock)


@pytest.mark.parametrize("name", shipped())
async def test_a_played_call_is_the_recorded_call(name: str) -> None:
    call, events = open_recording(name), Events()
    async with service(events) as (centre, target):
        count = await player(target).play(call, "run1", speed=0)
        told = [(one.leg, one.text, one.end_ms) for one in centre.book.sentences.values()]
        assert told == [(one.leg, one.text, one.end_ms) for one in call.sentences]
        assert count == len(call.sentences)
        words = [one for one in call.moments if isinstance(one, RecordedWords)]
        partials = [one.text for one in words if not one.committed]
        assert [one.text for one in centre.book.partials] == partials
        assert {one.call_id for one in centre.book.partials} <= {"run1"}
    kinds = [one["event"] for one in events.kept.values()]
    assert (kinds[0], kinds[-1] in {"ended", "abandoned"}) == ("offered", True)
    assert {one["call"] for one in events.kept.values()} == {"run1"}


async def test_its_times_are_kept_at_the_speed_that_is_asked_for() -> None:
    call, naps = open_recording(STREETLIGHT), Naps()
    async with service(Events()) as (_, target):
        await player(target, naps).play(call, "run1", speed=20)
    assert naps.slept_s == pytest.approx(call.lasts_ms / 20_000)
    assert began(call, NOW, 1) == NOW
    assert (NOW - began(call, NOW, 2)).total_seconds() == pytest.approx(call.lasts_ms / 2000)
    assert (NOW - began(call, NOW, 0)).total_seconds() == pytest.approx(call.lasts_ms / 1000)
    assert began(call, NOW, 0.5) == NOW


async def test_played_twice_under_one_id_it_is_stored_once() -> None:
    call, events = open_recording(STREETLIGHT), Events()
    async with service(events) as (centre, target):
        for _ in range(2):
            await player(target).play(call, "run1", speed=0)
        assert len(centre.book.sentences) == len(call.sentences)
        assert centre.book.told == 2 * len(call.sentences)
        await player(target).play(call, "run2", speed=0)
        assert len(centre.book.sentences) == 2 * len(call.sentences)
    assert len(events.kept) == 2 * sum(one.event is not None for one in steps_of(call, "x", NOW))


async def test_a_service_that_goes_away_for_a_while_gets_it_all() -> None:
    call, events = open_recording(STREETLIGHT), Events(away=3)
    async with service(events) as (centre, target):
        store, failures = centre.book.take, iter([True, False] * 3)

        async def sometimes(fragment: Any) -> None:
            centre.book.away = fragment.committed and next(failures, False)
            await store(fragment)

        centre.book.take = sometimes  # type: ignore[method-assign]  # it comes and goes
        count = await player(target).play(call, "run1", speed=0)
        assert count == len(call.sentences)
        told = sorted(one.end_ms for one in centre.book.sentences.values())
        assert told == sorted(one.end_ms for one in call.sentences)


async def test_a_wrong_key_and_a_service_that_is_not_there_are_told() -> None:
    call = open_recording(STREETLIGHT)
    async with service(Events()) as (_, target):
        wrong = Target(url=target.url, key=b"another-key-of-some-length")
        with pytest.raises(ReplayFailed, match="签名不对"):
            await player(wrong).play(call, "run1", speed=0)
    nobody = Target(url="http://127.0.0.1:1", key=KEY)
    with pytest.raises(ReplayFailed, match="连不上"):
        await player(nobody).play(call, "run1", speed=0)


def test_the_messages_put_together_are_the_recording() -> None:
    call = open_recording("night-noise-angry")
    state: dict[Leg, Live] = {leg: Live() for leg in Leg}
    for step in steps_of(call, "a-b", datetime(2026, 3, 2, tzinfo=UTC)):
        leg = getattr(step.moment, "leg", Leg.CITIZEN)
        result = result_of(dict(step.message or {"is_final": False}))
        state[leg], new = heard(state[leg], result)
        assert (new.text if new else "") == getattr(step.moment, "text", "")


def test_the_key_is_in_no_repr() -> None:
    assert KEY.decode() not in repr(Target(url="http://x", key=KEY))
