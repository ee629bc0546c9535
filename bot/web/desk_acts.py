"""What an operator does on the desk. Plain forms; `static/desk*.js` send them without reloading."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web
from pydantic import BaseModel, Field

from bot.calls.order import NO, YES
from bot.calls.order import Field as OrderField
from bot.calls.records import ActionKind
from bot.calls.wrapping import WrapUp
from bot.cases.model import Actor
from bot.errors import Conflict, Invalid
from bot.web import desk_phone
from bot.web.desk_events import open_to
from bot.web.desk_state import Desk, read, suggested_before
from bot.web.desk_words import LONGEST, TICKS
from bot.web.errors import dumps
from bot.web.reading import clean, read_form
from bot.web.routes import DESK_FEED, services_of, session_of
from bot.web.words import SHANGHAI
from connectors.calls import Leg, SpeechFragment

_SAID_CHARS = 500


class _Begin(BaseModel):
    caller: str = Field(default="", max_length=40, title="来电号码")


class _Seat(BaseModel):
    extension: str = Field(default="", max_length=40, title="分机号")


class _Say(BaseModel):
    leg: Leg = Field(default=Leg.CITIZEN, title="谁说的")
    text: str = Field(default="", max_length=_SAID_CHARS, title="说的话")


class _Typed(BaseModel):
    name: OrderField = Field(title="字段")
    value: str = Field(default="", max_length=5000, title="内容")


class _Wrap(BaseModel):
    code: WrapUp = Field(title="通话结果")
    summary: str = Field(default="", max_length=5000, title="通话摘要")
    call_back_at: str = Field(default="", max_length=20, title="约定回电时间")


async def begin(request: web.Request) -> web.Response:
    """A call taken by telephone while the call centre's feed is away."""
    asked = await read_form(request, _Begin)
    call = await services_of(request).calls.begin(
        session_of(request).actor, caller=clean(asked.caller)
    )
    return web.Response(status=303, headers={"Location": f"/desk?call={call.id}"})


async def sit(request: web.Request) -> web.Response:
    """From now on what happens at this extension is this operator's."""
    asked = await read_form(request, _Seat)
    await services_of(request).calls.sit(clean(asked.extension), session_of(request).actor)
    return web.Response(status=303, headers={"Location": "/desk?done=seat"})


async def say(request: web.Request) -> web.Response:
    """A sentence written down by hand, where no recogniser hears."""
    asked, call_id = await read_form(request, _Say), request.match_info["id"]
    call = await open_to(request, call_id, session_of(request).actor)
    words, services = clean(asked.text), services_of(request)
    if not words:
        raise Invalid("请先写下说的话。", fields={"text": "不能为空"})
    await services.calls.take_fragment(
        SpeechFragment(
            call_id=call.external_id,
            leg=asked.leg,
            text=words,
            committed=True,
            external_id=f"desk:{services.ids.new_id()}",
            feed=call.feed,
            at=services.clock.now(),
        )
    )
    return await _done(request, call_id, "saved")


async def type_field(request: web.Request) -> web.Response:
    """One field of the order form, as it is typed."""
    asked, call_id = await read_form(request, _Typed), request.match_info["id"]
    by = session_of(request).actor
    await open_to(request, call_id, by)
    await services_of(request).calls.type_field(
        call_id, asked.name.value, _value(asked.name, asked.value), by
    )
    return await _done(request, call_id, "saved")


async def order(request: web.Request) -> web.Response:
    """The whole form: what differs from what was shown was typed; then the case, if asked for."""
    call_id, by = request.match_info["id"], session_of(request).actor
    await open_to(request, call_id, by)
    form, calls = await request.post(), services_of(request).calls
    for name in OrderField:
        now, shown = (str(form.get(key, "")) for key in (name.value, f"was-{name.value}"))
        if f"was-{name.value}" in form and _value(name, now) != _value(name, shown):
            await calls.type_field(call_id, name.value, _value(name, now), by)
    if form.get("then") != "open":
        return await _done(request, call_id, "saved")
    await calls.open_case(call_id, by)
    return await _done(request, call_id, "opened")


def _value(name: OrderField, given: str) -> str:
    if name in TICKS:
        return YES if given in {YES, "on"} else NO
    return clean(given)[: LONGEST.get(name, 100)]


async def wrap(request: web.Request) -> web.Response:
    """How the call ended."""
    asked, call_id = await read_form(request, _Wrap), request.match_info["id"]
    by = session_of(request).actor
    await open_to(request, call_id, by)
    at = _moment(asked.call_back_at)
    await services_of(request).calls.wrap_up(
        call_id, asked.code, by, summary=clean(asked.summary), call_back_at=at
    )
    return await _done(request, call_id, "wrapped")


def _moment(given: str) -> datetime | None:
    """A date and time of Shanghai's clock. Raises `Invalid`."""
    if not given:
        return None
    try:
        return datetime.fromisoformat(given).replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise Invalid("回电时间的格式不对。", fields={"call_back_at": "格式不对"}) from error


async def act(request: web.Request) -> web.Response:
    """One of the desk's buttons: `do` is what, a colon, and with what."""
    call_id, by = request.match_info["id"], session_of(request).actor
    await open_to(request, call_id, by)
    form = await request.post()
    verb, _, which = str(form.get("do", "")).partition(":")
    doing = _ACTS.get(verb)
    if doing is None:
        raise Invalid("没有这种操作。", fields={"do": "没有这一项"})
    desk = await read(services_of(request).calls, call_id, frozenset(), None)
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    return await _done(request, call_id, await doing(request, desk, which, typed, by))


_Doing = Callable[[web.Request, Desk, str, Mapping[str, str], Actor], Awaitable[str]]


async def _adopt(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    text = await _suggested(request, desk, which) or clean(typed.get(f"text:{which}", ""))
    if not text:
        raise Conflict("这条建议已经更新，请看现在的建议。", code="suggestion_changed")
    await services_of(request).calls.adopt(desk.call.id, which, text, by)
    return "adopted"


async def _edit(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    text = clean(typed.get(f"text:{which}", ""))
    if not text:
        raise Invalid("请写下要读给市民的话。", fields={"text": "不能为空"})
    if text == clean(await _suggested(request, desk, which)):
        return await _adopt(request, desk, which, typed, by)
    await services_of(request).calls.edit(desk.call.id, which, text, by)
    return "adopted"


async def _suggested(request: web.Request, desk: Desk, which: str) -> str:
    """A suggested answer's own text, were it suggested earlier in the call."""
    known = desk.answer(which)
    if not known:
        told = await services_of(request).calls.suggestions(desk.call.id, history=True)
        known = suggested_before(told, which)
    return str(known.get("text", ""))


async def _ignore(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    del typed
    wanted = [which] if which != "all" else [
        str(one["id"]) for one in desk.answers if str(one["id"]) not in desk.marks
    ]  # fmt: skip
    for one in wanted:
        await services_of(request).calls.ignore(desk.call.id, one, by)
    return "ignored"


async def _join(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    del typed
    await services_of(request).calls.join_case(desk.call.id, which, by)
    return "joined"


async def _fix(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    """Put a finding right: its place in the list, and the field it was seen to be about."""
    del typed
    at, _, name = which.partition(":")
    found = desk.findings[int(at)] if at.isdigit() and int(at) < len(desk.findings) else None
    if found is None or not found.fix or found.finding.of != name:
        raise Conflict("工单已经变了，请看现在的核对结果。", code="finding_changed")
    await services_of(request).calls.type_field(desk.call.id, name, found.fix, by)
    return "saved"


_ACTS: Mapping[str, _Doing] = {
    ActionKind.ADOPT.value: _adopt,
    ActionKind.EDIT.value: _edit,
    ActionKind.IGNORE.value: _ignore,
    "tell": desk_phone.tell,
    "transfer": desk_phone.transfer,
    "note": desk_phone.note,
    "hang_up": desk_phone.hang_up,
    "join": _join,
    "fix": _fix,
}


async def _done(request: web.Request, call_id: str, what: str) -> web.Response:
    """Back to the desk; to scripts the call's parts as they are now."""
    if "X-Fragment" not in request.headers:
        where = f"/desk?call={call_id}&done={what}"
        return web.Response(status=303, headers={"Location": where})
    reader = session_of(request).actor
    desk = await read(services_of(request).calls, call_id, frozenset(), None)
    shown = request.app[DESK_FEED].rendered(desk, reader)
    parts = {name: {"html": one.html, "hash": one.hash} for name, one in shown.parts.items()}
    told = {"done": what, "parts": parts, "fields": shown.fields, "state": desk.call.state.value}
    return web.json_response(told, dumps=dumps)
