"""`/cases/{number}/attachments/{id}`: a picture or a video, for who may see the person."""

from __future__ import annotations

from aiohttp import web

from bot.attachment_files import SUFFIXES
from bot.errors import Forbidden
from bot.privacy import may_see_person
from bot.web.case_page import case_for
from bot.web.routes import services_of, session_of


async def show(request: web.Request) -> web.Response:
    """The picture, without what the citizen's device wrote into it. It cannot be masked, so it is
    shown whole or not at all. A case split from another shows what was sent for both.

    Raises:
        Forbidden: the reader may not see who brought the case.
        NotFound: the case, or the file, is not there or not the reader's business.
    """
    case, services = await case_for(request), services_of(request)
    actor = session_of(request).actor
    if not may_see_person(case, actor):
        raise Forbidden("附件里可能有个人信息，您没有查看的权限。")
    kept, body = await services.attachments.shown(case, request.match_info["id"])
    await services.staff.record(actor.id, "case.see_attachment", case.number, attachment=kept.id)
    name = f"{case.number}-{kept.id}.{SUFFIXES[kept.content_type]}"
    return web.Response(
        body=body,
        headers={
            "Content-Type": kept.content_type,
            "Content-Disposition": f'inline; filename="{name}"',
        },
    )
