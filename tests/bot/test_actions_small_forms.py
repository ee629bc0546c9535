"""A person to call back, a case's progress, a rating, a question: the actions on their services."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.actions.handlers import (
    ACTIONS,
    action_answer,
    action_case_progress,
    action_drop,
    action_hand_over,
    action_open_case,
    action_rate,
    validate_person_form,
    validate_progress_form,
    validate_rate_form,
)
from bot.actions.view import Outcome, Slots
from bot.cases.model import DemandType, NewCase
from connectors.base import Reply, ReplyKind
from nlu.model import Intent
from tests.bot.actions_bench import SAY, answering, said, services
from tests.fakes.cases import MemoryCases
from tests.fakes.minds import ScriptedLibrary

NUMBER, CODE = "20260302000001", "000001"


@pytest.fixture
def cases() -> MemoryCases:
    return MemoryCases()


@pytest.fixture
async def one_case(cases: MemoryCases) -> MemoryCases:
    """One case of this citizen, at its department."""
    await cases.open_case(
        NewCase(
            origin_key="webchat:b1:m0",
            channel="webchat",
            conversation_id="webchat:b1",
            sender_id="b1",
            title="路灯",
            text="路灯坏了",
        )
    )
    return cases


def texts(outcome: Outcome) -> list[str]:
    return [one.text for one in outcome.said if isinstance(one, Reply)]


async def test_the_confirmed_case_is_opened_with_all_that_was_said(cases: MemoryCases) -> None:
    slots = Slots(
        demand_type="投诉",
        matter="路灯坏了，没人修",
        place="人民路",
        occurred_at="昨天",
        contact_phone="13800001234",
        discretion="confidential",
        origin="m0",
        outcome="done",
    )
    outcome = await action_open_case(
        answering("确认", Intent.AFFIRM, "", slots, ""), services(cases)
    )
    assert cases.opened == [
        NewCase(
            origin_key="webchat:b1:m0",
            channel="webchat",
            conversation_id="webchat:b1",
            sender_id="b1",
            title="投诉：路灯坏了",
            text="路灯坏了，没人修",
            demand_type=DemandType.COMPLAINT,
            place="人民路",
            occurred_at="昨天",
            contact_phone="13800001234",
            confidential=True,
        )
    ]
    assert outcome.slots == Slots(case_number=NUMBER, query_code=CODE)
    (reply,) = outcome.said
    assert isinstance(reply, Reply)
    assert reply.kind is ReplyKind.CASE
    assert NUMBER in reply.text
    assert CODE in reply.text


async def test_a_case_given_up_leaves_nothing() -> None:
    slots = Slots(matter="路灯坏了", contact_phone="13800001234", outcome="dropped")
    outcome = await action_drop(
        answering("确定", Intent.AFFIRM, "", slots, ""), services(MemoryCases())
    )
    assert outcome.slots == Slots()
    assert texts(outcome) == [SAY("form_cancelled")]


async def test_a_person_is_asked_for_with_a_phone(cases: MemoryCases) -> None:
    first = await validate_person_form(
        said("转人工", Intent.ASK_HUMAN, starting=True, form="person_form"), services(cases)
    )
    second = await validate_person_form(
        answering("13800001234", Intent.INFORM, "contact_phone", first.slots, "person_form"),
        services(cases),
    )
    third = await action_hand_over(
        answering("13800001234", Intent.INFORM, "", second.slots, ""), services(cases)
    )
    assert first.request == "contact_phone"
    assert (second.request, second.slots.outcome) == ("", "done")
    assert cases.opened[0].contact_phone == "13800001234"
    assert cases.opened[0].for_triage
    assert "12345" in texts(third)[0]


async def test_what_the_case_form_had_goes_to_the_person_too(cases: MemoryCases) -> None:
    slots = Slots(
        demand_type="求助", matter="路灯坏了", place="人民路", contact_phone="", origin="m0"
    )
    started = await validate_person_form(
        said("转人工", Intent.ASK_HUMAN, starting=True, form="person_form", slots=slots),
        services(cases),
    )
    await action_hand_over(
        answering("不留", Intent.SKIP, "", replace(started.slots, contact_phone=""), ""),
        services(cases),
    )
    assert started.request == "contact_phone"
    assert cases.opened[0].place == "人民路"
    assert cases.opened[0].text.startswith("路灯坏了")
    assert cases.opened[0].origin_key == "webchat:b1:m0"


@pytest.mark.parametrize(
    ("text", "intent", "outcome"),
    [("不留", Intent.SKIP, "done"), ("算了", Intent.CANCEL, "dropped")],
)
async def test_ways_out_of_the_call_back(text: str, intent: Intent, outcome: str) -> None:
    turn = answering(text, intent, "contact_phone", Slots(matter="转人工"), "person_form")
    assert (await validate_person_form(turn, services(MemoryCases()))).slots.outcome == outcome


async def test_progress_asks_for_number_then_code_then_tells(one_case: MemoryCases) -> None:
    reach = services(one_case)
    first = await validate_progress_form(
        said("我的单子办到哪了", Intent.CASE_PROGRESS, starting=True, form="progress_form"), reach
    )
    second = await validate_progress_form(
        answering(NUMBER, Intent.INFORM, "case_number", first.slots, "progress_form"), reach
    )
    third = await validate_progress_form(
        answering(CODE, Intent.INFORM, "query_code", second.slots, "progress_form"), reach
    )
    told = await action_case_progress(answering(CODE, Intent.INFORM, "", third.slots, ""), reach)
    assert (first.request, second.request, third.request) == ("case_number", "query_code", "")
    assert third.slots.outcome == "done"
    assert "2026年3月9日" in texts(told)[0]
    assert told.slots == Slots(case_number=NUMBER, query_code=CODE)


async def test_progress_of_the_case_just_opened_needs_no_number(one_case: MemoryCases) -> None:
    slots = Slots(case_number=NUMBER, query_code=CODE)
    outcome = await validate_progress_form(
        said("办到哪了", Intent.CASE_PROGRESS, starting=True, form="progress_form", slots=slots),
        services(one_case),
    )
    assert (outcome.request, outcome.slots.outcome) == ("", "done")


async def test_a_wrong_code_is_said_and_both_are_asked_again(one_case: MemoryCases) -> None:
    turn = answering(f"{NUMBER} 999999", Intent.INFORM, "case_number", Slots(), "progress_form")
    outcome = await validate_progress_form(turn, services(one_case))
    assert outcome.request == "case_number"
    assert (outcome.slots.case_number, outcome.slots.query_code) == (None, None)
    assert texts(outcome)[0] == "编号或查询码不对"


async def test_too_many_wrong_codes_end_the_form(one_case: MemoryCases) -> None:
    one_case.wrong = 5
    turn = answering(f"{NUMBER} 999999", Intent.INFORM, "case_number", Slots(), "progress_form")
    outcome = await validate_progress_form(turn, services(one_case))
    assert (outcome.request, outcome.slots.outcome) == ("", "dropped")
    assert texts(outcome) == ["输错次数太多"]


async def test_who_forgot_the_number_is_told_whom_to_ask(cases: MemoryCases) -> None:
    turn = answering("忘记了", Intent.SKIP, "case_number", Slots(), "progress_form")
    outcome = await validate_progress_form(turn, services(cases))
    assert outcome.slots.outcome == "dropped"
    assert texts(outcome) == [SAY("human_offer")]


async def test_a_new_matter_leaves_the_progress_form(cases: MemoryCases) -> None:
    turn = answering("路灯坏了", Intent.HELP, "case_number", Slots(), "progress_form")
    assert (await validate_progress_form(turn, services(cases))).reject


async def test_progress_inside_another_form_leaves_its_slots_alone(one_case: MemoryCases) -> None:
    slots = Slots(matter="井盖坏了", origin="m5")
    turn = answering(f"{NUMBER} {CODE} 到哪了", Intent.CASE_PROGRESS, "place", slots, "case_form")
    outcome = await action_case_progress(turn, services(one_case))
    assert outcome.slots == slots
    assert NUMBER in texts(outcome)[0]


async def test_a_grade_for_the_senders_own_answered_case(one_case: MemoryCases) -> None:
    one_case.reply_to(NUMBER, "已修好")
    reach = services(one_case)
    first = await validate_rate_form(
        said("非常满意", Intent.RATE, starting=True, form="rate_form"), reach
    )
    told = await action_rate(answering("非常满意", Intent.RATE, "", first.slots, ""), reach)
    assert (first.request, first.slots.grade) == ("", 5)
    assert one_case.by_key["webchat:b1:m0"].case.rating == 5
    assert texts(told) == [SAY("rate_thanks")]
    assert told.slots == Slots()


async def test_a_bad_grade_is_met_with_regret(one_case: MemoryCases) -> None:
    one_case.reply_to(NUMBER, "已修好")
    slots = Slots(case_number=NUMBER, query_code=CODE, grade=1, outcome="done")
    told = await action_rate(answering("差评", Intent.RATE, "", slots, ""), services(one_case))
    assert texts(told) == [SAY("rate_sorry")]


async def test_a_grade_before_the_answer_is_put_off(one_case: MemoryCases) -> None:
    slots = Slots(case_number=NUMBER, query_code=CODE, grade=5, outcome="done")
    told = await action_rate(answering("满意", Intent.RATE, "", slots, ""), services(one_case))
    assert texts(told) == [SAY("rate_not_yet", number=NUMBER)]


async def test_a_strangers_grade_needs_number_and_code(one_case: MemoryCases) -> None:
    reach = services(one_case)
    first = await validate_rate_form(
        said("不满意", Intent.RATE, starting=True, form="rate_form", conversation_id="webchat:b2"),
        reach,
    )
    second = await validate_rate_form(
        answering(f"{NUMBER} {CODE}", Intent.INFORM, "case_number", first.slots, "rate_form"),
        reach,
    )
    assert first.request == "case_number"
    assert (second.request, second.slots.grade) == ("", 2)


async def test_where_nobody_was_heard_nobodys_case_is_rated(one_case: MemoryCases) -> None:
    one_case.reply_to(NUMBER, "已修好")
    asked = said("不满意", Intent.RATE, starting=True, form="rate_form", conversation_id="webchat")
    outcome = await validate_rate_form(asked, services(one_case))
    assert outcome.request == "case_number"


async def test_the_grade_is_asked_for_in_five_steps(one_case: MemoryCases) -> None:
    one_case.reply_to(NUMBER, "已修好")
    outcome = await validate_rate_form(
        said("我要评价", Intent.RATE, starting=True, form="rate_form"), services(one_case)
    )
    (reply,) = outcome.said
    assert isinstance(reply, Reply)
    assert outcome.request == "grade"
    assert [option.text for option in reply.options] == [SAY(f"rate_{n}") for n in (5, 4, 3, 2, 1)]


async def test_a_question_in_a_form_is_answered_with_its_matter_as_context() -> None:
    library = ScriptedLibrary()
    turn = answering(
        "怎么办社保", Intent.SERVICE_GUIDE, "place", Slots(matter="社保停了"), "case_form"
    )
    outcome = await action_answer(turn, services(MemoryCases(), library))
    (reply,) = outcome.said
    assert isinstance(reply, Reply)
    assert library.asked == [("怎么办社保", ("社保停了",))]
    assert reply.kind is ReplyKind.ANSWER
    assert reply.citations[0].title == "社保办理指南"


def test_every_action_of_the_domain_is_served() -> None:
    assert set(ACTIONS) == {
        "validate_case_form",
        "validate_person_form",
        "validate_progress_form",
        "validate_rate_form",
        "action_answer",
        "action_open_case",
        "action_drop",
        "action_case_progress",
        "action_rate",
        "action_hand_over",
    }
