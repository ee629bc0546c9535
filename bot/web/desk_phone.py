"""What an operator does with the telephone on the desk: hold, transfer, hang up, or note it."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.calls.switchboard import NotDone
from bot.cases.model import Actor
from bot.errors import Conflict, Invalid
from bot.web.desk_state import Desk
from bot.web.desk_words import EMERGENCIES, refusal
from bot.web.routes import services_of
from connectors.calls import CallEventKind

_TOLD = {
    kind.value: kind
    for kind in (
        CallEventKind.ANSWERED,
        CallEventKind.HELD,
        CallEventKind.RESUMED,
        CallEventKind.ENDED,
    )
}


async def tell(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    """Took it, holds it, talks again, it ended; the call centre holds where it can."""
    del typed
    kind = _TOLD.get(which)
    if kind is None:
        raise Invalid("没有这种操作。", fields={"do": "没有这一项"})
    try:
        await services_of(request).switchboard.tell(desk.call.id, kind, by)
    except NotDone as error:
        raise _not_done(error) from error
    return "told"


async def transfer(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    """Sent on by the call centre where it can; else, for an emergency, noted."""
    switchboard = services_of(request).switchboard
    if not switchboard.reach(desk.call).transfers:
        return await note(request, desk, which, typed, by)
    done = await switchboard.transfer(desk.call.id, which, by)
    return "transferred" if done else "not_transferred"


async def note(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    """Note that the operator sent it on by the telephone."""
    del typed
    calls, call = services_of(request).calls, desk.call
    if which not in EMERGENCIES and which not in desk.attempts:
        raise Invalid("只能转接 110、119、120、122。", fields={"do": "没有这个号码"})
    if which != call.transferred_to:
        await calls.tell(call.id, CallEventKind.TRANSFERRED, by, to=which)
    return "noted"


async def hang_up(
    request: web.Request, desk: Desk, which: str, typed: Mapping[str, str], by: Actor
) -> str:
    """The call centre ends the call."""
    del which, typed
    try:
        await services_of(request).switchboard.hang_up(desk.call.id, by)
    except NotDone as error:
        raise _not_done(error) from error
    return "told"


def _not_done(error: NotDone) -> Conflict:
    said = f"呼叫中心没有办成：{refusal(error.reason)}。请在话机上操作。"
    return Conflict(said, code="not_done")
