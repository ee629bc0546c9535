"""WeCom's group robots, as strict as the platform (developer.work.weixin.qq.com, path/91770)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

PER_MINUTE = 20
_BYTES = {"text": 2048, "markdown": 4096}


@dataclass
class WeComRobotPlatform:
    """Robots by key, what their groups read, and the trouble the platform makes.

    Args:
        keys: robots there are.
        trouble: answered in place of the next calls, one each: an error code, or an HTTP status
            from 500 on.
    """

    now: Callable[[], datetime]
    keys: tuple[str, ...]
    read: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    trouble: list[int] = field(default_factory=list)
    calls: int = 0
    _times: dict[str, list[datetime]] = field(default_factory=dict)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/cgi-bin/webhook/send", self._send)
        return app

    async def _send(self, request: web.Request) -> web.Response:
        self.calls += 1
        trouble = self.trouble.pop(0) if self.trouble else 0
        if trouble >= 500 and trouble < 600:
            return web.Response(status=trouble, text="<html>")
        if trouble:
            return _answer(trouble, "as told")
        key = request.query.get("key", "")
        if key not in self.keys:
            return _answer(93000, "invalid webhook url")
        try:
            message = json.loads(await request.read())
            kind = message["msgtype"]
            content = message[kind]["content"]
        except (ValueError, KeyError, TypeError):
            return _answer(40008, "invalid message type")
        if kind not in _BYTES:
            return _answer(40008, "invalid message type")
        if not isinstance(content, str) or not content:
            return _answer(44004, "empty content")
        if len(content.encode()) > _BYTES[kind]:
            return _answer(40058, f"{kind}.content exceed max length {_BYTES[kind]}")
        if not self._in_time(key):
            return _answer(45009, "api freq out of limit")
        self.read.append((key, message))
        return _answer(0, "ok")

    def _in_time(self, key: str) -> bool:
        now = self.now()
        last = [at for at in self._times.get(key, []) if at > now - timedelta(minutes=1)]
        self._times[key] = last
        if len(last) >= PER_MINUTE:
            return False
        last.append(now)
        return True


def _answer(code: int, said: str) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": said})
