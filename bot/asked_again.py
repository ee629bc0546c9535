"""The question an open conversation waits with: kept, and put again after other things. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.dialogue import DialogueTurn
from bot.presenting import Say
from bot.records import Context
from connectors.base import Reply, ReplyOption


def remembered(context: Context, told: DialogueTurn, now: datetime) -> Context:
    """The context after the dialogue has spoken."""
    if not told.open:
        return replace(context, asked="", asked_options=(), heard_at="", acknowledged=False)
    question = told.asked or told.replies[-1]
    return replace(
        context,
        asked=question.text,
        asked_options=tuple(one.text for one in question.options if one.label == one.text),
        heard_at=now.isoformat(),
        acknowledged=False,
    )


def with_question(reply: Reply, context: Context, say: Say) -> Reply:
    """What is said beside an open conversation, and its question after it, as one reply."""
    if not context.dialogue_open:
        return reply
    options = tuple(ReplyOption(label=text, text=text) for text in context.asked_options)
    question = context.asked or say("form_answer_above")
    return replace(reply, text=f"{reply.text}\n{question}", options=options)


def asks_where(context: Context, say: Say) -> bool:
    """True where the place is what the conversation waits for."""
    return context.asked in {say("form_ask_place"), say("form_place_unclear")}
