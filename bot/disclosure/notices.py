"""What the applicant is told by mail when something happened to their request. Pure.

The page `/disclosure/progress` always tells it; a mail goes where an address was given.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.disclosure.letters import LETTER_OF, Letter
from bot.disclosure.model import Move, Request
from bot.disclosure.ports import Wording
from bot.records import NewOutbound
from connectors.base import Reply, ReplyKind

_KEYS: Mapping[Move, str] = {
    Move.REGISTER: "disclosure_registered",
    Move.ASSIGN: "disclosure_assigned",
    Move.ASK_CORRECTION: "disclosure_correction",
    Move.CORRECT: "disclosure_corrected",
    Move.GIVE_UP: "disclosure_given_up",
    Move.EXTEND: "disclosure_extended",
    Move.APPROVE: "disclosure_decided",
    Move.DECIDE: "disclosure_decided",
    Move.WITHDRAW: "disclosure_withdrawn",
}
"""Moves the applicant hears of, and the wording for each."""


def notice(
    request: Request,
    move: Move,
    wording: Wording,
    *,
    channel: str,
    letter: str = "",
    query_code: str = "",
) -> NewOutbound | None:
    """The notice of a move, or None where there is none or no address to send it to.

    Args:
        request: as it stands after the move.
        move: what was done.
        wording: the city's texts.
        channel: the channel that is mail; empty: the city has none.
        letter: the letter the move was made by.
        query_code: told once, at registration.
    """
    key = _KEYS.get(move)
    if key is None or not channel or not request.applicant.email:
        return None
    values = {"number": request.number, "unit": request.unit or wording.say("disclosure_office")}
    if move is Move.REGISTER:
        values["query_code"] = query_code
    elif LETTER_OF.get(move) in {Letter.CORRECTION, Letter.EXTENSION, Letter.DECISION}:
        values["letter"] = letter
    return NewOutbound(
        key=f"disclosure:{request.number}:{request.version}",
        channel=channel,
        conversation_id=f"disclosure:{request.number}",
        recipient=request.applicant.email,
        reply=Reply(kind=ReplyKind.NOTICE, text=wording.say(key, **values)),
    )
