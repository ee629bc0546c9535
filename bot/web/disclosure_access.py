"""Which request a page is about, and whether it is the reader's business."""

from __future__ import annotations

from aiohttp import web

from bot.cases.model import Actor, Role
from bot.disclosure.model import Request
from bot.disclosure.rules import concerns
from bot.errors import Invalid, NotFound
from bot.web.routes import services_of, session_of

_DEPARTMENT = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})


async def request_for(request: web.Request) -> Request:
    """The request, where it is this reader's business.

    Raises:
        NotFound: there is none, or it is another unit's.
    """
    found = await services_of(request).disclosures.get(request.match_info["number"])
    if not concerns(found, session_of(request).actor):
        raise NotFound("没有这个编号的申请。")
    return found


def own_unit(actor: Actor) -> str:
    """The unit a reader is confined to; empty: none.

    Raises:
        Invalid: of a unit, but of none.
    """
    if actor.role not in _DEPARTMENT:
        return ""
    if not actor.department:
        raise Invalid("账号没有所属部门，请联系管理员。")
    return actor.department
