"""`/admin/audit`: who did and looked at what, and when; read, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from bot.cases.calendar import ZONE
from bot.city.sheets import write_csv
from bot.records import AuditEntry
from bot.web.audit_words import action_name
from bot.web.reading import clean, read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

_PER_PAGE = 100
_PER_READ = 1000
_MOST_ROWS = 20_000
_HEADINGS = ("时间", "人员", "动作", "动作代码", "对象", "详情")

_Short = Annotated[str, BeforeValidator(lambda v: clean(v) if isinstance(v, str) else v)]
_Day = Annotated[date | None, BeforeValidator(lambda v: None if v == "" else v)]


class AuditQuery(BaseModel):
    """Which entries."""

    actor: _Short = Field(default="", max_length=80, title="人员")
    subject: _Short = Field(default="", max_length=200, title="对象")
    action: str = Field(default="", max_length=60, title="动作")
    day: _Day = Field(default=None, title="日期")
    before: str = Field(default="", max_length=40, title="翻页")

    def address(self, path: str, **changes: str) -> str:
        """The same entries at another address, or from another one on."""
        values = {**self.model_dump(mode="json", exclude_defaults=True), **changes}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{path}?{query}" if query else path


async def show(request: web.Request) -> web.Response:
    """A page of entries, newest first."""
    wanted = read_query(request, AuditQuery)
    entries = await _entries(request, wanted, wanted.before, _PER_PAGE + 1)
    more = len(entries) > _PER_PAGE
    entries = entries[:_PER_PAGE]
    return page(
        request,
        "admin_audit.html",
        wanted=wanted,
        entries=entries,
        action_name=action_name,
        details=_details,
        actions=await services_of(request).staff.audit_actions(),
        next_before=entries[-1].id if more else "",
    )


async def download(request: web.Request) -> web.Response:
    """The same as a CSV a spreadsheet opens: the newest 20,000; the download is an entry itself."""
    wanted = read_query(request, AuditQuery)
    found: list[AuditEntry] = []
    before = ""
    while len(found) < _MOST_ROWS:
        some = await _entries(request, wanted, before, _PER_READ)
        found += some
        if len(some) < _PER_READ:
            break
        before = some[-1].id
    await services_of(request).staff.record(
        session_of(request).name, "audit.export", rows=str(len(found))
    )
    return web.Response(
        body=write_csv([_HEADINGS, *_rows(found)]),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


async def _entries(
    request: web.Request, wanted: AuditQuery, before: str, limit: int
) -> Sequence[AuditEntry]:
    return await services_of(request).staff.audit_entries(
        actor=wanted.actor,
        subject=wanted.subject,
        action=wanted.action,
        day=wanted.day,
        before=before,
        limit=limit,
    )


def _rows(entries: Sequence[AuditEntry]) -> Iterator[tuple[str, ...]]:
    for one in entries:
        at = one.at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
        yield at, one.actor, action_name(one.action), one.action, one.subject, _details(one)


def _details(entry: AuditEntry) -> str:
    return "；".join(f"{name}：{value}" for name, value in sorted(entry.details.items()) if value)
