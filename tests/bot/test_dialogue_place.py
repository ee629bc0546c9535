"""With a real Rasa: what citizens answer to "where?", by what the form says next."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.bot.actions_bench import SAY, services
from tests.bot.test_actions_telling import NOTED, samples
from tests.bot.test_dialogue import Talk, talking
from tests.fakes.cases import MemoryCases
from tests.fakes.minds import ScriptedLibrary
from tests.rasa_server import RasaServer

pytestmark = pytest.mark.rasa
BEGIN = "小区门口的路灯坏了，麻烦派人来修"
WHERE, PHONE = SAY("form_ask_place"), SAY("form_ask_phone")


@pytest.fixture
async def talk(rasa: RasaServer) -> AsyncIterator[Talk]:
    cases, library = MemoryCases(), ScriptedLibrary()
    async with talking(rasa, services(cases, library)) as dialogue:
        yield Talk(dialogue=dialogue, cases=cases, library=library)


async def answered(talk: Talk, text: str) -> str:
    """What a new conversation is told after this answer."""
    one = replace(talk, id=f"webchat:{uuid.uuid4().hex}", said=0)
    told = await one.all(BEGIN, text)
    return "\n".join(reply.text for reply in told.replies)


@pytest.mark.parametrize(
    ("kind", "count", "floor", "says", "asks"),
    [
        ("place", 65, 64, "", PHONE),
        ("mixed", 6, 6, NOTED, PHONE),
        ("demand", 39, 37, NOTED, WHERE),
        ("question", 16, 15, "", WHERE),
        ("refusal", 9, 9, "", PHONE),
        ("pointing", 9, 8, SAY("form_place_unclear"), SAY("form_place_unclear")),
    ],
)
async def test_the_form_does_what_a_good_clerk_would(
    kind: str, count: int, floor: int, says: str, asks: str, talk: Talk
) -> None:
    told = samples("place_answers.tsv", kind) + samples("place_answers_held.tsv", kind)
    wrong = []
    for text, _ in told:
        heard = await answered(talk, text)
        wrong += [text] * (not (heard.startswith(says) and heard.endswith(asks)))
    assert len(told) == count
    assert len(wrong) <= count - floor, wrong
