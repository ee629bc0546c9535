"""`/admin/staff`: the accounts of all staff, for the administrator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from bot.cases.model import Role
from bot.errors import Forbidden, Invalid, NotFound, PolicylineError
from bot.staff import STAFF_ROLES
from bot.web.entering import to
from bot.web.reading import clean
from bot.web.rendering import page
from bot.web.routes import SESSIONS, Handler, services_of, session_of

_HERE = "/admin/staff"
_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})


async def show(request: web.Request) -> web.Response:
    """Every account, and the form for a new one."""
    return await _list(request)


async def add(request: web.Request) -> web.Response:
    """A new account; its first password is shown this once."""
    form = await request.post()
    name = clean(str(form.get("name", "")))[:80]
    try:
        role, department = _place(request, str(form.get("role")), str(form.get("department", "")))
        first = await services_of(request).staff.add(
            name,
            role,
            department,
            display_name=clean(str(form.get("display_name", ""))),
            by=session_of(request).name,
        )
    except (Invalid, PolicylineError) as error:
        return await _list(request, problem=_said(error), status=error.status)
    return page(request, "admin_password.html", name=name, first=first)


async def show_one(request: web.Request) -> web.Response:
    """One account."""
    return await _one(request)


async def reset_password(request: web.Request) -> web.Response:
    """A new first password, shown this once; whoever was signed in is out."""
    services, name, by = services_of(request), request.match_info["id"], session_of(request).name
    if name == by:
        return await _one(request, problem="自己的密码请到“修改密码”里改。", status=400)
    first = await services.staff.reset_password(name, by=by)
    await request.app[SESSIONS].end_some(name)
    return page(request, "admin_password.html", name=name, first=first)


def _doing(act: Callable[[web.Request, str, str], Awaitable[None]]) -> Handler:
    async def do(request: web.Request) -> web.Response:
        name = request.match_info["id"]
        try:
            await act(request, name, session_of(request).name)
        except NotFound:
            raise
        except PolicylineError as error:
            return await _one(request, problem=_said(error), status=error.status)
        return to(f"{_HERE}/{quote(name)}")

    return do


async def _let_in(request: web.Request, name: str, by: str) -> None:
    form = await request.post()
    active = str(form.get("active", ""))
    if active not in {"yes", "no"}:
        raise Invalid("请选择启用或停用。")
    _not_oneself(name, by)
    await services_of(request).staff.set_active(name, active=active == "yes", by=by)
    await request.app[SESSIONS].end_some(name)


async def _move(request: web.Request, name: str, by: str) -> None:
    form = await request.post()
    role, department = _place(request, str(form.get("role")), str(form.get("department", "")))
    _not_oneself(name, by)
    await services_of(request).staff.move(name, role, department, by=by)
    await request.app[SESSIONS].end_some(name)


async def _take_off(request: web.Request, name: str, by: str) -> None:
    await services_of(request).second_factors.take_off(name, by=by)
    await request.app[SESSIONS].end_some(name)


async def _end_sessions(request: web.Request, name: str, by: str) -> None:
    staff, form = services_of(request).staff, await request.post()
    await staff.get(name)
    ended = await request.app[SESSIONS].end_some(name, only=str(form.get("session", "")))
    await staff.record(by, "staff.end_sessions", name, sessions=str(ended))


let_in = _doing(_let_in)
move = _doing(_move)
take_off = _doing(_take_off)
end_sessions = _doing(_end_sessions)


def _not_oneself(name: str, by: str) -> None:
    """So that one administrator at least is left."""
    if name == by:
        raise Forbidden("自己的账号不能由自己停用或改岗位，请另一位管理员操作。", code="oneself")


def _place(request: web.Request, role: str, department: str) -> tuple[Role, str]:
    try:
        wanted = Role(role)
    except ValueError:
        raise Invalid("请选择岗位。", fields={"role": "请选择岗位"}) from None
    if wanted not in _DEPARTMENT_ROLES:
        return wanted, ""
    official = services_of(request).city.unit(clean(department)) if department else None
    if official is None:
        message = "请填写部门的正式名称。"
        raise Invalid(message, fields={"department": message})
    return wanted, official


def _said(error: PolicylineError) -> str:
    return "".join([error.message, *(f for f in error.fields.values() if f != error.message)])


async def _list(request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
    services = services_of(request)
    return page(
        request,
        "admin_staff.html",
        status=status,
        members=await services.staff.all(),
        with_code=await services.second_factors.in_force(),
        demanded_of=services.second_factors.demanded_of,
        roles=STAFF_ROLES,
        units=services.city.unit_names,
        problem=problem,
    )


async def _one(request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
    services, name = services_of(request), request.match_info["id"]
    member = await services.staff.get(name)
    return page(
        request,
        "admin_member.html",
        status=status,
        member=member,
        standing=await services.second_factors.standing(name),
        sessions=await request.app[SESSIONS].of(name),
        roles=STAFF_ROLES,
        units=services.city.unit_names,
        oneself=name == session_of(request).name,
        problem=problem,
    )
