"""The hotline through what happens to machines: killed replicas and workers, Redis gone and back.

Real processes on a real PostgreSQL and a real Redis, for all tests of this file; call centres tell
recorded calls over the signed webhook and the WebSocket, or Asterisk's manager interface is played.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.calls.model import Call, CallState
from bot.calls.recorded import open_recording
from tests.conftest import fresh_database
from tests.whole.hotline import Hotline, hotline_at, words_of

pytestmark = [pytest.mark.postgres, pytest.mark.asyncio(loop_scope="module")]

ON, MISSED, LATER = "1772416800.1", "1772416800.2", "1772416900.3"
HELP = open_recording("streetlight-help")
"""Twenty sentences."""
FAST = 60
"""What was said before a kill is stored by then, what comes after it not told yet."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hotline]:
    async with (
        fresh_database(postgres_url) as url,
        hotline_at(url, tmp_path_factory.mktemp("hotline")) as hotline,
    ):
        yield hotline


@pytest.fixture
def hotline(started: Hotline) -> Hotline:
    started.two_of_each()
    return started


async def filled_to_the_end(hotline: Hotline, call: Call) -> None:
    """What the citizen said last is in the suggestions, and the form has the matter."""
    suggested, draft = await hotline.suggested(call), await hotline.draft(call)
    assert suggested.seq >= await hotline.last_of_citizen(call)
    assert {"demand_type", "place", "contact_phone"} <= draft.keys()
    assert "路灯" in draft["title"].value


async def test_silence_brings_no_suggestion_and_no_fault(hotline: Hotline) -> None:
    silence = open_recording("silent-call")
    assert await hotline.plays(silence, "silent") == len(silence.sentences)
    call = await hotline.call("silent")
    assert (call.state, await hotline.words(call)) == (CallState.ENDED, words_of(silence))
    latest = await hotline.latest(call)
    assert (latest.known, latest.behind) == (None, False)


async def test_two_calls_with_one_id_are_two_calls(hotline: Hotline) -> None:
    other = open_recording("wrong-number")
    await hotline.plays(HELP, "twice")
    await hotline.plays(other, "twice", centre="second")
    first, second = await hotline.calls("twice")
    assert {first.feed, second.feed} == {"webhook-default", "webhook-second"}
    words = {one.feed: await hotline.words(one) for one in (first, second)}
    assert words == {"webhook-default": words_of(HELP), "webhook-second": words_of(other)}


async def test_with_redis_gone_and_back_in_the_middle_nothing_is_lost(hotline: Hotline) -> None:
    count = await hotline.plays(
        HELP, "redis", speed=FAST, at={5: hotline.redis.stop, 15: hotline.redis.start}
    )
    call = await hotline.call("redis")
    assert count == len(HELP.sentences)
    assert (call.state, await hotline.words(call)) == (CallState.ENDED, words_of(HELP))
    await filled_to_the_end(hotline, call)


async def test_a_killed_workers_call_centre_is_listened_to_by_the_other(hotline: Hotline) -> None:
    asterisk = hotline.asterisk
    listener = await hotline.listener()
    asterisk.play("answered", id=ON, upto=4)
    asterisk.play("abandoned", id=MISSED, upto=1)
    await hotline.state(ON, CallState.TALKING)
    await hotline.state(MISSED, CallState.WAITING)
    listener.kill()
    asterisk.play("answered", id=ON, begin=4)  # nobody hears that these are over
    asterisk.play("abandoned", id=MISSED, begin=1)
    await hotline.state(ON, CallState.ENDED)
    await hotline.state(MISSED, CallState.ABANDONED)
    asterisk.play("answered", id=LATER)
    await hotline.state(LATER, CallState.ENDED)
    assert asterisk.violations == []


async def test_a_killed_replicas_call_goes_on_on_the_other(hotline: Hotline) -> None:
    first, second = hotline.replicas
    before = hotline.balancer.taken[second.port]
    count = await hotline.plays(HELP, "killed", speed=FAST, at={10: first.kill})
    call = await hotline.call("killed")
    assert count == len(HELP.sentences)
    assert (call.state, await hotline.words(call)) == (CallState.ENDED, words_of(HELP))
    assert hotline.balancer.taken[second.port] > before
    await filled_to_the_end(hotline, call)
