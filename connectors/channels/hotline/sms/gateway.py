"""Client of the gateway; its protocol stands in docs/sms.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from connectors.errors import Refused, Retryable, Waiting

from . import signing
from .settings import SmsSettings

Count = Callable[[str, str, str], None]
"""Told of each call: channel, interface, outcome."""

_LIMITS = {"RATE_MINUTE": 60.0, "RATE_HOUR": 3600.0, "RATE_DAY": 24 * 3600.0}
_BALANCE_S = 900.0
"""Used up: a person has to pay; it is looked again this often, and nothing is lost meanwhile."""
_REFUSED = frozenset(
    {
        "TEMPLATE", "SIGN", "VARIABLES", "VARIABLE_LENGTH", "VARIABLE_CONTENT", "PHONE",
        "BLACKLIST", "REFERENCE",
    }
)  # fmt: skip
_ADMISSION = frozenset({"FORM", "SIGNATURE", "TIMESTAMP", "NONCE", "APP"})
"""It does not let us in: the setting or a clock is wrong, not the message."""


class Gateway:
    """Sends signed requests.

    Args:
        settings: with a URL.
        count: told of each call.
        channel: the name it is counted under.
    """

    def __init__(
        self,
        settings: SmsSettings,
        *,
        count: Count = lambda channel, interface, outcome: None,
        channel: str = "hotline",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings, self._count, self._channel, self._now = settings, count, channel, now
        # The client's own log lines hold no form; the number stands nowhere in the address.
        self._client = httpx.AsyncClient(timeout=settings.timeout_s, transport=transport)

    def __repr__(self) -> str:
        return f"Gateway(app={self._settings.app!r})"

    async def send(
        self, *, number: str, sign: str, template: str, variables: Mapping[str, str], reference: str
    ) -> str:
        """Send one message; a reference it knows is a success.

        Args:
            number: eleven digits.
            sign: the approved signature, without 【】.
            template: the gateway's code of it.
            variables: every one the template has, and no other.
            reference: what it tells resends by.

        Returns:
            The gateway's id of it.

        Raises:
            Waiting: the number's limit is reached, or nothing is left to pay with.
            Retryable: out of reach, busy, or it does not let us in.
            Refused: never; the code is `sms_` and the gateway's.
        """
        answer = await self._call(
            "send",
            {
                "phone": number,
                "sign": sign,
                "template": template,
                "variables": json.dumps(variables, ensure_ascii=False, separators=(",", ":")),
                "reference": reference,
            },
        )
        code = str(answer["code"])
        if code in {"OK", "DUPLICATE"}:
            return str(answer.get("message_id", ""))
        name = f"sms_{code.lower()}"
        if code in _LIMITS:
            wait_s = answer.get("retry_after_s")
            if not isinstance(wait_s, int | float) or not 0 < wait_s <= _LIMITS["RATE_DAY"]:
                wait_s = _LIMITS[code]
            raise Waiting(name, retry_after_s=float(wait_s))
        if code == "BALANCE":
            raise Waiting(name, retry_after_s=_BALANCE_S)
        if code in _REFUSED:
            raise Refused(name)
        raise Retryable(name if code in _ADMISSION else "sms_busy")

    async def balance(self) -> int:
        """How many parts can still be sent.

        Raises:
            Refused: it does not let us in.
            Retryable: out of reach or busy.
        """
        answer = await self._call("balance", {})
        code, left = str(answer["code"]), answer.get("balance")
        if code in _ADMISSION:
            raise Refused(f"sms_{code.lower()}")
        if code != "OK" or type(left) is not int:
            raise Retryable("sms_busy")
        return left

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _call(self, action: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        settings = self._settings
        key = settings.key.get_secret_value()
        form = signing.signed(key, settings.app, action, parameters, now=self._now())
        try:
            response = await self._client.post(settings.url, data=form)
            answer = response.json() if response.status_code < 500 else None
        except (httpx.HTTPError, ValueError):
            self._count(self._channel, action, "unreachable")
            # Without its cause: the client's error holds the request and so the number.
            raise Retryable("sms_unreachable") from None
        if not isinstance(answer, dict) or not isinstance(answer.get("code"), str):
            self._count(self._channel, action, "no_answer")
            raise Retryable("sms_answer")
        code = answer["code"]
        known = {"OK", "DUPLICATE", "BALANCE", *_LIMITS, *_REFUSED, *_ADMISSION}
        self._count(self._channel, action, code.lower() if code in known else "busy")
        return answer
