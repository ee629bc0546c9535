"""`/admin/city/{file}`: a file of the city: read, changed with a preview, and undone."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from bot.city import readable
from bot.city.configuration import Preview
from bot.city.parts import BY_NAME, CityPart
from bot.errors import Invalid, NotFound, PolicylineError
from bot.web import admin_words
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

if TYPE_CHECKING:
    from bot.services import Services

UPLOAD_LIMIT = 4 * 1024 * 1024
"""Bytes of a form: a file of 1 MB, and the same in base64 when it is confirmed."""
_AROUND = 2


@dataclass(frozen=True, kw_only=True)
class FaultShown:
    """A fault with the lines around it, by their numbers."""

    said: str
    line: int
    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True)
class Touched:
    """A unit that is no more: its open cases and its people."""

    unit: str
    cases: int
    people: int


async def show(request: web.Request) -> web.Response:
    """A file as tables where it has them, and as it is written."""
    return await _shown(request, _part(request))


async def download(request: web.Request) -> web.Response:
    """The file."""
    services, part = services_of(request), _part(request)
    content = await services.configuration.content(part)
    if not content.there:
        raise NotFound("城市目录里没有这个文件。")
    await services.staff.record(session_of(request).name, "city.download", f"city:{part.file}")
    return web.Response(
        body=content.text.encode("utf-8"),
        content_type="application/toml",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{part.file}"'},
    )


async def preview(request: web.Request) -> web.Response:
    """What a change would do; nothing is kept before somebody confirms."""
    services, part = services_of(request), _part(request)
    try:
        looked = await services.configuration.preview(part, await _given(request, part))
    except PolicylineError as error:
        return await _shown(request, part, problem=error.message, status=error.status)
    return await _preview_page(request, looked)


async def save(request: web.Request) -> web.Response:
    """Keep a change that was looked at."""
    services, part, form = services_of(request), _part(request), await request.post()
    by = session_of(request).name
    content = None if form.get("own") else _unpacked(str(form.get("content", "")))
    try:
        version = await services.configuration.save(
            part,
            content,
            by=by,
            reason=str(form.get("reason", "")),
            seen=_whole(str(form.get("seen", ""))),
        )
    except PolicylineError as error:
        looked = await services.configuration.preview(part, content)
        return await _preview_page(
            request, looked, problem=error.message, status=error.status, given=form
        )
    await services.staff.record(by, "city.change", f"city:{part.file}", version=str(version.id))
    return web.Response(
        status=303, headers={"Location": f"/admin/city/{part.name}?saved={version.id}"}
    )


async def _given(request: web.Request, part: CityPart) -> bytes | None:
    """What the file is to hold: the folder's own, what it held before, a file, what was typed."""
    form = await request.post()
    if form.get("own"):
        return None
    if undone := str(form.get("undo", "")):
        of, content = await services_of(request).configuration.before(_whole(undone))
        if of is not part:
            raise Invalid("这一版不是这个文件的。")
        return content
    file = form.get("file")
    if isinstance(file, web.FileField) and file.filename:
        return file.file.read()
    text = str(form.get("text", "")).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Invalid("请选择文件，或在文本框中修改。", fields={"file": "必须选择"})
    return text.encode("utf-8", "replace")


async def _shown(
    request: web.Request, part: CityPart, *, problem: str = "", status: int = 200
) -> web.Response:
    services = services_of(request)
    city = await services.configuration.city()
    saved = request.query.get("saved", "")
    return page(
        request,
        "admin_city.html",
        status=status,
        admin=admin_words,
        part=part,
        content=await services.configuration.content(part),
        sheets=readable.sheets_of(city, part.name) if city else (),
        versions=await services.configuration.versions(part.file, limit=20),
        saved=int(saved) if saved.isascii() and saved.isdecimal() else 0,
        problem=problem,
    )


async def _preview_page(
    request: web.Request,
    looked: Preview,
    *,
    problem: str = "",
    status: int = 0,
    given: object = None,
) -> web.Response:
    services = services_of(request)
    reason = str(given.get("reason", "")) if hasattr(given, "get") else ""
    content = looked.content
    return page(
        request,
        "admin_preview.html",
        status=status or (400 if looked.faults else 200),
        admin=admin_words,
        part=looked.part,
        preview=looked,
        packed="" if content is None else base64.b64encode(content).decode("ascii"),
        faults=[_fault(fault.said, fault.line, looked.text) for fault in looked.faults],
        touched=await _touched(services, looked.removed_units),
        problem=problem,
        reason=reason[:500],
    )


def _fault(said: str, line: int, text: str) -> FaultShown:
    lines = list(enumerate(text.splitlines(), 1))
    near = lines[max(0, line - 1 - _AROUND) : line + _AROUND] if line else []
    return FaultShown(said=said, line=line, lines=tuple(near))


async def _touched(services: Services, removed: tuple[str, ...]) -> list[Touched]:
    if not removed:
        return []
    counts = (await services.cases.open_counts()).by_department
    people = [one.department for one in await services.staff.all() if one.active]
    return [
        Touched(unit=unit, cases=counts.get(unit, 0), people=people.count(unit)) for unit in removed
    ]


def _part(request: web.Request) -> CityPart:
    part = BY_NAME.get(request.match_info["file"])
    if part is None:
        raise NotFound("没有这个文件。")
    return part


def _unpacked(packed: str) -> bytes:
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("提交的内容不完整，请重新预览。") from error


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Invalid("提交的内容不完整，请重新预览。")
    return int(text)
