"""`/admin/city/catalogue`: the dispatch catalogue in and out of a spreadsheet, and back again."""

from __future__ import annotations

import base64
import binascii

from aiohttp import web

from bot.city.catalogue_office import MAX_BYTES, CataloguePreview
from bot.city.model import City
from bot.errors import Conflict, Invalid, PolicylineError
from bot.web import admin_words
from bot.web.knowledge import safe_name
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

UPLOAD_LIMIT = 2 * MAX_BYTES
"""Bytes of a form: a file, or the same in base64 when it is confirmed."""
_ROWS_SHOWN = 400
_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


async def show(request: web.Request) -> web.Response:
    """The catalogue in use, and its versions."""
    return await _shown(request)


async def download(request: web.Request) -> web.Response:
    """A version as a spreadsheet."""
    services, kind = services_of(request), request.query.get("as", "xlsx")
    name = request.query.get("version", "")
    raw = await services.catalogue.file(await _city(request), kind, name)
    await services.staff.record(session_of(request).name, "city.download", "city:catalogue")
    return web.Response(
        body=raw,
        content_type=_KINDS[kind],
        headers={"Content-Disposition": f'attachment; filename="catalogue.{kind}"'},
    )


async def preview(request: web.Request) -> web.Response:
    """What an uploaded catalogue would do; nothing is kept before somebody confirms."""
    form, services = await request.post(), services_of(request)
    file = form.get("file")
    try:
        if not isinstance(file, web.FileField) or not file.filename:
            raise Invalid("请先选择文件。", fields={"file": "必须选择"})
        looked = await services.catalogue.preview(await _city(request), file.file.read())
    except PolicylineError as error:
        return await _shown(request, problem=error.message, status=error.status)
    return _preview_page(request, looked, safe_name(file.filename))


async def save(request: web.Request) -> web.Response:
    """Keep a catalogue that was looked at, and take it into use."""
    form, services, by = await request.post(), services_of(request), session_of(request).name
    raw, source = _unpacked(str(form.get("content", ""))), str(form.get("source", ""))
    city = await _city(request)
    try:
        if str(form.get("seen", "")) != services.catalogue.current():
            raise Conflict("预览之后又有人换过派单目录，请重新预览。", code="changed_meanwhile")
        name = await services.catalogue.save(
            city, raw, by=by, reason=str(form.get("reason", "")), source=safe_name(source)
        )
    except PolicylineError as error:
        looked = await services.catalogue.preview(city, raw)
        return _preview_page(request, looked, source, problem=error.message, status=error.status)
    await services.staff.record(by, "city.catalogue", "city:catalogue", version=name)
    return _back()


async def use(request: web.Request) -> web.Response:
    """Go back to a version."""
    form, services, by = await request.post(), services_of(request), session_of(request).name
    name = str(form.get("version", ""))
    try:
        await services.catalogue.use(await _city(request), name)
    except PolicylineError as error:
        return await _shown(request, problem=error.message, status=error.status)
    await services.staff.record(by, "city.catalogue_use", "city:catalogue", version=name)
    return _back()


async def _city(request: web.Request) -> City:
    """The city as it will be read next, whose units may lead."""
    city = await services_of(request).configuration.city()
    if city is None:
        raise Conflict("城市配置有误，请先改正。", code="city_faulty")
    return city


async def _shown(request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
    catalogue, city = services_of(request).catalogue, await _city(request)
    try:
        duties = await catalogue.duties(city)
    except Invalid as error:
        duties, problem = (), problem or error.message
    return page(
        request,
        "admin_catalogue.html",
        status=status,
        admin=admin_words,
        duties=duties[:_ROWS_SHOWN],
        count=len(duties),
        versions=tuple(reversed(await catalogue.versions(city))),
        saved="saved" in request.query,
        problem=problem,
        preview=None,
    )


def _preview_page(
    request: web.Request,
    looked: CataloguePreview,
    source: str,
    *,
    problem: str = "",
    status: int = 0,
) -> web.Response:
    return page(
        request,
        "admin_catalogue.html",
        status=status or (400 if looked.faults else 200),
        admin=admin_words,
        preview=looked,
        packed=base64.b64encode(looked.table).decode("ascii"),
        source=source,
        seen=services_of(request).catalogue.current(),
        problem=problem,
    )


def _unpacked(packed: str) -> bytes:
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("提交的内容不完整，请重新预览。") from error


def _back() -> web.Response:
    return web.Response(status=303, headers={"Location": "/admin/city/catalogue?saved=1"})
