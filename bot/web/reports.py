"""`/insight/reports`: weekly, monthly and annual reports to take away."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from bot.openness.report.files import CONTENT_TYPES, FileKind, packed, plain_name, shown_name
from bot.openness.report.model import NAMES, ReportKind, last_whole
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

FILES = {FileKind.DOCX: "Word 文档", FileKind.HTML: "网页文件"}


class ReportQuery(BaseModel):
    """Which report, as what."""

    kind: ReportKind = Field(default=ReportKind.WEEKLY, title="哪种报告")
    until: Annotated[date | None, BeforeValidator(lambda v: v or None)] = Field(
        default=None, title="截止日期"
    )
    file: FileKind = Field(default=FileKind.DOCX, title="文件")


async def show(request: web.Request) -> web.Response:
    """The last whole week, month and year, and any other day."""
    today = services_of(request).reports.today
    return page(
        request,
        "reports.html",
        names=NAMES,
        files=FILES,
        last={kind: last_whole(kind, today) for kind in ReportKind},
        today=today,
    )


async def download(request: web.Request) -> web.Response:
    """One report as a file."""
    asked, services = read_query(request, ReportQuery), services_of(request)
    until = asked.until or last_whole(asked.kind, services.reports.today)
    report = await services.reports.report(asked.kind, until)
    body = await asyncio.to_thread(packed, report, asked.file)
    by = session_of(request).name
    await services.staff.record(by, "report.download", f"{asked.kind.value} {until}")
    name, shown = plain_name(report, asked.file), quote(shown_name(report, asked.file))
    return web.Response(
        body=body,
        content_type=CONTENT_TYPES[asked.file],
        charset="utf-8" if asked.file is FileKind.HTML else None,
        headers={
            "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{shown}"
        },
    )
