"""The citizen's grade in answer to the notice that their case is closed; no dialogue is needed."""

from __future__ import annotations

import re

from bot.cases.model import CITIZEN, Move, MoveRefused
from bot.cases.rules import BAD_GRADES, GRADES
from bot.errors import Conflict, NotFound
from bot.inbox import Outcome, Work
from bot.services import Services
from connectors.base import Reply
from nlu.text import normalise

_SAID = {word: grade for grade, word in GRADES.items()}
_NAMED = re.compile(r"评价\s*(\d{14})\s*[：:]?\s*(\S+)")


async def heard(work: Work, text: str, services: Services) -> Outcome | None:
    """The turn of a citizen who grades their closed case; None for all other words.

    Either with the case's number, as the notice's quick replies send it, or a bare grade right
    after the notice. Done again after a crash it comes to the same.
    """
    said = normalise(text).strip("。.！! ")
    named = _NAMED.fullmatch(said)
    word = named[2] if named else said
    grade = _SAID.get(word) or (int(word) if word in {"1", "2", "3", "4", "5"} else 0)
    if not grade:
        return None
    conversation_id = work.message.conversation_id
    number = named[1] if named else await services.feedback.last_closed(conversation_id)
    if not number:
        return None
    say = services.city.wording.say
    key = await _rate(number, grade, conversation_id, services)
    return Outcome(replies=(Reply(text=say(key, number=number)),), context=work.context)


async def _rate(number: str, grade: int, conversation_id: str, services: Services) -> str:
    """Keep the grade; gives the wording of what is said."""
    try:
        case = await services.cases.get(number)
        if case.conversation_id != conversation_id:
            return "rate_not_yours"
        events = await services.cases.events(number)
        kept = case.rating == grade and events[-1].move is Move.RATE
        if not kept:
            await services.cases.rate(number, grade, CITIZEN)
    except NotFound:
        return "rate_not_yours"
    except MoveRefused:
        return "rate_not_yet"
    except Conflict as error:
        return "rate_appealed" if error.code == "appealed" else "rate_not_yet"
    return "rate_sorry" if grade in BAD_GRADES else "rate_thanks"
