"""`/knowledge/waiting`, `expiring`, `uninterpreted`, `refutations`: what needs work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, Field

from bot.content_lists import LATELY_DAYS, WITHIN, Asked, ListName, Place
from bot.errors import Invalid
from bot.web.knowledge_tabs import said, tabs_of
from bot.web.reading import clean, read_query
from bot.web.rendering import page
from bot.web.routes import services_of
from knowledge.model import Kind

_LISTS: Mapping[str, tuple[ListName, ...]] = {
    "waiting": (ListName.WAITING, ListName.CHECKED),
    "expiring": (ListName.EXPIRING, ListName.REVIEW, ListName.EXPIRED),
    "uninterpreted": (ListName.UNINTERPRETED,),
    "refutations": (ListName.REFUTATIONS,),
}
_TITLES: Mapping[str, tuple[str, str]] = {
    "waiting": ("待审", "等另一位同事审核或发布的内容，等得最久的在前。"),
    "expiring": ("到期提醒", "快失效的、该复核的，和已过有效期、近期还被引用的内容。"),
    "uninterpreted": ("缺解读", "已发布而没有已发布解读的政策文件，新近发布的在前。"),
    "refutations": ("辟谣", "已发布的辟谣，和它们作为回答给出过多少次。"),
}
_WITH_KIND = frozenset({"waiting", "expiring"})


class _Wanted(BaseModel):
    list: ListName | None = Field(default=None, title="列表")
    kind: Kind | None = Field(default=None, title="类型")
    department: str = Field(default="", max_length=200, title="发布单位")
    within: int = Field(default=WITHIN[0], title="天数")
    after: str = Field(default="", max_length=200, title="翻页")


async def show(request: web.Request) -> web.Response:
    """One tab's list.

    Raises:
        Invalid: the address asks for a list, days or a place there are none of.
    """
    key = request.path.rsplit("/", 1)[-1]
    wanted = read_query(request, _Wanted)
    name = wanted.list or _LISTS[key][0]
    if name not in _LISTS[key] or wanted.within not in WITHIN:
        raise Invalid("没有这样的列表。")
    asked = Asked(
        name=name,
        kind=wanted.kind if key in _WITH_KIND else None,
        department=clean(wanted.department),
        within=wanted.within,
        after=_place(name, wanted.after),
    )
    tabs, found = await tabs_of(request), await services_of(request).content_lists.page(asked)
    counts = tabs.counts
    if wanted.within != WITHIN[0]:
        counts = await services_of(request).content_lists.counts(within=wanted.within)
    title, note = _TITLES[key]
    return page(
        request,
        "knowledge_list.html",
        key=key,
        name=name,
        title=title,
        note=note,
        tabs=tabs.tabs,
        found=found,
        wanted=wanted,
        lists=tuple((each, said(counts[each])) for each in _LISTS[key]),
        kinds=tuple(Kind) if key in _WITH_KIND else (),
        within=WITHIN,
        lately=LATELY_DAYS,
        units=services_of(request).city.unit_names,
        address=lambda **changes: _address(request.path, wanted, **changes),
        following=_address(request.path, wanted, after=_after(found.following)),
        ListName=ListName,
    )


def _address(path: str, wanted: _Wanted, **changes: object) -> str:
    """The list's address with these parts changed; a page begins anew unless it is one of them."""
    values = wanted.model_dump(mode="json", exclude_defaults=True, exclude={"after"})
    query = urlencode({name: value for name, value in {**values, **changes}.items() if value})
    return f"{path}?{query}" if query else path


def _after(place: Place | None) -> str:
    return f"{place.key}~{place.id}" if place else ""


def _place(name: ListName, given: str) -> Place | None:
    if not given:
        return None
    key, _, document_id = given.partition("~")
    if not (_is_time(key) if name in _LISTS["waiting"] else _is_day(key)):
        raise Invalid("翻页的地址不对，请从第一页看起。", fields={"after": "不对"})
    return Place(key=key, id=document_id)


def _is_time(key: str) -> bool:
    try:
        return datetime.fromisoformat(key).tzinfo is not None
    except ValueError:
        return False


def _is_day(key: str) -> bool:
    try:
        date.fromisoformat(key)
    except ValueError:
        return False
    return True
