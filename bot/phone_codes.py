"""A code by text message: whoever types it in has the phone they named. Off unless the city asks.

Codes live in the cache and may vanish: then another one is asked for. A letter is never lost over
it, for nothing is taken before the code is right.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from typing import Protocol

from bot.errors import Invalid, TooMany, Unavailable
from connectors.base import Outbound, Receipt, Reply, ReplyCase
from connectors.errors import ConnectorError, Waiting

log = logging.getLogger(__name__)

CHANNEL = "hotline"
"""The channel that sends text messages."""
TOLD = "phone_code"
"""The kind of its template."""
LASTS_S = 600.0
_AGAIN_AFTER_S = 60.0
_A_DAY = 5
"""Codes to one number a day."""
_DAY_S = 86400.0
_NOT_REACHED = frozenset({"sms_no_mobile", "sms_phone", "sms_blacklist"})
_TRIES = 5
"""Of one code; a guess is right once in 200,000."""


class Hits(Protocol):
    """The outcome of counting one hit."""

    @property
    def allowed(self) -> bool:
        """Within the limit."""

    @property
    def retry_after_s(self) -> float:
        """Until the window ends."""


class Memory(Protocol):
    """What all replicas share for a while; see `bot.cache`."""

    async def get_token(self, name: str) -> str | None:
        """What is kept under a name; None also where the cache is away."""

    async def set_token(self, name: str, value: str, ttl_s: float) -> None:
        """Keep it so long."""

    async def hit(self, key: str, limit: int, window_s: float) -> Hits:
        """Count one."""


class Texts(Protocol):
    """A channel of text messages."""

    async def send(self, outbound: Outbound) -> Receipt:
        """Send one."""


class PhoneCodes:
    """Codes of the mailbox's form.

    Args:
        memory: where they are kept.
        texts: sends them; None where the city has no gateway.
        secret: keys the names they are kept under: no number stands in the cache.
        wanted: the city asks for them.
        digits: gives six random digits.
    """

    def __init__(
        self,
        memory: Memory,
        texts: Texts | None,
        secret: bytes,
        *,
        wanted: bool,
        digits: Callable[[], str],
    ) -> None:
        self._memory, self._texts, self._secret = memory, texts, secret
        self._digits = digits
        self.wanted = wanted and texts is not None

    def __repr__(self) -> str:
        return f"PhoneCodes(wanted={self.wanted})"

    async def send(self, phone: str, letter_id: str) -> None:
        """Send a code for one letter.

        Args:
            phone: 11 digits.
            letter_id: the code is good for this letter alone.

        Raises:
            TooMany: the number got one a moment ago, or enough for today.
            Unavailable: the gateway does not take it now.
            Invalid: it will never reach this number.
        """
        if self._texts is None:
            raise Unavailable("现在发不了短信验证码，请稍后再试，或改留邮箱。")
        who = self._name("number", phone)
        for key, limit, window_s in ((f"{who}:now", 1, _AGAIN_AFTER_S), (who, _A_DAY, _DAY_S)):
            counted = await self._memory.hit(f"phone-code:{key}", limit, window_s)
            if not counted.allowed:
                wait_s = max(1, round(counted.retry_after_s))
                raise _too_soon(wait_s)
        code = self._digits()
        name = self._name("code", phone, letter_id)
        await self._memory.set_token(name, self._name("is", name, code), ttl_s=LASTS_S)
        if await self._memory.get_token(name) is None:
            raise Unavailable("现在发不了短信验证码，请稍后再试，或改留邮箱。")
        case = ReplyCase(number="", state="", query_code=code, told=TOLD)
        reply = Reply(text=f"验证码{code}，10分钟内有效。", case=case)
        try:
            await self._texts.send(
                Outbound(
                    idempotency_key=self._name("message", name, code)[:40],
                    channel=CHANNEL,
                    conversation_id="",
                    recipient=phone,
                    reply=reply,
                )
            )
        except Waiting as error:
            raise _too_soon(max(1, round(error.retry_after_s or _AGAIN_AFTER_S))) from error
        except ConnectorError as error:
            if error.code not in _NOT_REACHED:
                log.warning("phone code not sent", extra={"error": error.code})
                raise Unavailable("短信平台正忙，请稍后再试，或改留邮箱。") from error
            message = "验证码发不到这个手机号，请检查号码，或改留邮箱。"
            raise Invalid(message, fields={"phone": "收不到验证码"}) from error

    async def check(self, phone: str, letter_id: str, code: str) -> None:
        """Let a letter through whose writer has the phone; again for the same letter.

        Raises:
            Invalid: no code, a wrong one, an old one, or too many tries of it.
        """
        name = self._name("code", phone, letter_id)
        kept = await self._memory.get_token(name)
        if kept is None:
            raise _wrong("请先获取短信验证码。", "请点“获取验证码”")
        tries = await self._memory.hit(f"phone-code:{kept}", _TRIES, LASTS_S)
        if not tries.allowed:
            raise _wrong("验证码输错次数太多，请重新获取。", "请重新获取")
        given = self._name("is", name, "".join(code.split()))
        if not hmac.compare_digest(given, kept):
            raise _wrong("验证码不对，请看一下短信再填。", "与短信里的不一样")

    def _name(self, *parts: str) -> str:
        said = "\x00".join(("phone-code", *parts)).encode()
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()


def _too_soon(wait_s: int) -> TooMany:
    wait = f"{wait_s} 秒" if wait_s <= 120 else f"{-(-wait_s // 60)} 分钟"
    return TooMany(f"验证码发得太频繁，请 {wait}后再试。", retry_after_s=wait_s)


def _wrong(message: str, fault: str) -> Invalid:
    return Invalid(message, fields={"phone_code": fault})
