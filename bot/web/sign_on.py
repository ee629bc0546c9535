"""`/signin/oidc`: to the organisation's own sign-in and back."""

from __future__ import annotations

from aiohttp import web

from bot.errors import Forbidden, NotFound, PolicylineError
from bot.single_sign_on import SingleSignOn
from bot.web import unfinished
from bot.web.entering import first_step_done, to
from bot.web.rendering import local_path, page
from bot.web.routes import services_of
from bot.web.security import address_of, limit
from connectors.oidc.client import Begun

_PARAMETER_CHARS = 4000
_TIMES = 120
"""There is nothing to guess here; a whole house behind one address begins its day with it."""


async def begin(request: web.Request) -> web.Response:
    """Send the browser to the provider."""
    try:
        await limit(request, "sign_on", address_of(request), times=_TIMES, window_s=300)
        begun = await _provider(request).begin()
    except PolicylineError as error:
        return _failed(request, error)
    response = to(begun.url)
    await unfinished.keep(
        request,
        response,
        step="sign_on",
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.verifier,
        next=local_path(request.query.get("next", ""), ""),
    )
    return response


async def finish(request: web.Request) -> web.Response:
    """The browser is back: redeem what it brings, once."""
    try:
        await limit(request, "sign_on", address_of(request), times=_TIMES, window_s=300)
        provider, kept = _provider(request), await unfinished.take(request)
        if kept.get("step") != "sign_on":
            raise Forbidden("登录已超时，或不是从本页开始的，请重新登录。", code="oidc_not_begun")
        if request.query.get("error"):
            raise Forbidden("统一认证没有完成，请重新登录。", code="oidc_denied")
        begun = Begun(url="", state=kept["state"], nonce=kept["nonce"], verifier=kept["verifier"])
        member = await provider.finish(
            begun,
            state=_parameter(request, "state"),
            code=_parameter(request, "code"),
            issuer=_parameter(request, "iss"),
        )
        return await first_step_done(request, member, via="single_sign_on", next_path=kept["next"])
    except PolicylineError as error:
        response = _failed(request, error)
        unfinished.forget(response)
        return response


def _provider(request: web.Request) -> SingleSignOn:
    provider = services_of(request).single_sign_on
    if provider is None:
        raise NotFound("这里没有开通统一认证，请用账号密码登录。")
    return provider


def _parameter(request: web.Request, name: str) -> str:
    given = request.query.getall(name, [])
    return given[0][:_PARAMETER_CHARS] if len(given) == 1 else ""


def _failed(request: web.Request, error: PolicylineError) -> web.Response:
    return page(
        request,
        "signin.html",
        status=error.status,
        next="",
        name="",
        problem=error.message,
        single_sign_on=services_of(request).single_sign_on,
    )
