"""`/cases/{number}/draft`: a suggested reply with its sources, for who may reply now.

With script it comes into the case's page as a fragment; without, it is a page of its own, and its
link opens the case with the draft in the box.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bot.cases.model import Move
from bot.cases.rules import moves_open_to
from bot.drafting.model import Source, SourceKind
from bot.drafting.ranking import in_words
from bot.errors import NotFound
from bot.web.case_page import case_for, concerns
from bot.web.rendering import page
from bot.web.routes import PAGES, services_of, session_of


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A source as the panel shows it.

    Args:
        href: where it can be read; empty where the reader may not open it.
    """

    source: Source
    href: str
    alike: str


async def show(request: web.Request) -> web.Response:
    """The draft; nothing is kept.

    Raises:
        NotFound: no such case for this reader, or it is not to be replied to by them now.
    """
    case = await case_for(request)
    if Move.REPLY not in moves_open_to(case, session_of(request).actor):
        raise NotFound("这件诉求现在不由您答复。")
    services = services_of(request)
    found = await services.drafts.suggest(case, await services.cases.demands(case.number))
    values = {
        "number": case.number,
        "draft": found.draft,
        "ready": found.ready,
        "shown": [await _shown(request, one) for one in found.draft.sources],
    }
    if "X-Fragment" in request.headers:
        return web.Response(
            text=request.app[PAGES].part("draft_panel.html", "panel", values),
            content_type="text/html",
            charset="utf-8",
        )
    return page(request, "draft.html", values=values)


async def _shown(request: web.Request, source: Source) -> _Shown:
    if source.kind is SourceKind.DOCUMENT:
        return _Shown(source=source, href=f"/documents/{quote(source.key, safe='')}", alike="")
    case = await services_of(request).cases.get(source.key)
    opens = concerns(case, session_of(request).actor)
    href = f"/cases/{case.number}" if opens else ""
    return _Shown(source=source, href=href, alike=in_words(source.likeness))
