"""The order that fills itself: numbers, names, places, wishes, and what was typed."""

from __future__ import annotations

import pytest

from bot.calls.filling import OrderFiller
from bot.calls.missing import missing
from bot.calls.order import NO, YES, Field, OrderDraft, Source
from bot.errors import Invalid
from tests.bot.calls.spoken_calls import talk

CALLER = "13900000001"
NOISE = (
    "o: 您好，丰城12345。",
    "c: 我要投诉我们楼下的烧烤摊，天天晚上吵到两三点。",
    "o: 在哪个小区？",
    "c: 剑南街道金色家园三栋楼下。",
)


def phone(filler: OrderFiller, *turns: str, caller: str = CALLER) -> str:
    return filler.filled(OrderDraft(), talk(*turns), caller).value(Field.CONTACT_PHONE)


def name(filler: OrderFiller, *turns: str) -> str:
    return filler.filled(OrderDraft(), talk(*turns)).value(Field.CONTACT_NAME)


@pytest.mark.parametrize(
    ("turns", "number"),
    [
        (("c: 你打幺三九零零零零零零四二。",), "13900000042"),
        (("o: 留个电话。", "c: 139，0000，0043。"), "13900000043"),
        (("o: 电话是？", "c: 幺三九。", "o: 嗯。", "c: 六个零。", "c: 四四。"), "13900000044"),
        (("o: 电话是？", "c: 幺三九，三个零。", "o: 嗯。", "c: 零零零四四。"), "13900000044"),
        (("o: 电话？", "c: 13900000072，不对，是13900000027。"), "13900000027"),
        (("o: 电话？", "c: 13900000072。", "c: 说错了，最后是七三。"), "13900000073"),
        (("o: 就打这个号码吗？", "c: 对。"), CALLER),
        (("c: 那个老板的电话是13900000099，你们去找他。",), CALLER),
        (("o: 是13900000046，对吗？", "c: 对。"), "13900000046"),
        (("c: 打我座机，零七九五六六零零零零零。",), "0795-6600000"),
    ],
)
def test_spoken_numbers(filler: OrderFiller, turns: tuple[str, ...], number: str) -> None:
    assert phone(filler, *turns) == number


@pytest.mark.parametrize(
    ("turns", "called"),
    [
        (("o: 您贵姓？", "c: 我姓刘。"), "姓刘"),
        (("o: 您贵姓？", "c: 我姓刘。", "o: 刘女士您好。"), "刘女士"),
        (("o: 您贵姓？", "c: 姓张，立早章。"), "姓章"),
        (("o: 怎么称呼？", "c: 免贵姓徐，徐建平。"), "徐建平"),
        (("o: 怎么称呼？", "c: 叫我小陈就行。"), "姓陈"),
        (("c: 我们老板姓黄。",), ""),
        (("c: 我跟邻居打官司。",), ""),
    ],
)
def test_spoken_names(filler: OrderFiller, turns: tuple[str, ...], called: str) -> None:
    assert name(filler, *turns) == called


def test_a_wish_is_heard_and_an_answer_to_the_question_too(filler: OrderFiller) -> None:
    asked = filler.filled(OrderDraft(), talk(*NOISE, "o: 需要保密吗？", "c: 不用。"))
    assert asked.value(Field.CONFIDENTIAL) == NO
    said = filler.filled(OrderDraft(), talk(*NOISE, "c: 不要让他们知道是我打的。"))
    assert said.value(Field.CONFIDENTIAL) == YES


def test_who_wants_no_name_is_not_named_by_the_calling_number(filler: OrderFiller) -> None:
    draft = filler.filled(OrderDraft(), talk(*NOISE, "c: 我要匿名。"), CALLER)
    assert draft.value(Field.ANONYMOUS) == YES
    assert draft.value(Field.CONTACT_PHONE) == ""


def test_what_was_typed_is_never_overwritten(filler: OrderFiller) -> None:
    typed = OrderDraft().typed(Field.PLACE, "河洲街道").typed(Field.TITLE, "")
    draft = filler.filled(typed, talk(*NOISE), CALLER)
    assert draft.value(Field.PLACE) == "河洲街道"
    assert draft.value(Field.TITLE) == ""
    assert "烧烤摊" in draft.value(Field.TEXT)


def test_heard_values_improve_and_name_their_sentence(filler: OrderFiller) -> None:
    sentences = talk(*NOISE)
    early = filler.filled(OrderDraft(), sentences[:2], CALLER)
    late = filler.filled(early, sentences, CALLER)
    assert early.value(Field.PLACE) == ""
    assert late.value(Field.PLACE) == "剑南街道金色家园三栋楼下"
    heard = [each for each in late.fields.values() if each.source is Source.HEARD]
    assert heard
    assert all(each.seq is not None and sentences[each.seq].seq == each.seq for each in heard)
    assert late.fields[Field.CONTACT_PHONE].source is Source.TOLD


def test_the_order_of_sentences_as_given_does_not_matter(filler: OrderFiller) -> None:
    sentences = talk(*NOISE)
    assert filler.filled(OrderDraft(), sentences[::-1]) == filler.filled(OrderDraft(), sentences)


def test_silence_fills_nothing(filler: OrderFiller) -> None:
    assert filler.filled(OrderDraft(), ()) == OrderDraft()
    assert filler.filled(OrderDraft(), talk("c: 。", "c: 嗯。")).fields == {}


def test_a_draft_is_stored_and_read_again(filler: OrderFiller) -> None:
    draft = filler.filled(OrderDraft().typed(Field.PLACE, "河洲街道"), talk(*NOISE), CALLER)
    assert OrderDraft.from_json(draft.to_json()) == draft
    assert OrderDraft.from_json("") == OrderDraft()


@pytest.mark.parametrize("stored", ["[", '{"place": 1}', '{"nobody": ["", "heard", 1]}', "[1]"])
def test_a_damaged_draft_is_refused(stored: str) -> None:
    with pytest.raises(Invalid):
        OrderDraft.from_json(stored)


def test_no_words_show_in_a_repr(filler: OrderFiller) -> None:
    assert "金色家园" not in repr(filler.filled(OrderDraft(), talk(*NOISE), CALLER))


def test_what_is_missing_is_asked_for_politely(filler: OrderFiller) -> None:
    draft = filler.filled(OrderDraft(), talk("c: 路灯全都不亮了，晚上走路黑灯瞎火的。"), CALLER)
    asked = missing(draft)
    assert [each.field for each in asked] == [Field.PLACE, Field.CONTACT_NAME]
    assert all(each.question.startswith("请问") for each in asked)


def test_nothing_is_asked_of_who_only_asks(filler: OrderFiller) -> None:
    draft = filler.filled(OrderDraft(), talk("c: 请问公积金贷款最多能贷多少？"), CALLER)
    assert missing(draft) == ()


def test_wages_are_asked_whose_and_how_much(filler: OrderFiller) -> None:
    draft = filler.filled(OrderDraft(), talk("c: 我们的工资一直拖着没发。"), CALLER)
    questions = [each.question for each in missing(draft)]
    assert any("用工单位" in each for each in questions)


def test_a_place_typed_empty_is_not_asked_for(filler: OrderFiller) -> None:
    typed = OrderDraft().typed(Field.PLACE, "")
    draft = filler.filled(typed, talk("c: 路灯全都不亮了，黑灯瞎火的。"), CALLER)
    assert Field.PLACE not in [each.field for each in missing(draft)]
