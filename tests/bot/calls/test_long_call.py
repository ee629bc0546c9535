"""A call of three hours: everything is stored, and nothing in a process grows with it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.calls.listening import SENTENCES_READ
from bot.calls.service import Calls
from bot.storage.units import Storage
from connectors.calls import Leg, SpeechFragment
from connectors.channels.hotline.transcripts import _REPEATS_AT_MOST, Owners, Transcripts
from tests.bot.calls.world import Desk, Echo
from tests.fakes.edges import CountingIds, FakeClock

LENGTH_S, EVERY_S = 3 * 3600, 9
SENTENCES = LENGTH_S // EVERY_S
LEGS = {leg.value: leg for leg in Leg}


@pytest.fixture
async def desk(
    sqlite_storage: Storage, clock: FakeClock, ids: CountingIds, redis_url: str
) -> AsyncIterator[Desk]:
    """To what a process holds the database does not matter."""
    async with AsyncExitStack() as closing:
        yield Desk(
            storage=sqlite_storage, clock=clock, ids=ids, redis_url=redis_url, closing=closing
        )


async def told(desk: Desk, words: Transcripts, at: int, *, numbered: bool) -> None:
    """One sentence of the call, its partial before it."""
    leg = ("citizen", "operator")[at % 2]
    name = f"c1-{leg}"
    said = "我在解放路" if at == 0 else f"第{at}句话"
    partial = {"mode": "2pass-online", "wav_name": name, "text": said[:2]}
    sentence: dict[str, object] = {"mode": "2pass-offline", "wav_name": name, "text": said}
    if numbered:
        ends_ms = at * EVERY_S * 1000
        sentence |= {"seq": at, "timestamp": json.dumps([[ends_ms, ends_ms + 900]])}
    await words.hear(json.dumps(partial))
    answer = await words.hear(json.dumps(sentence))
    assert answer.acknowledged
    desk.clock.advance(seconds=EVERY_S)


def held(calls: Calls, words: Transcripts, owners: Owners) -> dict[str, int]:
    """How many things a process holds of its calls."""
    listening = calls._listening
    states = [leg.live for leg in words._legs.values()]
    return {
        "legs": len(words._legs),
        "repeats": len(words._repeats),
        "owners": len(owners._owners),
        "partials": sum(len(repr(one)) for one in states),
        "ids": len(calls._ids_known),
        "tasks": len(listening._tasks),
        "again": len(listening._again),
    }


async def test_nothing_held_grows_with_the_call(desk: Desk) -> None:
    echo, owners = Echo(), Owners()
    calls = await desk.replica(suggesting=echo)
    words = Transcripts(LEGS, calls.take_fragment, desk.clock.now, owners)
    call = await desk.answered(calls)
    for at in range(100):
        await told(desk, words, at, numbered=True)
    await calls._listening.settled()
    early = held(calls, words, owners)
    for at in range(100, SENTENCES):
        await told(desk, words, at, numbered=True)
    await calls._listening.settled()
    late = held(calls, words, owners)
    # Numbers have more digits by then; nothing else is longer.
    assert late.pop("partials") < early.pop("partials") + 100
    assert late == early == {
        "legs": 2, "repeats": 0, "owners": 2, "ids": 1, "tasks": 0, "again": 0
    }  # fmt: skip
    assert max(echo.asked) == SENTENCES_READ
    assert len(await calls.sentences(call.id)) == SENTENCES
    assert (await calls.suggestions(call.id)).behind is False


async def test_what_was_heard_at_its_beginning_stays_on_the_form(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    words = Transcripts(LEGS, calls.take_fragment, desk.clock.now, Owners())
    call = await desk.answered(calls)
    for at in range(SENTENCES_READ + 50):
        await told(desk, words, at, numbered=True)
    await calls._listening.settled()
    assert (await calls.draft(call.id))["place"].value == "解放路"


async def test_sentences_told_by_their_words_alone_are_not_remembered_for_ever(desk: Desk) -> None:
    taken = []

    async def take(fragment: SpeechFragment) -> None:
        taken.append(fragment.external_id)

    words = Transcripts(LEGS, take, desk.clock.now, Owners())
    for at in range(_REPEATS_AT_MOST + 50):
        await told(desk, words, at, numbered=False)
    assert len(words._repeats) == _REPEATS_AT_MOST
    assert len({one for one in taken if one}) == _REPEATS_AT_MOST + 50
