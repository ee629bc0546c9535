"""`/knowledge/documents/{id}/moves` and `/review`: the steps of one document's life."""

from __future__ import annotations

import logging
from datetime import date

from aiohttp import web

from bot.cases.model import Role
from bot.content_course import NOTE_CHARS
from bot.errors import Conflict, Invalid, PolicylineError
from bot.web.articles import article_of, said
from bot.web.document_page import sheet_again, sheet_page
from bot.web.reading import clean
from bot.web.routes import services_of, session_of
from connectors.base import TakesArticles
from connectors.errors import ConnectorError
from knowledge.model import Life

log = logging.getLogger(__name__)


async def move(request: web.Request) -> web.Response:
    """One step of the document's life; a step it does not allow is said on the page."""
    form, document_id = await request.post(), request.match_info["id"]
    name = str(form.get("move", ""))
    try:
        match name:
            case "check":
                await _check(request, document_id)
            case "publish":
                await _publish(request, document_id)
            case "draft":
                await _drafted(request, document_id, str(form.get("account", "")))
            case _:
                await _moved(request, document_id, name)
    except PolicylineError as error:
        return await sheet_page(request, problem=error)
    return sheet_again(document_id, name)


async def review(request: web.Request) -> web.Response:
    """When the document is to be looked at again; an empty day: never."""
    form, document_id = await request.post(), request.match_info["id"]
    given = clean(str(form.get("review_on", "")))
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError:
        problem = Invalid("复核日期填写有误。", fields={"review_on": "应当是日期"})
        return await sheet_page(request, problem=problem)
    editing, by = services_of(request).editing, session_of(request).name
    await editing.set_review(document_id, day, by=by)
    return sheet_again(document_id, "review")


async def _check(request: web.Request, document_id: str) -> None:
    services, by = services_of(request), session_of(request).name
    alone = await _alone(request)
    await services.library.check(document_id, by, alone=alone)
    await _audit(request, document_id, "document.check_alone", alone)


async def _publish(request: web.Request, document_id: str) -> None:
    """Put it into force, and take out of it what it replaces."""
    form = await request.post()
    services, by = services_of(request), session_of(request).name
    sheet = await services.editing.sheet(document_id)
    if sheet.newest.life is Life.DRAFT:
        raise Conflict("草稿要先由另一位同事审核，才能发布。")
    wanted = {str(each) for each in form.getall("replaces", [])}
    alone = await _alone(request)
    await services.library.publish(document_id, by, second=True, alone=alone)
    await _audit(request, document_id, "document.publish_alone", alone)
    for each in sheet.may_replace:
        if each.id in wanted:
            await services.library.repeal(each.id, by, replaced_by=document_id)
    await services.questions.settle(document_id, by=by)


async def _alone(request: web.Request) -> str:
    """The reason for which an administrator does without a second person; empty: none given."""
    reason = clean(str((await request.post()).get("alone", "")))[:NOTE_CHARS]
    if reason and session_of(request).role is not Role.ADMINISTRATOR:
        raise Conflict("只有管理员可以说明理由后由本人审核、发布。")
    return reason


async def _audit(request: web.Request, document_id: str, action: str, reason: str) -> None:
    """The step itself is kept with the document; whoever reads the audit finds it there too."""
    if reason:
        staff, by = services_of(request).staff, session_of(request).name
        await staff.record(by, action, document_id, reason=reason)


async def _moved(request: web.Request, document_id: str, name: str) -> None:
    form = await request.post()
    services, by = services_of(request), session_of(request).name
    match name:
        case "send_back":
            note = clean(str(form.get("note", "")))[:NOTE_CHARS]
            if not note:
                raise Invalid("请写明要改什么。", fields={"note": "必须填写"})
            await services.library.send_back(document_id, by, note)
        case "repeal":
            await services.library.repeal(document_id, by)
        case "replace":
            replaced_by = clean(str(form.get("replaced_by", "")))
            if not replaced_by:
                raise Invalid("请填写由哪份文件替代。", fields={"replaced_by": "必须填写"})
            successor = await services.editing.named(replaced_by)
            await services.library.repeal(document_id, by, replaced_by=successor.id)
        case _:
            raise Invalid("没有这一步。", fields={"move": "没有这一步"})


async def _drafted(request: web.Request, document_id: str, account: str) -> None:
    services = services_of(request)
    channel = services.channels.get(account)
    if not isinstance(channel, TakesArticles):
        raise Invalid("没有这个公众号。")
    document = (await services.editing.sheet(document_id)).current
    article = article_of(document, base_url=services.settings.base_url)
    try:
        await channel.draft(article)
    except ConnectorError as error:
        log.warning("draft not taken: %s", error.code, extra={"channel": account})
        raise said(error) from error
