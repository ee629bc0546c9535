"""`/api/v1`: chat, answers, routing. Takes no cookie, so no other site can act for its reader."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import web
from pydantic import BaseModel

from bot.cases.model import DemandType, Routing, RoutingInput
from bot.errors import Invalid
from bot.replies import reply_to_json
from bot.routing.marks import Marks
from bot.routing.router import Part
from bot.web import conversation
from bot.web.conversation import Entry
from bot.web.models import (
    AnswerRequest,
    AnswerResult,
    ChatRequest,
    ChatResult,
    ChoiceResult,
    CitationResult,
    DepartmentResult,
    DocumentScore,
    FeedbackRequest,
    FeedbackResult,
    MarksResult,
    PartResult,
    PersonResult,
    QuoteResult,
    RepliesQuery,
    RepliesResult,
    ReplyResult,
    RouteRequest,
    RouteResult,
    SentenceResult,
)
from bot.web.reading import read_json, read_query
from bot.web.routes import services_of
from bot.web.security import address_of, limit
from knowledge.model import Answer, Citation, Rephrased

PER_CONVERSATION = 20
PER_ADDRESS = 300
"""Calls a minute; a program may speak for many people."""


def result(value: BaseModel, status: int = 200) -> web.Response:
    """A result as JSON."""
    return web.Response(
        text=value.model_dump_json(),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


async def pace(request: web.Request) -> None:
    """Hold a program to its share. Raises `TooMany`."""
    await limit(request, "api", address_of(request), times=PER_ADDRESS, window_s=60)


async def chat(request: web.Request) -> web.Response:
    """Say something in a conversation."""
    await pace(request)
    asked = await read_json(request, ChatRequest)
    conversation_id = asked.conversation_id or conversation.new_conversation_id()
    await limit(request, "chat", conversation_id, times=PER_CONVERSATION, window_s=60)
    said = await conversation.say(
        services_of(request),
        conversation_id=conversation_id,
        text=asked.text,
        message_id=asked.message_id or "",
    )
    return result(
        ChatResult(
            conversation_id=conversation_id,
            message_id=said.message_id,
            replies=_replies(said.entries),
            pending=said.pending,
        )
    )


async def replies(request: web.Request) -> web.Response:
    """Replies since one; a department's answer comes this way."""
    await pace(request)
    conversation_id = request.match_info["conversation_id"]
    if not conversation.is_conversation_id(conversation_id):
        raise Invalid("会话编号格式不对。", fields={"conversation_id": "格式不对"})
    wanted = read_query(request, RepliesQuery)
    since = await conversation.replies_since(
        services_of(request),
        conversation_id=conversation_id,
        after=wanted.after,
        wait_s=wanted.wait_s,
    )
    found = _replies(since)
    return result(RepliesResult(replies=found, cursor=found[-1].id if found else wanted.after))


async def feedback(request: web.Request) -> web.Response:
    """Say whether an answer helped; whoever has the conversation's id got its answers."""
    await pace(request)
    conversation_id = request.match_info["conversation_id"]
    if not conversation.is_conversation_id(conversation_id):
        raise Invalid("会话编号格式不对。", fields={"conversation_id": "格式不对"})
    said = await read_json(request, FeedbackRequest)
    kept = await services_of(request).feedback.rate(
        request.match_info["reply_id"][:64],
        conversation_id=conversation_id,
        helpful=said.helpful,
        comment=said.comment,
    )
    return result(
        FeedbackResult(
            reply_id=kept.outbox_id,
            helpful=kept.helpful,
            comment=kept.comment,
            at=kept.at.isoformat(),
        )
    )


def _replies(entries: Iterable[Entry]) -> list[ReplyResult]:
    return [
        ReplyResult.model_validate(
            {
                "id": entry.id.removeprefix("r-"),
                "at": entry.at.isoformat(),
                **reply_to_json(entry.reply),
            }
        )
        for entry in entries
        if entry.reply is not None
    ]


async def answer(request: web.Request) -> web.Response:
    """Answer one question from published content."""
    await pace(request)
    asked = await read_json(request, AnswerRequest)
    services = services_of(request)
    found = await services.library.answered(asked.question)
    return result(_answer(found, await services.rephraser.rephrase(found)))


def _answer(found: Answer, rephrased: Rephrased) -> AnswerResult:
    return AnswerResult(
        kind=found.kind.value,
        question=found.question,
        text=found.text,
        quotes=[QuoteResult(text=quote.text, citation=quote.citation) for quote in found.quotes],
        rephrased=[
            SentenceResult(text=each.text, citation=each.citation) for each in rephrased.sentences
        ],
        citations=[_citation(citation) for citation in found.citations],
        choices=[
            ChoiceResult(document_id=c.document_id, label=c.label, question=c.question)
            for c in found.choices
        ],
        ways_on=[way.value for way in found.ways_on],
        documents=[DocumentScore(id=d.id, score=float(d.score)) for d in found.documents],
        confidence=float(found.confidence),
        note=found.note,
    )


def _citation(citation: Citation) -> CitationResult:
    return CitationResult(
        document_id=citation.document_id,
        title=citation.title,
        number=citation.number,
        department=citation.department,
        published_on=citation.published_on.isoformat() if citation.published_on else "",
        url=citation.url,
        place=citation.place,
        start=citation.start,
        end=citation.end,
    )


async def route(request: web.Request) -> web.Response:
    """Judge an item without storing it."""
    await pace(request)
    asked = await read_json(request, RouteRequest)
    router = services_of(request).router
    item = RoutingInput(text=asked.text, title=asked.title, place=asked.place)
    found = await asyncio.to_thread(router.route, item)
    parts = await asyncio.to_thread(router.parts, item)
    return result(
        RouteResult(
            demand_type=DemandType(found.demand_type).value,
            category=list(found.category),
            departments=_departments(found),
            supporting=list(found.supporting),
            territory=found.territory,
            severity=found.severity.value,
            reasons=list(found.reasons),
            auto=found.auto,
            emergency_number=found.emergency_number,
            statutory_way=found.statutory_way,
            marks=_marks(found.marks or Marks()),
            parts=[_part(part) for part in parts],
        )
    )


def _departments(found: Routing) -> list[DepartmentResult]:
    return [
        DepartmentResult(name=one.name, confidence=float(one.confidence))
        for one in found.departments
    ]


def _marks(marks: Marks) -> MarksResult:
    return MarksResult(
        sentiment=marks.sentiment.value,
        sensitive=list(marks.sensitive),
        anonymous=marks.anonymous,
        confidential=marks.confidential,
        persons=[PersonResult(name=one.name, role=one.role) for one in marks.persons],
        reasons=list(marks.reasons),
    )


def _part(part: Part) -> PartResult:
    routing = part.routing
    return PartResult(
        text=part.text,
        demand_type=DemandType(routing.demand_type).value,
        departments=_departments(routing),
        territory=routing.territory,
        severity=routing.severity.value,
        auto=routing.auto,
    )
