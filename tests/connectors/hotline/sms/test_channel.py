"""Text messages to callers, against a strict gateway."""

from __future__ import annotations

import logging

import pytest

from connectors.base import Reply, ReplyKind
from connectors.errors import Kept, Refused, Retryable, Waiting
from tests.connectors.hotline.sms.bench import NUMBER, PHONE, bench, outbound, told
from tests.fakes.edges import FakeClock


async def test_a_notice_goes_as_its_template_and_its_parts_are_counted() -> None:
    async with bench() as at:
        receipt = await at.channel.send(outbound(told("dispatched")))
        [sent] = at.gateway.sent
        assert sent.text == (
            f"【丰城12345】您的诉求（编号{NUMBER}）已转市城市管理局办理，3月9日前答复。退订回TD"
        )
        assert (sent.phone, sent.reference, receipt.external_id) == (PHONE, "01J", sent.message_id)
        assert at.parts == [("dispatched", sent.parts)]
        assert at.counted == [("hotline", "send", "ok")]


@pytest.mark.parametrize("length", [1, 30, 70, 100, 150, 400])
async def test_our_count_of_parts_is_what_the_gateway_charges(length: int) -> None:
    async with bench() as at:
        await at.channel.send(outbound(told("replied", "好😀" * length)))
        assert [count for _, count in at.parts] == [sent.parts for sent in at.gateway.sent]


async def test_an_answer_that_was_lost_sends_nothing_twice() -> None:
    async with bench() as at:
        at.gateway.faults = ["lost"]
        with pytest.raises(Retryable, match="sms_unreachable"):
            await at.channel.send(outbound(told("closed")))
        receipt = await at.channel.send(outbound(told("closed")))
        assert receipt.external_id == at.gateway.sent[0].message_id
        assert len(at.gateway.sent) == 1
        assert at.counted[-1] == ("hotline", "send", "duplicate")


async def test_without_what_replicas_share_the_gateway_tells_duplicates() -> None:
    async with bench() as at:
        await at.channel.send(outbound(told("closed")))
        at.memory.values.clear()
        await at.channel.send(outbound(told("closed")))
        assert (len(at.gateway.sent), at.gateway.requests) == (1, 2)


@pytest.mark.parametrize("recipient", ["", "07956200000", "anonymous"])
async def test_landlines_and_withheld_numbers_are_for_a_person(recipient: str) -> None:
    async with bench() as at:
        with pytest.raises(Refused, match="sms_no_mobile"):
            await at.channel.send(outbound(told("closed"), recipient=recipient))
        assert at.gateway.requests == 0


async def test_what_has_no_template_is_for_a_person() -> None:
    async with bench() as at:
        with pytest.raises(Refused, match="sms_no_template"):
            await at.channel.send(outbound(told("urged")))


async def test_at_night_notices_wait_until_eight() -> None:
    clock = FakeClock()
    clock.advance(hours=12, minutes=30)  # 22:30 in China
    async with bench(clock) as at:
        with pytest.raises(Waiting, match="sms_quiet_hours") as held:
            await at.channel.send(outbound(told("closed")))
        assert held.value.retry_after_s == 9.5 * 3600
        clock.advance(hours=9, minutes=30)
        await at.channel.send(outbound(told("closed")))
        assert len(at.gateway.sent) == 1


async def test_at_night_emergencies_go_and_whoever_wrote_is_answered() -> None:
    clock = FakeClock()
    clock.advance(hours=13)
    danger = Reply(kind=ReplyKind.NOTICE, text="请马上拨打 119", emergency=True)
    async with bench(clock) as at:
        await at.channel.send(outbound(danger, "1"))
        await at.channel.send(outbound(told("dispatched", emergency=True), "2"))
        await at.channel.send(outbound(Reply(text="已经记下。"), "3"))
        assert len(at.gateway.sent) == 3


async def test_who_wants_no_messages_gets_only_emergencies() -> None:
    async with bench() as at:
        at.stopped.add(PHONE)
        with pytest.raises(Kept, match="sms_stopped"):
            await at.channel.send(outbound(told("closed"), "1"))
        await at.channel.send(outbound(told("dispatched", emergency=True), "2"))
        assert [sent.reference for sent in at.gateway.sent] == ["2"]


async def test_a_numbers_limit_is_kept_before_the_gateway_says_so() -> None:
    async with bench() as at:
        await at.channel.send(outbound(told("dispatched"), "1"))
        at.clock.advance(seconds=20)
        with pytest.raises(Waiting, match="sms_number_limit") as held:
            await at.channel.send(outbound(told("dispatched"), "2"))
        assert held.value.retry_after_s == 41.0
        await at.channel.send(outbound(told("closed"), "3"))  # another template
        at.clock.advance(seconds=41)
        await at.channel.send(outbound(told("dispatched"), "2"))
        assert at.gateway.refusals == []
        assert [sent.reference for sent in at.gateway.sent] == ["1", "3", "2"]


async def test_ten_a_day_and_no_more() -> None:
    async with bench() as at:
        for number in range(10):
            await at.channel.send(outbound(told("noted"), str(number)))
            at.clock.advance(minutes=13)
        with pytest.raises(Waiting, match="sms_number_limit"):
            await at.channel.send(outbound(told("noted"), "10"))
        assert (len(at.gateway.sent), at.gateway.refusals) == (10, [])


@pytest.mark.parametrize(
    ("apart_s", "allowed", "code"), [(50, 1, "minute"), (660, 5, "hour"), (7000, 10, "day")]
)
async def test_the_gateways_own_limit_is_waited_for(apart_s: int, allowed: int, code: str) -> None:
    async with bench(a_minute=0, an_hour=0, a_day=0, quiet="") as at:
        for number in range(allowed):
            await at.channel.send(outbound(told("noted"), f"{number}"))
            at.clock.advance(seconds=apart_s)
        with pytest.raises(Waiting, match=f"sms_rate_{code}") as held:
            await at.channel.send(outbound(told("noted"), "more"))
        assert held.value.retry_after_s is not None
        at.clock.advance(seconds=held.value.retry_after_s)
        await at.channel.send(outbound(told("noted"), "more"))
        assert len(at.gateway.sent) == allowed + 1


async def test_used_up_it_waits_until_somebody_pays() -> None:
    async with bench() as at:
        at.gateway.balance = 0
        with pytest.raises(Waiting, match="sms_balance") as held:
            await at.channel.send(outbound(told("closed")))
        assert held.value.retry_after_s == 900
        at.gateway.balance = 100
        await at.channel.send(outbound(told("closed")))
        assert len(at.gateway.sent) == 1


@pytest.mark.parametrize("fault", ["busy", "500"])
async def test_a_gateway_in_trouble_is_asked_again(fault: str) -> None:
    async with bench() as at:
        at.gateway.faults = [fault]
        with pytest.raises(Retryable):
            await at.channel.send(outbound(told("closed")))
        await at.channel.send(outbound(told("closed")))
        assert len(at.gateway.sent) == 1


async def test_a_gateway_that_is_gone_is_asked_again() -> None:
    async with bench() as at:
        await at.server.close()
        with pytest.raises(Retryable, match="sms_unreachable"):
            await at.channel.send(outbound(told("closed")))
        assert at.counted == [("hotline", "send", "unreachable")]


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"templates": {}}, Refused, "sms_template"),
        ({"sign": "别的签名"}, Refused, "sms_sign"),
        ({"blacklist": {PHONE}}, Refused, "sms_blacklist"),
        ({"app": "another"}, Retryable, "sms_app"),
        ({"key": "another key of the gateway"}, Retryable, "sms_signature"),
    ],
)
async def test_what_the_gateway_refuses_says_whether_a_retry_can_help(
    change: dict[str, object], error: type[Exception], code: str
) -> None:
    async with bench() as at:
        vars(at.gateway).update(change)
        with pytest.raises(error, match=code):
            await at.channel.send(outbound(told("closed")))


async def test_a_clock_that_is_wrong_is_said() -> None:
    async with bench() as at:
        late = FakeClock()
        late.advance(minutes=6)
        at.gateway._now = late.now
        with pytest.raises(Retryable, match="sms_timestamp"):
            await at.channel.send(outbound(told("closed")))


async def test_no_number_and_no_words_in_logs_memory_or_errors(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with bench() as at:
        at.gateway.faults = ["lost"]
        with pytest.raises(Retryable) as lost:
            await at.channel.send(outbound(told("replied", "张三家的水管")))
        await at.channel.send(outbound(told("replied", "张三家的水管")))
        shown = caplog.text + repr(at.memory.values) + repr(lost.value) + repr(at.counted)
        assert (lost.value.__cause__, lost.value.__suppress_context__) == (None, True)
        assert PHONE not in shown
        assert "张三" not in shown
        assert "sms-lately" in shown


async def test_the_balance_is_told() -> None:
    async with bench() as at:
        at.gateway.balance = 321
        assert await at.channel.balance() == 321
