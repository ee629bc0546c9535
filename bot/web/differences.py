"""`/knowledge/documents/{id}/differences`: two versions, or a document and what it replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from aiohttp import web
from pydantic import BaseModel, Field

from bot.document_sheet import Sheet
from bot.errors import NotFound
from bot.web import words
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of
from knowledge.differing import difference
from knowledge.model import Attachment, Document, Form, Kind


class _Wanted(BaseModel):
    before: int | None = Field(default=None, ge=1, le=1_000_000, title="较早的版本")
    after: int | None = Field(default=None, ge=1, le=1_000_000, title="较新的版本")
    other: str = Field(default="", max_length=120, title="被替代的文件")


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A particular that differs, in words."""

    name: str
    before: str
    after: str


async def show(request: web.Request) -> web.Response:
    """What differs, sentence by sentence; without choice, in force against the newest.

    Raises:
        NotFound: there is no such document, version or predecessor.
    """
    services, wanted = services_of(request), read_query(request, _Wanted)
    sheet = await services.editing.sheet(request.match_info["id"])
    after = _version(sheet, wanted.after) if wanted.after else sheet.newest
    if wanted.other:
        before = _predecessor(sheet, wanted.other)
    else:
        before = _version(sheet, wanted.before) if wanted.before else _earlier(sheet, after)
    found = await asyncio.to_thread(difference, before.text, after.text)
    return page(
        request,
        "knowledge_differences.html",
        sheet=sheet,
        document=sheet.newest,
        before=before,
        after=after,
        other=wanted.other,
        names=_names(before, after),
        changed=tuple(particulars(before, after)),
        found=found,
        numbers=tuple(each.document.version for each in reversed(sheet.versions)),
    )


def particulars(before: Document, after: Document) -> Iterator[Changed]:
    """The particulars that differ; the text is told apart sentence by sentence."""
    for each in fields(Document):
        if each.name == "text" or each.name not in words.PARTICULARS:
            continue
        values = (getattr(before, each.name), getattr(after, each.name))
        if values[0] != values[1]:
            name = words.PARTICULARS[each.name]
            yield Changed(name=name, before=_said(values[0]), after=_said(values[1]))


def _said(value: object) -> str:
    match value:
        case Kind():
            return words.KINDS[value]
        case Form():
            return words.FORMS[value]
        case date():
            return words.day(value)
        case bool():
            return "是" if value else "否"
        case tuple():
            return "、".join(each.name for each in value if isinstance(each, Attachment))
        case _:
            return str(value or "")


def _version(sheet: Sheet, number: int) -> Document:
    for each in sheet.versions:
        if each.document.version == number:
            return each.document
    raise NotFound(f"没有第 {number} 版。")


def _earlier(sheet: Sheet, after: Document) -> Document:
    """The version in force where that is an earlier one, else the one just before."""
    if sheet.current.version < after.version:
        return sheet.current
    if after.version == 1:
        raise NotFound("这份文件只有一个版本，没有可以对比的。")
    return _version(sheet, after.version - 1)


def _predecessor(sheet: Sheet, document_id: str) -> Document:
    known = (*sheet.predecessors, *sheet.may_replace)
    found = next((each for each in known if each.id == document_id), None)
    if found is None:
        raise NotFound("这份文件没有替代那一份。")
    return found


def _names(before: Document, after: Document) -> tuple[str, str]:
    if before.id == after.id:
        return f"第 {before.version} 版", f"第 {after.version} 版"
    return before.number or "被替代的文件", after.number or "这份文件"
