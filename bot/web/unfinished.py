"""Sign-ins on their way: what a browser has to come back to, kept in the cache for minutes.

The cookie holds a random id and nothing else; it is worth nothing in another browser, and what is
kept under it is taken away by the first who comes for it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping

from aiohttp import web

from bot.cache import Cache, CacheAway
from bot.errors import Unavailable
from bot.web.routes import services_of

COOKIE = "policyline_signing_in"
PATH = "/signin"
TTL_S = 300


async def keep(request: web.Request, response: web.StreamResponse, **values: str) -> None:
    """Keep values for this browser, in place of what was kept before. Raises `Unavailable`."""
    ours = secrets.token_urlsafe(32)
    try:
        await _cache(request).set_session(_key(ours), json.dumps(values), TTL_S)
    except CacheAway as error:
        raise _away() from error
    secure = services_of(request).settings.base_url.startswith("https://")
    response.set_cookie(
        COOKIE, ours, httponly=True, secure=secure, samesite="Lax", path=PATH, max_age=TTL_S
    )


async def look(request: web.Request) -> Mapping[str, str]:
    """What is kept for this browser; nothing where it is over. Raises `Unavailable`."""
    try:
        kept = await _cache(request).get_session(_key(request.cookies.get(COOKIE, "")))
    except CacheAway as error:
        raise _away() from error
    return _read(kept)


async def take(request: web.Request) -> Mapping[str, str]:
    """What is kept for this browser, once. Raises `Unavailable`."""
    try:
        kept = await _cache(request).take_session(_key(request.cookies.get(COOKIE, "")))
    except CacheAway as error:
        raise _away() from error
    return _read(kept)


def forget(response: web.StreamResponse) -> None:
    """Take the cookie away."""
    response.del_cookie(COOKIE, path=PATH)


def _read(kept: str | None) -> Mapping[str, str]:
    values: dict[str, str] = json.loads(kept) if kept else {}
    return values


def _cache(request: web.Request) -> Cache:
    return services_of(request).cache


def _key(ours: str) -> str:
    return f"signing_in:{hashlib.sha256(ours.encode('utf-8', 'replace')).hexdigest()}"


def _away() -> Unavailable:
    return Unavailable("登录服务暂时不可用，请稍后再试。")
