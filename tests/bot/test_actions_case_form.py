"""The case form's decisions, message by message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.actions import case_form
from bot.actions.asking import DROP
from bot.actions.view import Outcome, Slots
from bot.cases.model import DemandType
from connectors.base import Reply
from nlu.model import Intent
from tests.bot.actions_bench import KNOWLEDGE, SAY, answering, said

LIGHT = Slots(demand_type=DemandType.HELP.value, matter="路灯坏了", occurred_at="", origin="m0")
READY = Slots(
    demand_type=DemandType.HELP.value,
    matter="路灯坏了",
    place="解放路",
    occurred_at="",
    contact_phone="13800001234",
    origin="m0",
)


def start(text: str, intent: Intent, **more: object) -> Outcome:
    return case_form.validate(
        said(text, intent, starting=True, form="case_form", **more), KNOWLEDGE
    )


def answer(text: str, intent: Intent, requested: str, slots: Slots = LIGHT) -> Outcome:
    turn = answering(text, intent, requested, slots, "case_form")
    return case_form.validate(turn, KNOWLEDGE)


def texts(outcome: Outcome) -> list[str]:
    return [one.text for one in outcome.said if isinstance(one, Reply)]


def test_a_street_light_needs_a_place() -> None:
    outcome = start("小区门口路灯坏了", Intent.HELP)
    assert outcome.request == "place"
    assert outcome.slots.matter == "小区门口路灯坏了"
    assert outcome.slots.demand_type == "求助"
    assert outcome.slots.origin == "m1"
    assert texts(outcome) == [SAY("form_ask_place")]


def test_what_the_first_message_holds_is_not_asked_again() -> None:
    text = "人民路昨天晚上有工地施工太吵，电话13812345678"
    outcome = start(text, Intent.COMPLAINT)
    slots = outcome.slots
    assert (slots.place, slots.occurred_at, slots.contact_phone) == (
        "人民路",
        "昨天晚上",
        "13812345678",
    )
    assert slots.matter == text
    assert outcome.request == "confirmed"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("表扬社区的小王，服务很热情", Intent.PRAISE),
        ("建议公园多装几个垃圾桶", Intent.SUGGESTION),
        ("老板拖欠我三千块工资不给", Intent.COMPLAINT),
    ],
)
def test_no_place_where_none_is_needed(text: str, intent: Intent) -> None:
    assert start(text, intent).request == "contact_phone"


def test_a_report_needs_place_and_time() -> None:
    first = start("举报有人偷偷排污水", Intent.REPORT)
    second = answer("沿江路", Intent.INFORM, "place", first.slots)
    assert (first.request, second.request) == ("place", "occurred_at")


@pytest.mark.parametrize(
    "text", ["我要投诉", "我要反映问题", "请帮我登记", "反映问题", "你好，我想举报"]
)
def test_an_announcement_is_no_matter_yet(text: str) -> None:
    outcome = start(text, Intent.COMPLAINT)
    assert outcome.request == "matter"
    assert outcome.slots.matter is None


def test_please_register_it_means_what_was_asked_before() -> None:
    outcome = start("请帮我登记", Intent.HELP, about="路灯坏了谁来修")
    assert outcome.slots.matter == "路灯坏了谁来修"
    assert outcome.request == "place"


def test_the_demand_follows_the_matter_where_the_announcement_named_none() -> None:
    first = start("反映问题", Intent.COMPLAINT)
    second = answer("举报有人偷偷排污水", Intent.REPORT, "matter", first.slots)
    assert (first.slots.demand_type, second.slots.demand_type) == (None, "举报")


def test_a_new_case_takes_nothing_over_but_number_and_code() -> None:
    old = Slots(place="旧地方", contact_phone="139", case_number="20260302000001", query_code="1")
    slots = start("路灯坏了", Intent.HELP, slots=old).slots
    assert (slots.place, slots.contact_phone) == (None, None)
    assert slots.case_number == "20260302000001"


def test_an_emergency_is_told_first() -> None:
    outcome = start("人民路着火了", Intent.HELP)
    assert texts(outcome)[0] == SAY("emergency_119")
    assert outcome.request == "contact_phone"


def test_the_whole_answer_is_the_place() -> None:
    outcome = answer("就在人民路二中门口第三盏", Intent.INFORM, "place")
    assert outcome.slots.place == "人民路二中门口第三盏"


def test_an_answer_may_hold_more_than_was_asked() -> None:
    outcome = answer("人民路，我电话13800001234", Intent.INFORM, "place")
    assert outcome.slots.contact_phone == "13800001234"
    assert outcome.request == "confirmed"


def test_an_answer_to_another_question_is_taken_and_the_question_put_again() -> None:
    slots = Slots(demand_type="举报", matter="举报有人偷偷排污水", origin="m0")
    outcome = answer("昨天晚上", Intent.INFORM, "place", slots)
    assert outcome.slots.occurred_at == "昨天晚上"
    assert texts(outcome) == [SAY("form_ask_place")]


def test_skipping_leaves_a_slot_empty_not_unknown() -> None:
    outcome = answer("没有具体地点", Intent.SKIP, "place")
    assert outcome.slots.place == ""
    assert outcome.request == "contact_phone"


def test_anonymous_is_kept() -> None:
    assert answer("匿名", Intent.SKIP, "contact_phone").slots.discretion == "anonymous"


def test_how_long_is_answered_and_the_question_put_again() -> None:
    outcome = answer("那要多久", Intent.ASK_WHEN, "place")
    assert texts(outcome) == [
        SAY("form_how_long", demand_type="求助", span="5 个工作日"),
        SAY("form_ask_place"),
    ]
    assert outcome.slots == LIGHT


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("路灯归谁管", "form_who"),
        ("井盖归谁管", "form_who_unsure"),
        ("要收费吗", "form_free"),
        ("为什么要留电话", "form_why_phone"),
        ("会不会泄露给对方啊，会保密吗", "form_private"),
    ],
)
def test_the_form_knows_itself(text: str, key: str) -> None:
    outcome = answer(text, Intent.POLICY_QUESTION, "contact_phone")
    assert texts(outcome)[0] == SAY(key, department="市城市管理局")
    assert outcome.request == "place"  # what is missing first, in the form's order


def test_another_question_is_left_to_the_content() -> None:
    outcome = answer("低保怎么申请", Intent.SERVICE_GUIDE, "place")
    assert outcome.reject
    assert outcome.said == ()


def test_coming_back_the_question_is_put_again() -> None:
    turn = answering("低保怎么申请", Intent.SERVICE_GUIDE, "place", LIGHT, "case_form")
    outcome = case_form.validate(replace(turn, resumed=True), KNOWLEDGE)
    assert texts(outcome) == [SAY("form_resume"), SAY("form_ask_place")]
    assert not outcome.reject


def test_a_policy_word_in_the_first_complaint_is_the_matter() -> None:
    first = start("我要投诉", Intent.COMPLAINT)
    outcome = answer("医保卡怎么刷不了", Intent.SERVICE_GUIDE, "matter", first.slots)
    assert outcome.slots.matter == "医保卡怎么刷不了"


def test_giving_up_is_asked_back() -> None:
    outcome = answer("算了不报了", Intent.CANCEL, "place")
    assert outcome.request == DROP
    assert texts(outcome) == [SAY("form_cancel_ask")]


def test_giving_up_confirmed_ends_the_form() -> None:
    outcome = answer("确定", Intent.AFFIRM, DROP)
    assert (outcome.slots.outcome, outcome.request) == ("dropped", "")


@pytest.mark.parametrize(("text", "intent"), [("继续", Intent.AFFIRM), ("不", Intent.DENY)])
def test_giving_up_taken_back_goes_on(text: str, intent: Intent) -> None:
    outcome = answer(text, intent, DROP)
    assert outcome.request == "place"
    assert outcome.slots.outcome is None


def test_a_correction_in_the_middle_changes_the_right_slot() -> None:
    slots = Slots(
        demand_type="求助", matter="路灯坏了", place="解放路", occurred_at="", origin="m0"
    )
    outcome = answer("不对，是人民路", Intent.CORRECT, "contact_phone", slots)
    assert outcome.slots.place == "人民路"
    assert outcome.request == "contact_phone"


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("不对，是人民路", "place", "人民路"),
        ("电话错了，是13900002222", "contact_phone", "13900002222"),
        ("人民路", "place", "人民路"),
        ("时间是昨天晚上，搞错了", "occurred_at", "昨天晚上"),
    ],
)
def test_a_correction_at_the_confirmation(text: str, slot: str, value: str) -> None:
    outcome = answer(text, Intent.INFORM, "confirmed", READY)
    assert getattr(outcome.slots, slot) == value
    assert outcome.request == "confirmed"
    assert value in texts(outcome)[-1]


def test_a_bare_no_asks_what_is_wrong() -> None:
    outcome = answer("不对", Intent.DENY, "confirmed", READY)
    assert texts(outcome) == [SAY("form_change_what")]
    assert outcome.request == "confirmed"


def test_the_chosen_slot_is_asked_again() -> None:
    outcome = answer("改电话", Intent.CORRECT, "confirmed", READY)
    assert outcome.request == "contact_phone"
    assert outcome.slots.contact_phone is None


def test_more_words_at_the_confirmation_are_kept() -> None:
    outcome = answer("旁边那盏也快不行了", Intent.COMPLAINT, "confirmed", READY)
    assert outcome.slots.matter == "路灯坏了\n旁边那盏也快不行了"
    assert outcome.request == "confirmed"


def test_yes_ends_the_form() -> None:
    outcome = answer("确认", Intent.AFFIRM, "confirmed", READY)
    assert (outcome.slots.outcome, outcome.slots.confirmed, outcome.request) == ("done", True, "")


def test_a_wrong_phone_is_said() -> None:
    outcome = answer("1380000123", Intent.INFORM, "contact_phone", READY)
    assert texts(outcome) == [SAY("form_phone_wrong")]
    assert outcome.slots.misses == 1


def test_after_three_misses_the_form_goes_on_without() -> None:
    slots = READY
    for _ in range(2):
        slots = answer("1380000123", Intent.INFORM, "contact_phone", slots).slots
    outcome = answer("1380000123", Intent.INFORM, "contact_phone", slots)
    assert outcome.slots.contact_phone == ""
    assert outcome.request == "confirmed"


def test_a_long_story_instead_of_a_place_is_kept_whole() -> None:
    story = (
        "这条路上的灯从去年开始就一盏接一盏地坏，我们老人家晚上出门都要摸黑，上个月还有人摔了一跤，"
        * 2
    )
    outcome = answer(story, Intent.COMPLAINT, "place")
    assert outcome.slots.matter == f"路灯坏了\n{story}"
    assert outcome.request == "place"


@pytest.mark.parametrize(
    ("text", "intent", "requested"),
    [
        ("转人工", Intent.ASK_HUMAN, "place"),
        ("转人工", Intent.ASK_HUMAN, "confirmed"),
        ("我上次的单子办到哪了", Intent.CASE_PROGRESS, "place"),
        ("谢谢", Intent.THANKS, "contact_phone"),
        ("傻机器", Intent.ABUSE, "place"),
    ],
)
def test_what_a_rule_answers(text: str, intent: Intent, requested: str) -> None:
    assert answer(text, intent, requested, READY).reject


PIN = "丰城市剑光街道人民路12号"


def pinned(requested: str, slots: Slots) -> Outcome:
    """A location message while something was asked."""
    turn = answering(PIN, Intent.INFORM, requested, slots, "case_form")
    return case_form.validate(replace(turn, located=PIN), KNOWLEDGE)


def test_a_location_message_is_the_place_that_was_asked_for() -> None:
    outcome = pinned("place", LIGHT)
    assert (outcome.slots.place, outcome.slots.matter) == (PIN, "路灯坏了")
    assert (outcome.request, texts(outcome)) == ("contact_phone", [SAY("form_ask_phone")])


@pytest.mark.parametrize("requested", ["occurred_at", "contact_phone", DROP])
def test_a_location_message_says_where_whatever_was_asked(requested: str) -> None:
    outcome = pinned(requested, LIGHT)
    assert (outcome.slots.place, outcome.slots.matter) == (PIN, "路灯坏了")
    assert outcome.request == "contact_phone"
    assert texts(outcome) == [SAY("form_place_noted", place=PIN), SAY("form_ask_phone")]


def test_a_location_message_is_not_the_matter() -> None:
    outcome = pinned("matter", Slots(origin="m0"))
    assert (outcome.slots.place, outcome.slots.matter) == (PIN, None)
    assert outcome.request == "matter"
    assert texts(outcome) == [SAY("form_place_noted", place=PIN), SAY("form_ask_text")]


def test_a_location_message_at_the_end_replaces_the_place() -> None:
    outcome = pinned("confirmed", READY)
    assert (outcome.slots.place, outcome.request) == (PIN, "confirmed")
    assert texts(outcome)[0] == SAY("form_changed")


def test_a_place_sent_before_fills_the_new_form() -> None:
    outcome = start("路灯坏了", Intent.HELP, located=PIN)
    assert (outcome.slots.place, outcome.request) == (PIN, "contact_phone")
    assert start("解放路路灯坏了", Intent.HELP, located=PIN).slots.place == "解放路"
