"""Tells a unit's DingTalk group through its robot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from connectors.base import Receipt
from connectors.departments.base import DepartmentNotice
from connectors.departments.once import Memory, Once
from connectors.departments.robots import Pace, Rates, lines, post
from connectors.errors import Refused, Retryable

from .settings import DingTalkSettings, Robot
from .signing import signed

SEND = "/robot/send"
_BUSY = -1
_TOO_FAST = frozenset({130101, 410100})
_REST_S = 600.0
"""A robot that sent more than 20 messages in a minute is limited for ten."""
_UNKNOWN_ROBOT = frozenset({300001, 400013, 400101, 400102, 400106})
"""No such token; the group is dissolved; no such token; the robot is switched off; none there."""
_NOT_PASSED = 310000
_WHY = {
    "keyword": "robot_keyword",
    "sign": "robot_sign",
    "timestamp": "robot_sign",
    "whitelist": "robot_address",
    "ip": "robot_address",
}
"""What of the security settings was not met, by a word of the platform's sentence."""


class DingTalkRobots:
    """The sender `dingtalk`.

    Args:
        settings: the robots.
        memory: what all replicas remember.
        rates: counters all replicas share; None: nobody counts.
        transport, now: for tests.
    """

    name = "dingtalk"

    def __init__(
        self,
        settings: DingTalkSettings,
        memory: Memory,
        rates: Rates | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._now = settings, now
        self._once, self._pace = Once(self.name, memory), Pace(self.name, rates, memory)
        self._client = httpx.AsyncClient(
            base_url=settings.api_url, timeout=settings.timeout_s, transport=transport
        )

    def __repr__(self) -> str:
        return f"DingTalkRobots({', '.join(sorted(self._settings.robots))})"

    async def send(self, notice: DepartmentNotice) -> Receipt:
        """Send once per idempotency key; raises as `DepartmentSender.send`, and `Waiting`."""
        robot = self._settings.robots.get(notice.address)
        if robot is None:
            raise Retryable("robot_not_configured")
        if await self._once.receipt(notice.idempotency_key) is not None:
            return Receipt()
        await self._pace.admit(notice.address)
        answer = await post(self._client, SEND, self._params(robot), message(notice, robot.keyword))
        await self._understand(
            int(answer["errcode"]), str(answer.get("errmsg", "")), notice.address
        )
        await self._once.done(notice.idempotency_key)
        return Receipt()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _params(self, robot: Robot) -> dict[str, str]:
        params = {"access_token": robot.token.get_secret_value()}
        secret = robot.secret.get_secret_value()
        return params | (signed(secret, self._now()) if secret else {})

    async def _understand(self, code: int, said: str, robot: str) -> None:
        if code == 0:
            return
        if code in _TOO_FAST:
            raise await self._pace.rest(robot, _REST_S)
        if code == _BUSY:
            raise Retryable("server_error")
        if code in _UNKNOWN_ROBOT:
            raise Refused("robot_unknown")
        if code == _NOT_PASSED:
            words = said.lower()
            raise Refused(next((why for word, why in _WHY.items() if word in words), "robot_rules"))
        raise Refused(f"dingtalk_{code}")


def message(notice: DepartmentNotice, keyword: str = "") -> dict[str, Any]:
    """The robot's message: markdown with a link, the robot's keyword in it."""
    heading, told = lines(notice)
    text = "\n\n".join((f"**{heading}**", *told))
    if notice.link:
        text += f"\n\n[打开工单]({notice.link})"
    if keyword and keyword not in text:
        text += f"\n\n{keyword}"
    return {"msgtype": "markdown", "markdown": {"title": heading, "text": text}}
