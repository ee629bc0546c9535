"""`/knowledge/hit-test`: how a question is understood, what it finds, and why it is answered so."""

from __future__ import annotations

import asyncio

from aiohttp import web
from pydantic import BaseModel, Field

from bot.presenting import answer_reply
from bot.web.conversation import Entry
from bot.web.knowledge_tabs import tabs_of
from bot.web.models import QUESTION_CHARS
from bot.web.reading import clean, read_query
from bot.web.rendering import page
from bot.web.routes import services_of
from knowledge.explaining import Explanation


class _Asked(BaseModel):
    question: str = Field(default="", max_length=QUESTION_CHARS, title="问题")
    before: str = Field(default="", max_length=QUESTION_CHARS, title="上一个问题")


async def show(request: web.Request) -> web.Response:
    """The form, and what its question comes to, drawn as the citizen would see it too."""
    asked = read_query(request, _Asked)
    question, before = clean(asked.question), clean(asked.before)
    explained = entry = None
    if question:
        library = services_of(request).library
        context = (before,) if before else ()
        explained = await asyncio.to_thread(library.explain, question, context)
        entry = _as_citizen_sees(request, explained)
    return page(
        request,
        "hit_test.html",
        tabs=(await tabs_of(request)).tabs,
        question=question,
        before=before,
        explained=explained,
        entries=() if entry is None else (entry,),
    )


def _as_citizen_sees(request: web.Request, explained: Explanation) -> Entry:
    services = services_of(request)
    reply = answer_reply(
        explained.answer, say=services.city.wording.say, base_url=services.settings.base_url
    )
    return Entry(id="r-trial", at=services.clock.now(), reply=reply, live=False)
