"""`/signin/code`: the second step of signing in."""

from __future__ import annotations

from aiohttp import web

from bot.errors import NotFound, NotSignedIn, TooMany
from bot.records import StaffMember
from bot.web import unfinished
from bot.web.entering import enter, to
from bot.web.rendering import page
from bot.web.routes import services_of
from bot.web.security import address_of, check_origin, limit

_OVER = "/signin"


async def show(request: web.Request) -> web.Response:
    """The form; to the beginning where nobody is on the way in."""
    if not await _on_the_way(request):
        return to(_OVER)
    return page(request, "signin_code.html", problem="")


async def check(request: web.Request) -> web.Response:
    """In with the right code; the first step stays valid for five minutes."""
    check_origin(request)
    member = await _on_the_way(request)
    if member is None:
        return to(_OVER)
    form, services = await request.post(), services_of(request)
    try:
        await limit(request, "signin_code", address_of(request), times=30, window_s=300)
        await services.second_factors.check(member.name, str(form.get("code", "")))
    except (NotSignedIn, TooMany) as error:
        response = page(request, "signin_code.html", status=error.status, problem=error.message)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    kept = await unfinished.take(request)
    if not kept:
        return to(_OVER)
    await services.staff.signed_in(member, f"{kept['via']}+code")
    entered = await enter(request, member, via=kept["via"], next_path=kept["next"])
    unfinished.forget(entered)
    return entered


async def _on_the_way(request: web.Request) -> StaffMember | None:
    """Who did the first step in this browser, where their account stands as it did."""
    kept = await unfinished.look(request)
    if kept.get("step") != "code":
        return None
    try:
        member = await services_of(request).staff.get(kept["name"])
    except NotFound:
        return None
    same = member.password_changed_at.isoformat() == kept["password_changed_at"]
    return member if member.active and same else None
