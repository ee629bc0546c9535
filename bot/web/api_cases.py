"""`/api/v1/cases`: open, look up, follow, add to, rate. The query code travels in a header."""

from __future__ import annotations

from aiohttp import web

from bot.cases.model import CITIZEN, Case, DemandType, Move, NewCase
from bot.cases.service import OpenedCase
from bot.errors import Invalid
from bot.web.api import pace, result
from bot.web.conversation import new_message_id
from bot.web.models import (
    CaseRequest,
    CaseResult,
    EventsQuery,
    NoteRequest,
    OpenedResult,
    RateRequest,
    StepResult,
    StepsResult,
)
from bot.web.reading import read_json, read_query
from bot.web.routes import services_of
from bot.web.security import address_of
from bot.web.steps import steps_of
from bot.web.words import STATES

CODE_HEADER = "X-Query-Code"
CHANNEL = "api"
_TITLE_CHARS = 40


async def open_case(request: web.Request) -> web.Response:
    """Open a case; the same `request_id` again gives the case already open."""
    await pace(request)
    asked = await read_json(request, CaseRequest)
    opened = await services_of(request).cases.open_case(
        NewCase(
            origin_key=f"{CHANNEL}:{asked.request_id or new_message_id()}",
            channel=CHANNEL,
            conversation_id="",
            sender_id="",
            title=asked.title or asked.text.split("\n")[0][:_TITLE_CHARS],
            text=asked.text,
            demand_type=DemandType(asked.demand_type) if asked.demand_type else None,
            place=asked.place,
            occurred_at=asked.occurred_at,
            contact_name=asked.contact_name,
            contact_phone=asked.contact_phone,
            anonymous=asked.anonymous,
            confidential=asked.confidential,
            may_publish=asked.may_publish,
        )
    )
    return result(opened_result(opened), status=201 if opened.created else 200)


def opened_result(opened: OpenedCase) -> OpenedResult:
    """What is told of a case that was opened, or opened before."""
    case, routing = opened.case, opened.case.routing
    return OpenedResult(
        number=case.number,
        query_code=opened.query_code,
        created=opened.created,
        state=case.state.value,
        state_name=STATES[case.state],
        department=case.lead_department,
        due_at=case.due_at.isoformat() if case.due_at else "",
        emergency_number=routing.emergency_number if routing else "",
        statutory_way=routing.statutory_way if routing else "",
    )


async def _looked_up(request: web.Request) -> Case:
    await pace(request)
    code = request.headers.get(CODE_HEADER, "")
    if not code:
        raise Invalid("请在请求头 X-Query-Code 中给出查询码。", fields={CODE_HEADER: "必须填写"})
    return await services_of(request).cases.look_up(
        request.match_info["number"], code, who=address_of(request)
    )


async def _whole(request: web.Request, number: str) -> web.Response:
    cases = services_of(request).cases
    case = await cases.get(number)
    steps = steps_of(await cases.events(number))
    return result(
        CaseResult(
            number=case.number,
            state=case.state.value,
            state_name=STATES[case.state],
            demand_type=case.demand_type.value,
            title=case.title,
            text=case.text,
            department=case.lead_department,
            opened_at=case.opened_at.isoformat(),
            due_at=case.due_at.isoformat() if case.due_at else "",
            reply=case.reply_text,
            rating=case.rating,
            steps=[
                StepResult(seq=s.seq, at=s.at.isoformat(), title=s.title, text=s.text)
                for s in steps
            ],
        )
    )


async def look_up(request: web.Request) -> web.Response:
    """The case as it stands."""
    case = await _looked_up(request)
    return await _whole(request, case.number)


async def follow(request: web.Request) -> web.Response:
    """What has happened since."""
    wanted = read_query(request, EventsQuery)
    case = await _looked_up(request)
    steps = steps_of(await services_of(request).cases.events(case.number))
    return result(
        StepsResult(
            steps=[
                StepResult(seq=s.seq, at=s.at.isoformat(), title=s.title, text=s.text)
                for s in steps
                if s.seq > wanted.after
            ]
        )
    )


async def note(request: web.Request) -> web.Response:
    """Add the citizen's words."""
    asked = await read_json(request, NoteRequest)
    case = await _looked_up(request)
    await services_of(request).cases.move(case.number, Move.NOTE, CITIZEN, text=asked.text)
    return await _whole(request, case.number)


async def urge(request: web.Request) -> web.Response:
    """Ask for it to be dealt with soon."""
    case = await _looked_up(request)
    await services_of(request).cases.move(case.number, Move.URGE, CITIZEN)
    return await _whole(request, case.number)


async def reopen(request: web.Request) -> web.Response:
    """Ask for it to be dealt with anew; `text` says why."""
    asked = await read_json(request, NoteRequest)
    case = await _looked_up(request)
    await services_of(request).cases.move(case.number, Move.REOPEN, CITIZEN, reason=asked.text)
    return await _whole(request, case.number)


async def agree(request: web.Request) -> web.Response:
    """Agree to its publication."""
    case = await _looked_up(request)
    await services_of(request).cases.move(case.number, Move.AGREE_PUBLISH, CITIZEN)
    return await _whole(request, case.number)


async def rate(request: web.Request) -> web.Response:
    """Grade it."""
    asked = await read_json(request, RateRequest)
    case = await _looked_up(request)
    await services_of(request).cases.rate(case.number, asked.grade, CITIZEN)
    return await _whole(request, case.number)
