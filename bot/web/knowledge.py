"""`/knowledge`: what answers are quoted from: finding, importing, publishing, repealing."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, Field

from bot.errors import Invalid, PolicylineError
from bot.web.reading import clean, read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from knowledge.model import Kind, Life

if TYPE_CHECKING:
    from bot.library import Library
    from knowledge.model import ImportReport

UPLOAD_LIMIT = 32 * 1024 * 1024
"""Bytes of one upload; a long PDF with pictures has some 10 MB."""

_UNSAFE = re.compile(r"[^\w.\-（）()《》〔〕]+")
_NAME_BYTES = 200
"""File systems take 255; a Chinese character has three, and the end says what the file is."""
_PER_PAGE = 50


class _Wanted(BaseModel):
    text: str = Field(default="", max_length=100, title="搜索")
    life: Life | None = Field(default=None, title="状态")
    kind: Kind | None = Field(default=None, title="类型")
    after: str = Field(default="", max_length=120, title="翻页")
    done: str = Field(default="", max_length=200)

    def address(self, after: str) -> str:
        """The page of the list that begins after a document."""
        values = self.model_dump(mode="json", exclude={"done", "after"}, exclude_none=True)
        query = urlencode({k: v for k, v in {**values, "after": after}.items() if v})
        return f"/knowledge?{query}" if query else "/knowledge"


_LINKED_NAMED = 20
"""So many interpretations are named with their policies after an import; of more, the number."""


async def show(request: web.Request) -> web.Response:
    """The documents."""
    return await _page(request)


async def _page(
    request: web.Request,
    *,
    report: ImportReport | None = None,
    problem: str = "",
    status: int = 200,
) -> web.Response:
    services, wanted = services_of(request), read_query(request, _Wanted)
    found = await services.library.documents(
        words=clean(wanted.text),
        life=wanted.life,
        kind=wanted.kind,
        after=wanted.after,
        limit=_PER_PAGE + 1,
    )
    shown = found[:_PER_PAGE]
    return page(
        request,
        "knowledge.html",
        status=status,
        documents=shown,
        first=wanted.address("") if wanted.after else "",
        following=wanted.address(shown[-1].id) if len(found) > len(shown) else "",
        wanted=wanted,
        report=report,
        titles=await _titles(services.library, report),
        problem=problem,
        lives=tuple(Life),
        kinds=tuple(Kind),
    )


async def _titles(library: Library, report: ImportReport | None) -> dict[str, str]:
    """The titles of the documents an import linked, at most `_LINKED_NAMED` interpretations."""
    linked = report.linked[:_LINKED_NAMED] if report else ()
    ids = dict.fromkeys(each for pair in linked for each in pair)
    return {each: (await library.get(each)).title for each in ids}


async def take_files(request: web.Request) -> web.Response:
    """Import uploaded files; a bad one is named and the others are imported."""
    form = await request.post()
    files = [part for part in form.getall("files", []) if isinstance(part, web.FileField)]
    files = [part for part in files if part.filename]
    try:
        if not files:
            raise Invalid("请先选择要导入的文件。", fields={"files": "必须选择"})
        kind = Kind(str(form["kind"])) if form.get("kind") else None
        with tempfile.TemporaryDirectory(prefix="policyline-import-") as folder:
            paths = await asyncio.to_thread(_put, files, Path(folder))
            report = await services_of(request).library.import_paths(
                paths, kind=kind, by=session_of(request).name
            )
    except PolicylineError as error:
        return await _page(request, problem=error.message, status=error.status)
    except ValueError as error:
        raise Invalid("没有这种类型。", fields={"kind": "没有这种类型"}) from error
    return await _page(request, report=report)


def _put(files: Iterable[web.FileField], folder: Path) -> list[Path]:
    """Each upload as a file of its own folder, so that equal names do not meet."""
    paths = []
    for count, part in enumerate(files):
        place = folder / str(count)
        place.mkdir()
        path = place / safe_name(part.filename)
        path.write_bytes(part.file.read())
        paths.append(path)
    return paths


def safe_name(name: str) -> str:
    """The file's own name without its folders and without signs that mean something to a shell."""
    last = name.replace("\\", "/").rpartition("/")[2]
    bare = _UNSAFE.sub("_", last).lstrip(".")
    while len(bare.encode("utf-8", "replace")) > _NAME_BYTES:
        bare = bare[1:]
    return bare or "file"


async def publish(request: web.Request) -> web.Response:
    """Put a document into force; a draft is checked by this, which takes a second person.

    Raises:
        NotFound: there is none.
        Conflict: the same person brought it in, or its life does not allow it.
    """
    form, library = await request.post(), services_of(request).library
    document_id, by = str(form.get("id", ""))[:120], session_of(request).name
    versions = await library.versions(document_id)
    if versions and versions[-1].document.life is Life.DRAFT:
        await library.check(document_id, by)
    await library.publish(document_id, by)
    await services_of(request).questions.settle(document_id, by=by)
    return web.Response(status=303, headers={"Location": "/knowledge?done=published"})


async def repeal(request: web.Request) -> web.Response:
    """Repeal a document; it is quoted no more."""
    form = await request.post()
    await services_of(request).library.repeal(
        str(form.get("id", ""))[:120], by=session_of(request).name
    )
    return web.Response(status=303, headers={"Location": "/knowledge?done=repealed"})
