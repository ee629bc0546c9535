"""The WeChat official account as a channel."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import httpx

from connectors.base import (
    Article,
    Inbound,
    InboundKind,
    Outbound,
    QuotaUse,
    RawRequest,
    RawResponse,
    Receipt,
    Reply,
)
from connectors.errors import ConnectorError, Kept, Malformed, Refused, Unverified

from . import articles, crypto, envelope, media, messages, text
from .api import TYPING, Count, WeChatApi, no_count
from .quotas import Rates
from .sending import Sending
from .settings import Mode, WeChatSettings, decode_aes_key
from .tokens import TokenCache

log = logging.getLogger(__name__)

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
_UNREAD = frozenset({"TEMPLATESENDJOBFINISH", "UNSUBSCRIBE", "VIEW", "LOCATION"})
"""Events whose answer nobody reads, or may not: the citizen left, or is on the way to a page."""
_OURS = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "Encrypt"})


class WeChatChannel:
    """Verifies and parses callbacks, answers in place, sends customer-service messages.

    Args:
        name: `wechat` for the main account, `wechat-NAME` for another.
        rates: counters all replicas share; None: quotas are not watched.
        count: told of each call to the platform.
    """

    def __init__(
        self,
        settings: WeChatSettings,
        cache: TokenCache,
        *,
        name: str = "wechat",
        rates: Rates | None = None,
        count: Count = no_count,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = name
        self._settings, self._now = settings, now
        self._token = settings.token.get_secret_value()
        self._key = (
            b""
            if settings.mode is Mode.PLAIN
            else decode_aes_key(settings.encoding_aes_key.get_secret_value())
        )
        self._api = (
            WeChatApi(settings, cache, transport, channel=name, rates=rates, count=count, now=now)
            if settings.app_secret.get_secret_value()
            else None
        )
        self._sending = Sending(settings, self._api, cache, now) if self._api else None
        self.reply_within_s = settings.reply_within_s

    def __repr__(self) -> str:
        mode = self._settings.mode.value
        return f"WeChatChannel(name={self.name!r}, app_id={self._settings.app_id!r}, mode={mode})"

    @property
    def takes_articles(self) -> bool:
        """True where the account can be given draft articles."""
        return self._api is not None and bool(self._settings.draft_cover)

    def greet(self, request: RawRequest) -> RawResponse:
        """Answer the platform's URL check with its `echostr`.

        Raises:
            Unverified: wrongly signed or stale.
        """
        query = request.query
        self._refuse_stale(request)
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
        self._refuse_stale(request)
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
                kind=kind,
                text=fields.get("Content", "") if kind is InboundKind.TEXT else "",
                details={
                    **{k: v for k, v in fields.items() if k not in _OURS},
                    "account": fields.get("ToUserName", ""),
                    "msg_type": kind_name,
                },
                sent_at=self._sent_at(created),
                answerable=fields.get("Event", "").upper() not in _UNREAD,
            ),
        )

    def carries(self, replies: tuple[Reply, ...]) -> int:
        """How many of the first replies one answer in place can carry."""
        if len(replies) == 1 and messages.article(replies[0]) is not None:
            return 1
        return text.joined_in_one(replies, self._settings.text_bytes)[1]

    def answer_in_place(self, request: RawRequest, replies: tuple[Outbound, ...]) -> RawResponse:
        """The passive reply that carries all these replies, or `success` for none."""
        if not replies:
            return ACKNOWLEDGED
        fields = self._fields(request)
        message = envelope.build(
            {
                "ToUserName": fields["FromUserName"],
                "FromUserName": fields.get("ToUserName", ""),
                "CreateTime": int(self._now().timestamp()),
                **self._passive(tuple(outbound.reply for outbound in replies)),
            }
        )
        if request.query.get("encrypt_type") == "aes":
            message = self._encrypted(message)
        return RawResponse(content_type="application/xml; charset=utf-8", body=message)

    async def send(self, outbound: Outbound) -> Receipt:
        """Send a reply as customer-service messages, in parts where it is long.

        Parts already out under this idempotency key are not sent again. The notice of a case that
        may not go so goes as a template message, where the account has one for it.

        Raises:
            Retryable, Kept, Refused: of the part that was not taken.
        """
        if self._sending is None:
            raise Kept("wechat_no_secret")
        return await self._sending.send(outbound)

    def follows(self, carried: tuple[Outbound, ...]) -> bool:
        """True where the answer in place leaves something over: the choices under an article."""
        return (
            self._sending is not None
            and len(carried) == 1
            and bool(carried[0].reply.options)
            and messages.article(carried[0].reply) is not None
        )

    async def follow_up(self, carried: tuple[Outbound, ...]) -> None:
        """Send what the answer in place left over, as a customer-service message; never raises."""
        if self._sending is not None and self.follows(carried):
            await self._sending.follow(carried[0])

    async def still_at(self, inbound: Inbound) -> None:
        """Let the citizen see that an answer is being written; no matter where that fails."""
        if self._api is not None and self._settings.typing:
            with suppress(ConnectorError):  # 45080, 45081: nothing lately, or shown already
                await self._api.call(TYPING, {"touser": inbound.sender_id, "command": "Typing"})

    async def draft(self, article: Article) -> str:
        """Leave a draft article in the account (草稿箱); gives its media_id.

        Raises:
            Misconfigured: no secret or no cover is set.
            Retryable, Refused: as the platform's code says.
        """
        return await articles.add(self._api, self._settings, article)

    async def quota_use(self) -> tuple[QuotaUse, ...]:
        """What is used of the platform's quotas, by all replicas."""
        return await self._api.quotas.use() if self._api is not None else ()

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

    def _passive(self, replies: tuple[Reply, ...]) -> dict[str, envelope.Value]:
        card = messages.article(replies[0], self._settings.news_picture)
        if card is None or len(replies) > 1:
            content, _ = text.joined_in_one(replies, self._settings.text_bytes)
            return {"MsgType": "text", "Content": content}
        item: dict[str, envelope.Value] = {
            "Title": card["title"],
            "Description": card["description"],
            "PicUrl": card["picurl"],
            "Url": card["url"],
        }
        return {"MsgType": "news", "ArticleCount": 1, "Articles": {"item": item}}

    def _verify(self, expected: str, request: RawRequest, *more: str) -> None:
        timestamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
        crypto.verify(expected, self._token, timestamp, nonce, *more)

    def _refuse_stale(self, request: RawRequest) -> None:
        """When it comes in, never when it is answered: the clock may have been set meanwhile."""
        age_s = self._age_s(request.query.get("timestamp", ""))
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
    who = hashlib.sha256(sender.encode()).hexdigest()[:32]  # kept in clear, and names nobody
    return f"{who}:{created}:{fields.get('Event', '')}:{key}"[:200]
