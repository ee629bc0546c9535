"""A gateway of text messages, as strict as docs/sms.md says; written from that page alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import aiohttp
from aiohttp import web

KEY = "a key of the gateway for tests"
LINK = "https://12345.example/p"
DEPARTMENT_LINK = "https://12345.example/d"
_FIELDS = {
    "send": {"phone", "sign", "template", "variables", "reference"},
    "balance": set[str](),
}
_OURS = {"action", "app", "timestamp", "nonce", "signature"}
_SPANS = (("RATE_MINUTE", 60), ("RATE_HOUR", 3600), ("RATE_DAY", 86_400))


class _No(Exception):
    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.answer = {"code": code, **more}


@dataclass(frozen=True, kw_only=True)
class Approved:
    """A template as it was approved."""

    text: str
    longest: Mapping[str, int] = field(default_factory=dict)

    @property
    def variables(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.text)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message a phone got."""

    message_id: str
    phone: str
    template: str
    text: str
    parts: int
    reference: str


def approved_in(path: Path) -> dict[str, Approved]:
    """The templates of a city's file as its gateway approved them."""
    given = tomllib.loads(path.read_text())
    links = {True: DEPARTMENT_LINK, False: LINK}
    return {
        one["code"]: Approved(
            text=one["text"].replace("{link}", links[one["kind"].startswith("department_")]),
            longest=one.get("longest", {}),
        )
        for one in given["template"]
    }


def signature_of(key: str, fields: Mapping[str, str]) -> str:
    """docs/sms.md, 签名."""
    named = sorted(name for name in fields if name != "signature")
    plain = "&".join(f"{quote(n, safe='-._~')}={quote(fields[n], safe='-._~')}" for n in named)
    return hmac.new(key.encode(), plain.encode(), hashlib.sha256).hexdigest()


def parts_of(text: str) -> int:
    """70 UTF-16 units, or 67 a part, halves of a pair together."""
    octets = text.encode("utf-16-be")
    if len(octets) <= 140:
        return 1
    count = 0
    while octets:
        end = min(134, len(octets))
        if end < len(octets) and 0xDC <= octets[end] <= 0xDF:
            end -= 2
        octets, count = octets[end:], count + 1
    return count


class SmsGateway:
    """One account.

    Args:
        templates: code → approved text.
        now: the time.
        limits: what a number may get of one template a minute, an hour, a day.
    """

    def __init__(
        self,
        templates: Mapping[str, Approved],
        now: Callable[[], datetime],
        *,
        app: str = "fengcheng",
        key: str = KEY,
        sign: str = "丰城12345",
        balance: int = 10_000,
        limits: tuple[int, int, int] = (1, 5, 10),
    ) -> None:
        self.limits = limits
        self.templates, self._now = dict(templates), now
        self.app, self.key, self.sign, self.balance = app, key, sign, balance
        self.sent: list[Sent] = []
        self.refusals: list[str] = []
        self.requests = 0
        self.blacklist: set[str] = set()
        self.faults: list[str] = []
        """What the next requests meet: `busy`, `500`, `lost` (taken, and the answer is lost)."""
        self._nonces: set[str] = set()
        self._times: dict[tuple[str, str], list[float]] = {}
        self._known: dict[str, tuple[dict[str, str], str]] = {}

    def application(self) -> web.Application:
        """Serves it at every path."""
        application = web.Application()
        application.router.add_post("/{path:.*}", self._take)
        return application

    @property
    def texts(self) -> list[str]:
        """What phones showed, in order."""
        return [each.text for each in self.sent]

    # What it tells us

    def callback(self, *items: Mapping[str, str], key: str = "") -> bytes:
        """A signed callback's body."""
        fields = {
            "action": "callback",
            "app": self.app,
            "timestamp": str(int(self._now().timestamp())),
            "nonce": secrets.token_hex(16),
            "items": json.dumps(items, ensure_ascii=False),
        }
        fields["signature"] = signature_of(key or self.key, fields)
        return urlencode(fields).encode()

    def report(self, sent: Sent, code: str = "") -> dict[str, str]:
        """What became of a message: `code` is why it failed; empty: it was delivered."""
        return {
            "type": "report",
            "message_id": sent.message_id,
            "reference": sent.reference,
            "phone": sent.phone,
            "status": "failed" if code else "delivered",
            "code": code,
            "at": self._now().isoformat(),
        }

    def reply(self, phone: str, text: str, *, id: str = "") -> dict[str, str]:
        """What a citizen wrote back."""
        return {
            "type": "reply",
            "reply_id": id or secrets.token_hex(8),
            "phone": phone,
            "text": text,
            "at": self._now().isoformat(),
        }

    async def tells(self, url: str, *items: Mapping[str, str]) -> None:
        """Call back until the receipt comes, three times at most."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                body = self.callback(*items)
                async with session.post(url, data=body, headers=headers) as answer:
                    if answer.status == 200 and (await answer.json()) == {"code": "OK"}:
                        return
        raise AssertionError("the callback was not taken")

    # What it is asked

    async def _take(self, request: web.Request) -> web.Response:
        self.requests += 1
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "500":
            return web.Response(status=500, text="<html>bad gateway</html>")
        try:
            answer = (
                {"code": "BUSY"}
                if fault == "busy"
                else self._answer(request.content_type, await request.read())
            )
        except _No as no:
            answer = no.answer
            self.refusals.append(answer["code"])
        if fault == "lost" and request.transport is not None:
            request.transport.abort()
        return web.json_response(answer)

    def _answer(self, content_type: str, body: bytes) -> dict[str, Any]:
        if content_type != "application/x-www-form-urlencoded":
            raise _No("FORM")
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        fields = dict(pairs)
        action = fields.get("action", "")
        if len(pairs) != len(fields) or action not in _FIELDS:
            raise _No("FORM")
        if set(fields) != _FIELDS[action] | _OURS:
            raise _No("FORM")
        self._admit(fields)
        if action == "balance":
            return {"code": "OK", "balance": self.balance}
        return self._send({name: fields[name] for name in _FIELDS["send"]})

    def _admit(self, fields: Mapping[str, str]) -> None:
        if fields["app"] != self.app:
            raise _No("APP")
        if not hmac.compare_digest(signature_of(self.key, fields), fields["signature"]):
            raise _No("SIGNATURE")
        if not fields["timestamp"].isdigit():
            raise _No("TIMESTAMP")
        if abs(self._now().timestamp() - int(fields["timestamp"])) > 300:
            raise _No("TIMESTAMP")
        if not 16 <= len(fields["nonce"]) <= 64 or fields["nonce"] in self._nonces:
            raise _No("NONCE")
        self._nonces.add(fields["nonce"])

    def _send(self, asked: dict[str, str]) -> dict[str, Any]:
        reference, phone = asked["reference"], asked["phone"]
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", reference):
            raise _No("REFERENCE")
        if reference in self._known:
            before, message_id = self._known[reference]
            if before != asked:
                raise _No("REFERENCE")
            return {"code": "DUPLICATE", "message_id": message_id}
        if asked["sign"] != self.sign:
            raise _No("SIGN")
        if asked["template"] not in self.templates:
            raise _No("TEMPLATE")
        if not re.fullmatch(r"1[3-9][0-9]{9}", phone):
            raise _No("PHONE")
        template = self.templates[asked["template"]]
        text = f"【{self.sign}】{self._filled(template, asked['variables'])}"
        if phone in self.blacklist:
            raise _No("BLACKLIST")
        self._limit(phone, asked["template"])
        parts = parts_of(text)
        if parts > self.balance:
            raise _No("BALANCE")
        self.balance -= parts
        self._times.setdefault((phone, asked["template"]), []).append(self._now().timestamp())
        sent = Sent(
            message_id=f"m{len(self.sent) + 1}",
            phone=phone,
            template=asked["template"],
            text=text,
            parts=parts,
            reference=reference,
        )
        self.sent.append(sent)
        self._known[reference] = (asked, sent.message_id)
        return {"code": "OK", "message_id": sent.message_id, "parts": parts}

    def _filled(self, template: Approved, told: str) -> str:
        try:
            given = json.loads(told)
        except ValueError:
            raise _No("VARIABLES") from None
        if not isinstance(given, dict) or set(given) != set(template.variables):
            raise _No("VARIABLES")
        for name, value in given.items():
            if not isinstance(value, str) or not value.strip():
                raise _No("VARIABLES")
            if len(value.encode("utf-16-be")) // 2 > template.longest.get(name, 35):
                raise _No("VARIABLE_LENGTH")
            if re.search(r"https?://|www\.|[【】{}\r\n\t]", value, re.IGNORECASE):
                raise _No("VARIABLE_CONTENT")
        return re.sub(r"\{(\w+)\}", lambda found: str(given[found[1]]), template.text)

    def _limit(self, phone: str, template: str) -> None:
        now = self._now().timestamp()
        for (code, span_s), most in zip(_SPANS, self.limits, strict=True):
            within = [t for t in self._times.get((phone, template), []) if t > now - span_s]
            if len(within) >= most:
                raise _No(code, retry_after_s=within[-most] + span_s - now)
