"""`/triage/{number}/more`: what a case may be one with, and what it may be several of."""

from __future__ import annotations

from aiohttp import web

from bot.privacy import masked_case
from bot.web.case_page import case_for, demands_of, similar_to
from bot.web.rendering import local_path, page
from bot.web.routes import session_of


async def show(request: web.Request) -> web.Response:
    """The fragment, for the page's script; its forms lead back to the list."""
    case, actor = await case_for(request), session_of(request).actor
    return page(
        request,
        "triage_more.html",
        case=masked_case(case),
        similar=await similar_to(request, case, actor),
        demands=await demands_of(request, case, actor),
        back=local_path(request.query.get("back", ""), "/triage"),
    )
