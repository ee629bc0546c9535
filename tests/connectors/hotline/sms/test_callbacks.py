"""What the gateway tells us: reports and citizens' messages, signed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from connectors.base import InboundKind, RawRequest
from connectors.errors import Malformed, Unverified
from tests.connectors.hotline.sms.bench import PHONE, bench, outbound, posted, told
from tests.fakes.sms_gateway import signature_of


async def test_a_report_names_the_row_and_is_no_message() -> None:
    async with bench() as at:
        await at.channel.send(outbound(told("closed"), "01JROW"))
        item = at.gateway.report(at.gateway.sent[0], "ABSENT")
        [event] = at.channel.parse(posted(at.gateway.callback(item)))
        assert (event.kind, event.answerable, event.text) == (InboundKind.EVENT, False, "")
        assert (event.sender_id, event.strand) == (PHONE, "reports")
        assert dict(event.details) == {
            "Event": "SMS_REPORT",
            "reference": "01JROW",
            "status": "failed",
            "code": "ABSENT",
        }


async def test_a_citizens_message_is_one() -> None:
    async with bench() as at:
        item = at.gateway.reply(f"+86{PHONE}", "５分 谢谢😀", id="r1")
        [message] = at.channel.parse(posted(at.gateway.callback(item)))
        assert (message.kind, message.text, message.sender_id) == (
            InboundKind.TEXT,
            "５分 谢谢😀",
            PHONE,
        )
        assert (message.external_id, message.sent_at) == ("reply:r1", at.clock.now())
        assert message.answerable is False


async def test_told_again_it_is_the_same_message() -> None:
    async with bench() as at:
        item = at.gateway.reply(PHONE, "1", id="r1")
        first = at.channel.parse(posted(at.gateway.callback(item)))
        assert at.channel.parse(posted(at.gateway.callback(item))) == first


async def test_the_receipt_is_what_the_gateway_waits_for() -> None:
    async with bench() as at:
        answer = at.channel.answer_in_place(posted(b""), ())
        assert (answer.status, answer.body) == (200, b'{"code":"OK"}')
        assert at.channel.carries(()) == 0


async def test_a_signed_query_is_greeted() -> None:
    async with bench() as at:
        now = str(int(at.clock.now().timestamp()))
        query = {"action": "greet", "app": "fengcheng", "timestamp": now, "nonce": "n" * 16}
        query["signature"] = signature_of(at.gateway.key, query)
        asked = RawRequest(method="GET", path="/", query=query)
        assert at.channel.greet(asked).status == 200
        with pytest.raises(Unverified):
            at.channel.greet(RawRequest(method="GET", path="/", query={**query, "nonce": "m" * 16}))


def changed(body: bytes, **fields: str) -> bytes:
    return urlencode({**dict(parse_qsl(body.decode())), **fields}).encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"not a form", b"\xff=1", b"signature=", b"a=1&" * 50, "signature=好".encode()],
)
async def test_what_is_not_signed_is_refused(body: bytes) -> None:
    async with bench() as at:
        with pytest.raises(Unverified):
            at.channel.parse(posted(body))


@pytest.mark.parametrize("name", ["items", "timestamp", "nonce", "app", "action", "signature"])
async def test_every_parameter_is_signed(name: str) -> None:
    async with bench() as at:
        body = at.gateway.callback(at.gateway.reply(PHONE, "1"))
        with pytest.raises(Unverified):
            at.channel.parse(posted(changed(body, **{name: "1772416801"})))


async def test_stale_or_for_another_is_refused_though_signed() -> None:
    async with bench() as at:
        body = at.gateway.callback(at.gateway.reply(PHONE, "1"))
        at.gateway.app = "another"
        other = at.gateway.callback(at.gateway.reply(PHONE, "1"))
        with pytest.raises(Unverified, match="for_another"):
            at.channel.parse(posted(other))
        at.clock.advance(seconds=301)
        with pytest.raises(Unverified, match="stale"):
            at.channel.parse(posted(body))


async def test_what_we_send_is_no_callback() -> None:
    async with bench() as at:
        fields = dict(parse_qsl(at.gateway.callback(at.gateway.reply(PHONE, "1")).decode()))
        fields["action"] = "send"
        fields["signature"] = signature_of(at.gateway.key, fields)
        with pytest.raises(Unverified, match="for_another"):
            at.channel.parse(posted(urlencode(fields).encode()))


@pytest.mark.parametrize(
    "change",
    [
        {"type": "call"},
        {"phone": ""},
        {"phone": "我的手机"},
        {"reply_id": ""},
        {"reply_id": "a b"},
        {"text": 5},
    ],
)
async def test_signed_and_yet_no_message(change: dict[str, object]) -> None:
    async with bench() as at:
        item = {**at.gateway.reply(PHONE, "1"), **change}
        with pytest.raises(Malformed):
            at.channel.parse(posted(at.gateway.callback(item)))  # type: ignore[arg-type]  # a number where a text must be


async def test_an_odd_item_does_not_keep_the_others_out() -> None:
    async with bench() as at:
        await at.channel.send(outbound(told("closed")))
        report = {**at.gateway.report(at.gateway.sent[0]), "status": "failed", "code": "MK:0001"}
        reply = {**at.gateway.reply(PHONE, "1"), "text": "长" * 2001}
        found = at.channel.parse(posted(at.gateway.callback(report, reply)))
        assert [one.details.get("code") for one in found] == ["MK_0001", None]
        assert len(found[1].text) == 2000


@pytest.mark.parametrize("change", [{"status": "lost"}, {"reference": ""}])
async def test_signed_and_yet_no_report(change: dict[str, str]) -> None:
    async with bench() as at:
        await at.channel.send(outbound(told("closed")))
        item = {**at.gateway.report(at.gateway.sent[0]), **change}
        with pytest.raises(Malformed):
            at.channel.parse(posted(at.gateway.callback(item)))


@pytest.mark.parametrize(
    "at_told", ["", "yesterday", "2026-03-02T10:00:00", "2099-01-01T00:00:00Z"]
)
async def test_a_time_that_cannot_be_is_now(at_told: str) -> None:
    async with bench() as at:
        item = {**at.gateway.reply(PHONE, "1"), "at": at_told}
        [message] = at.channel.parse(posted(at.gateway.callback(item)))
        assert message.sent_at == at.clock.now()
