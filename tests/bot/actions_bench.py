"""What the tests of the actions are set up with."""

from __future__ import annotations

from dataclasses import replace

from bot.actions import ActionServices, Knowledge
from bot.actions.view import Slots, Tracker
from nlu.entities import extract
from nlu.model import Entity, Intent
from tests.fakes.cases import MemoryCases
from tests.fakes.minds import ScriptedLibrary
from tests.fakes.town import TownRouter, town

CITY = town()
KNOWLEDGE = Knowledge(say=CITY.wording.say, router=TownRouter(), limits=CITY.limits)
SAY = CITY.wording.say


class ById:
    """Everybody is called what their conversation is."""

    async def sender_of(self, conversation_id: str) -> str:
        return conversation_id.partition(":")[2]


def services(cases: MemoryCases, library: ScriptedLibrary | None = None) -> ActionServices:
    """The actions' services on cases in memory."""
    return ActionServices(
        knowledge=KNOWLEDGE,
        answers=library or ScriptedLibrary(),
        cases=cases,
        citizens=ById(),
        base_url="http://127.0.0.1",
    )


def said(text: str, intent: Intent, **more: object) -> Tracker:
    """A message at the beginning of a conversation, its entities found as in production."""
    turn = Tracker(
        conversation_id="webchat:b1",
        channel="webchat",
        message_id="m1",
        text=text,
        intent=intent.value,
        entities=tuple(
            Entity(kind=one.kind, value=one.value, start=one.start, end=one.end)
            for one in extract(text)
        ),
    )
    return replace(turn, **more)


def answering(text: str, intent: Intent, requested: str, slots: Slots, form: str) -> Tracker:
    """A message while a form waits for a slot."""
    return said(text, intent, requested=requested, slots=slots, form=form)
