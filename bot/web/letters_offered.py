"""`/letters/offered`: for staff, answered cases that may be published and are not."""

from __future__ import annotations

from aiohttp import web

from bot.cases.publishing import draft
from bot.web.rendering import page
from bot.web.routes import services_of

MOST = 50


async def show(request: web.Request) -> web.Response:
    """The list, the oldest first, each with its masked draft."""
    found = await services_of(request).letters.offered(limit=MOST + 1)
    rows = [(case, draft(case)) for case in found[:MOST]]
    return page(request, "letters_offered.html", rows=rows, more=len(found) > MOST)
