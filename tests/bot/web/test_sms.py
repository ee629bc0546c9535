"""Callers by text message, whole: from the call's case to the grade, over HTTP both ways."""

from __future__ import annotations

import logging

import aiohttp
import pytest

from bot.cases.filters import CaseFilter
from bot.cases.model import Move, NewCase, State
from bot.records import OutboxState
from tests.bot.conftest import World
from tests.bot.web.sms import CLERK, DESK, sms_desk_of
from tests.connectors.hotline.sms.bench import PHONE


async def test_from_the_call_to_the_grade(world: World) -> None:
    async with sms_desk_of(world) as desk:
        opened = await desk.called()
        number = opened.case.number
        await desk.services.cases.move(number, Move.ACCEPT, CLERK)
        await desk.services.cases.move(number, Move.REPLY, CLERK, text="您好，已换灯泡。")
        await desk.services.cases.move(number, Move.CLOSE, DESK)
        await desk.delivers()
        first, replied, closed = desk.gateway.texts
        assert f"编号{number}，查询码{opened.query_code}" in first
        assert "您好，已换灯泡。" in replied
        assert "5非常满意" in closed
        await desk.hears("５，修得很快")
        case = await desk.services.cases.get(number)
        events = await desk.services.cases.events(number)
        assert (case.rating, events[-1].details["text"]) == (5, "修得很快")
        assert "评价已收到" in desk.gateway.texts[-1]
        shown = desk.services.metrics.text().decode()
        assert "policyline_sms_parts_total" in shown
        assert 'policyline_sms_total{kind="closed"} 1.0' in shown


@pytest.mark.parametrize(
    ("said", "grade"), [("1", 1), ("2分", 2), ("基本满意", 3), ("4。", 4), ("非常满意", 5)]
)
async def test_one_is_very_dissatisfied_and_five_very_satisfied(
    world: World, said: str, grade: int
) -> None:
    async with sms_desk_of(world) as desk:
        number = await desk.closed()
        await desk.hears(said)
        assert (await desk.services.cases.get(number)).rating == grade


@pytest.mark.parametrize("caller", [f"+86{PHONE}", f"0{PHONE}"])
async def test_however_the_call_centre_told_the_number(world: World, caller: str) -> None:
    async with sms_desk_of(world) as desk:
        number = await desk.closed(caller)
        assert {sent.phone for sent in desk.gateway.sent} == {PHONE}
        await desk.hears("4")
        assert (await desk.services.cases.get(number)).rating == 4


async def test_the_case_closed_last_is_graded_and_nobody_elses(world: World) -> None:
    async with sms_desk_of(world) as desk:
        other = await desk.closed("13900000002")
        first = await desk.closed()
        world.clock.advance(hours=1)
        last = await desk.closed()
        await desk.hears("3")
        ratings = [(await desk.services.cases.get(each)).rating for each in (other, first, last)]
        assert ratings == [None, None, 3]


@pytest.mark.parametrize(("days", "rating"), [(6, 5), (8, None)])
async def test_after_a_week_and_other_news_a_digit_is_no_grade(
    world: World, days: int, rating: int | None
) -> None:
    async with sms_desk_of(world) as desk:
        number = await desk.closed()
        world.clock.advance(days=days)
        await desk.called()
        await desk.hears("5")
        assert (await desk.services.cases.get(number)).rating == rating


async def test_an_answer_to_an_open_case_is_noted_once(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = (await desk.called()).case.number
        item = desk.gateway.reply(PHONE, "5楼也停电了")
        await desk.tells(item)
        await desk.tells(item)
        assert await desk.notes(number) == ["市民短信补充：5楼也停电了"]
        assert len([text for text in desk.gateway.texts if "已记到编号" in text]) == 1
        assert len((await desk.services.cases.cases(CaseFilter())).cases) == 1


async def test_a_question_is_noted_and_answered(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = (await desk.called()).case.number
        await desk.hears("怎么办社保")
        assert await desk.notes(number) == ["市民短信补充：怎么办社保"]
        assert "带身份证到社保窗口办理。" in desk.gateway.texts[-1]


async def test_without_a_case_it_is_a_turn_as_on_any_channel(world: World) -> None:
    async with sms_desk_of(world) as desk:
        await desk.hears("怎么办社保", "13900000007")
        [sent] = desk.gateway.sent
        assert sent.phone == "13900000007"
        assert "带身份证到社保窗口办理。" in sent.text


async def test_thanks_are_no_note(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = (await desk.called()).case.number
        await desk.hears("谢谢")
        assert await desk.notes(number) == []


async def test_danger_is_answered_at_night_and_becomes_a_case(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = (await desk.called()).case.number
        world.clock.advance(hours=14)
        await desk.services.optouts.stop(PHONE)
        await desk.hears("家里着火了")
        told = desk.gateway.texts[-2:]
        assert "请马上拨打110、119" in told[0]
        assert "编号" in told[1]  # who writes to us again is answered, TD or not
        cases = (await desk.services.cases.cases(CaseFilter())).cases
        assert len([case for case in cases if case.number != number]) == 1


async def test_a_notice_that_waits_for_the_morning_keeps_nothing_back(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = (await desk.called()).case.number
        world.clock.advance(hours=13)  # 23:00
        await desk.services.cases.move(number, Move.ACCEPT, CLERK)
        await desk.services.cases.move(number, Move.REPLY, CLERK, text="已换灯泡。")
        await desk.delivers()
        assert len(desk.gateway.sent) == 1
        await desk.hears("怎么办社保")
        await desk.hears("家里着火了")
        answer, danger = desk.gateway.texts[1:3]
        assert "带身份证" in answer
        assert "110、119" in danger
        await desk.delivers(hours=9, minutes=1)
        assert [text for text in desk.gateway.texts[3:] if "已换灯泡" in text]


async def test_td_stops_and_hf_brings_what_was_kept(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = (await desk.called()).case.number
        before = len(desk.gateway.sent)
        await desk.hears("ＴＤ")
        await desk.services.cases.move(number, Move.ACCEPT, CLERK)
        await desk.services.cases.move(number, Move.REPLY, CLERK, text="已换灯泡。")
        await desk.delivers()
        assert len(desk.gateway.sent) == before
        async with world.storage.read() as unit:
            kept = (await unit.outbox.history(await world.conversation("hotline", PHONE)))[-1]
        assert (kept.state, kept.last_error) == (OutboxState.KEPT, "sms_stopped")
        assert await desk.notes(number) == []
        await desk.hears("恢复")
        assert [text for text in desk.gateway.texts[before:] if "已换灯泡" in text]
        assert [text for text in desk.gateway.texts[before:] if "已恢复" in text]


async def test_what_reached_nobody_is_seen_and_can_be_sent_again(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = (await desk.called()).case.number
        sent = desk.gateway.sent[-1]
        report = desk.gateway.report(sent, "UNKNOWN_NUMBER")
        await desk.tells(report)
        await desk.tells(report)
        [dead] = await desk.services.outbox.dead()
        assert (dead.last_error, dead.case_number) == ("sms_unknown_number", number)
        [note] = await desk.notes(number)
        assert note == "短信通知没有送达市民（号码不存在），请用其他方式告知。"
        assert len(desk.gateway.sent) == 1
        assert await desk.services.outbox.revive(dead.id)
        await desk.delivers(seconds=61)
        again = desk.gateway.sent[-1]
        assert (again.text, again.reference) == (sent.text, dead.id)


async def test_a_landline_gets_no_message_and_its_case_says_so_once(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = await desk.closed("07956200000")
        assert desk.gateway.requests == 0
        dead = await desk.services.outbox.dead()
        assert [row.last_error for row in dead] == ["sms_no_mobile"] * 3
        [note] = await desk.notes(number)
        assert note == "短信通知没有发给市民（来电号码不是手机号），请用其他方式告知。"


async def test_a_withheld_number_gets_no_notice_at_all(world: World) -> None:
    async with sms_desk_of(world) as desk:
        opened = await desk.services.cases.open_case(
            NewCase(
                origin_key="call:withheld",
                channel="hotline",
                conversation_id="",
                sender_id="",
                title="",
                text="路灯坏了",
                tell=True,
            ),
            actor=DESK,
        )
        await desk.delivers()
        assert (opened.created, desk.gateway.requests) == (True, 0)
        assert await desk.services.outbox.dead() == ()


async def test_a_case_opened_twice_is_told_once(world: World) -> None:
    async with sms_desk_of(world) as desk:
        new = NewCase(
            origin_key="call:1",
            channel="hotline",
            conversation_id=await world.conversation("hotline", PHONE),
            sender_id=PHONE,
            title="",
            text="路灯坏了",
            tell=True,
        )
        first = await desk.services.cases.open_case(new, actor=DESK)
        again = await desk.services.cases.open_case(new, actor=DESK)
        await desk.delivers()
        assert (first.case.number, again.created) == (again.case.number, False)
        assert len(desk.gateway.sent) == 1


async def test_an_answer_lost_on_its_way_is_tried_again_and_goes_once(world: World) -> None:
    async with sms_desk_of(world) as desk:
        desk.gateway.faults = ["lost"]
        await desk.called()
        async with world.storage.read() as unit:
            [row] = await unit.outbox.history(await world.conversation("hotline", PHONE))
        assert (row.state, row.last_error) == (OutboxState.PENDING, "sms_unreachable")
        await desk.delivers(seconds=5)
        async with world.storage.read() as unit:
            [row] = await unit.outbox.history(await world.conversation("hotline", PHONE))
        assert (row.state, row.receipt) == (OutboxState.SENT, desk.gateway.sent[0].message_id)
        assert len(desk.gateway.sent) == 1


async def test_what_was_delivered_is_counted_and_nothing_more(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = (await desk.called()).case.number
        await desk.tells(desk.gateway.report(desk.gateway.sent[-1]))
        assert await desk.services.outbox.dead() == ()
        assert await desk.notes(number) == []
        shown = desk.services.metrics.text().decode()
        assert 'policyline_sms_reports_total{status="delivered"} 1.0' in shown


async def test_a_report_of_what_is_not_ours_passes(world: World) -> None:
    async with sms_desk_of(world) as desk:
        await desk.called()
        report = {**desk.gateway.report(desk.gateway.sent[-1], "ABSENT"), "reference": "unknown"}
        await desk.tells(report)
        assert await desk.services.outbox.dead() == ()


async def test_many_in_one_callback(world: World) -> None:
    async with sms_desk_of(world) as desk:
        number = await desk.closed()
        sent = desk.gateway.sent[-1]
        await desk.tells(desk.gateway.report(sent), desk.gateway.reply(PHONE, "5"))
        case = await desk.services.cases.get(number)
        assert (case.rating, case.state) == (5, State.CLOSED)


async def test_unsigned_is_forbidden_and_no_number_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with sms_desk_of(world) as desk:
        await desk.closed()
        await desk.hears("1 一直没人来")
        await desk.tells(desk.gateway.report(desk.gateway.sent[-1], "ABSENT"))
        body = desk.gateway.callback(desk.gateway.reply(PHONE, "5"), key="another key")
        async with aiohttp.ClientSession() as session, session.post(desk.url, data=body) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (403, "unverified")
    ours = [r for r in caplog.records if r.name.split(".")[0] in {"bot", "connectors", "httpx"}]
    assert ours
    told = [f"{record.getMessage()} {vars(record)}" for record in ours]
    assert [line for line in told if PHONE in line or "没人来" in line] == []
