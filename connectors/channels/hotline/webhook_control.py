"""A call centre of another make, asked by signed JSON over HTTP; the form stands in README.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx

from connectors.calls import CallAct, Target
from connectors.errors import Refused, Retryable

from .controlling import NO_SUCH_CALL, UNSUPPORTED, Limits
from .settings import Centre
from .signing import CENTRE, SIGNATURE, TIMESTAMP, signature

_LATER = frozenset({408, 425, 429})
_CODES: Mapping[int, str] = {
    401: "webhook_password",
    403: "webhook_password",
    404: NO_SUCH_CALL,
    405: UNSUPPORTED,
    410: NO_SUCH_CALL,
    501: UNSUPPORTED,
}


class WebhookControl(Limits):
    """The calls of one call centre, told what to do.

    Args:
        centre: its name in the settings; the feed's is `webhook-<centre>`.
        settings: with a `control_url`.
        targets: where calls may be sent.
        now: aware, UTC.
    """

    def __init__(
        self,
        centre: str,
        settings: Centre,
        targets: Mapping[str, Target],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(f"webhook-{centre}", settings.controls, targets)
        self._centre, self._settings, self._now = centre, settings, now
        # Neither redirects nor proxies of the environment: the key signs for this address alone.
        self._client = httpx.AsyncClient(timeout=settings.control_timeout_s, trust_env=False)

    def __repr__(self) -> str:
        return f"WebhookControl(name={self.name!r})"

    async def transfer(self, call_id: str, to: str) -> None:
        """Raises as `CallControl`."""
        await self._ask(CallAct.TRANSFER, call_id, to)

    async def hold(self, call_id: str) -> None:
        """Raises as `CallControl`."""
        await self._ask(CallAct.HOLD, call_id)

    async def resume(self, call_id: str) -> None:
        """Raises as `CallControl`."""
        await self._ask(CallAct.RESUME, call_id)

    async def hang_up(self, call_id: str) -> None:
        """Raises as `CallControl`."""
        await self._ask(CallAct.HANG_UP, call_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, act: CallAct, call_id: str, to: str = "") -> None:
        self.check(act, to)
        asked = {"action": act.value, "call": call_id, "to": to}
        body = json.dumps(asked, ensure_ascii=False).encode()
        at = str(int(self._now().timestamp()))
        signed = {
            CENTRE: self._centre,
            TIMESTAMP: at,
            SIGNATURE: signature(self._settings.key.get_secret_value().encode(), at, body),
            "Content-Type": "application/json; charset=utf-8",
        }
        try:
            url = self._settings.control_url
            answer = await self._client.post(url, content=body, headers=signed)
        except httpx.TimeoutException:
            raise Retryable("webhook_silent") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Retryable("webhook_unreachable") from None
        _judge(answer.status_code)


def _judge(status: int) -> None:
    """Raises where it was not done."""
    if 200 <= status < 300:
        return
    if status in _LATER or (status >= 500 and status not in _CODES):
        raise Retryable("webhook_error")
    raise Refused(_CODES.get(status, "webhook_refused"))
