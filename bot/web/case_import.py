"""`/cases/import`: the orders of a spreadsheet, looked at first, then opened as cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.cases.columns import HEADINGS
from bot.cases.import_jobs import KINDS, PREVIEWED, Job, JobState
from bot.cases.model import Actor
from bot.cases.open_import import Report
from bot.cases.open_orders import OpenOrder
from bot.errors import Invalid, PolicylineError
from bot.privacy import mask_name, mask_phone, mask_text, sees_everybody
from bot.web.knowledge import safe_name
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

UPLOAD_LIMIT = 16 * 1024 * 1024
"""Bytes; 20,000 orders of 400 characters take some 10 MB as .xlsx."""
_HERE = "/cases/import"
_REFUSED_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """An order as its reader may see it."""

    number: str
    title: str
    text: str
    demand_type: str
    contact_name: str
    contact_phone: str
    department: str
    due: datetime | None


async def ask(request: web.Request) -> web.Response:
    """The form."""
    return _form(request)


async def take(request: web.Request) -> web.Response:
    """Take a file; nothing is opened before somebody confirms."""
    form, services = await request.post(), services_of(request)
    file, mapping = form.get("file"), form.get("map")
    try:
        if not isinstance(file, web.FileField) or not file.filename:
            raise Invalid("请先选择要导入的文件。", fields={"file": "必须选择"})
        said = mapping.file.read() if isinstance(mapping, web.FileField) else b""
        job = await services.imports.take(
            safe_name(file.filename), file.file.read(), _text(said), _actor(request)
        )
    except PolicylineError as error:
        return _form(request, problem=error.message, status=error.status)
    return _to(job)


async def show(request: web.Request) -> web.Response:
    """What would come in, how far it is, or what came of it."""
    services, actor = services_of(request), _actor(request)
    job = await services.imports.get(request.match_info["id"], actor)
    report = None
    if job.state is JobState.WAITING:
        report = await services.imports.preview(job, actor)
    return page(
        request,
        "case_import.html",
        kinds=KINDS,
        problem="",
        job=job,
        report=report,
        rows=_rows(report, actor) if report else (),
        refused=report.refused[:_REFUSED_SHOWN] if report else (),
        stopped=job.stopped(services.clock.now()),
        previewed=PREVIEWED,
        taken=_taken(report) if report else (),
        JobState=JobState,
    )


async def start(request: web.Request) -> web.Response:
    """Open the orders."""
    services, actor = services_of(request), _actor(request)
    job = await services.imports.get(request.match_info["id"], actor)
    await services.staff.record(actor.id, "case.open_import", job.id)
    await services.imports.start(job, actor)
    return _to(job)


async def refused(request: web.Request) -> web.Response:
    """The rows that were not opened, as they came, with the reason."""
    imports = services_of(request).imports
    job = await imports.get(request.match_info["id"], _actor(request))
    return web.Response(
        body=await imports.refused(job),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="refused.csv"'},
    )


def _form(request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
    return page(request, "case_import.html", status=status, job=None, problem=problem, kinds=KINDS)


def _actor(request: web.Request) -> Actor:
    session = session_of(request)
    return Actor(id=session.name, role=session.role)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("对照表应存为 UTF-8。") from error


def _to(job: Job) -> web.Response:
    return web.Response(status=303, headers={"Location": f"{_HERE}/{job.id}"})


def _taken(report: Report) -> tuple[tuple[str, str], ...]:
    """Our field's name → the columns it comes from."""
    return tuple(
        (HEADINGS[name][0], "、".join(found)) for name, found in report.columns.taken.items()
    )


def _rows(report: Report, reader: Actor) -> tuple[PreviewRow, ...]:
    masked = not sees_everybody(reader.role)
    return tuple(_row(order, masked=masked) for order in report.first)


def _row(order: OpenOrder, *, masked: bool) -> PreviewRow:
    new = order.new
    names = (new.contact_name,) if new.contact_name else ()
    return PreviewRow(
        number=new.external_number,
        title=mask_text(new.title, names) if masked else new.title,
        text=mask_text(new.text, names) if masked else new.text,
        demand_type=new.demand_type.value if new.demand_type else "",
        contact_name=mask_name(new.contact_name) if masked else new.contact_name,
        contact_phone=mask_phone(new.contact_phone) if masked else new.contact_phone,
        department="、".join((order.department, *order.supporting)),
        due=new.due_by,
    )
