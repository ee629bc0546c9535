"""What is suggested while a call goes on."""

from __future__ import annotations

import json

import pytest

from bot.calls.order import Field, Filled, OrderDraft, Source
from bot.calls.quality import FindingKind
from bot.calls.suggesting import Suggester, order_draft
from tests.bot.calls.spoken_calls import talk

RENT = (
    "o: 您好，请讲。",
    "c: 你好，我想问一下公积金租房提取要什么材料？",
    "o: 身份证和银行卡就可以。",
    "c: 那多久能到账呢？",
)
FIRE = ("o: 您好，请讲。", "c: 我家厨房烧起来了，快来人！", "o: 在哪里？", "c: 河洲街道滨江小区。")


async def test_an_answer_comes_with_its_source_and_the_steps(suggester: Suggester) -> None:
    found = await suggester.suggestions(talk(*RENT[:2]))
    first = found.answers[0]
    assert found.asked_in == 1
    assert first.document_id == "gjj-guide-withdraw"
    assert first.citations[0].title.startswith("住房公积金提取")
    assert first.steps[0].startswith("二、所需材料")
    assert len({each.document_id for each in found.answers}) == len(found.answers) <= 3


async def test_the_next_question_is_about_the_matter_before(suggester: Suggester) -> None:
    found = await suggester.suggestions(talk(*RENT))
    assert found.asked_in == 3
    assert "提取" in found.question
    assert "gjj-guide-withdraw" in [each.document_id for each in found.answers]


async def test_what_was_answered_waits_for_the_next_question(suggester: Suggester) -> None:
    sentences = talk(*RENT)
    assert (await suggester.suggestions(sentences, answered=1)).asked_in == 3
    assert (await suggester.suggestions(sentences[:3], answered=1)).asked_in == 1


async def test_a_matter_the_operator_read_back_is_understood(suggester: Suggester) -> None:
    found = await suggester.suggestions(
        talk(
            "c: 我老娘满八十了，人家都有钱领，那个钱到底一个月几多？",
            "o: 您问的是高龄津贴，是吗？",
            "c: 嗯嗯，对。",
        )
    )
    assert "高龄津贴" in found.question
    assert found.answers[0].document_id.startswith("laonian-")


async def test_a_demand_gets_departments_and_no_answers(suggester: Suggester) -> None:
    found = await suggester.suggestions(talk("c: 解放路的路灯全都不亮了，能不能派人来修一下？"))
    assert found.answers == ()
    assert found.question == ""
    assert found.departments[0].name == "市城市管理局"
    assert found.reasons


async def test_two_demands_are_told_apart(suggester: Suggester) -> None:
    found = await suggester.suggestions(
        talk("c: 第一个，我们小区垃圾没人清运，臭死了。第二个，门口的红绿灯坏了，不亮。")
    )
    assert [part.departments[0].name for part in found.parts] == [
        "市城市管理局",
        "市公安局交通管理大队",
    ]


async def test_danger_is_shown_and_only_where_is_asked(suggester: Suggester) -> None:
    found = await suggester.suggestions(talk(*FIRE[:2]))
    assert (found.emergency, found.emergency_seq) == ("119", 1)
    assert {each.field for each in found.missing} == {Field.PLACE}
    assert suggester.emergency("我家厨房烧起来") == "119"


async def test_the_statutory_way_is_shown(suggester: Suggester) -> None:
    found = await suggester.suggestions(talk("c: 法院判了，我不服判决，你们管一下。"))
    assert "法院" in found.refuse
    assert found.missing == ()


async def test_suggestions_are_plain_json(suggester: Suggester) -> None:
    content = await suggester.suggest(talk(*RENT))
    read = json.loads(json.dumps(content, ensure_ascii=False))
    assert {"id", "kind", "text", "citations", "steps"} <= read["answers"][0].keys()
    assert read["answers"][0]["citations"][0]["published_on"] == "2026-01-20"


async def test_a_wrong_number_and_silence_suggest_nothing(suggester: Suggester) -> None:
    wrong = await suggester.suggestions(talk("c: 帮我查话费，怎么扣了我钱？", "c: 哦，我打错了。"))
    assert (wrong.question, wrong.answers, wrong.departments) == ("", (), ())
    assert (await suggester.suggestions(())).seq == -1


async def test_the_form_is_filled_beside_it(suggester: Suggester) -> None:
    class Ringing:
        caller = "13900000001"

    typed = {"place": Filled(value="城东", source=Source.TYPED)}
    filled = await suggester.fill(Ringing(), typed, talk(*FIRE))
    assert "place" not in filled
    assert filled["contact_phone"].value == "13900000001"
    assert order_draft(typed).is_typed(Field.PLACE)


def test_a_call_is_summed_up(suggester: Suggester) -> None:
    sentences = talk(
        "c: 解放路的路灯不亮了，有半个月了。",
        "o: 您贵姓？",
        "c: 姓刘。",
        "o: 刘先生，我们会在三个工作日内派人处理。",
    )
    told = suggester.summary(sentences, {})
    assert told.startswith("市民（刘先生）来电求助：")
    assert "地点：解放路" in told
    assert "三个工作日内派人处理" in told
    assert suggester.summary((), {}) == ""


COMPLAINT = (
    "o: 您好，请讲。",
    "c: 我要投诉金色家园楼下的烧烤摊，天天晚上吵到两三点。",
    "o: 电话留一下。",
    "c: 13900000042。",
    "o: 需要保密吗？",
    "c: 要的。",
    "o: 我们会在三个工作日内给您回复。",
)


@pytest.fixture
def whole(suggester: Suggester) -> OrderDraft:
    return suggester.draft(talk(*COMPLAINT))


def findings(
    suggester: Suggester, draft: OrderDraft, *turns: str, to: str = ""
) -> set[FindingKind]:
    kept = {name.value: each for name, each in draft.fields.items()}
    return {each.kind for each in suggester.quality(talk(*turns), kept, transferred_to=to)}


def test_a_whole_order_lacks_only_the_promise(suggester: Suggester, whole: OrderDraft) -> None:
    assert findings(suggester, whole, *COMPLAINT) == {FindingKind.PROMISE_MISSING}
    text = whole.value(Field.TEXT) + "三个工作日内回复。"
    assert findings(suggester, whole.typed(Field.TEXT, text), *COMPLAINT) == set()


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        (Field.DEMAND_TYPE, "咨询", FindingKind.DOWNGRADED),
        (Field.CONTACT_PHONE, "", FindingKind.CONTACT_MISSING),
        (Field.CONTACT_PHONE, "13900000024", FindingKind.CONTACT_DIFFERS),
        (Field.PLACE, "", FindingKind.PLACE_MISSING),
        (Field.CONFIDENTIAL, "", FindingKind.WISH_IGNORED),
    ],
)
def test_what_the_order_lacks_is_found(
    suggester: Suggester, whole: OrderDraft, field: Field, value: str, kind: FindingKind
) -> None:
    assert kind in findings(suggester, whole.typed(field, value), *COMPLAINT)


def test_an_emergency_must_have_been_transferred(suggester: Suggester) -> None:
    draft = suggester.draft(talk(*FIRE))
    kind = FindingKind.EMERGENCY_NOT_TRANSFERRED
    assert kind in findings(suggester, draft, *FIRE)
    assert kind not in findings(suggester, draft, *FIRE, to="119")


def test_a_demand_left_out_is_found(suggester: Suggester) -> None:
    turns = ("c: 第一个，我们小区垃圾没人清运，臭死了。第二个，门口的红绿灯坏了，不亮。",)
    draft = suggester.draft(talk(*turns)).typed(Field.TEXT, "小区垃圾没人清运，臭死了。")
    draft = draft.typed(Field.TITLE, "小区垃圾没人清运")
    assert FindingKind.LEFT_OUT in findings(suggester, draft, *turns)
