"""`/knowledge/documents/{id}`: one document to those who edit, check and publish it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, Field, field_validator

from bot.cases.model import Role
from bot.document_sheet import Sheet
from bot.editing import Particulars
from bot.errors import PolicylineError
from bot.web import words
from bot.web.documents import lines_of
from bot.web.reading import clean, parse
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from connectors.base import TakesArticles
from knowledge.model import Document, Form, Kind, Life
from knowledge.review import Version

DONE = {
    "written": "已存为草稿，请另一位同事审核后发布",
    "changed": "已存为新版本的草稿，请另一位同事审核后发布",
    "check": "已审核，可以发布",
    "publish": "已发布，马上可以被引用",
    "send_back": "已退回修改，请写稿人改好后再送审",
    "review": "已记下复核日期",
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
    return await sheet_page(request)


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
        return await sheet_page(request, problem=error, given=given)
    return sheet_again(document_id, "changed")


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


async def sheet_page(
    request: web.Request,
    *,
    problem: PolicylineError | None = None,
    given: dict[str, str] | None = None,
) -> web.Response:
    """The document's page.

    Raises:
        NotFound: there is none.
    """
    services, session = services_of(request), session_of(request)
    sheet = await services.editing.sheet(request.match_info["id"])
    return page(
        request,
        "knowledge_document.html",
        status=problem.status if problem else 200,
        sheet=sheet,
        document=sheet.newest,
        waits=sheet.newest.version != sheet.current.version,
        own_draft=services.settings.second_reader and session.name in sheet.writers,
        alone=session.role is Role.ADMINISTRATOR,
        moves=moves_of(sheet),
        accounts=_accounts(request, sheet),
        given=given or _given(sheet),
        lines=tuple(lines_of(sheet.newest.text)),
        versions=tuple(reversed(tuple(_versions(sheet)))),
        course=tuple(reversed(sheet.course)),
        asked=await services.questions.written_for(sheet.current.id),
        policies=await services.editing.titles(Kind.POLICY),
        units=services.city.unit_names,
        kinds=tuple(Kind),
        forms=tuple(Form),
        problem=problem,
        done=DONE.get(request.query.get("done", ""), ""),
    )


def moves_of(sheet: Sheet) -> tuple[str, ...]:
    """The steps the document's life allows now."""
    found = {
        Life.DRAFT: ("check",),
        Life.CHECKED: ("publish", "send_back"),
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


def sheet_again(document_id: str, done: str) -> web.Response:
    """Back to the document's page, which says what was done."""
    where = f"/knowledge/documents/{quote(document_id, safe='')}?done={done}"
    return web.Response(status=303, headers={"Location": where})
