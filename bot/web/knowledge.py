"""`/knowledge`: what answers are quoted from: finding, importing, publishing, repealing."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, Field

from bot.web.knowledge_tabs import tabs_of
from bot.web.reading import clean, read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from knowledge.model import Kind, Life

_UNSAFE = re.compile(r"[^\w.\-（）()《》〔〕]+")
_NAME_BYTES = 200
"""File systems take 255; a Chinese character has three, and the end says what the file is."""
_PER_PAGE = 50
_DONE = {
    "published": "已发布，马上可以被引用",
    "repealed": "已废止，不再被引用",
    "dropped": "没有导入，上传的文件已删除",
}


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


async def show(request: web.Request) -> web.Response:
    """The documents."""
    return await documents_page(request)


async def documents_page(
    request: web.Request, *, problem: str = "", status: int = 200
) -> web.Response:
    """The list of documents, and what is wrong with what was just asked of it."""
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
        tabs=(await tabs_of(request)).tabs,
        documents=shown,
        first=wanted.address("") if wanted.after else "",
        following=wanted.address(shown[-1].id) if len(found) > len(shown) else "",
        wanted=wanted,
        done=_DONE.get(wanted.done, ""),
        problem=problem,
        lives=tuple(Life),
        kinds=tuple(Kind),
    )


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
    await library.publish(document_id, by, second=True)
    await services_of(request).questions.settle(document_id, by=by)
    return web.Response(status=303, headers={"Location": "/knowledge?done=published"})


async def repeal(request: web.Request) -> web.Response:
    """Repeal a document; it is quoted no more."""
    form = await request.post()
    await services_of(request).library.repeal(
        str(form.get("id", ""))[:120], by=session_of(request).name
    )
    return web.Response(status=303, headers={"Location": "/knowledge?done=repealed"})
