"""Signing in and out, one's own password, and the guard in front of every route."""

from __future__ import annotations

import re
from urllib.parse import quote

from aiohttp import web

from bot.errors import Forbidden, Invalid, NotFound, NotSignedIn, PolicylineError, TooMany
from bot.web.entering import end_own, enter, first_step_done, to
from bot.web.errors import wants_page
from bot.web.rendering import local_path, page
from bot.web.rights import Right, allowed
from bot.web.routes import (
    PAGE_BODY_LIMIT,
    ROUTES_BY_RESOURCE,
    SERVICES,
    SESSION,
    SESSIONS,
    Handler,
    Route,
    services_of,
    session_of,
)
from bot.web.security import address_of, check_origin, limit
from bot.web.sessions import COOKIE, CSRF_FIELD, Session, check_csrf

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OPEN_TO_FIRST_SIGN_IN = frozenset({"/password", "/signout"})
_OPEN_TO_ENROL = frozenset({"/account", "/signout", "/password"})


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in whoever has the route's right; public pages do not look who is signed in."""
    request[SESSION] = None
    if any(_CONTROL.search(value) for value in request.match_info.values()):
        raise web.HTTPNotFound  # no id of ours; in a Location it would break the answer's head
    route = _route_of(request)
    if route is None or route.right is Right.PUBLIC:
        return await handler(request)
    session = request[SESSION] = await _session(request)
    if session is None:
        if wants_page(request) and request.method == "GET":
            return to(f"/signin?next={quote(request.path_qs, safe='')}")
        raise NotSignedIn("请先登录。")
    kept_at = _kept_at(session, request.path)
    if kept_at:
        return to(kept_at)
    if not allowed(route.right, session.role):
        raise Forbidden("您的岗位没有这一页的权限。")
    if route.max_body != PAGE_BODY_LIMIT:
        request = request.clone(client_max_size=route.max_body)
    if request.method not in _UNSAFE:
        return await handler(request)
    check_origin(request)
    form = await request.post()
    try:
        check_csrf(session, str(form.get(CSRF_FIELD, "")))
        return await handler(request)
    finally:
        for part in form.values():
            if isinstance(part, web.FileField):
                part.file.close()


def _kept_at(session: Session, path: str) -> str:
    """Where somebody must go first: to a password of their own, then to their authenticator."""
    if session.must_change:
        return "" if path in _OPEN_TO_FIRST_SIGN_IN else "/password"
    if session.must_enrol and path not in _OPEN_TO_ENROL and not path.startswith("/account/"):
        return "/account"
    return ""


def _route_of(request: web.Request) -> Route | None:
    resource = request.match_info.route.resource
    if resource is None:
        return None
    return request.app[ROUTES_BY_RESOURCE].get((request.method, resource.canonical))


async def _session(request: web.Request) -> Session | None:
    session_id = request.cookies.get(COOKIE)
    if not session_id:
        return None
    sessions = request.app[SESSIONS]
    session = await sessions.find(session_id)
    if session is None:
        return None
    if not await _holds(request.app, session):
        await sessions.end(session_id)
        return None
    return session


async def _holds(app: web.Application, session: Session) -> bool:
    """False where the account was closed, moved or given a new password: signed out everywhere."""
    try:
        member = await app[SERVICES].staff.get(session.name)
    except NotFound:
        return False
    return (
        member.active
        and (member.role, member.department) == (session.role, session.department)
        and member.password_changed_at <= session.started_at
    )


async def session_holds(app: web.Application, session_id: str) -> bool:
    """True while a long answer may go on: the session lasts and the account stands as it did.

    Raises:
        Unavailable: the cache is away.
    """
    session = await app[SESSIONS].peek(session_id)
    return session is not None and await _holds(app, session)


async def show_sign_in(request: web.Request) -> web.Response:
    """The form."""
    return _sign_in_page(request, next_path=request.query.get("next", ""))


def _sign_in_page(
    request: web.Request, *, next_path: str, name: str = "", problem: str = "", status: int = 200
) -> web.Response:
    return page(
        request,
        "signin.html",
        status=status,
        next=local_path(next_path, ""),
        name=name,
        problem=problem,
        single_sign_on=services_of(request).single_sign_on,
    )


async def sign_in(request: web.Request) -> web.Response:
    """Check name and password: the first of one or two steps."""
    check_origin(request)
    form = await request.post()
    name, next_path = str(form.get("name", "")).strip()[:80], str(form.get("next", ""))
    services = services_of(request)
    try:
        await limit(request, "signin", address_of(request), times=30, window_s=300)
        member = await services.staff.check_password(name, str(form.get("password", ""))[:200])
    except (NotSignedIn, TooMany, Invalid) as error:
        response = _sign_in_page(
            request, next_path=next_path, name=name, problem=error.message, status=error.status
        )
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    return await first_step_done(request, member, via="password", next_path=next_path)


async def sign_out(request: web.Request) -> web.Response:
    """End the session."""
    await end_own(request)
    response = to("/signin")
    response.del_cookie(COOKIE, path="/")
    return response


async def show_password(request: web.Request) -> web.Response:
    """The form for one's own password."""
    return page(request, "password.html", problem="", fields={})


async def change_password(request: web.Request) -> web.Response:
    """Change it, and go on under a new session."""
    form, session = await request.post(), session_of(request)
    old, new = str(form.get("old", "")), str(form.get("new", ""))
    services = services_of(request)
    try:
        if new != str(form.get("again", "")):
            raise Invalid("两次输入的新密码不一样。", fields={"again": "与新密码不一样"})
        await services.staff.change_password(session.name, old, new)
    except PolicylineError as error:
        message = "原密码不对。" if isinstance(error, NotSignedIn) else error.message
        return page(
            request,
            "password.html",
            status=400 if isinstance(error, NotSignedIn) else error.status,
            problem=message,
            fields=error.fields,
        )
    member = await services.staff.get(session.name)
    return await enter(request, member, via=session.via, next_path="")
