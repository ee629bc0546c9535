"""Tells a unit's WeCom group through its robot."""

from __future__ import annotations

from typing import Any

import httpx

from connectors.base import Receipt
from connectors.departments.base import DepartmentNotice
from connectors.departments.once import Memory, Once
from connectors.departments.robots import Pace, Rates, lines, post
from connectors.errors import Refused, Retryable

from .settings import WeComSettings

SEND = "/cgi-bin/webhook/send"
MARKDOWN_BYTES = 4096
_BUSY = frozenset({-1, 45033})
"""The system is busy; too many calls at once."""
_TOO_FAST = 45009
_REST_S = 60.0
_UNKNOWN_ROBOT = 93000


class WeComRobots:
    """The sender `wecom`.

    Args:
        settings: the robots.
        memory: what all replicas remember.
        rates: counters all replicas share; None: nobody counts.
        transport: for tests.
    """

    name = "wecom"

    def __init__(
        self,
        settings: WeComSettings,
        memory: Memory,
        rates: Rates | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._once, self._pace = Once(self.name, memory), Pace(self.name, rates, memory)
        self._client = httpx.AsyncClient(
            base_url=settings.api_url, timeout=settings.timeout_s, transport=transport
        )

    def __repr__(self) -> str:
        return f"WeComRobots({', '.join(sorted(self._settings.robots))})"

    async def send(self, notice: DepartmentNotice) -> Receipt:
        """Send once per idempotency key; raises as `DepartmentSender.send`, and `Waiting`."""
        key = self._settings.robots.get(notice.address)
        if key is None:
            raise Retryable("robot_not_configured")
        if await self._once.receipt(notice.idempotency_key) is not None:
            return Receipt()
        await self._pace.admit(notice.address)
        answer = await post(self._client, SEND, {"key": key.get_secret_value()}, message(notice))
        await self._understand(int(answer["errcode"]), notice.address)
        await self._once.done(notice.idempotency_key)
        return Receipt()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _understand(self, code: int, robot: str) -> None:
        if code == 0:
            return
        if code == _TOO_FAST:
            raise await self._pace.rest(robot, _REST_S)
        if code in _BUSY:
            raise Retryable("server_error")
        if code == _UNKNOWN_ROBOT:
            raise Refused("robot_unknown")
        raise Refused(f"wecom_{code}")


def message(notice: DepartmentNotice) -> dict[str, Any]:
    """The robot's message: markdown with a link, within 4,096 bytes."""
    heading, told = lines(notice)
    content = "\n".join((f"**{heading}**", *(f"> {each}" for each in told)))
    if notice.link:
        content += f"\n[打开工单]({notice.link})"
    return {"msgtype": "markdown", "markdown": {"content": content}}
