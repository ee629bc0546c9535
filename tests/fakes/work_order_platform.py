"""A city's work-order platform as its own developers would have built it: strict, and in its own
words (docs/work-orders.md has the protocol). It shares no code with our connector."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

KEY = "a key of forty characters, for the tests"
_STALE = timedelta(seconds=300)
_CHINA = timedelta(hours=8)
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_PHONE = re.compile(r"[0-9-]{7,13}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")

_FIELDS = {
    "": {"事件编号", "操作类型", "操作时间", "工单", "办理", "回访"},
    "工单": {
        "工单编号", "来源编号", "工单标题", "诉求内容", "诉求类型", "事发地址", "所属镇街",
        "诉求人", "来电号码", "是否保密", "受理时间", "办理时限", "工单状态",
    },
    "办理": {"承办单位", "办理结果", "理由", "依据", "说明", "延期工作日", "是否同意"},
    "回访": {"满意度"},
}  # fmt: skip
_OPEN = {"新建", "待签收", "办理中", "已退单"}
_STEPS: dict[str, tuple[set[str], str]] = {
    "转派": (_OPEN, "待签收"),
    "签收": ({"待签收"}, "办理中"),
    "办结反馈": ({"办理中"}, "已办结"),
    "评价": ({"已办结"}, "已评价"),
    "归档": ({"已办结", "已评价"}, "已归档"),
    "退单": ({"新建", "待签收", "办理中"}, "已退单"),
    "催办": (_OPEN, ""),
    "督办": (_OPEN, ""),
    "补充": (_OPEN | {"已办结", "已评价"}, ""),
    "退单审核": ({"已退单", "待签收"}, ""),
    "延期审核": ({"待签收", "办理中"}, ""),
}
"""What is done → the states it may be done in, and the state afterwards; empty: the same."""
_OWED = {"办结反馈": ("办理", "办理结果"), "退单": ("办理", "理由"), "评价": ("回访", "满意度")}
_TYPES = {"咨询类", "求助类", "投诉类", "举报类", "建议类", "表扬类"}


class Refusal(Exception):
    """Not taken; a code of the platform's, and what its answer is over HTTP."""

    def __init__(self, code: str, status: int = 200) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass(kw_only=True)
class Order:
    """One order there."""

    number: str
    state: str = "新建"
    facts: dict[str, Any] = field(default_factory=dict)
    done: list[dict[str, Any]] = field(default_factory=list)

    @property
    def steps(self) -> list[str]:
        return [event["操作类型"] for event in self.done]


@dataclass
class WorkOrderPlatform:
    """The platform.

    Args:
        trouble: what befalls the next calls, one each: an HTTP status, a code answered with 200, or
            `silent`: it takes the call and never answers.
        down: every call is answered 500.
        per_minute: calls it takes.
    """

    now: Callable[[], datetime]
    key: str = KEY
    trouble: list[int | str] = field(default_factory=list)
    down: bool = False
    per_minute: int = 600
    orders: dict[str, Order] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    news: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    _nonces: set[str] = field(default_factory=set)
    _times: list[datetime] = field(default_factory=list)
    _made: int = 0

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/orders/events", self._told)
        app.router.add_post("/orders/news", self._asked)
        return app

    # What it tells

    def event(self, what: str, order: Order, **values: dict[str, Any]) -> dict[str, Any]:
        """Something done there; the order as it knows it goes with it."""
        self._made += 1
        at = (self.now() + _CHINA).strftime("%Y-%m-%d %H:%M:%S")
        told = {"工单编号": order.number, **order.facts}
        return {
            "事件编号": f"E{self._made}",
            "操作类型": what,
            "操作时间": at,
            "工单": told,
            **values,
        }

    def give(self, number: str, **facts: Any) -> dict[str, Any]:
        """A new order for the other side; gives the event."""
        order = self.orders[number] = Order(number=number, facts=facts)
        return self.event("派单", order)

    def act(self, what: str, number: str, **values: dict[str, Any]) -> dict[str, Any]:
        """A step of its own people; gives the event."""
        order = self.orders[number]
        states, after = _STEPS.get(what, (_OPEN, ""))
        assert order.state in states, f"{what} in {order.state}"
        order.state = after or order.state
        return self.event(what, Order(number=number), **values)

    def call(self, path: str, *events: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of a call to the other side."""
        self._made += 1
        body = json.dumps({"data": {"list": list(events)}}, ensure_ascii=False).encode()
        timestamp, nonce = str(int(self.now().timestamp())), f"platform-nonce-{self._made:06d}"
        return body, {
            "X-Order-Client": "platform",
            "X-Order-Timestamp": timestamp,
            "X-Order-Nonce": nonce,
            "X-Order-Signature": self._sign("POST", path, timestamp, nonce, body=body),
        }

    # What it is told

    async def _told(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._take)

    async def _asked(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._page)

    async def _answered(
        self, request: web.Request, act: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> web.Response:
        self.calls += 1
        trouble = self.trouble.pop(0) if self.trouble else 0
        status = 500 if self.down else trouble
        if isinstance(status, int) and status:
            return web.Response(status=status, text="<html>Internal Server Error</html>")
        body = await request.read()
        nonce = request.headers.get("X-Order-Nonce", "")
        try:
            self._admit(request, body, trouble)
            answer = {"code": "0", "message": "成功", "data": act(_envelope(body))}
        except Refusal as refusal:
            number = self.events.get(_event_id(body), "") if refusal.code == "1001" else ""
            data = {"工单编号": number} if number else {}
            # Such platforms like to quote what they were sent.
            answer = {"code": refusal.code, "message": body.decode()[:500], "data": data}
            return self._signed(answer, nonce, refusal.status)
        if trouble == "silent":
            await asyncio.Event().wait()
        return self._signed(answer, nonce, 200)

    def _signed(self, answer: dict[str, Any], nonce: str, status: int) -> web.Response:
        body = json.dumps(answer, ensure_ascii=False).encode()
        headers = {"X-Order-Signature": self._sign("ANSWER", nonce, body=body)}
        if status == 429:
            headers["Retry-After"] = "20"
        return web.Response(
            status=status, body=body, content_type="application/json", headers=headers
        )

    def _sign(self, *parts: str, body: bytes) -> str:
        signed = "\n".join(parts).encode() + b"\n" + body
        return "sha256=" + hmac.new(self.key.encode(), signed, hashlib.sha256).hexdigest()

    def _admit(self, request: web.Request, body: bytes, trouble: int | str) -> None:
        timestamp, nonce = (request.headers.get(f"X-Order-{n}", "") for n in ("Timestamp", "Nonce"))
        expected = self._sign(request.method, request.path, timestamp, nonce, body=body)
        if not hmac.compare_digest(expected, request.headers.get("X-Order-Signature", "")):
            raise Refusal("4011", 401)
        if not request.headers.get("X-Order-Client"):
            raise Refusal("4011", 401)
        if abs(self.now().timestamp() - int(timestamp)) > _STALE.total_seconds():
            raise Refusal("4012", 401)
        if not _NONCE.fullmatch(nonce) or nonce in self._nonces:
            raise Refusal("4013", 401)
        self._nonces.add(nonce)
        if request.content_type != "application/json":
            raise Refusal("4000", 415)
        self._times = [at for at in self._times if at > self.now() - timedelta(minutes=1)]
        if len(self._times) >= self.per_minute:
            raise Refusal("4290", 429)
        self._times.append(self.now())
        if trouble and trouble != "silent":
            raise Refusal(str(trouble))

    def _page(self, message: dict[str, Any]) -> dict[str, Any]:
        asked = message["data"]
        if set(asked) != {"cursor", "limit"} or not 1 <= asked["limit"] <= 100:
            raise Refusal("4001")
        start = int(asked["cursor"] or 0)
        page = self.news[start : start + asked["limit"]]
        return {"list": page, "next": str(start + len(page))}

    def _take(self, message: dict[str, Any]) -> dict[str, Any]:
        event = message["data"]
        _check_fields(event)
        if event["事件编号"] in self.events:
            raise Refusal("1001")
        order = self._create(event) if event["操作类型"] == "交办" else self._step(event)
        order.done.append(event)
        self.events[event["事件编号"]] = order.number
        return {"工单编号": order.number}

    def _create(self, event: dict[str, Any]) -> Order:
        told = event["工单"]
        if not told.get("诉求内容") or not told.get("来源编号"):
            raise Refusal("4002")
        if told.get("工单编号") or told.get("诉求类型") not in _TYPES:
            raise Refusal("4003")
        number = f"GD{len(self.orders) + 1:06d}"
        self.orders[number] = Order(number=number, state="待签收", facts=told)
        return self.orders[number]

    def _step(self, event: dict[str, Any]) -> Order:
        order = self.orders.get(event["工单"].get("工单编号", ""))
        if order is None:
            raise Refusal("4004")
        what = event["操作类型"]
        states, after = _STEPS[what]
        if order.state not in states:
            raise Refusal("4009")
        if event["工单"].get("工单状态", after) != after:
            raise Refusal("4010")
        if what in _OWED and not event.get(_OWED[what][0], {}).get(_OWED[what][1]):
            raise Refusal("4002")
        order.state = after or order.state
        return order


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except ValueError:
        raise Refusal("4000", 400) from None
    if set(message) != {"version", "source", "data"} or message["version"] != "1.0":
        raise Refusal("4001", 400)
    return dict(message)


def _event_id(body: bytes) -> str:
    return str(json.loads(body)["data"].get("事件编号", ""))


def _check_fields(event: dict[str, Any]) -> None:
    """Nothing unknown, nothing missing, everything in its form."""
    for part, known in _FIELDS.items():
        if set(event.get(part, {}) if part else event) - known:
            raise Refusal("4001")
    if not event.get("事件编号") or event.get("操作类型") not in {*_STEPS, "交办"}:
        raise Refusal("4002")
    told = event.get("工单", {})
    times = [event.get("操作时间", "")] + [told[n] for n in ("受理时间", "办理时限") if n in told]
    if not all(_TIME.fullmatch(each) for each in times):
        raise Refusal("4003")
    if not _PHONE.fullmatch(told.get("来电号码", "0000000")):
        raise Refusal("4022")
    if len(told.get("诉求内容", "")) > 2000 or len(told.get("工单标题", "")) > 200:
        raise Refusal("4023")
