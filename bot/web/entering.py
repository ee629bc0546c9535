"""From a step of signing in to the session: what password, code and single sign-on share."""

from __future__ import annotations

from aiohttp import web

from bot.records import StaffMember
from bot.web import unfinished
from bot.web.browsers import browser_of
from bot.web.rendering import local_path
from bot.web.rights import HOME
from bot.web.routes import SESSION, SESSIONS, services_of
from bot.web.security import address_of
from bot.web.sessions import COOKIE, Beginning, Session, set_cookie


def to(address: str) -> web.Response:
    """See other."""
    return web.Response(status=303, headers={"Location": address})


async def first_step_done(
    request: web.Request, member: StaffMember, *, via: str, next_path: str
) -> web.Response:
    """In, or on to the second step where the account has one; also after single sign-on."""
    services = services_of(request)
    standing = await services.second_factors.standing(member.name)
    if standing.since is None:
        await services.staff.signed_in(member, via)
        return await enter(request, member, via=via, next_path=next_path)
    response = to("/signin/code")
    await unfinished.keep(
        request,
        response,
        step="code",
        name=member.name,
        via=via,
        next=next_path,
        password_changed_at=member.password_changed_at.isoformat(),
    )
    return response


async def enter(
    request: web.Request, member: StaffMember, *, via: str, next_path: str
) -> web.Response:
    """Begin a session and go where the reader wanted to."""
    session_id, session = await begin_anew(request, member, via=via)
    if session.must_change:
        response = to("/password")
    elif session.must_enrol:
        response = to("/account")
    else:
        response = to(local_path(next_path, HOME[session.role]))
    set_session_cookie(request, response, session_id)
    return response


async def begin_anew(request: web.Request, member: StaffMember, *, via: str) -> tuple[str, Session]:
    """A new session id every time, so that none can be planted; the one before ends."""
    await end_own(request)
    factors = services_of(request).second_factors
    lacks = member.role in factors.demanded_of and (
        (await factors.standing(member.name)).since is None
    )
    how = Beginning(
        via=via,
        must_enrol=lacks,
        address=address_of(request),
        browser=browser_of(request.headers.get("User-Agent", "")[:400]),
    )
    session_id, session = await request.app[SESSIONS].begin(member, how)
    request[SESSION] = session
    return session_id, session


async def end_own(request: web.Request) -> None:
    """End the session of this browser, where there is one."""
    session_id = request.cookies.get(COOKIE)
    if session_id:
        await request.app[SESSIONS].end(session_id)


def set_session_cookie(request: web.Request, response: web.StreamResponse, session_id: str) -> None:
    """Hand the session to the browser."""
    secure = services_of(request).settings.base_url.startswith("https://")
    set_cookie(response, COOKIE, session_id, secure=secure)
