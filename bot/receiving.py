"""What a turn does first with a message that is no text: voice, pictures, places, events."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot import asked_again
from bot.attachment_model import Attachment, AttachmentState
from bot.cases.filters import OPEN_STATES
from bot.cases.model import CITIZEN, Move
from bot.errors import NotFound
from bot.hearing import BEGUN_BEFORE_ASKING, with_media, written_down
from bot.inbox import Outcome, Work
from bot.records import Context
from bot.services import Services
from bot.undelivered import came_back
from connectors.base import InboundKind, Reply
from connectors.errors import Retryable

PLACE_CHARS = 200
_PLACE_FRESH = timedelta(hours=2)
"""A place sent without a word is what the next matter is about, for so long."""
_JUST_OPENED = timedelta(minutes=30)
"""People send the picture after they have told the matter."""
_FILES = frozenset({InboundKind.IMAGE, InboundKind.VIDEO})
_SAID = {
    AttachmentState.GONE: "gone",
    AttachmentState.TOO_LARGE: "too_large",
    AttachmentState.UNREADABLE: "unreadable",
    AttachmentState.REFUSED: "later",
}


async def received(work: Work, services: Services) -> Work | Outcome:
    """The work with its words as its text, or what the turn comes to already.

    Raises:
        connectors.errors.Retryable: the turn is to be begun again.
    """
    kind = work.message.kind
    if kind is InboundKind.VOICE:
        heard = await written_down(work, services)
        return _said(work, heard, services) if isinstance(heard, Reply) else heard
    if kind in _FILES:
        said = await _file(work, services)
        return work if said is None else _shown(work, said, services)
    if kind is InboundKind.EVENT:
        await came_back(work, services)
    return await _place(work, services) if kind is InboundKind.LOCATION else work


def known_place(context: Context, now: datetime) -> str:
    """The place sent before without a word, while it may be what is talked about."""
    if not context.place or not context.placed_at:
        return ""
    return context.place if now - datetime.fromisoformat(context.placed_at) < _PLACE_FRESH else ""


async def _file(work: Work, services: Services) -> Reply | None:
    """What is said to a picture or a video; None where the channel cannot give it to us."""
    message, say = work.message, services.city.wording.say
    channel = with_media(services.channels.get(message.channel))
    if channel is None:
        return None
    try:
        kept = await services.attachments.take(message, channel)
    except Retryable:
        if message.attempts <= BEGUN_BEFORE_ASKING:
            raise
        return Reply(text=say(f"{message.kind.value}_later"))
    if kept.has_file and (number := await _case_just_opened(work, services)):
        if await services.attachments.give(kept, number):
            note = say(f"{kept.kind.value}_note")
            await services.cases.move(number, Move.NOTE, CITIZEN, text=note)
        return Reply(text=say(f"{kept.kind.value}_added", number=number))
    return Reply(text=say(_key(kept, work.context)))


async def _case_just_opened(work: Work, services: Services) -> str:
    """The number of the case a picture sent now is about; empty where it may be about another."""
    message, context = work.message, work.context
    if context.dialogue_open or not context.case_number:
        return ""
    try:
        case = await services.cases.get(context.case_number)
    except NotFound:
        return ""
    lately = message.received_at - case.opened_at < _JUST_OPENED
    own = case.conversation_id == message.conversation_id
    return case.number if own and lately and case.state in OPEN_STATES else ""


def _key(kept: Attachment, context: Context) -> str:
    what = _SAID.get(kept.state)
    if what is None and context.dialogue_open:
        what = "more" if context.acknowledged else "in_form"
    return f"{kept.kind.value}_{what or 'about'}"


async def _place(work: Work, services: Services) -> Work | Outcome:
    message, context = work.message, work.context
    place = message.details.get("Label", "").strip()[:PLACE_CHARS]
    await services.attachments.take_place(message)
    if not place:
        return _unnamed(work, services) if context.dialogue_open else work
    if context.dialogue_open:  # it answers where
        await services.inbox.write_down(work, place)
        return replace(work, message=replace(message, text=place))
    after = replace(context, place=place, placed_at=message.received_at.isoformat())
    asked = Reply(text=services.city.wording.say("wechat_location", place=place))
    return Outcome(replies=(asked,), context=after)


def _unnamed(work: Work, services: Services) -> Outcome:
    """A place without a name in an open conversation: asked for in words where it is what we wait
    for, else kept beside the answers."""
    say = services.city.wording.say
    if asked_again.asks_where(work.context, say):
        return Outcome(replies=(Reply(text=say("location_unnamed")),), context=work.context)
    return _said(work, Reply(text=say("location_kept")), services)


def _shown(work: Work, reply: Reply, services: Services) -> Outcome:
    """Of several pictures in a row only the first has the question put again after it."""
    context = work.context
    if context.acknowledged:
        return Outcome(replies=(reply,), context=context)
    outcome = _said(work, reply, services)
    return replace(outcome, context=replace(context, acknowledged=context.dialogue_open))


def _said(work: Work, reply: Reply, services: Services) -> Outcome:
    told = asked_again.with_question(reply, work.context, services.city.wording.say)
    return Outcome(replies=(told,), context=work.context)
