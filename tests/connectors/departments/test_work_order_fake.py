"""The fake platform, held to docs/work-orders.md by a client written from that page alone."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiohttp.test_utils import TestServer

from tests.fakes.edges import FakeClock
from tests.fakes.work_order_platform import KEY, WorkOrderPlatform

TELL, NEWS = "/orders/events", "/orders/news"


class Client:
    """httpx, hmac and what the page says."""

    def __init__(self, base: str, clock: FakeClock) -> None:
        self._http, self._clock, self._count = httpx.AsyncClient(base_url=base), clock, 0

    async def post(
        self, path: str, message: object, *, key: str = KEY, nonce: str = "", age_s: int = 0
    ) -> httpx.Response:
        self._count += 1
        body = json.dumps(message, ensure_ascii=False).encode()
        timestamp = str(int(self._clock.now().timestamp()) - age_s)
        nonce = nonce or f"independent-{self._count:08d}"
        signed = f"POST\n{path}\n{timestamp}\n{nonce}\n".encode() + body
        digest = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Order-Client": "independent",
            "X-Order-Timestamp": timestamp,
            "X-Order-Nonce": nonce,
            "X-Order-Signature": f"sha256={digest}",
        }
        answer = await self._http.post(path, content=body, headers=headers)
        expected = hmac.new(key.encode(), f"ANSWER\n{nonce}\n".encode() + answer.content, "sha256")
        if answer.status_code == 200:
            assert answer.headers["X-Order-Signature"] == f"sha256={expected.hexdigest()}"
        return answer

    async def code(self, path: str, message: object, **how: Any) -> str:
        return str((await self.post(path, message, **how)).json()["code"])

    async def close(self) -> None:
        await self._http.aclose()


@pytest.fixture
def platform(clock: FakeClock) -> WorkOrderPlatform:
    return WorkOrderPlatform(clock.now)


@pytest.fixture
async def client(platform: WorkOrderPlatform, clock: FakeClock) -> AsyncIterator[Client]:
    async with TestServer(platform.application()) as server:
        made = Client(str(server.make_url("")).rstrip("/"), clock)
        yield made
        await made.close()


def event(what: str, event_id: str, number: str = "", **values: Any) -> dict[str, Any]:
    told = {"工单编号": number} if number else {}
    return {
        "version": "1.0",
        "source": "12345",
        "data": {
            "事件编号": event_id,
            "操作类型": what,
            "操作时间": "2026-03-02 10:00:00",
            "工单": told | values.pop("order", {}),
            **values,
        },
    }


NEW = {"来源编号": "20260302000001", "诉求内容": "路灯不亮", "诉求类型": "求助类"}


async def test_an_order_goes_its_way_and_each_step_once(
    client: Client, platform: WorkOrderPlatform
) -> None:
    first = (await client.post(TELL, event("交办", "a", order=NEW))).json()
    number = first["data"]["工单编号"]
    again = (await client.post(TELL, event("交办", "a", order=NEW))).json()
    assert (again["code"], again["data"]["工单编号"]) == ("1001", number)
    reply = {"办理": {"办理结果": "修好了"}}
    assert await client.code(TELL, event("办结反馈", "b", number, **reply)) == "4009"
    assert await client.code(TELL, event("签收", "c", number)) == "0"
    assert await client.code(TELL, event("办结反馈", "d", number)) == "4002"
    assert await client.code(TELL, event("办结反馈", "e", number, **reply)) == "0"
    assert platform.orders[number].state == "已办结"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (event("交办", "a", order=NEW | {"身份证号": "1"}), "4001"),
        (event("交办", "a", order=NEW | {"来电号码": "不详"}), "4022"),
        (event("交办", "a", order=NEW | {"诉求类型": "求助"}), "4003"),
        (event("交办", "a", order=NEW | {"办理时限": "2026-03-09T23:59:59Z"}), "4003"),
        (event("交办", "", order=NEW), "4002"),
        (event("签收", "a", "GD999999"), "4004"),
    ],
)
async def test_it_is_strict(client: Client, message: dict[str, Any], code: str) -> None:
    assert await client.code(TELL, message) == code


async def test_only_what_is_signed_fresh_and_new_comes_in(client: Client) -> None:
    order = event("交办", "a", order=NEW)
    wrong = await client.post(TELL, order, key="another key")
    stale = await client.post(TELL, order, age_s=301)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "4011")
    assert (stale.status_code, stale.json()["code"]) == (401, "4012")
    await client.post(TELL, order, nonce="the-same-nonce-16")
    replay = await client.post(TELL, order, nonce="the-same-nonce-16")
    assert (replay.status_code, replay.json()["code"]) == (401, "4013")


async def test_it_limits_and_fails_as_told(client: Client, platform: WorkOrderPlatform) -> None:
    platform.trouble = [500, "9001"]
    assert (await client.post(TELL, event("交办", "a", order=NEW))).status_code == 500
    assert await client.code(TELL, event("交办", "a", order=NEW)) == "9001"
    platform.per_minute = 1
    limited = await client.post(TELL, event("交办", "b", order=NEW))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "20")


async def test_news_come_in_pages(client: Client, platform: WorkOrderPlatform) -> None:
    platform.news = [platform.give(f"S{n}", 诉求内容="路灯不亮") for n in range(3)]

    async def page(cursor: str) -> dict[str, Any]:
        asked = {"version": "1.0", "source": "12345", "data": {"cursor": cursor, "limit": 2}}
        return dict((await client.post(NEWS, asked)).json()["data"])

    first = await page("")
    assert [one["工单"]["工单编号"] for one in first["list"]] == ["S0", "S1"]
    assert [len((await page(first["next"]))["list"]), len((await page("3"))["list"])] == [1, 0]
