"""`/account`: one's own account: authenticator, recovery codes, where one is signed in."""

from __future__ import annotations

from typing import Any

import segno
from aiohttp import web
from markupsafe import Markup

from bot.errors import Invalid, NotFound, NotSignedIn, PolicylineError
from bot.second_factor import Enrolment
from bot.web.entering import begin_anew, set_session_cookie, to
from bot.web.rendering import page
from bot.web.routes import SESSIONS, services_of, session_of
from bot.web.sessions import COOKIE, handle_of

_HERE = "/account"
_QR_PIXELS = 5


async def show(request: web.Request) -> web.Response:
    """How the account stands."""
    return await _shown(request)


async def begin(request: web.Request) -> web.Response:
    """A new key for an authenticator; whoever found an open browser does not know the password."""
    session, services = session_of(request), services_of(request)
    try:
        if session.via == "password":
            form = await request.post()
            await services.staff.check_password(session.name, str(form.get("password", ""))[:200])
        enrolment = await services.second_factors.begin(session.name)
    except PolicylineError as error:
        message = "密码不对。" if isinstance(error, NotSignedIn) else error.message
        return await _shown(request, problem=message, status=_status(error))
    return _enrolling(request, enrolment)


async def confirm(request: web.Request) -> web.Response:
    """The first code puts it in force; every session ends, this browser goes on in a new one."""
    session, services = session_of(request), services_of(request)
    form = await request.post()
    try:
        codes = await services.second_factors.confirm(session.name, str(form.get("code", "")))
    except PolicylineError as error:
        try:
            enrolment = await services.second_factors.begun(session.name)
        except NotFound as gone:
            return await _shown(request, problem=gone.message, status=gone.status)
        return _enrolling(request, enrolment, problem=error.message, status=_status(error))
    await request.app[SESSIONS].end_some(session.name)
    member = await services.staff.get(session.name)
    session_id, _ = await begin_anew(request, member, via=session.via)
    response = page(request, "account_codes.html", codes=codes)
    set_session_cookie(request, response, session_id)
    return response


async def new_codes(request: web.Request) -> web.Response:
    """Recovery codes in place of the earlier ones."""
    name, form = session_of(request).name, await request.post()
    try:
        codes = await services_of(request).second_factors.new_codes(name, str(form.get("code", "")))
    except PolicylineError as error:
        return await _shown(request, problem=error.message, status=_status(error))
    return page(request, "account_codes.html", codes=codes)


async def take_off(request: web.Request) -> web.Response:
    """Do without an authenticator."""
    session, form = session_of(request), await request.post()
    try:
        await services_of(request).second_factors.take_off_own(
            session.name, session.role, str(form.get("code", ""))
        )
    except PolicylineError as error:
        return await _shown(request, problem=error.message, status=_status(error))
    return to(_HERE)


async def end_session(request: web.Request) -> web.Response:
    """End one session, or all but this."""
    session, form = session_of(request), await request.post()
    handle = str(form.get("session", ""))
    if not handle:
        raise Invalid("请指明要退出哪一处登录。")
    sessions, here = request.app[SESSIONS], handle_of(request.cookies.get(COOKIE, ""))
    if handle == "others":
        ended = await sessions.end_some(session.name, but=here)
    else:
        ended = await sessions.end_some(session.name, only=handle)
    await services_of(request).staff.record(
        session.name, "staff.end_sessions", session.name, sessions=str(ended)
    )
    return to(_HERE)


def _status(error: PolicylineError) -> int:
    # The reader is signed in: 401 would say otherwise.
    return 400 if isinstance(error, NotSignedIn) else error.status


async def _shown(request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
    session, services = session_of(request), services_of(request)
    values: dict[str, Any] = {
        "problem": problem,
        "standing": await services.second_factors.standing(session.name),
        "demanded": session.role in services.second_factors.demanded_of,
        "sessions": await request.app[SESSIONS].of(session.name),
        "here": handle_of(request.cookies.get(COOKIE, "")),
        "idle_min": services.settings.session_idle_min,
        "longest_h": services.settings.session_max_h,
    }
    return page(request, "account.html", status=status, **values)


def _enrolling(
    request: web.Request, enrolment: Enrolment, *, problem: str = "", status: int = 200
) -> web.Response:
    drawn = segno.make(enrolment.address, error="m", micro=False).svg_inline(
        scale=_QR_PIXELS, title="验证器二维码", omitsize=False
    )
    return page(
        request,
        "account_enrol.html",
        status=status,
        enrolment=enrolment,
        # Drawn by the library from our own address: paths and numbers only, no style, no script.
        picture=Markup(drawn),  # noqa: S704
        problem=problem,
    )
