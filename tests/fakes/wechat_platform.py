"""A strict fake of the WeChat platform: its HTTP interface, its limits and its callbacks.

It issues and expires tokens, counts customer-service messages in the 48 hours and the minute the
platform allows, answers with the platform's error codes, and delivers callbacks as the platform
does: signed, encrypted, given up after five seconds, sent three times with the same MsgId.
Callbacks are encrypted and replies decrypted by PyPI `wechatpy`, so that what is checked against
our code was not written with it.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

GIVE_UP_AFTER_S = 5.0
SENDS = 3
MESSAGES_IN_48_H = 5
MESSAGES_IN_A_MINUTE = 3
TEXT_BYTES = 2047
TOKEN_LIFETIME_S = 7200


@dataclass
class Account:
    """An official account as the platform knows it."""

    app_id: str = "wx0123456789abcdef"
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    aes_key: str = field(default_factory=lambda: secrets.token_hex(21) + "A")
    original_id: str = "gh_fengcheng"


@dataclass
class Window:
    """How many messages a citizen may still be sent, and until when."""

    until: datetime
    left: int


class WeChatPlatform:
    """The platform's side of one account.

    Args:
        account: the account.
        now: the platform's clock.
    """

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        self.account, self._now = account, now
        self.sent: list[tuple[str, str]] = []
        self.blocked: set[str] = set()
        self.unsubscribed: set[str] = set()
        self.busy_answers = 0
        self.tokens_issued = 0
        self._arrived = threading.Condition()
        self._tokens: dict[str, datetime] = {}
        self._windows: dict[str, Window] = {}
        self._next_message_id = 10_000_000_000_000_000

    def application(self) -> web.Application:
        """The platform's HTTP interface."""
        application = web.Application()
        application.router.add_post("/cgi-bin/stable_token", self._stable_token)
        application.router.add_post("/cgi-bin/message/custom/send", self._custom_send)
        return application

    def expire_tokens(self) -> None:
        """All tokens given out so far are refused from now on."""
        self._tokens.clear()

    def citizen_wrote(self, open_id: str) -> None:
        """Open the citizen's 48 hours anew."""
        self._windows[open_id] = Window(self._now() + timedelta(hours=48), MESSAGES_IN_48_H)

    def citizen_clicked_menu(self, open_id: str) -> None:
        """A menu click alone opens one minute."""
        self._windows[open_id] = Window(self._now() + timedelta(minutes=1), MESSAGES_IN_A_MINUTE)

    async def _stable_token(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("appid") != self.account.app_id:
            return web.json_response({"errcode": 40013, "errmsg": "invalid appid"})
        if body.get("secret") != self.account.secret:
            return web.json_response({"errcode": 40125, "errmsg": "invalid appsecret"})
        valid = [token for token, until in self._tokens.items() if until > self._now()]
        token = valid[-1] if valid else self._issue()
        left_s = int((self._tokens[token] - self._now()).total_seconds())
        return web.json_response({"access_token": token, "expires_in": left_s})

    def _issue(self) -> str:
        token = secrets.token_urlsafe(64)
        self._tokens[token] = self._now() + timedelta(seconds=TOKEN_LIFETIME_S)
        self.tokens_issued += 1
        return token

    async def _custom_send(self, request: web.Request) -> web.Response:
        return web.json_response(
            self._judge(request.query.get("access_token", ""), await request.read())
        )

    def _judge(self, token: str, body: bytes) -> dict[str, object]:
        if token not in self._tokens:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        if self._tokens[token] <= self._now():
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if self.busy_answers > 0:
            self.busy_answers -= 1
            return {"errcode": -1, "errmsg": "system error"}
        try:
            message = json.loads(body)
            to, content = message["touser"], message["text"]["content"]
        except (ValueError, KeyError, TypeError):
            return {"errcode": 47001, "errmsg": "data format error"}
        if message.get("msgtype") != "text":
            return {"errcode": 40008, "errmsg": "invalid message type"}
        if b"\\u" in body:
            content = content.encode("unicode_escape").decode()  # shown so to the citizen
        return self._deliver(to, content)

    def _deliver(self, to: str, content: str) -> dict[str, object]:
        if not content:
            return {"errcode": 44004, "errmsg": "empty content"}
        if len(content.encode()) > TEXT_BYTES:
            return {"errcode": 45002, "errmsg": "content size out of limit"}
        if to in self.blocked:
            return {"errcode": 48002, "errmsg": "user refuse to accept the msg"}
        window = self._windows.get(to)
        if to in self.unsubscribed or window is None or window.until <= self._now():
            return {"errcode": 45015, "errmsg": "response out of time limit"}
        if window.left == 0:
            return {"errcode": 45047, "errmsg": "out of response count limit"}
        window.left -= 1
        with self._arrived:
            self.sent.append((to, content))
            self._arrived.notify_all()
        return {"errcode": 0, "errmsg": "ok"}

    def sent_to(self, open_id: str) -> list[str]:
        """What a citizen was sent, oldest first."""
        return [text for to, text in self.sent if to == open_id]

    def wait_for_sent(self, open_id: str, more_than: int, timeout_s: float) -> list[str]:
        """What a citizen was sent beyond the first `more_than`; blocks until there is some.

        Raises:
            TimeoutError: nothing came in time.
        """
        with self._arrived:
            if not self._arrived.wait_for(
                lambda: len(self.sent_to(open_id)) > more_than, timeout_s
            ):
                raise TimeoutError(f"{open_id} was sent nothing more")
            return self.sent_to(open_id)[more_than:]

    def text_message(self, open_id: str, content: str) -> str:
        """The XML of a citizen's text, with a MsgId of its own; opens the 48 hours."""
        self.citizen_wrote(open_id)
        self._next_message_id += 1
        return (
            f"<xml><ToUserName><![CDATA[{self.account.original_id}]]></ToUserName>"
            f"<FromUserName><![CDATA[{open_id}]]></FromUserName>"
            f"<CreateTime>{int(self._now().timestamp())}</CreateTime>"
            "<MsgType><![CDATA[text]]></MsgType>"
            f"<Content><![CDATA[{content}]]></Content>"
            f"<MsgId>{self._next_message_id}</MsgId></xml>"
        )

    def event(self, open_id: str, event: str, key: str = "") -> str:
        """The XML of an event, which has no MsgId."""
        return (
            f"<xml><ToUserName><![CDATA[{self.account.original_id}]]></ToUserName>"
            f"<FromUserName><![CDATA[{open_id}]]></FromUserName>"
            f"<CreateTime>{int(self._now().timestamp())}</CreateTime>"
            f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>"
            f"<EventKey><![CDATA[{key}]]></EventKey></xml>"
        )

    def signed_query(self) -> dict[str, str]:
        """The query every callback carries."""
        timestamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(5)
        return {
            "signature": _sign(self.account.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }

    def encrypted(self, xml: str) -> tuple[dict[str, str], bytes]:
        """A callback in encrypted mode: its query and its body, made by wechatpy."""
        query = self.signed_query()
        body = self._crypto().encrypt_message(xml, query["nonce"], query["timestamp"])
        query |= {
            "encrypt_type": "aes",
            "msg_signature": body.split("<MsgSignature><![CDATA[")[1].split("]]>")[0],
        }
        encrypted = body.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        outer = (
            f"<xml><ToUserName><![CDATA[{self.account.original_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
        return query, outer.encode()

    def read_reply(self, body: bytes) -> str:
        """The XML inside an encrypted passive reply, decrypted by wechatpy."""
        text = body.decode()

        def field_of(name: str) -> str:
            inside = text.split(f"<{name}>")[1].split(f"</{name}>")[0]
            return inside.removeprefix("<![CDATA[").removesuffix("]]>")

        decrypted: str = self._crypto().decrypt_message(
            text, field_of("MsgSignature"), field_of("TimeStamp"), field_of("Nonce")
        )
        return decrypted

    def _crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)

    async def deliver(self, url: str, xml: str) -> bytes:
        """Send a callback as the platform does.

        Returns:
            The body of the first answer that came within five seconds.

        Raises:
            ConnectionError: none came in three sends; the citizen reads that the account is
                temporarily out of service.
        """
        query, body = self.encrypted(xml)
        async with httpx.AsyncClient(timeout=GIVE_UP_AFTER_S) as client:
            for _ in range(SENDS):
                try:
                    answer = await client.post(url, params=query, content=body)
                except httpx.HTTPError:
                    continue
                if answer.status_code == 200:
                    return answer.content
        raise ConnectionError("该公众号暂时无法提供服务")


def _sign(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    signature: str = signer.signature
    return signature
