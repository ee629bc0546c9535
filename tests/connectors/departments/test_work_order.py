"""Work-order platforms: told and telling, against the fake that shares no code with them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.city.load import DEFAULT
from connectors.base import RawRequest
from connectors.departments.base import DepartmentUpdate, NoticeKind, UpdateKind
from connectors.departments.work_order.mapping import PlatformMapping
from connectors.departments.work_order.platform import PulledPlatform, PushingPlatform
from connectors.departments.work_order.reading import read_mapping
from connectors.departments.work_order.settings import PlatformSettings
from connectors.errors import (
    ConnectorError,
    Malformed,
    Refused,
    Retryable,
    Unverified,
    Waiting,
)
from tests.connectors.departments.notices import notice
from tests.fakes.edges import FakeClock
from tests.fakes.work_order_platform import KEY, WorkOrderPlatform
from tests.servers import free_port

EXAMPLE = DEFAULT / "work_order" / "example.toml"
DOOR = "/channels/departments/work_order-county"
UNITS = {"市城管局": "市城市管理局", "市城市管理局": "市城市管理局"}
Make = Callable[..., PushingPlatform]


@pytest.fixture
def mapping() -> PlatformMapping:
    return read_mapping(EXAMPLE, UNITS)


@pytest.fixture
def theirs(clock: FakeClock) -> WorkOrderPlatform:
    return WorkOrderPlatform(clock.now)


@pytest.fixture
async def base(theirs: WorkOrderPlatform) -> AsyncIterator[str]:
    async with TestServer(theirs.application()) as server:
        yield str(server.make_url("")).rstrip("/")


def settings(base: str = "https://example.com", **given: Any) -> PlatformSettings:
    return PlatformSettings(
        base_url=base, key=SecretStr(KEY), mapping=Path("example.toml"), **given
    )


@pytest.fixture
async def ours(
    base: str, mapping: PlatformMapping, clock: FakeClock
) -> AsyncIterator[PushingPlatform]:
    made = PushingPlatform("county", settings(base, timeout_s=1.0), mapping, now=clock.now)
    yield made
    await made.close()


@pytest.fixture
async def asking(
    base: str, mapping: PlatformMapping, clock: FakeClock
) -> AsyncIterator[PulledPlatform]:
    made = PulledPlatform("county", settings(base), mapping, now=clock.now)
    yield made
    await made.close()


def request_of(body: bytes, headers: dict[str, str], path: str = DOOR) -> RawRequest:
    lower = {name.lower(): value for name, value in headers.items()}
    return RawRequest(method="POST", path=path, headers=lower, body=body)


ORDER = {
    "工单标题": "路灯不亮",
    "诉求内容": "人民路的路灯三天没亮了",
    "诉求类型": "求决类",
    "事发地址": "人民路 8 号",
    "诉求人": "王五",
    "来电号码": "13900000001",
    "是否保密": "是",
    "办理时限": "2026-03-05",
}


# Telling


async def test_an_order_is_told_in_their_words(
    ours: PushingPlatform, theirs: WorkOrderPlatform
) -> None:
    receipt = await ours.send(notice(contact_name="王五", contact_phone="13900000001"))
    order = theirs.orders[receipt.external_id]
    assert order.facts == {
        "来源编号": "20260302000001",
        "工单标题": "新城大道路灯不亮",
        "诉求内容": "新城大道的路灯三天没亮了",
        "诉求类型": "求助类",
        "事发地址": "新城大道 8 号",
        "诉求人": "王五",
        "来电号码": "13900000001",
        "是否保密": "否",
        "办理时限": "2026-03-09 23:59:59",
        "工单状态": "待签收",
    }
    assert order.done[0]["办理"] == {"承办单位": "CG001"}


async def test_what_follows_carries_their_number_and_not_the_citizen(
    ours: PushingPlatform, theirs: WorkOrderPlatform
) -> None:
    number = (await ours.send(notice(contact_phone="13900000001"))).external_id
    told = notice("k2", kind=NoticeKind.URGED, external_number=number, words="请尽快")
    await ours.send(replace(told, contact_phone="13900000001"))
    event = theirs.orders[number].done[1]
    assert (event["操作类型"], event["办理"]["说明"]) == ("催办", "请尽快")
    assert "13900000001" not in json.dumps(event)


async def test_taken_without_an_answer_it_is_sent_again_and_taken_once(
    ours: PushingPlatform, theirs: WorkOrderPlatform
) -> None:
    theirs.trouble = ["silent"]
    with pytest.raises(Retryable) as met:
        await ours.send(notice())
    assert met.value.code == "timeout"
    receipt = await ours.send(notice())
    assert list(theirs.orders) == [receipt.external_id]
    assert theirs.orders[receipt.external_id].steps == ["交办"]


@pytest.mark.parametrize(
    ("trouble", "kind", "code"),
    [
        (500, Retryable, "server_error"),
        (502, Retryable, "server_error"),
        (401, Retryable, "sign_in_refused"),
        (302, Refused, "platform_http_302"),
        (404, Refused, "platform_http_404"),
        ("9001", Retryable, "platform_9001"),
        ("4040", Refused, "platform_4040"),
        ("请联系王五13900000001", Refused, "refused"),
    ],
)
async def test_failures_say_whether_later_helps_and_nothing_of_the_citizen(
    ours: PushingPlatform,
    theirs: WorkOrderPlatform,
    trouble: int | str,
    kind: type[ConnectorError],
    code: str,
) -> None:
    theirs.trouble = [trouble]
    with pytest.raises(kind) as met:
        await ours.send(notice(contact_phone="13900000001"))
    assert (type(met.value), met.value.code) == (kind, code)


async def test_a_field_they_refuse_is_told_by_their_code_alone(ours: PushingPlatform) -> None:
    with pytest.raises(Refused) as met:
        await ours.send(notice(contact_phone="不详，找王五"))
    assert (met.value.code, str(met.value)) == ("platform_4022", "platform_4022")


async def test_their_rate_limit_is_waited_for(
    ours: PushingPlatform, theirs: WorkOrderPlatform
) -> None:
    theirs.per_minute = 0
    with pytest.raises(Waiting) as met:
        await ours.send(notice())
    assert (met.value.code, met.value.retry_after_s) == ("platform_rate", 20.0)


async def test_nobody_there_is_tried_again(mapping: PlatformMapping) -> None:
    away = PushingPlatform("county", settings(f"http://127.0.0.1:{free_port()}"), mapping)
    with pytest.raises(Retryable, match="unreachable"):
        await away.send(notice())
    await away.close()


async def test_what_they_have_no_word_for_is_not_told(
    base: str, mapping: PlatformMapping, theirs: WorkOrderPlatform
) -> None:
    silent = replace(mapping, tell={**mapping.tell, "supervised": ""})
    made = PushingPlatform("county", settings(base), silent)
    await made.send(notice(kind=NoticeKind.SUPERVISED, external_number="S1"))
    await made.close()
    assert theirs.calls == 0


# Told


def update(ours: PushingPlatform, *events: dict[str, Any], by: WorkOrderPlatform) -> Any:
    return ours.parse(request_of(*by.call(DOOR, *events)))


async def test_an_order_of_theirs_in_our_words(
    ours: PushingPlatform, theirs: WorkOrderPlatform, clock: FakeClock
) -> None:
    event = theirs.give("S1", **ORDER) | {"办理": {"承办单位": "市城管局"}}
    [told] = update(ours, event, by=theirs)
    assert told == DepartmentUpdate(
        source="work_order-county",
        external_id="S1:E1",
        kind=UpdateKind.OPENED,
        external_number="S1",
        department="市城市管理局",
        order={
            "title": "路灯不亮",
            "text": "人民路的路灯三天没亮了",
            "demand_type": "求助",
            "place": "人民路 8 号",
            "contact_name": "王五",
            "contact_phone": "13900000001",
            "confidential": "yes",
            "department": "市城市管理局",
            "due_at": "2026-03-05T15:59:59+00:00",
        },
        at=clock.now(),
    )


@pytest.mark.parametrize(
    ("what", "values", "meant"),
    [
        ("退单", {"办理": {"理由": "不属我局", "依据": "三定方案"}},
         {"kind": UpdateKind.RETURNED, "words": "不属我局（依据：三定方案）"}),
        ("申请延期", {"办理": {"理由": "待购灯具", "延期工作日": 5}},
         {"kind": UpdateKind.EXTENSION_ASKED, "words": "待购灯具", "days": 5}),
        ("办结反馈", {"办理": {"办理结果": "修好了"}},
         {"kind": UpdateKind.REPLIED, "words": "修好了"}),
        ("评价", {"回访": {"满意度": "不满意"}, "办理": {"说明": "太慢"}},
         {"kind": UpdateKind.RATED, "grade": 2, "words": "太慢"}),
        ("催办", {}, {"kind": UpdateKind.URGED, "words": ""}),
    ],
)  # fmt: skip
async def test_steps_of_theirs(
    ours: PushingPlatform,
    theirs: WorkOrderPlatform,
    what: str,
    values: dict[str, Any],
    meant: dict[str, Any],
) -> None:
    theirs.give("S1", **ORDER)
    event = theirs.event(what, theirs.orders["S1"], **values)
    [told] = update(ours, event, by=theirs)
    assert {name: getattr(told, name) for name in meant} == meant


async def test_what_is_nothing_of_ours_is_left_out(
    ours: PushingPlatform, theirs: WorkOrderPlatform
) -> None:
    theirs.give("S1", **ORDER)
    assert update(ours, theirs.event("查阅", theirs.orders["S1"]), by=theirs) == ()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda event: event.pop("事件编号"), "field_event_id"),
        (lambda event: event.update(操作类型="不知道"), "field_kind"),
        (lambda event: event["工单"].update(办理时限="下周"), "field_due_at"),
        (lambda event: event["工单"].update(工单编号="S" * 81), "field_external_number"),
        (lambda event: event.update(操作时间="昨天"), "field_at"),
    ],
)
async def test_what_cannot_be_understood_is_malformed(
    ours: PushingPlatform,
    theirs: WorkOrderPlatform,
    spoil: Callable[[dict[str, Any]], object],
    code: str,
) -> None:
    event = theirs.give("S1", **ORDER)
    spoil(event)
    with pytest.raises(Malformed) as met:
        update(ours, event, by=theirs)
    assert met.value.code == code


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"data": 1}', b"[" * 100_000, b'{"data": {"list": [1]}}',
     b'{"data": {"list": [{"\\u4e8b": NaN}]}}', b"\xff\xfe"],
)  # fmt: skip
async def test_nonsense_that_is_signed_is_malformed(
    ours: PushingPlatform, theirs: WorkOrderPlatform, clock: FakeClock, body: bytes
) -> None:
    timestamp, nonce = str(int(clock.now().timestamp())), "nonsense-0123456"
    sign = theirs._sign("POST", DOOR, timestamp, nonce, body=body)
    headers = {
        "X-Order-Timestamp": timestamp,
        "X-Order-Nonce": nonce,
        "X-Order-Signature": sign,
    }
    with pytest.raises(Malformed):
        ours.parse(request_of(body, headers))


async def test_what_no_database_takes_is_left_out(
    ours: PushingPlatform, theirs: WorkOrderPlatform
) -> None:
    event = theirs.give("S1", **ORDER | {"诉求内容": "路灯\x00不亮\ud83d"})
    body, _ = theirs.call(DOOR)
    assert body
    raw = json.dumps({"data": {"list": [event]}}).encode()
    timestamp, nonce = str(int(theirs.now().timestamp())), "surrogate-0123456"
    sign = theirs._sign("POST", DOOR, timestamp, nonce, body=raw)
    headers = {"X-Order-Timestamp": timestamp, "X-Order-Nonce": nonce, "X-Order-Signature": sign}
    [told] = ours.parse(request_of(raw, headers))
    assert told.order["text"] == "路灯不亮?"


async def test_lists_inside_lists_do_no_harm(
    ours: PushingPlatform, theirs: WorkOrderPlatform
) -> None:
    deep: list[Any] = []
    for _ in range(400):
        deep = [deep]
    event = theirs.give("S1", **ORDER | {"诉求内容": ["路灯不亮", "漏水", deep]})
    [told] = update(ours, event, by=theirs)
    assert told.order["text"] == "路灯不亮、漏水"


async def test_only_what_they_signed_for_this_door_lately_comes_in_and_once(
    ours: PushingPlatform, theirs: WorkOrderPlatform, clock: FakeClock
) -> None:
    body, headers = theirs.call(DOOR, theirs.give("S1", **ORDER))
    refused = [
        request_of(body + b" ", headers),
        request_of(body, headers, "/channels/departments/work_order-other"),
        request_of(body, headers | {"X-Order-Nonce": "another-nonce-0123456"}),
        request_of(body, headers | {"X-Order-Timestamp": "1"}),
        request_of(body, headers | {"X-Order-Signature": "sha256=\udcff"}),
        request_of(body, {}),
    ]
    for request in refused:
        with pytest.raises(Unverified, match="signature"):
            ours.parse(request)
    good = request_of(body, headers)
    assert ours.parse(good)
    await ours.admit(good)
    with pytest.raises(Unverified, match="replayed"):
        await ours.admit(good)
    clock.advance(seconds=301)
    with pytest.raises(Unverified, match="stale"):
        ours.parse(good)


async def test_a_message_of_ours_cannot_be_turned_round(
    ours: PushingPlatform, theirs: WorkOrderPlatform, clock: FakeClock
) -> None:
    theirs.trouble = [500]
    sent: list[RawRequest] = []

    async def overhear(request: Any) -> None:
        path, body = request.url.path, request.content
        sent.append(request_of(body, dict(request.headers), path))

    ours._client.event_hooks = {"request": [overhear]}
    with pytest.raises(Retryable):
        await ours.send(notice())
    with pytest.raises(Unverified, match="signature"):
        ours.parse(replace(sent[0], path=DOOR))


async def test_they_are_answered_with_their_own_code(
    ours: PushingPlatform, theirs: WorkOrderPlatform
) -> None:
    request = request_of(*theirs.call(DOOR, theirs.give("S1", **ORDER)))
    answer = ours.acknowledge(request, ours.parse(request))
    assert (answer.status, json.loads(answer.body)) == (200, {"code": "0"})


# Asked


async def test_news_are_read_page_by_page(
    asking: PulledPlatform, theirs: WorkOrderPlatform
) -> None:
    theirs.news = [theirs.give(f"S{n}", **ORDER) for n in range(120)]
    told, cursor = await asking.poll("")
    assert [one.external_number for one in told] == [f"S{n}" for n in range(120)]
    assert (cursor, theirs.calls) == ("120", 3)
    assert await asking.poll(cursor) == ((), "120")


async def test_an_event_nobody_understands_holds_back_none(
    asking: PulledPlatform, theirs: WorkOrderPlatform
) -> None:
    theirs.news = [theirs.give(f"S{n}", **ORDER) for n in range(3)]
    theirs.news[1]["工单"]["办理时限"] = "王五说下周"
    told, _ = await asking.poll("")
    assert [one.kind.value for one in told] == ["opened", "note", "opened"]
    assert (told[1].external_number, told[1].words) == (
        "S1",
        "对方平台发来的消息读不懂（办理时限），请到对方平台查看。",
    )
    assert (await asking.poll(""))[0][1].external_id == told[1].external_id


async def test_news_somebody_else_signed_are_not_believed(
    base: str, mapping: PlatformMapping, clock: FakeClock, theirs: WorkOrderPlatform
) -> None:
    asking = PulledPlatform("county", settings(base), mapping, now=clock.now)
    sign = theirs._sign
    theirs._sign = lambda *parts, body: sign(*parts, body=body + b" " * (parts[0] == "ANSWER"))  # type: ignore[method-assign]  # a forger
    with pytest.raises(Refused, match="answer_not_signed"):
        await asking.poll("")
    await asking.close()


async def test_asking_fails_as_telling_does(
    asking: PulledPlatform, theirs: WorkOrderPlatform
) -> None:
    theirs.trouble = [500, "4040"]
    with pytest.raises(Retryable, match="server_error"):
        await asking.poll("")
    with pytest.raises(Refused, match="platform_4040"):
        await asking.poll("")
