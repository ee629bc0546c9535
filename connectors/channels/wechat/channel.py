"""The WeChat official account as a channel."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx

from connectors.base import (
    Inbound,
    InboundKind,
    Outbound,
    RawRequest,
    RawResponse,
    Receipt,
    Reply,
)
from connectors.errors import Kept, Malformed, Refused, Unverified

from . import crypto, envelope, media, text
from .api import WeChatApi
from .settings import Mode, WeChatSettings, decode_aes_key
from .tokens import TokenCache

ACKNOWLEDGED = RawResponse(body=b"success")
_KINDS = {
    "text": InboundKind.TEXT,
    "image": InboundKind.IMAGE,
    "voice": InboundKind.VOICE,
    "video": InboundKind.VIDEO,
    "shortvideo": InboundKind.VIDEO,
    "location": InboundKind.LOCATION,
    "link": InboundKind.LINK,
    "event": InboundKind.EVENT,
}
_REMEMBER_S = 7 * 24 * 3600.0
_OURS = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "Encrypt"})


class WeChatChannel:
    """Verifies and parses callbacks, answers in place, sends customer-service messages."""

    name = "wechat"

    def __init__(
        self,
        settings: WeChatSettings,
        cache: TokenCache,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings, self._now, self._cache = settings, now, cache
        self._token = settings.token.get_secret_value()
        self._key = (
            b""
            if settings.mode is Mode.PLAIN
            else decode_aes_key(settings.encoding_aes_key.get_secret_value())
        )
        self._api = (
            WeChatApi(settings, cache, transport)
            if settings.app_secret.get_secret_value()
            else None
        )
        self.reply_within_s = settings.reply_within_s

    def __repr__(self) -> str:
        return f"WeChatChannel(app_id={self._settings.app_id!r}, mode={self._settings.mode.value})"

    def greet(self, request: RawRequest) -> RawResponse:
        """Answer the platform's URL check with its `echostr`.

        Raises:
            Unverified: wrongly signed or stale.
        """
        query = request.query
        if query.get("encrypt_type") == "aes" or "msg_signature" in query:
            encrypted = query.get("echostr", "")
            self._verify(query.get("msg_signature", ""), request, encrypted)
            echo = crypto.decrypt(encrypted, key=self._key, app_id=self._settings.app_id)
            return RawResponse(body=echo)
        self._verify(query.get("signature", ""), request)
        return RawResponse(body=query.get("echostr", "").encode())

    def parse(self, request: RawRequest) -> tuple[Inbound, ...]:
        """The message of a callback.

        Raises:
            Unverified: wrongly signed, stale, badly encrypted or for another account.
            Malformed: signed rightly, but not a message of the platform.
        """
        fields = self._fields(request)
        try:
            sender, kind_name = fields["FromUserName"], fields["MsgType"]
            created = int(fields["CreateTime"])
        except (KeyError, ValueError) as error:
            raise Malformed("fields") from error
        if not sender or len(sender) > 64:
            raise Malformed("sender")
        kind = _KINDS.get(kind_name, InboundKind.UNKNOWN)
        return (
            Inbound(
                channel=self.name,
                external_id=_external_id(fields, sender, created),
                sender_id=sender,
                conversation_id=f"{self.name}:{sender}",
                kind=kind,
                text=fields.get("Content", "") if kind is InboundKind.TEXT else "",
                details={
                    **{k: v for k, v in fields.items() if k not in _OURS},
                    "account": fields.get("ToUserName", ""),
                    "msg_type": kind_name,
                },
                sent_at=self._sent_at(created),
            ),
        )

    def carries(self, replies: tuple[Reply, ...]) -> int:
        """How many of the first replies one answer in place can carry."""
        return text.joined_in_one(replies, self._settings.text_bytes)[1]

    def answer_in_place(self, request: RawRequest, replies: tuple[Outbound, ...]) -> RawResponse:
        """The passive reply that carries all these replies, or `success` for none."""
        if not replies:
            return ACKNOWLEDGED
        content, _ = text.joined_in_one(
            tuple(outbound.reply for outbound in replies), self._settings.text_bytes
        )
        fields = self._fields(request)
        message = envelope.build(
            {
                "ToUserName": fields["FromUserName"],
                "FromUserName": fields.get("ToUserName", ""),
                "CreateTime": int(self._now().timestamp()),
                "MsgType": "text",
                "Content": content,
            }
        )
        if request.query.get("encrypt_type") == "aes":
            message = self._encrypted(message)
        return RawResponse(content_type="application/xml; charset=utf-8", body=message)

    async def send(self, outbound: Outbound) -> Receipt:
        """Send a reply as customer-service messages, in parts where it is long.

        Parts already out under this idempotency key are not sent again.

        Raises:
            Retryable, Kept, Refused: of the part that was not taken.
        """
        if self._api is None:
            raise Kept("wechat_no_secret")
        progress = f"wechat-parts:{outbound.idempotency_key}"
        known = await self._cache.get_token(progress) or "0:"
        done, _, receipt = known.partition(":")
        parts = text.split(text.render(outbound.reply), self._settings.text_bytes)
        for number, part in enumerate(parts[int(done) :], start=int(done) + 1):
            receipt = await self._api.send_text(outbound.recipient, part)
            await self._cache.set_token(progress, f"{number}:{receipt}", ttl_s=_REMEMBER_S)
        return Receipt(external_id=receipt)

    async def fetch(
        self, kind: InboundKind, details: Mapping[str, str], *, max_bytes: int
    ) -> bytes:
        """The file of a voice message, a picture or a video; raises as `MediaChannel.fetch`."""
        if self._api is None:
            raise Refused("wechat_no_secret")
        return await media.first_kept(
            self._api.fetch_media, media.ids_of(kind, details), max_bytes=max_bytes
        )

    async def close(self) -> None:
        """Close the connections to the platform."""
        if self._api is not None:
            await self._api.close()

    def _verify(self, expected: str, request: RawRequest, *more: str) -> None:
        timestamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
        crypto.verify(expected, self._token, timestamp, nonce, *more)
        age_s = self._age_s(timestamp)
        if age_s is None or abs(age_s) > self._settings.stale_after_s:
            raise Unverified("stale")

    def _age_s(self, timestamp: str) -> float | None:
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            return None
        return self._now().timestamp() - int(timestamp)

    def _sent_at(self, created: int) -> datetime:
        try:
            return datetime.fromtimestamp(created, UTC)
        except (OverflowError, OSError, ValueError):
            return self._now()

    def _fields(self, request: RawRequest) -> dict[str, str]:
        query = request.query
        encrypted_mode = query.get("encrypt_type") == "aes"
        if not encrypted_mode:
            if self._settings.mode is Mode.ENCRYPTED:
                raise Unverified("not_encrypted")
            self._verify(query.get("signature", ""), request)
            return envelope.parse(request.body)
        if self._settings.mode is Mode.PLAIN:
            raise Unverified("no_key")
        # The signature covers the encrypted text, which stands inside the body: the URL's own
        # signature is checked first, so that unsigned bodies are never parsed.
        self._verify(query.get("signature", ""), request)
        encrypted = envelope.parse(request.body).get("Encrypt", "")
        self._verify(query.get("msg_signature", ""), request, encrypted)
        return envelope.parse(
            crypto.decrypt(encrypted, key=self._key, app_id=self._settings.app_id)
        )

    def _encrypted(self, message: bytes) -> bytes:
        encrypted = crypto.encrypt(
            message,
            key=self._key,
            app_id=self._settings.app_id,
            nonce=secrets.token_hex(8).encode(),
        )
        timestamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(8)
        return envelope.build(
            {
                "Encrypt": encrypted,
                "MsgSignature": crypto.signature(self._token, timestamp, nonce, encrypted),
                "TimeStamp": int(timestamp),
                "Nonce": nonce,
            }
        )


def _external_id(fields: dict[str, str], sender: str, created: int) -> str:
    message_id = fields.get("MsgId", "")
    if message_id:
        return message_id[:64]
    # Two template messages may meet their fate in one second; their events name them (MsgID).
    key = fields.get("EventKey", "") or fields.get("MsgID", "")
    return f"{sender}:{created}:{fields.get('Event', '')}:{key}"[:200]
