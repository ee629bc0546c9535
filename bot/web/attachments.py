"""`/cases/{number}/attachments/{id}`: what came with a case, for who may see the person."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.attachment_model import STRIPPED, Attachment, AttachmentKind
from bot.errors import Forbidden
from bot.privacy import may_see_person, may_see_source
from bot.web.case_page import case_for
from bot.web.routes import services_of, session_of


async def show(request: web.Request) -> web.Response:
    """A picture or film without what the device wrote into it; every other file as it is, to be
    saved, never opened in the page. It cannot be masked, so it is given whole or not at all. A case
    split from another shows what was sent for both.

    Raises:
        Forbidden: the reader may not see who brought the case, or the mail's source.
        NotFound: the case, or the file, is not there or not the reader's business.
    """
    case, services = await case_for(request), services_of(request)
    actor = session_of(request).actor
    if not may_see_person(case, actor):
        raise Forbidden("附件里可能有个人信息，您没有查看的权限。")
    kept, body = await services.attachments.shown(case, request.match_info["id"])
    if kept.kind is AttachmentKind.SOURCE and not may_see_source(actor):
        raise Forbidden("来信原文只有热线和信箱的工作人员能看。")
    await services.staff.record(actor.id, "case.see_attachment", case.number, attachment=kept.id)
    return web.Response(body=body, headers=_headers(case.number, kept))


def _headers(number: str, kept: Attachment) -> dict[str, str]:
    shown = kept.content_type in STRIPPED
    # A name of a citizen's own stands only where it is one; RFC 6266, RFC 8187.
    name = (
        kept.served_as if kept.name else f"{number}-{kept.id}.{kept.served_as.rpartition('.')[2]}"
    )
    plain = name if name.isascii() else f"{number}-{kept.id}.{name.rpartition('.')[2]}"
    return {
        "Content-Type": kept.content_type if shown else "application/octet-stream",
        "Content-Disposition": (
            f'{"inline" if shown else "attachment"}; filename="{plain}"; '
            f"filename*=UTF-8''{quote(name, safe='')}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
