"""`/letters`: published letters with their replies, listed, searched, one by one, and as a feed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.published_letters import Gone, PublishedLetter, search_words
from bot.errors import NotFound, Withdrawn
from bot.letters.wanted import LetterFilter, place_of
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of
from bot.web.security import address_of, limit
from nlu.text import fold

PER_PAGE = 20
PER_FEED = 50
PER_ADDRESS, SEARCHES_PER_ADDRESS = 120, 40
"""Pages a minute: generous for a reader, too few to carry everything off; searches cost more."""
CACHE = "public, max-age=60"
_EXCERPT = 90
_GONE = {
    Gone.WITHDRAWN: "这封来信已撤下。",
    Gone.REOPENED: "这封来信正在重新办理，有了新的答复并经同意后再公开。",
}
_CITED = re.compile(r"《([^《》]{4,60})》")


class LetterQuery(BaseModel):
    """What the list shows."""

    q: str = Field(
        default="", max_length=60, title="搜索", description="词；几个词用空格隔开，都要有"
    )
    field: str = Field(default="", max_length=80, title="领域")
    department: str = Field(default="", max_length=80, title="部门")
    demand_type: str = Field(default="", max_length=10, title="类型", alias="type")
    year: int = Field(default=0, ge=0, le=9999, title="年份", description="来信的年份；0 为不限")
    before: str = Field(default="", max_length=120, title="之前")
    after: str = Field(default="", max_length=120, title="之后")

    @property
    def wanted(self) -> LetterFilter:
        """The filter this asks for. Raises `Invalid`."""
        return LetterFilter(
            words=search_words(self.q),
            field=self.field,
            department=self.department,
            demand_type=self.demand_type,
            year=self.year,
        )


@dataclass(frozen=True, kw_only=True)
class Marked:
    """Part of a text; found: a word of the search."""

    text: str
    found: bool = False


def marked(text: str, words: Sequence[str]) -> Iterator[Marked]:
    """The text in parts, the words of a search marked, however they are written in it."""
    plain = fold(text).lower()
    if not words or len(plain) != len(text):
        yield Marked(text=text)
        return
    spaced = (r"\s*".join(re.escape(char) for char in word) for word in words)
    last = 0
    for found in re.finditer("|".join(sorted(spaced, key=len, reverse=True)), plain):
        if found.start() > last:
            yield Marked(text=text[last : found.start()])
        yield Marked(text=text[found.start() : found.end()], found=True)
        last = found.end()
    if last < len(text):
        yield Marked(text=text[last:])


def excerpt(letter: PublishedLetter, words: Sequence[str]) -> str:
    """A few words of the letter or its reply, around the first word found."""
    for text in (letter.text, letter.reply):
        said = " ".join(text.split())
        plain = fold(said).lower()
        places = [plain.find(word) for word in words if word in plain]
        if places:
            start = max(0, min(places) - _EXCERPT // 3)
            cut = said[start : start + _EXCERPT]
            return ("…" if start else "") + cut + ("…" if start + _EXCERPT < len(said) else "")
    said = " ".join(letter.text.split())
    return said[:_EXCERPT] + ("…" if len(said) > _EXCERPT else "")


async def pace(request: web.Request, *, searching: bool = False) -> None:
    """Hold an address to its share. Raises `TooMany`."""
    await limit(request, "letters", address_of(request), times=PER_ADDRESS, window_s=60)
    if searching:
        who = address_of(request)
        await limit(request, "letters-q", who, times=SEARCHES_PER_ADDRESS, window_s=60)


def cacheable(response: web.Response) -> web.Response:
    """May be kept for a minute; the size of type comes with a cookie."""
    response.headers["Cache-Control"] = CACHE
    response.headers["Vary"] = "Cookie, Accept"
    return response


async def show(request: web.Request) -> web.Response:
    """The list."""
    asked = read_query(request, LetterQuery)
    wanted = asked.wanted
    await pace(request, searching=bool(wanted.words))
    letters = services_of(request).letters
    found = await letters.page(
        wanted, before=place_of(asked.before), after=place_of(asked.after), limit=PER_PAGE
    )
    kept = _kept(asked)
    return cacheable(
        page(
            request,
            "letters.html",
            asked=asked,
            found=found,
            words_found=wanted.words,
            choices=await letters.choices(),
            filtered=bool(kept),
            marked=marked,
            excerpt=excerpt,
            older=_address(kept, before=found.older.encode()) if found.older else "",
            newer=_address(kept, after=found.newer.encode()) if found.newer else "",
            canonical=f"{services_of(request).settings.base_url}{_address(kept)}",
        )
    )


async def show_one(request: web.Request) -> web.Response:
    """One letter; 410 where it was there and is not any more."""
    await pace(request)
    services = services_of(request)
    letter = await services.letters.get(request.match_info["id"])
    if letter is None:
        raise NotFound("没有这封来信，可能地址有误。")
    if letter.gone is not Gone.NOT:
        raise Withdrawn(_GONE[letter.gone])
    return cacheable(
        page(
            request,
            "letter.html",
            letter=letter,
            reply=list(_linked(letter.reply, await _documents(request, letter.reply))),
            alike=await services.letters.alike(letter),
            canonical=f"{services.settings.base_url}/letters/{letter.id}",
        )
    )


async def feed(request: web.Request) -> web.Response:
    """The latest letters as RSS 2.0."""
    await pace(request)
    services = services_of(request)
    base = services.settings.base_url
    found = await services.letters.page(LetterFilter(), limit=PER_FEED)
    items = "".join(_item(letter, base) for letter in found.letters)
    title = escape(f"{services.city.name}12345 来信选登")
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{title}</title><link>{escape(base)}/letters</link>"
        "<description>经来信人同意公开的来信和答复，已隐去个人信息。</description>"
        f"<language>zh-cn</language><ttl>60</ttl>{items}</channel></rss>\n"
    )
    response = web.Response(text=body, content_type="application/rss+xml", charset="utf-8")
    return cacheable(response)


async def moved(request: web.Request) -> web.Response:
    """Where the list stood before."""
    del request
    return web.Response(status=301, headers={"Location": "/letters", "Cache-Control": CACHE})


async def robots(request: web.Request) -> web.Response:
    """What search engines may read: published letters and documents."""
    del request
    allowed = "Allow: /letters\nAllow: /documents/\nAllow: /static/\nDisallow: /\n"
    return cacheable(web.Response(text=f"User-agent: *\n{allowed}", content_type="text/plain"))


def _item(letter: PublishedLetter, base: str) -> str:
    link = escape(f"{base}/letters/{letter.id}")
    said = escape(_fit(f"{letter.text}\n\n{letter.department}答复：{letter.reply}"))
    return (
        f"<item><title>{escape(_fit(letter.title))}</title><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid>'
        f"<pubDate>{format_datetime(letter.published_at)}</pubDate>"
        f"<category>{escape(letter.demand_type.value)}</category>"
        f"<description>{said}</description></item>"
    )


def _fit(text: str) -> str:
    """Without the characters XML 1.0 has no place for."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r" or "\x20" <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd"
        or char >= "\U00010000"
    )  # fmt: skip


def _kept(asked: LetterQuery) -> dict[str, str]:
    """What of a query goes on to the next page."""
    names = {"q": asked.q, "field": asked.field, "department": asked.department}
    names |= {"type": asked.demand_type, "year": str(asked.year or "")}
    return {name: value for name, value in names.items() if value}


def _address(kept: dict[str, str], **more: str) -> str:
    query = urlencode({**kept, **more})
    return f"/letters?{query}" if query else "/letters"


@dataclass(frozen=True, kw_only=True)
class _Said:
    """Part of a reply; `link`: where the document it names can be read."""

    text: str
    link: str = ""


async def _documents(request: web.Request, reply: str) -> dict[str, str]:
    """Titles in a reply → the addresses of published documents of these titles."""
    titles = set(_CITED.findall(reply))
    if not titles:
        return {}
    return dict(await services_of(request).letters.documents(titles))


def _linked(reply: str, documents: dict[str, str]) -> Iterator[_Said]:
    last = 0
    for found in _CITED.finditer(reply):
        link = documents.get(found[1], "")
        if link:
            yield _Said(text=reply[last : found.start()])
            yield _Said(text=found[0], link=link)
            last = found.end()
    yield _Said(text=reply[last:])
