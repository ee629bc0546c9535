"""What a route is, and what every handler can reach. The one table of routes is in `__init__`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import BaseModel

from bot.web.rights import Right

if TYPE_CHECKING:
    from bot.services import Services
    from bot.web.desk_feed import DeskFeed
    from bot.web.rendering import Pages
    from bot.web.sessions import Session, Sessions

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE_BODY_LIMIT = 1024 * 1024
"""Bytes; 100 kB of Chinese are 300 kB in a form, and get told what is too long about them."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method on one path.

    Args:
        right: what the reader needs; checked before the handler runs.
        summary: for the API, what it does, in Chinese; empty for pages.
        body, query, result: the models of the API's contract.
        needs_code: the citizen's query code travels in the `X-Query-Code` header.
        created: answers 201 where something new came to be.
        max_body: bytes.
    """

    method: str
    path: str
    handler: Handler
    right: Right = Right.PUBLIC
    summary: str = ""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    result: type[BaseModel] | None = None
    needs_code: bool = False
    created: bool = False
    max_body: int = PAGE_BODY_LIMIT

    @property
    def is_api(self) -> bool:
        """True for routes described in the OpenAPI document."""
        return self.path.startswith("/api/v1/")


SERVICES: web.AppKey[Services] = web.AppKey("services")
PAGES: web.AppKey[Pages] = web.AppKey("pages")
DESK_FEED: web.AppKey[DeskFeed] = web.AppKey("desk_feed")
SESSIONS: web.AppKey[Sessions] = web.AppKey("sessions")
DESCRIPTION: web.AppKey[dict[str, Any]] = web.AppKey("description")
ROUTES_BY_RESOURCE: web.AppKey[dict[tuple[str, str], Route]] = web.AppKey("routes")

SESSION: web.RequestKey[Session | None] = web.RequestKey("session")
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)


def services_of(request: web.Request) -> Services:
    """Everything the pages call."""
    return request.app[SERVICES]


def session_of(request: web.Request) -> Session:
    """The signed-in person; only in handlers whose route asks for a staff right."""
    session = request[SESSION]
    if session is None:
        raise LookupError("a handler of a public route asked for the signed-in person")
    return session
