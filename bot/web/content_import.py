"""`/knowledge/imports`: what files hold, shown first, then stored as drafts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import web
from pydantic import BaseModel, Field

from bot.content_import_folder import Stage
from bot.content_imports import PER_PAGE
from bot.errors import Invalid
from bot.web.knowledge import documents_page, safe_name
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from knowledge.model import Kind

UPLOAD_LIMIT = 32 * 1024 * 1024
"""Bytes of one upload; a long PDF with pictures has some 10 MB."""
MOST_FILES = 500
_AT_ONCE_S = 2.0
"""So long a request waits for what is small enough to be done by then."""


class _Wanted(BaseModel):
    page: int = Field(default=1, ge=1, le=100_000, title="页码")


async def take(request: web.Request) -> web.Response:
    """Take files; nothing is stored before somebody confirms."""
    form = await request.post()
    parts = [part for part in form.getall("files", []) if isinstance(part, web.FileField)]
    parts = [part for part in parts if part.filename]
    if not parts or len(parts) > MOST_FILES:
        said = "请先选择要导入的文件。" if not parts else f"一次最多导入 {MOST_FILES} 个文件。"
        return await documents_page(request, problem=said, status=400)
    kind = _kind(str(form.get("kind", "")))
    files = await asyncio.to_thread(_contents, parts)
    imports = services_of(request).content_imports
    made = await imports.take(files, kind=kind, by=session_of(request).name)
    await imports.settled(made.id, _AT_ONCE_S)
    return _to(made.id)


async def show(request: web.Request) -> web.Response:
    """What was read, how far it is, or what came of it.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    services, wanted = services_of(request), read_query(request, _Wanted)
    found = await services.content_imports.get(request.match_info["id"], session_of(request).name)
    stopped = found.stopped(services.clock.now())
    number = min(wanted.page, max(found.pages, 1))
    shown = found.stage is Stage.WAITING and found.pages > 0
    ids = dict.fromkeys(each for pair in found.linked for each in pair)
    return page(
        request,
        "knowledge_import.html",
        found=found,
        stopped=stopped,
        rows=await services.content_imports.looked(found, number) if shown else (),
        number=number,
        first=(number - 1) * PER_PAGE + 1,
        titles={each: (await services.library.get(each)).title for each in ids},
        Stage=Stage,
    )


async def act(request: web.Request) -> web.Response:
    """Store all, store some, go on with one that stopped, or drop it.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Invalid: nothing was chosen.
        Conflict: it is being stored or done.
    """
    form, imports = await request.post(), services_of(request).content_imports
    found = await imports.get(request.match_info["id"], session_of(request).name)
    match form.get("do"):
        case "all":
            await imports.confirm(found, None)
        case "chosen":
            chosen = [str(each)[:120] for each in form.getall("id", [])]
            if not chosen:
                raise Invalid("请先勾选要导入的文件。", fields={"id": "必须选择"})
            await imports.confirm(found, chosen)
        case "go_on":
            await imports.go_on(found)
        case "drop":
            await imports.drop(found)
            return web.Response(status=303, headers={"Location": "/knowledge?done=dropped"})
        case _:
            raise Invalid("没有这一步。", fields={"do": "没有这一步"})
    await imports.settled(found.id, _AT_ONCE_S)
    return _to(found.id)


def _kind(given: str) -> Kind | None:
    try:
        return Kind(given) if given else None
    except ValueError as error:
        raise Invalid("没有这种类型。", fields={"kind": "没有这种类型"}) from error


def _contents(parts: Iterable[web.FileField]) -> list[tuple[str, bytes]]:
    return [(safe_name(part.filename), part.file.read()) for part in parts]


def _to(import_id: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/knowledge/imports/{import_id}"})
