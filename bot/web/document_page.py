"""`/knowledge/documents/{id}`: one document to those who edit, check and publish it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, Field, field_validator

from bot.editing import Particulars, Sheet
from bot.errors import Conflict, Invalid, PolicylineError
from bot.web import words
from bot.web.articles import article_of, said
from bot.web.documents import lines_of
from bot.web.reading import clean, parse
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from connectors.base import TakesArticles
from connectors.errors import ConnectorError
from knowledge.model import Document, Form, Kind, Life
from knowledge.review import Version

log = logging.getLogger(__name__)

_DONE = {
    "written": "已存为草稿，请另一位同事审核后发布",
    "changed": "已存为新版本的草稿，请另一位同事审核后发布",
    "check": "已审核，可以发布",
    "publish": "已发布，马上可以被引用",
    "repeal": "已废止，不再被引用",
    "replace": "已标为被替代，不再被引用",
    "draft": "已生成公众号草稿，请到公众号后台的草稿箱核对后发表",
}


class _Changed(BaseModel):
    version: int = Field(title="版本")
    kind: Kind = Field(title="类型")
    form: Form = Field(title="解读形式")
    department: str = Field(default="", max_length=200, title="发布单位")
    number: str = Field(default="", max_length=120, title="发文字号")
    valid_from: date | None = Field(default=None, title="生效日期")
    valid_to: date | None = Field(default=None, title="失效日期")
    policy: str = Field(default="", max_length=500, title="所属政策")

    @field_validator("valid_from", "valid_to", mode="before")
    @classmethod
    def _none_for_empty(cls, value: object) -> object:
        return value or None


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version in the table: `changed` names what differs from the one before it."""

    version: int
    at: datetime
    by: str
    life: str
    changed: tuple[str, ...]


async def show(request: web.Request) -> web.Response:
    """The document, its versions, its relatives, and what may be done with it.

    Raises:
        NotFound: there is none.
    """
    return await _page(request)


async def change(request: web.Request) -> web.Response:
    """Change particulars: a new version, a draft until it is checked and published."""
    form, document_id = await request.post(), request.match_info["id"]
    given = {name: clean(str(form.get(name, ""))) for name in _Changed.model_fields}
    try:
        changed = parse(_Changed, given)
        await services_of(request).editing.change(
            document_id,
            Particulars(**changed.model_dump(exclude={"version"})),
            version=changed.version,
            by=session_of(request).name,
        )
    except PolicylineError as error:
        return await _page(request, problem=error, given=given)
    return _to(document_id, "changed")


async def move(request: web.Request) -> web.Response:
    """One step of the document's life; a step it does not allow is said on the page."""
    form, document_id = await request.post(), request.match_info["id"]
    name = str(form.get("move", ""))
    try:
        if name == "draft":
            await _drafted(request, document_id, str(form.get("account", "")))
        else:
            await _moved(request, document_id, name, clean(str(form.get("replaced_by", ""))))
    except PolicylineError as error:
        return await _page(request, problem=error)
    return _to(document_id, name)


async def _moved(request: web.Request, document_id: str, name: str, replaced_by: str) -> None:
    services, by = services_of(request), session_of(request).name
    library = services.library
    match name:
        case "check":
            await library.check(document_id, by)
        case "publish":
            sheet = await services.editing.sheet(document_id)
            if sheet.newest.life is Life.DRAFT:
                raise Conflict("草稿要先由另一位同事审核，才能发布。")
            await library.publish(document_id, by)
            await services.questions.settle(document_id, by=by)
        case "repeal":
            await library.repeal(document_id, by)
        case "replace":
            if not replaced_by:
                raise Invalid("请填写由哪份文件替代。", fields={"replaced_by": "必须填写"})
            successor = await services.editing.named(replaced_by)
            await library.repeal(document_id, by, replaced_by=successor.id)
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


def _accounts(request: web.Request, sheet: Sheet) -> tuple[str, ...]:
    """The accounts a draft may be left with; none but for a published interpretation."""
    document = sheet.current
    if document.kind is not Kind.INTERPRETATION or document.life is not Life.PUBLISHED:
        return ()
    channels = services_of(request).channels
    return tuple(
        name
        for name, each in channels.items()
        if isinstance(each, TakesArticles) and each.takes_articles
    )


async def _page(
    request: web.Request,
    *,
    problem: PolicylineError | None = None,
    given: dict[str, str] | None = None,
) -> web.Response:
    services = services_of(request)
    sheet = await services.editing.sheet(request.match_info["id"])
    return page(
        request,
        "knowledge_document.html",
        status=problem.status if problem else 200,
        sheet=sheet,
        document=sheet.newest,
        waits=sheet.newest.version != sheet.current.version,
        own_draft=sheet.by == session_of(request).name,
        moves=moves_of(sheet),
        accounts=_accounts(request, sheet),
        given=given or _given(sheet),
        lines=tuple(lines_of(sheet.newest.text)),
        versions=tuple(reversed(tuple(_versions(sheet)))),
        policies=await services.editing.titles(Kind.POLICY),
        units=services.city.unit_names,
        kinds=tuple(Kind),
        forms=tuple(Form),
        problem=problem,
        done=_DONE.get(request.query.get("done", ""), ""),
    )


def moves_of(sheet: Sheet) -> tuple[str, ...]:
    """The steps the document's life allows now."""
    found = {
        Life.DRAFT: ("check",),
        Life.CHECKED: ("publish",),
        Life.REPLACED: ("publish",),
        Life.REPEALED: ("publish",),
    }.get(sheet.newest.life, ())
    in_force = sheet.current.life is Life.PUBLISHED
    return (*found, *(("replace", "repeal") if in_force else ()))


def _given(sheet: Sheet) -> dict[str, str]:
    document = sheet.newest
    policy = sheet.relatives.policy
    return {
        "kind": document.kind.value,
        "form": document.form.value,
        "department": document.department,
        "number": document.number,
        "valid_from": document.valid_from.isoformat() if document.valid_from else "",
        "valid_to": document.valid_to.isoformat() if document.valid_to else "",
        "policy": policy.title if policy else document.policy_id,
        "version": str(document.version),
    }


def _versions(sheet: Sheet) -> Iterator[VersionLine]:
    before: Document | None = None
    for each in sheet.versions:
        yield VersionLine(
            version=each.document.version,
            at=each.at,
            by=each.by,
            life=_life(sheet, each),
            changed=() if before is None else differences(before, each.document),
        )
        before = each.document


def _life(sheet: Sheet, version: Version) -> str:
    number = version.document.version
    if number == sheet.current.version:
        return words.LIVES[sheet.current.life]
    if number == sheet.newest.version:
        return words.LIVES[sheet.newest.life]
    return "旧版本"


def differences(before: Document, after: Document) -> tuple[str, ...]:
    """What of a document differs between two versions, in Chinese."""
    return tuple(
        words.PARTICULARS[each.name]
        for each in fields(Document)
        if each.name in words.PARTICULARS
        and getattr(before, each.name) != getattr(after, each.name)
    )


def _to(document_id: str, done: str) -> web.Response:
    where = f"/knowledge/documents/{quote(document_id, safe='')}?done={done}"
    return web.Response(status=303, headers={"Location": where})
