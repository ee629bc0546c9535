"""What is said without content, case or conversation: small talk, pictures, menus. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from bot.city.model import City, MenuButton
from bot.inbox import UnansweredQuestion
from bot.presenting import Say, options
from bot.privacy import mask_text
from bot.records import Context, Reason, StoredMessage
from connectors.base import InboundKind, Reply
from knowledge.model import Answer, AnswerKind
from nlu.model import Intent
from nlu.text import normalise

_BY_INTENT = {
    Intent.THANKS: "thanks",
    Intent.GOODBYE: "goodbye",
    Intent.ABUSE: "abuse",
    Intent.OUT_OF_SCOPE: "out_of_scope",
}

_BY_KIND = {
    InboundKind.TEXT: "question_empty",
    InboundKind.IMAGE: "wechat_image",
    InboundKind.VOICE: "wechat_voice",
    InboundKind.VIDEO: "wechat_video",
    InboundKind.LINK: "wechat_link",
    InboundKind.UNKNOWN: "wechat_unsupported",
}

_WORDED = frozenset({InboundKind.TEXT, InboundKind.VOICE, InboundKind.LOCATION})
"""Of a voice message what was heard, of a place its name, once `bot.receiving` has written it."""

_START = ("option_ask", "option_report", "option_progress", "option_human")
_DIALOGUE_OPTIONS = (
    "open_case_offer",
    "choices_none",
    "option_report",
    "option_progress",
    "option_human",
)
_REGISTER = ("open_case_offer", "choices_none")


def words(message: StoredMessage, city: City) -> str:
    """What the citizen says: text, what was heard, or a click on the menu stands for; or empty."""
    if message.kind in _WORDED:
        return message.text.strip()
    if message.kind is InboundKind.EVENT and message.details.get("Event", "").upper() == "CLICK":
        key = message.details.get("EventKey", "")
        return next((b.says for b in _buttons(city.menu) if b.key == key), "")
    return ""


def on_wordless(message: StoredMessage, say: Say) -> Reply | None:
    """A polite word on what is no text; None for events nobody waits to be answered."""
    if message.kind is InboundKind.EVENT:
        if message.details.get("Event", "").lower() != "subscribe":
            return None
        return Reply(text=say("wechat_subscribe"), options=options(say, *_START))
    if message.kind is InboundKind.LOCATION:
        place = message.details.get("Label", "").strip()
        return Reply(
            text=say("wechat_location", place=place) if place else say("wechat_location_bare")
        )
    return Reply(text=say(_BY_KIND[message.kind]))


def on_intent(intent: Intent, say: Say) -> Reply:
    """Small talk; whatever is none of it gets a hint what can be said."""
    if intent is Intent.GREET:
        return Reply(text=say("greet"), options=options(say, *_START))
    if intent in _BY_INTENT:
        return Reply(text=say(_BY_INTENT[intent]))
    return Reply(text=say("help_hint"), options=options(say, *_START))


def invites(text: str, say: Say) -> Reply | None:
    """What is said to the quick reply "ask about policies": how to; None for other words."""
    return Reply(text=say("help_hint")) if text == say("option_ask") else None


def starts_dialogue(text: str, say: Say) -> bool:
    """True for a quick reply of ours that only the conversation can take up."""
    return text in {say(key) for key in _DIALOGUE_OPTIONS}


def without_dialogue(text: str, intent: Intent, context: Context, city: City) -> Reply | None:
    """What is said while Rasa is away to words that would make no case; None where they would."""
    say = city.wording.say
    if intent in {Intent.CASE_PROGRESS, Intent.RATE} or text == say("option_progress"):
        return Reply(text=say("rasa_away_progress"))
    if intent is Intent.ASK_HUMAN or text == say("option_human"):
        return Reply(text=say("human_offer"))
    if context.dialogue_open and intent is Intent.CANCEL:
        return Reply(text=say("form_cancelled"))
    bare_offer = text in {say(key) for key in _REGISTER} and not context.questions
    if bare_offer or text == say("option_report"):
        return Reply(text=say("form_ask_text"))
    return None


def matter(text: str, context: Context, say: Say) -> str:
    """What a case is about: the words, or for "please register it" the question before."""
    offered = text in {say(key) for key in _REGISTER}
    return context.questions[-1] if offered and context.questions else text


def to_write(question: str, answer: Answer) -> UnansweredQuestion | None:
    """What a question leaves on the editors' list; None where it was answered."""
    reasons = {AnswerKind.NONE: Reason.NO_ANSWER, AnswerKind.CHOICES: Reason.CHOICES}
    reason = reasons.get(answer.kind)
    return None if reason is None else replace(unanswered(question), reason=reason)


def unanswered(question: str) -> UnansweredQuestion:
    """A question as the list of unanswered ones keeps it."""
    key = hashlib.sha256(normalise(question).encode("utf-8", "replace")).hexdigest()
    return UnansweredQuestion(key=key, text=mask_text(question))


def _buttons(menu: tuple[MenuButton, ...]) -> Iterator[MenuButton]:
    for button in menu:
        yield button
        yield from _buttons(button.below)
