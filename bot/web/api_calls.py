"""`/api/v1/calls/{id}`: a call as the desk shows it, for desks of other makers."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from pydantic import BaseModel, Field

from bot.calls.suggesting import order_draft
from bot.web.api import pace, result
from bot.web.desk_events import open_to
from bot.web.desk_parts import fields_of, to_ask
from bot.web.desk_state import Desk, as_seen_by, listed, read
from bot.web.models import Request, Result
from bot.web.reading import read_query
from bot.web.routes import services_of, session_of


class CallQuery(Request):
    """From where on."""

    after: int = Field(
        default=-1, ge=-1, title="起点", description="已收到的最后一句的序号；只给出它以后的句子。"
    )


class SentenceResult(BaseModel):
    """One sentence of the transcript."""

    seq: int
    leg: str = Field(description="citizen 市民、operator 话务员")
    text: str
    at: str


class CitationResult(BaseModel):
    """Where an answer is quoted from."""

    document_id: str
    title: str
    number: str
    department: str
    published_on: str
    place: str
    url: str


class SuggestedResult(BaseModel):
    """An answer the operator may adopt."""

    id: str
    kind: str
    text: str
    citations: list[CitationResult]
    steps: list[str] = Field(description="办事指南中可以照读的几步")
    done: str = Field(description="adopt 已采用、edit 修改后采用、ignore 不用；还没有处理为空")


class FieldResult(BaseModel):
    """One field of the order form."""

    value: str
    source: str = Field(description="heard 听到、told 来电、typed 手填；没有内容为空")
    quote: str = Field(description="听到它的那句话")


class CandidateResult(BaseModel):
    """A department that may be responsible."""

    name: str
    confidence: float


class SimilarCallCase(BaseModel):
    """An open case the call may belong to."""

    number: str
    title: str
    department: str
    probability: float


class AskResult(BaseModel):
    """Something still missing, and the question for it."""

    field: str
    question: str


class CallResult(Result):
    """A call as the desk shows it; private data masked for readers without the right."""

    id: str
    state: str = Field(description="waiting、ringing、talking、held、ended、abandoned、wrapped_up")
    caller: str
    queue: str
    operator: str
    offered_at: str
    answered_at: str
    ended_at: str
    transferred_to: str
    case_number: str
    wrap_up: str
    sentences: list[SentenceResult]
    words: dict[str, str] = Field(description="正在说、还会变的话，按说话的一方")
    seq: int = Field(description="建议所依据的最后一句的序号；还没有建议为 -1")
    question: str
    answers: list[SuggestedResult]
    departments: list[CandidateResult]
    reasons: list[str]
    similar: list[SimilarCallCase]
    emergency: str = Field(description="110、119、120、122，或为空")
    statutory_way: str
    missing: list[AskResult]
    order: dict[str, FieldResult]


async def show(request: web.Request) -> web.Response:
    """The call; that its number was seen is written down."""
    await pace(request)
    wanted, reader = read_query(request, CallQuery), session_of(request).actor
    call = await open_to(request, request.match_info["id"], reader)
    calls = services_of(request).calls
    await calls.shown(call, reader)
    desk = as_seen_by(await read(calls, call.id, frozenset(), None), reader)
    return result(_result(desk, wanted.after))


def _result(desk: Desk, after: int) -> CallResult:
    call, content = desk.call, desk.content
    reasons = content.get("reasons")
    return CallResult(
        id=call.id,
        state=call.state.value,
        caller=call.caller,
        queue=call.queue,
        operator=call.operator,
        offered_at=call.offered_at.isoformat(),
        answered_at=_at(call.answered_at),
        ended_at=_at(call.ended_at),
        transferred_to=call.transferred_to,
        case_number=call.case_number,
        wrap_up=call.wrap_up,
        sentences=[
            SentenceResult(seq=s.seq, leg=s.leg.value, text=s.text, at=s.at.isoformat())
            for s in desk.sentences[after + 1 :]
        ],
        words={leg.value: words for leg, words in desk.partials.items()},
        seq=desk.suggested.seq if desk.suggested else -1,
        question=str(content.get("question", "")),
        answers=[_answer(one, desk) for one in desk.answers],
        departments=[CandidateResult.model_validate(one) for one in listed(content, "departments")],
        reasons=[str(one) for one in reasons] if isinstance(reasons, list) else [],
        similar=[SimilarCallCase.model_validate(one) for one in listed(content, "similar")],
        emergency=desk.emergency,
        statutory_way=str(content.get("refuse", "")),
        missing=[AskResult(field=one.field.value, question=one.question) for one in to_ask(desk)],
        order={
            name: FieldResult.model_validate(one)
            for name, one in fields_of(desk).items()
            if name in {known.value for known in order_draft(desk.draft).fields}
        },
    )


def _answer(one: object, desk: Desk) -> SuggestedResult:
    found = SuggestedResult.model_validate({**_mapping(one), "done": ""})
    mark = desk.marks.get(found.id)
    return found.model_copy(update={"done": mark.value if mark else ""})


def _mapping(one: object) -> dict[str, object]:
    return dict(one) if isinstance(one, dict) else {}


def _at(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
