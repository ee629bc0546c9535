"""`/disclosures/{number}/files/{id}`: what came with an application, to be saved."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.attachment_model import Attachment
from bot.disclosure.privacy import may_see_applicant
from bot.errors import Forbidden
from bot.web.disclosure_access import request_for
from bot.web.routes import services_of, session_of


async def show(request: web.Request) -> web.Response:
    """A file as it was sent, to be saved, never opened in the page: it may be an identity card, and
    it is evidence.

    Raises:
        Forbidden: the reader may not see who applied.
        NotFound: the request, or the file, is not there or not the reader's business.
    """
    one, services = await request_for(request), services_of(request)
    actor = session_of(request).actor
    if not may_see_applicant(one, actor):
        raise Forbidden("附件里有个人信息，您没有查看的权限。")
    kept, body = await services.disclosure_files.opened(one, request.match_info["id"])
    await services.staff.record(actor.id, "disclosure.see_file", one.number, file=kept.id)
    return web.Response(body=body, headers=_headers(one.number, kept))


def _headers(number: str, kept: Attachment) -> dict[str, str]:
    # A name of a citizen's own stands only where it is one; RFC 6266, RFC 8187.
    ending = kept.served_as.rpartition(".")[2]
    plain = f"{number}-{kept.ordinal + 1}.{ending}"
    name = kept.served_as if kept.name else plain
    return {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
