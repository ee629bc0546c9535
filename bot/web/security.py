"""What surrounds every request: its id, its address, its limits, and the headers of its answer."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import Forbidden, TooMany
from bot.trail import on_trail
from bot.web.routes import REQUEST_ID, Handler, services_of

log = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

BODY_EVERY_S, BODY_LEAST = 20.0, 10_000
"""500 bytes a second, as Apache's mod_reqtimeout has it: the slowest telephone is faster."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "policyline",
}


@web.middleware
async def surround(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id and the log one line without its words."""
    request[REQUEST_ID] = secrets.token_hex(8)
    started = monotonic()
    with on_trail(request=request[REQUEST_ID]), keeps_coming(request):
        response = await handler(request)
        _written_down(request, response, took_s=monotonic() - started)
    services_of(request).metrics.responded(response.status)
    return response


def _written_down(request: web.Request, response: web.StreamResponse, *, took_s: float) -> None:
    resource = request.match_info.route.resource
    log.info(
        "%s %s %s %.0f ms %s",
        request.method,
        resource.canonical if resource is not None else "-",
        response.status,
        took_s * 1000,
        request[REQUEST_ID],
    )


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Give an answer its headers before the first byte goes out, also one that goes on."""
    response.headers["X-Request-Id"] = request.get(REQUEST_ID, "-")
    response.headers["Server"] = HEADERS["Server"]  # by now it has one that tells the versions
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if services_of(request).settings.base_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


@contextmanager
def keeps_coming(
    request: web.Request, *, every_s: float | None = None, least: int = BODY_LEAST
) -> Iterator[None]:
    """Inside, a body that trickles in more slowly than so many bytes in so many seconds is given
    up: who reads it gets `HTTPRequestTimeout`."""
    if not request.can_read_body:
        yield
        return
    content, loop = request.content, asyncio.get_running_loop()
    every_s = BODY_EVERY_S if every_s is None else every_s
    seen = content.total_bytes
    looking: asyncio.TimerHandle

    def look() -> None:
        nonlocal seen, looking
        if content.is_eof():
            return
        if content.total_bytes - seen < least:
            content.set_exception(web.HTTPRequestTimeout())
            return
        seen = content.total_bytes
        looking = loop.call_later(every_s, look)

    looking = loop.call_later(every_s, look)
    try:
        yield
    finally:
        looking.cancel()


def address_of(request: web.Request) -> str:
    """The reader's address, for rate limits.

    X-Forwarded-For is believed only as far as `proxy_hops` proxies of ours have written it.
    """
    return address_behind(request, services_of(request).settings.proxy_hops)


def address_behind(request: web.BaseRequest, hops: int) -> str:
    """The reader's address behind so many proxies of ours."""
    forwarded = [
        part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    ]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops][:64]
    return request.remote or "unknown"


async def limit(request: web.Request, what: str, who: str, *, times: int, window_s: int) -> None:
    """Count one try.

    Raises:
        TooMany: with the seconds to wait.
    """
    result = await services_of(request).cache.hit(f"{what}:{who}", times, window_s)
    if not result.allowed:
        raise TooMany(
            "操作太频繁了，请稍等一会儿再试。", retry_after_s=math.ceil(result.retry_after_s)
        )


def check_origin(request: web.Request) -> None:
    """Refuse a form another site sent. A browser names the origin of every POST.

    Raises:
        Forbidden: the origin is not ours.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return
    ours = {request.host, urlsplit(services_of(request).settings.base_url).netloc}
    if origin == "null" or urlsplit(origin).netloc not in ours:
        raise Forbidden("这次提交不是从本站页面发出的，已被拦下。请回到本站页面重试。")
