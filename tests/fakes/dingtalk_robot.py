"""DingTalk's group robots, as strict as the platform (open.dingtalk.com, 自定义机器人接入)."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

PER_MINUTE = 20
_LIMITED_FOR = timedelta(minutes=10)
_SIGN_HOLDS = timedelta(hours=1)
_BYTES = 20_000


@dataclass(kw_only=True)
class Robot:
    """One robot with its security settings; an empty one asks for nothing."""

    token: str
    secret: str = ""
    keyword: str = ""
    off: bool = False
    allowed_from: tuple[str, ...] = ()
    times: list[datetime] = field(default_factory=list)
    limited_until: datetime | None = None


@dataclass
class DingTalkRobotPlatform:
    """Robots, what their groups read, and the trouble the platform makes.

    Args:
        trouble: answered in place of the next calls, one each: an error code, or an HTTP status
            from 500 on.
    """

    now: Callable[[], datetime]
    robots: tuple[Robot, ...]
    read: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    trouble: list[int] = field(default_factory=list)
    calls: int = 0

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/robot/send", self._send)
        return app

    async def _send(self, request: web.Request) -> web.Response:
        self.calls += 1
        trouble = self.trouble.pop(0) if self.trouble else 0
        if trouble >= 500 and trouble < 600:
            return web.Response(status=trouble, text="<html>")
        if trouble:
            return _answer(trouble, "as told")
        if not request.content_type.endswith("json"):
            return _answer(43004, "content-type is not application/json")
        token = request.query.get("access_token", "")
        robot = next((one for one in self.robots if one.token == token), None)
        if robot is None:
            return _answer(300001, "token is not exist")
        if robot.off:
            return _answer(400102, "robot is disabled")
        try:
            message = json.loads(await request.read())
            said = _said(message)
        except (ValueError, KeyError, TypeError):
            return _answer(40035, "json format error")
        refused = self._refused(robot, request, said)
        return refused or self._taken(robot, message)

    def _refused(self, robot: Robot, request: web.Request, said: str) -> web.Response | None:
        """What of the security settings is not met."""
        if robot.keyword and robot.keyword not in said:
            return _answer(310000, "keywords not in content")
        if robot.secret:
            timestamp, sign = (request.query.get(name, "") for name in ("timestamp", "sign"))
            at = int(timestamp) if timestamp.isdigit() else 0
            if abs(self.now().timestamp() * 1000 - at) > _SIGN_HOLDS.total_seconds() * 1000:
                return _answer(310000, "invalid timestamp")
            if not hmac.compare_digest(sign, _sign(robot.secret, timestamp)):
                return _answer(310000, "sign not match")
        if robot.allowed_from and request.remote not in robot.allowed_from:
            return _answer(310000, f"ip {request.remote} not in whitelist")
        if not said.strip():
            return _answer(40035, "content is empty")
        if len(said.encode()) > _BYTES:
            return _answer(460101, "message too long, exceed 20000 bytes")
        return None

    def _taken(self, robot: Robot, message: dict[str, Any]) -> web.Response:
        now = self.now()
        if robot.limited_until is not None and now < robot.limited_until:
            return _answer(130101, "send too fast, exceed 20 times per minute")
        robot.times = [at for at in robot.times if at > now - timedelta(minutes=1)]
        if len(robot.times) >= PER_MINUTE:
            robot.limited_until = now + _LIMITED_FOR
            return _answer(130101, "send too fast, exceed 20 times per minute")
        robot.times.append(now)
        self.read.append((robot.token, message))
        return _answer(0, "ok")


def _said(message: dict[str, Any]) -> str:
    kind = message["msgtype"]
    if kind == "text":
        return str(message["text"]["content"])
    if kind == "markdown":
        return f"{message['markdown']['title']}\n{message['markdown']['text']}"
    raise KeyError(kind)


def _sign(secret: str, timestamp: str) -> str:
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256").digest()
    return base64.b64encode(digest).decode()


def _answer(code: int, said: str) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": said})
