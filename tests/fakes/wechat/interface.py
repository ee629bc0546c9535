"""The platform's HTTP interface."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .bodies import read_json, text_of
from .errors import PlatformError
from .faults import Faults
from .media import Medium
from .side import OK, AccountSide

_MAX_BODY_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call: the address it came to, its query, its body, and the file uploaded as `media`."""

    origin: str
    query: Mapping[str, str]
    body: bytes
    upload: bytes | None


Answer = dict[str, Any] | Medium
Handler = Callable[[AccountSide, Call], Answer]


def _media_get(side: AccountSide, call: Call) -> Answer:
    medium = side.media.get(call.query.get("media_id"))
    if medium.kind == "video":
        return {"video_url": f"{call.origin}/video/{medium.media_id}"}
    return medium


def _upload(side: AccountSide, call: Call) -> Answer:
    return side.upload(call.query.get("type", ""), call.upload, permanent=False)


def _add_material(side: AccountSide, call: Call) -> Answer:
    return side.upload(call.query.get("type", ""), call.upload, permanent=True)


def _clear_quota(side: AccountSide, call: Call) -> Answer:
    if read_json(call.body).get("appid") != side.account.app_id:
        raise PlatformError(40013)
    side.quotas.clear()
    return OK


def _get_quota(side: AccountSide, call: Call) -> Answer:
    return side.quotas.state(text_of(read_json(call.body), "cgi_path"))


ROUTES: dict[str, tuple[str, Handler]] = {
    "/cgi-bin/message/custom/send": ("POST", lambda side, call: side.custom_send(call.body)),
    "/cgi-bin/message/custom/typing": ("POST", lambda side, call: side.custom_typing(call.body)),
    "/cgi-bin/message/template/send": ("POST", lambda side, call: side.template_send(call.body)),
    "/cgi-bin/media/get": ("GET", _media_get),
    "/cgi-bin/media/upload": ("POST", _upload),
    "/cgi-bin/material/add_material": ("POST", _add_material),
    "/cgi-bin/menu/create": ("POST", lambda side, call: side.menu_create(call.body)),
    "/cgi-bin/menu/get": ("GET", lambda side, call: side.menu_get()),
    "/cgi-bin/menu/delete": ("GET", lambda side, call: side.menu_delete()),
    "/cgi-bin/draft/add": ("POST", lambda side, call: side.draft_add(call.body)),
    "/cgi-bin/clear_quota": ("POST", _clear_quota),
    "/cgi-bin/openapi/quota/get": ("POST", _get_quota),
}
_UNCOUNTED = frozenset({"/cgi-bin/clear_quota", "/cgi-bin/openapi/quota/get"})
_TOKENS = {"/cgi-bin/stable_token": "POST", "/cgi-bin/token": "GET"}


class Interface:
    """Answers for all accounts of a platform.

    Args:
        sides: gives the accounts' sides.
        faults: what goes wrong.
    """

    def __init__(self, sides: Callable[[], list[AccountSide]], faults: Faults) -> None:
        self._sides, self._faults = sides, faults

    def application(self) -> web.Application:
        """The HTTP interface."""
        application = web.Application(client_max_size=_MAX_BODY_BYTES)
        for path in (*_TOKENS, *ROUTES):
            application.router.add_route("*", path, self._serve)
        application.router.add_get("/video/{media_id}", self._video)
        application.on_shutdown.append(self._release)
        return application

    async def _release(self, _: web.Application) -> None:
        self._faults.release()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        call = await _call(request)
        await self._faults.pause(path)
        if self._faults.take("cut", path) is not None:
            return _cut(request)
        status = self._faults.take("status", path)
        if status is not None:
            return web.Response(status=int(status), text="<html>gateway</html>")
        try:
            answer = self._answer(request.method, path, call)
        except PlatformError as error:
            answer = error.answer(secrets.token_hex(8))
        if self._faults.take("lose_answer", path) is not None:
            return _cut(request)
        return _file(answer) if isinstance(answer, Medium) else web.json_response(answer)

    def _answer(self, method: str, path: str, call: Call) -> Answer:
        expected = _TOKENS[path] if path in _TOKENS else ROUTES[path][0]
        if method != expected:
            raise PlatformError(43001 if expected == "GET" else 43002)
        if path in _TOKENS:
            return self._token(path, call)
        side = self._side(call.query.get("access_token", ""))
        with side.lock:
            side.tokens.check(call.query["access_token"])
            code = self._faults.take("refuse", path)
            if code is not None:
                raise PlatformError(int(code))
            if path not in _UNCOUNTED:
                side.quotas.count(path)
            if path in side.account.unauthorised:
                raise PlatformError(48001)
            return ROUTES[path][1](side, call)

    def _side(self, token: str) -> AccountSide:
        if not token:
            raise PlatformError(41001)
        for side in self._sides():
            if side.tokens.knows(token):
                return side
        raise PlatformError(40014)

    def _token(self, path: str, call: Call) -> Answer:
        asked = call.query if path == "/cgi-bin/token" else read_json(call.body)
        if asked.get("grant_type") != "client_credential":
            raise PlatformError(40002)
        for name, missing in (("appid", 41002), ("secret", 41004)):
            if not asked.get(name):
                raise PlatformError(missing)
        side = next((s for s in self._sides() if s.account.app_id == asked["appid"]), None)
        if side is None:
            raise PlatformError(40013)
        if side.account.secret != asked["secret"]:
            raise PlatformError(40125)
        with side.lock:
            code = self._faults.take("refuse", path)
            if code is not None:
                raise PlatformError(int(code))
            side.quotas.count(path)
            if path == "/cgi-bin/token":
                token, left_s = side.tokens.old()
            else:
                token, left_s = side.tokens.stable(force=asked.get("force_refresh") is True)
        return {"access_token": token, "expires_in": left_s}

    async def _video(self, request: web.Request) -> web.StreamResponse:
        for side in self._sides():
            try:
                return _file(side.media.get(request.match_info["media_id"], "video"))
            except PlatformError:
                continue
        return web.Response(status=404)


async def _call(request: web.Request) -> Call:
    origin = f"{request.scheme}://{request.host}"
    if request.content_type == "multipart/form-data":
        field = (await request.post()).get("media")
        upload = field.file.read() if isinstance(field, web.FileField) else None
        return Call(origin=origin, query=request.query, body=b"", upload=upload)
    return Call(origin=origin, query=request.query, body=await request.read(), upload=None)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _file(medium: Medium) -> web.Response:
    disposition = f'attachment; filename="{medium.filename}"'
    headers = {"Content-Type": medium.content_type, "Content-Disposition": disposition}
    return web.Response(body=medium.body, headers=headers)
