"""The fake gateway, proven by a client of the standard library written from docs/sms.md."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest

from tests.connectors.hotline.sms.bench import NUMBER, PHONE, Bench, bench
from tests.fakes.sms_gateway import KEY

GOOD = {
    "phone": PHONE,
    "sign": "丰城12345",
    "template": "FC12345_NOTED",
    "variables": json.dumps({"number": NUMBER}),
    "reference": "row-1",
}


class Client:
    """Nothing of ours is in it."""

    def __init__(self, at: Bench) -> None:
        self._at = at
        self._url = at.channel._settings.url
        self._count = 0

    def fields(self, action: str, given: Mapping[str, str], key: str = KEY) -> dict[str, str]:
        self._count += 1
        fields = {
            **given,
            "action": action,
            "app": "fengcheng",
            "timestamp": str(int(self._at.clock.now().timestamp())),
            "nonce": f"{self._count:032d}",
        }
        sorted_pairs = sorted(fields.items())
        plain = urllib.parse.urlencode(sorted_pairs, quote_via=urllib.parse.quote, safe="~")
        fields["signature"] = hmac.new(key.encode(), plain.encode(), hashlib.sha256).hexdigest()
        return fields

    async def posts(self, fields: Mapping[str, str]) -> dict[str, Any]:
        def post() -> Any:
            body = urllib.parse.urlencode(fields).encode()
            with urllib.request.urlopen(self._url, data=body, timeout=10) as answer:  # noqa: S310 - loopback
                return json.load(answer)

        answer: dict[str, Any] = await asyncio.to_thread(post)
        return answer

    async def asks(self, action: str, given: Mapping[str, str], key: str = KEY) -> dict[str, Any]:
        return await self.posts(self.fields(action, given, key))


async def test_it_sends_once_a_reference_and_tells_the_balance() -> None:
    async with bench() as at:
        client = Client(at)
        first = await client.asks("send", GOOD)
        assert (first["code"], first["parts"]) == ("OK", 1)
        again = await client.asks("send", GOOD)
        assert again == {"code": "DUPLICATE", "message_id": first["message_id"]}
        assert at.gateway.texts == [
            f"【丰城12345】您补充的情况已记到编号{NUMBER}，会转给承办单位。"
        ]
        assert await client.asks("balance", {}) == {"code": "OK", "balance": 9_999}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phone": "07956200000"}, "PHONE"),
        ({"phone": "+8613900000001"}, "PHONE"),
        ({"sign": "丰城"}, "SIGN"),
        ({"template": "FC12345_OTHER"}, "TEMPLATE"),
        ({"variables": "{}"}, "VARIABLES"),
        ({"variables": "[]"}, "VARIABLES"),
        ({"variables": "number"}, "VARIABLES"),
        ({"variables": json.dumps({"number": ""})}, "VARIABLES"),
        ({"variables": json.dumps({"number": "1", "code": "2"})}, "VARIABLES"),
        ({"variables": json.dumps({"number": "9" * 36})}, "VARIABLE_LENGTH"),
        ({"variables": json.dumps({"number": "😀" * 18})}, "VARIABLE_LENGTH"),
        ({"variables": json.dumps({"number": "见 https://a.cn"})}, "VARIABLE_CONTENT"),
        ({"variables": json.dumps({"number": "【别人】"})}, "VARIABLE_CONTENT"),
        ({"reference": "a b"}, "REFERENCE"),
        ({"reference": ""}, "REFERENCE"),
        ({"extra": "1"}, "FORM"),
    ],
)
async def test_it_refuses_what_the_protocol_does_not_allow(
    change: dict[str, str], code: str
) -> None:
    async with bench() as at:
        assert (await Client(at).asks("send", {**GOOD, **change}))["code"] == code
        assert at.gateway.sent == []


async def test_a_reference_stands_for_one_message() -> None:
    async with bench() as at:
        client = Client(at)
        await client.asks("send", GOOD)
        other = {**GOOD, "phone": "13900000002"}
        assert (await client.asks("send", other))["code"] == "REFERENCE"


async def test_it_lets_nobody_in_without_key_clock_and_a_fresh_nonce() -> None:
    async with bench() as at:
        client = Client(at)
        assert (await client.asks("send", GOOD, key="another"))["code"] == "SIGNATURE"
        fields = client.fields("send", GOOD)
        assert (await client.posts({**fields, "phone": "13900000002"}))["code"] == "SIGNATURE"
        assert (await client.posts(fields))["code"] == "OK"
        assert (await client.posts(fields))["code"] == "NONCE"
        old = client.fields("send", {**GOOD, "reference": "row-2"})
        at.clock.advance(seconds=301)
        assert (await client.posts(old))["code"] == "TIMESTAMP"


async def test_a_minute_an_hour_a_day_and_the_balance() -> None:
    async with bench() as at:
        client = Client(at)
        codes = []
        for number in range(14):
            answer = await client.asks("send", {**GOOD, "reference": f"row-{number}"})
            codes.append(answer["code"])
            at.clock.advance(seconds=[30, 61, 61, 61, 61, 61, 3600][min(number, 6)])
        in_an_hour = ["OK", "RATE_MINUTE", *["OK"] * 4, "RATE_HOUR"]
        assert codes == [*in_an_hour, *["OK"] * 5, *["RATE_DAY"] * 2]
        at.gateway.balance = 0
        other = {**GOOD, "reference": "last", "phone": "13900000002"}
        assert (await client.asks("send", other))["code"] == "BALANCE"
        at.gateway.blacklist.add("13900000003")
        stopped = {**GOOD, "reference": "none", "phone": "13900000003"}
        assert (await client.asks("send", stopped))["code"] == "BLACKLIST"


async def test_its_callbacks_are_signed_as_the_page_says() -> None:
    async with bench() as at:
        body = at.gateway.callback(at.gateway.reply(PHONE, "满意 谢谢~*"))
        fields = dict(urllib.parse.parse_qsl(body.decode()))
        told = fields.pop("signature")
        plain = "&".join(
            f"{name}={urllib.parse.quote(fields[name], safe='~')}" for name in sorted(fields)
        )
        assert told == hmac.new(KEY.encode(), plain.encode(), hashlib.sha256).hexdigest()
        assert json.loads(fields["items"])[0]["text"] == "满意 谢谢~*"
