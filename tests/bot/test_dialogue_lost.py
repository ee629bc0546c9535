"""A real Rasa whose store was emptied in the middle of a form: told again, it is where it was."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import redis

from bot.dialogue import DialogueLost
from tests.bot.actions_bench import SAY, services
from tests.bot.test_dialogue import Talk, last, talking
from tests.fakes.cases import MemoryCases
from tests.fakes.minds import ScriptedLibrary
from tests.rasa_server import RasaServer

pytestmark = pytest.mark.rasa
BEGIN, PLACE = "小区门口的路灯坏了，麻烦派人来修", "剑光街道人民路"


@pytest.fixture
async def talk(rasa: RasaServer) -> AsyncIterator[Talk]:
    cases, library = MemoryCases(), ScriptedLibrary()
    async with talking(rasa, services(cases, library)) as dialogue:
        yield Talk(dialogue=dialogue, cases=cases, library=library)


def forget(rasa: RasaServer) -> None:
    with redis.Redis.from_url(rasa.redis_url) as client:
        client.flushdb()


async def test_a_form_that_is_gone_is_said_to_be_and_comes_back(
    talk: Talk, rasa: RasaServer
) -> None:
    asked = await talk.all(BEGIN, PLACE)
    forget(rasa)
    with pytest.raises(DialogueLost):
        await talk.dialogue.talk(talk.id, "13800001234", "m3", goes_on=True)
    await talk.dialogue.talk(talk.id, BEGIN, "m1", anew=True, again=True)
    again = await talk.dialogue.talk(talk.id, PLACE, "m2", goes_on=True, again=True)
    assert (again.replies, again.replayed, again.open) == (asked.replies, False, True)
    shown = await talk.dialogue.talk(talk.id, "13800001234", "m3", goes_on=True)
    assert PLACE in last(shown).text
    await talk.say("确认", "m4")
    (opened,) = talk.cases.opened
    assert (opened.text, opened.place) == (BEGIN, PLACE)
    assert opened.origin_key == f"{talk.id}:m1"


async def test_a_form_that_is_there_goes_on_and_a_message_heard_is_not_lost(talk: Talk) -> None:
    await talk.say(BEGIN)
    first = await talk.dialogue.talk(talk.id, PLACE, "m2", goes_on=True)
    again = await talk.dialogue.talk(talk.id, PLACE, "m2", goes_on=True)
    assert (again.replies, again.replayed) == (first.replies, True)
    assert first.asked is not None
    assert first.asked.text == SAY("form_ask_phone")


async def test_a_message_whose_form_has_ended_is_replayed_not_lost(talk: Talk) -> None:
    await talk.all(BEGIN, PLACE, "13800001234")
    done = await talk.dialogue.talk(talk.id, "确认", "m4", goes_on=True)
    again = await talk.dialogue.talk(talk.id, "确认", "m4", goes_on=True)
    assert (again.replies, again.replayed, again.open) == (done.replies, True, False)
    assert len(talk.cases.opened) == 1


async def test_the_question_is_told_apart_from_what_stood_before_it(talk: Talk) -> None:
    await talk.say(BEGIN)
    told = await talk.say("那要多久")
    assert told.asked is not None
    assert told.asked.text == SAY("form_ask_place")
    assert told.replies[-1].text != told.asked.text
