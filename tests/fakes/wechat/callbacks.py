"""Callbacks: signed and encrypted, given up and sent again, their replies judged.

Encryption and decryption are PyPI `wechatpy`'s, so that what is checked against our code was not
written with it.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

import httpx
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]  # has no types
from wechatpy.exceptions import WeChatException  # type: ignore[import-untyped]  # has no types
from wechatpy.utils import WeChatSigner  # type: ignore[import-untyped]  # has no types

from .ledger import OUT_OF_SERVICE, Ledger, Seen
from .messages import Messages, written
from .replies import ACKNOWLEDGEMENTS, BadReply, elements, judge

GIVE_UP_AFTER_S = 5.0
SENDS = 3


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How a callback went.

    Attributes:
        sends: how many times it was sent.
        body: the answer, or None where none came.
        seen: what the citizen saw of it: the reply, the notice that the account is out of
            service, or nothing.
        fault: what was wrong with the answer; empty where nothing was.
    """

    sends: int
    body: bytes | None
    seen: Seen | None
    fault: str = ""


class Callbacks(Messages):
    """Sends an account's callbacks.

    Attributes:
        give_up_after_s: seconds until the platform disconnects and sends again.
        out_of_service: what citizens were told for lack of a good answer, oldest first, each with
            its reason in `message`.
    """

    ledger: Ledger

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.give_up_after_s = GIVE_UP_AFTER_S
        self.out_of_service: list[Seen] = []

    def signed_query(self) -> dict[str, str]:
        """The query every callback carries."""
        timestamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(5)
        return {
            "signature": sign(self.account.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }

    def callback(self, xml: str) -> tuple[dict[str, str], bytes]:
        """A callback in the account's mode: its query and its body."""
        if self.account.mode == "plain":
            citizen = elements(xml).findtext("FromUserName", "")
            return self.signed_query() | {"openid": citizen}, xml.encode()
        query, body = self.encrypted(xml)
        if self.account.mode == "encrypted":
            return query, body
        encrypted = elements(body).findtext("Encrypt", "")
        both = f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return query, (xml.removesuffix("</xml>") + both).encode()

    def encrypted(self, xml: str) -> tuple[dict[str, str], bytes]:
        """A callback in encrypted mode: its query and its body, made by wechatpy."""
        query = self.signed_query()
        made = elements(self._crypto().encrypt_message(xml, query["nonce"], query["timestamp"]))
        query["openid"] = elements(xml).findtext("FromUserName", "")
        query |= {"encrypt_type": "aes", "msg_signature": made.findtext("MsgSignature", "")}
        fields = {
            "ToUserName": self.account.original_id,
            "Encrypt": made.findtext("Encrypt", ""),
        }
        return query, written(dict(fields)).encode()

    def read_reply(self, body: bytes) -> str:
        """The XML inside an encrypted passive reply, decrypted by wechatpy.

        Raises:
            BadReply: a part is missing, wrongly signed, badly encrypted or for another account.
        """
        root = elements(body)
        parts = [root.findtext(name, "") for name in ("MsgSignature", "TimeStamp", "Nonce")]
        if not all((root.findtext("Encrypt"), *parts)) or not parts[1].isdigit():
            raise BadReply("not encrypted")
        try:
            decrypted: str = self._crypto().decrypt_message(body.decode(), *parts)
        except (WeChatException, ValueError, IndexError, struct.error) as error:
            raise BadReply(f"encryption: {type(error).__name__}") from error
        return decrypted

    async def check_url(self, url: str, client: httpx.AsyncClient | None = None) -> bool:
        """Ask an address for its `echostr`, as when the server is set up: True where it came
        back as it was."""
        echo = str(secrets.randbits(63))
        query = self.signed_query() | {"echostr": echo}
        async with _using(client) as using:
            answer = await using.get(url, params=query)
        return answer.status_code == 200 and answer.content == echo.encode()

    async def deliver(self, url: str, xml: str) -> bytes:
        """Send a callback as the platform does.

        Returns:
            The body of the first answer that came within five seconds.

        Raises:
            ConnectionError: no good one came in three sends; the citizen reads that the account
                is temporarily out of service.
        """
        delivery = await self.send_callback(url, xml)
        if delivery.body is None or delivery.fault:
            raise ConnectionError(f"{OUT_OF_SERVICE}: {delivery.fault}")
        return delivery.body

    async def send_callback(
        self, url: str, xml: str, client: httpx.AsyncClient | None = None
    ) -> Delivery:
        """Send a callback up to three times, judge the answer and note what the citizen sees.

        Args:
            url: the account's address.
            xml: the message or event; its MsgId or CreateTime is the same in each send.
            client: connections to use, or None for one's own.
        """
        sends, body, fault = 0, None, ""
        async with _using(client) as using:
            while sends < SENDS and body is None:
                sends += 1
                query, sent = self.callback(xml)
                try:
                    async with asyncio.timeout(self.give_up_after_s):
                        answer = await using.post(
                            url, params=query, content=sent, headers={"Content-Type": "text/xml"}
                        )
                except (httpx.HTTPError, TimeoutError) as error:
                    fault = type(error).__name__
                else:
                    fault = "" if answer.status_code == 200 else f"HTTP {answer.status_code}"
                    body = None if fault else answer.content
        message = elements(xml)
        if body is None:
            return Delivery(sends=sends, body=None, seen=self._notice(message, fault), fault=fault)
        try:
            seen = self._read(message, body)
        except BadReply as error:
            notice = self._notice(message, str(error))
            return Delivery(sends=sends, body=body, seen=notice, fault=str(error))
        return Delivery(sends=sends, body=body, seen=seen)

    def _read(self, message: Element, body: bytes) -> Seen | None:
        if body in ACKNOWLEDGEMENTS:
            return None
        plain: str | bytes = body
        if self.account.mode == "encrypted" or (
            self.account.mode == "compatible" and elements(body).find("Encrypt") is not None
        ):
            plain = self.read_reply(body)
        citizen = message.findtext("FromUserName", "")
        read = judge(plain, citizen=citizen, account=self.account.original_id, media=self.media)
        if citizen in self.citizens.unsubscribed:
            return None
        seen = Seen(
            at=self._now(),
            open_id=citizen,
            way="reply",
            kind=read.kind,
            text=read.text,
            message=read.fields,
        )
        self.ledger.add(seen)
        return seen

    def _notice(self, message: Element, reason: str) -> Seen:
        seen = Seen(
            at=self._now(),
            open_id=message.findtext("FromUserName", ""),
            way="notice",
            kind="text",
            text=OUT_OF_SERVICE,
            message={"reason": reason, "MsgId": message.findtext("MsgId", "")},
        )
        self.ledger.add(seen)
        self.out_of_service.append(seen)
        return seen

    def _crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)


@asynccontextmanager
async def _using(client: httpx.AsyncClient | None) -> AsyncIterator[httpx.AsyncClient]:
    """The client that was given, left open; or one's own, closed at the end."""
    if client is not None:
        yield client
        return
    async with httpx.AsyncClient(timeout=2 * GIVE_UP_AFTER_S) as own:
        yield own


def sign(*parts: str) -> str:
    """Hex SHA-1 over the sorted parts, by wechatpy."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    signature: str = signer.signature
    return signature
