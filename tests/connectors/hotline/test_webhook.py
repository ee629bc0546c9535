"""Signed call events over HTTP: what is taken, what is refused and in which words."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st

from connectors.base import RawRequest
from connectors.calls import CallEventKind
from connectors.channels.hotline.names import Operators
from connectors.channels.hotline.settings import HotlineSettings
from connectors.channels.hotline.webhook import BadEvents, HotlineWebhook
from connectors.errors import Malformed, Unverified

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
KEY = "key-of-the-north-centre"
OTHER_KEY = "key-of-the-south-centre"
PAYLOADS = Path(__file__).parents[2] / "payloads" / "hotline"
ANSWERED = {
    "event": "answered",
    "id": "e-1",
    "call": "c-1",
    "at": "2026-03-02T10:00:00+08:00",
    "caller": "13900000001",
    "queue": "12345",
    "operator": "8001",
}


def settings(**more: object) -> HotlineSettings:
    centres = {
        "north": {"key": KEY, "events": {"坐席摘机": "answered"}},
        "south": {"key": OTHER_KEY},
    }
    return HotlineSettings.model_validate({"centres": centres, **more})


def webhook(**more: object) -> HotlineWebhook:
    return HotlineWebhook(settings(**more), Operators({"8001": "王芳"}), now=lambda: NOW)


def signed(
    body: object, *, key: str = KEY, centre: str = "north", at: datetime = NOW
) -> RawRequest:
    """A request as a call centre makes it, by the README alone."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(key.encode(), f"{timestamp}.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {
        "x-hotline-centre": centre,
        "x-hotline-timestamp": timestamp,
        "x-hotline-signature": f"sha256={digest}",
    }
    return RawRequest(method="POST", path="/channels/hotline/events", headers=headers, body=raw)


def faults(body: object) -> dict[str, str]:
    with pytest.raises(BadEvents) as caught:
        webhook().parse(signed(body))
    return dict(caught.value.fields)


def test_one_event() -> None:
    [event] = webhook().parse(signed(ANSWERED))
    assert (event.feed, event.external_id, event.call_id) == ("webhook-north", "e-1", "c-1")
    assert (event.kind, event.at) == (CallEventKind.ANSWERED, NOW)
    assert (event.caller, event.queue, event.operator) == ("13900000001", "12345", "王芳")


def test_a_whole_call_in_one_request() -> None:
    events = webhook().parse(signed((PAYLOADS / "call.json").read_bytes()))
    assert [event.kind.value for event in events] == [
        "offered", "ringing", "answered", "held", "resumed", "transferred", "ended",
    ]  # fmt: skip
    assert {event.call_id for event in events} == {"20260302-000017"}
    assert events[5].to == "110"
    assert dict(events[2].details) == {"hold_s": "7", "vip": "False"}
    assert all(a.at < b.at for a, b in itertools.pairwise(events))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("offered", "offered"),
        ("排队", "offered"),
        ("振铃", "ringing"),
        (" Answer ", "answered"),
        ("接通", "answered"),
        ("坐席摘机", "answered"),
        ("HOLD", "held"),
        ("取消保持", "resumed"),
        ("转接", "transferred"),
        ("挂机", "ended"),
        ("未接", "abandoned"),
    ],
)
def test_names_of_events(name: str, kind: str) -> None:
    [event] = webhook().parse(signed({**ANSWERED, "event": name}))
    assert event.kind == kind


@pytest.mark.parametrize(
    "at",
    ["2026-03-02 10:00:00", "2026-03-02T02:00:00Z", 1772416800, 1772416800.0, 1772416800000],
)
def test_times_in_the_forms_there_are(at: object) -> None:
    [event] = webhook().parse(signed({**ANSWERED, "at": at}))
    assert event.at == NOW


@pytest.mark.parametrize("told", ["anonymous", "Unknown", "", "<unknown>", None, "匿名"])
def test_a_withheld_number_is_empty(told: object) -> None:
    [event] = webhook().parse(signed({**ANSWERED, "caller": told}))
    assert event.caller == ""


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("sip:13900000001@10.0.0.1", "13900000001"),
        ("+86 139-0000-0001", "+8613900000001"),
        ("tel:0795-6400000", "07956400000"),
        (13900000001, "13900000001"),
        ("王某某", ""),
    ],
)
def test_numbers_in_the_forms_there_are(told: object, number: str) -> None:
    [event] = webhook().parse(signed({**ANSWERED, "caller": told}))
    assert event.caller == number


def test_an_operator_nobody_knows_stays_as_told() -> None:
    [event] = webhook().parse(signed({**ANSWERED, "operator": "8009"}))
    assert event.operator == "8009"


def test_the_same_again_has_the_same_id() -> None:
    hook = webhook()
    first, again = hook.parse(signed(ANSWERED)), hook.parse(signed([ANSWERED]))
    assert [event.external_id for event in first] == [event.external_id for event in again]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"event": "fly"}, "[0].event", "不认识的事件名称，可用：offered、ringing"),
        ({"event": None}, "[0].event", "缺少事件名称"),
        ({"id": None}, "[0].id", "缺少这个字段"),
        ({"id": ""}, "[0].id", "缺少这个字段"),
        ({"id": ["e"]}, "[0].id", "应为不超过 128 个字符的文本"),
        ({"id": "x" * 129}, "[0].id", "应为不超过 128 个字符的文本"),
        ({"call": None}, "[0].call", "缺少这个字段"),
        ({"call": "a\nb"}, "[0].call", "应为不超过 128 个字符的文本"),
        ({"at": None}, "[0].at", "缺少这个字段"),
        ({"at": "昨天"}, "[0].at", "应为 2026-03-02T10:00:00+08:00 这样的时间"),
        ({"at": True}, "[0].at", "应为 2026-03-02T10:00:00+08:00 这样的时间"),
        ({"at": 1e300}, "[0].at", "应为 2026-03-02T10:00:00+08:00 这样的时间"),
        ({"at": "1999-01-01T00:00:00Z"}, "[0].at", "时间不对"),
        ({"at": "2026-03-02T10:30:00+08:00"}, "[0].at", "时间不对"),
        ({"caller": {}}, "[0].caller", "应为不超过 64 个字符的文本"),
        ({"operator": "\ud800"}, "[0].operator", "应为不超过 64 个字符的文本"),
        ({"details": []}, "[0].details", "应为不超过 32 项的 JSON 对象"),
        ({"details": {"a": {}}}, "[0].details", "每一项应为"),
        ({"details": {"a": "x\x00"}}, "[0].details", "每一项应为"),
        ({"callee": "1"}, "[0].callee", "没有这个字段"),
    ],
)
def test_faults_are_named_in_chinese(change: dict[str, Any], field: str, said: str) -> None:
    found = faults({**ANSWERED, **change})
    assert list(found) == [field]
    assert found[field].startswith(said)


def test_all_faults_at_once_and_none_of_the_events_taken() -> None:
    found = faults([ANSWERED, 7, {"event": "answered"}])
    assert list(found) == ["[1]", "[2].id", "[2].call", "[2].at"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"[]", b"1" * 5000])
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadEvents):
        webhook().parse(signed(body))


def test_too_many_at_once() -> None:
    with pytest.raises(BadEvents) as caught:
        webhook(events_at_most=2).parse(signed([ANSWERED] * 3))
    assert caught.value.message == "请求体：一次最多 2 个事件"


@pytest.mark.parametrize("seconds", [301, -301, 86_400])
def test_a_stale_request_is_refused(seconds: int) -> None:
    with pytest.raises(Unverified, match="stale"):
        webhook().parse(signed(ANSWERED, at=NOW + timedelta(seconds=seconds)))
    assert webhook(stale_after_s=86_400).parse(
        signed(ANSWERED, at=NOW + timedelta(seconds=seconds))
    )


@pytest.mark.parametrize(
    "request_",
    [
        RawRequest(method="POST", path="/", body=json.dumps(ANSWERED).encode()),
        signed(ANSWERED, key=OTHER_KEY),
        signed(ANSWERED, centre="nobody"),
        signed(ANSWERED, centre="nobody", key=""),
        signed(ANSWERED, centre="", key=""),
    ],
    ids=["unsigned", "other's key", "unknown", "unknown without key", "empty"],
)
def test_what_is_not_signed_by_the_centre_is_refused(request_: RawRequest) -> None:
    with pytest.raises(Unverified, match=r"signature|unsigned"):
        webhook().parse(request_)


@pytest.mark.parametrize("name", ["body", "x-hotline-timestamp", "x-hotline-centre"])
def test_nothing_signed_can_be_changed(name: str) -> None:
    good = signed(ANSWERED)
    changes = {
        "body": (good.headers, good.body.replace(b"c-1", b"c-2")),
        "x-hotline-timestamp": ({**good.headers, name: str(int(NOW.timestamp()) + 1)}, good.body),
        "x-hotline-centre": ({**good.headers, name: "south"}, good.body),
    }
    headers, body = changes[name]
    with pytest.raises(Unverified, match="signature"):
        webhook().parse(RawRequest(method="POST", path="/", headers=headers, body=body))


# A busy machine draws slowly; that is no fault of what is tested.
@of_hypothesis(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["event", "id", "call", "at", "caller", "details", "x"]), inner
            )
        ),
        max_leaves=12,
    ),
    headers=st.dictionaries(
        st.sampled_from(["x-hotline-centre", "x-hotline-timestamp", "x-hotline-signature"]),
        st.text(max_size=20),
        max_size=2,
    ),
)
def test_whatever_comes_only_its_own_errors_leave(body: Any, headers: dict[str, str]) -> None:
    good = signed(body)
    broken = RawRequest(
        method="POST", path="/", headers={**good.headers, **headers}, body=good.body
    )
    for request in (good, broken):
        with contextlib.suppress(Unverified, Malformed):
            webhook().parse(request)


def test_shows_no_key() -> None:
    hook = webhook()
    assert repr(hook) == "HotlineWebhook(centres=['north', 'south'])"
    assert KEY not in repr(hook) + repr(settings())
