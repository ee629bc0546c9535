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
    score = _SAID.get(word) or (int(word) if word in {"1", "2", "3", "4", "5"} else 0)
    if not score:
        return None
    conversation_id = work.message.conversation_id
    number = named[1] if named else await services.feedback.last_closed(conversation_id)
    if not number:
        return None
    say = services.city.wording.say
    key = await _rate_own(number, score, conversation_id, services)
    return Outcome(replies=(Reply(text=say(key, number=number)),), context=work.context)


async def _rate_own(number: str, score: int, conversation_id: str, services: Services) -> str:
    try:
        case = await services.cases.get(number)
    except NotFound:
        return "rate_not_yours"
    if case.conversation_id != conversation_id:
        return "rate_not_yours"
    return await grade(number, score, services)


async def grade(number: str, score: int, services: Services, *, comment: str = "") -> str:
    """Keep a citizen's grade of their case; gives the wording of what is said.

    Args:
        number: the case, known to be theirs.
        score: 1 (非常不满意) to 5 (非常满意).
        services: everything.
        comment: what they say beside it.
    """
    try:
        case = await services.cases.get(number)
        events = await services.cases.events(number)
        kept = case.rating == score and events[-1].move is Move.RATE
        if not kept:
            await services.cases.rate(number, score, CITIZEN, text=comment)
    except NotFound:
        return "rate_not_yours"
    except MoveRefused:
        return "rate_not_yet"
    except Conflict as error:
        return "rate_appealed" if error.code == "appealed" else "rate_not_yet"
    return "rate_sorry" if score in BAD_GRADES else "rate_thanks"
