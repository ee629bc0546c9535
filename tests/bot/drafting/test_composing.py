"""Drafts: every sentence stands in its source, nobody is recognised, nothing is invented."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cases.model import DemandType
from bot.cases.replying import Replied, check
from bot.drafting.composing import compose, from_answer, from_reply, office_line, satisfied
from bot.drafting.model import Draft, Source, SourceKind, SourceSentence
from bot.drafting.sentences import Says
from knowledge.model import Answer, AnswerKind, Citation, Quote
from tests.bot.drafting.letters import OWLS, PARKING, PENSION, letter, replied

BLANK = "【核实的情况】"
ASKED = f"{letter().title}\n{letter().text}"


def frame(answers: Sequence[str]) -> str:
    return "您好！\n" + ("\n".join(answers) or BLANK) + "\n依据：【文件名称及条款】。"


def composed(*sources: Source, told: bool = False) -> Draft:
    return satisfied(compose(sources, ASKED, (), frame, BLANK, told_suffices=told))


def document() -> Source:
    answer = Answer(
        kind=AnswerKind.DIRECT,
        question="停车收费标准",
        quotes=(Quote(text="路边泊位首小时收费两元。", citation=0),),
        citations=(
            Citation(
                document_id="d-1",
                title="小城停车收费办法",
                number="小府〔2024〕1号",
                place="第三条",
            ),
        ),
        confidence=0.9,
    )
    (source,) = from_answer(answer)
    return source


def test_each_sentence_stands_word_for_word_in_its_source() -> None:
    reply = from_reply(replied(), ASKED, PARKING)
    draft = composed(document(), reply)
    assert {one.source for one in draft.sentences} == {0, 1}
    for one in draft.sentences:
        assert one.text in [said.text for said in draft.sources[one.source].sentences]
        assert one.text in draft.text
    assert draft.used == ("d-1", "1")


def test_the_earlier_citizen_is_nowhere_in_it() -> None:
    source = from_reply(replied(), ASKED, PARKING)
    whole = source.title + "".join(one.text for one in source.sentences)
    assert "张三丰" not in whole
    assert "路边泊位前三十分钟免费" in whole
    assert "2025年3月6日" not in whole


def test_nothing_alike_gives_the_plain_frame() -> None:
    draft = composed(from_reply(OWLS, ASKED, PARKING))
    assert draft.sentences == ()
    assert BLANK in draft.text
    assert composed().text == frame(())


def _alike(likeness: float) -> Source:
    said = (
        SourceSentence(text="我局已责令收费员改正超时计费。", says=Says.MEASURE),
        SourceSentence(text="根据停车管理办法，泊位由城管部门施划。", says=Says.BASIS),
        SourceSentence(text="根据规定，该户不符合减免条件。", says=Says.BASIS),
    )
    return Source(kind=SourceKind.REPLY, key="1", title="", likeness=likeness, sentences=said)


def test_what_was_found_in_another_case_is_taken_only_from_one_rather_alike() -> None:
    far, near = composed(_alike(0.12)), composed(_alike(0.3))
    assert [one.text for one in far.sentences] == ["根据停车管理办法，泊位由城管部门施划。"]
    assert "我局已责令收费员改正超时计费。" in [one.text for one in near.sentences]


def test_what_was_done_in_another_case_cannot_go_out_unread() -> None:
    draft = composed(_alike(0.3))
    assert "【请核实】我局已责令收费员改正超时计费。" in draft.text
    assert "【请核实】根据停车管理办法" not in draft.text
    asked = Replied(demand_type=DemandType.COMPLAINT, demands=(ASKED,))
    kept = draft.text.replace(BLANK, "").replace("依据：【文件名称及条款】。", "")
    assert "blank" in {one.code for one in check(kept, asked)}
    assert "blank" not in {one.code for one in check(kept.replace("【请核实】", ""), asked)}


def test_the_writer_must_still_tell_what_was_done() -> None:
    reply = from_reply(replied(), ASKED, PARKING)
    assert BLANK in composed(document(), reply).text
    assert BLANK not in composed(document(), told=True).text
    assert BLANK in composed(reply, told=True).text


def test_the_document_is_named_where_the_basis_is_asked_for() -> None:
    assert "《小城停车收费办法（小府〔2024〕1号）》第三条" in composed(document()).text
    assert "【文件名称及条款】" in composed(from_reply(replied(), ASKED, PARKING)).text


def test_the_same_said_twice_is_said_once() -> None:
    reply = from_reply(replied(), ASKED, PARKING)
    again = from_reply(replied("9"), ASKED, PARKING)
    assert {one.source for one in composed(reply, again).sentences} == {0}


def test_several_demands_each_get_what_is_nearest() -> None:
    asked = ("路边泊位停车收费标准", "灵活就业养老保险缴费比例")
    both = f"{asked[0]}。{asked[1]}"
    sources = (from_reply(replied(), both, ""), from_reply(PENSION, both, ""))
    draft = compose(sources, both, asked, frame, BLANK)
    first, second = draft.text.split(BLANK)[:2]
    assert "三十分钟免费" in first
    assert "百分之二十" in second


def test_an_answer_that_gives_none_is_no_source() -> None:
    assert from_answer(Answer(kind=AnswerKind.NONE, question="x")) == ()
    assert from_answer(Answer(kind=AnswerKind.CHOICES, question="x")) == ()


def test_the_offices_line_is_kept_and_a_citizens_is_not() -> None:
    assert office_line(replied()) == "0795-6123456"
    assert office_line(OWLS) == ""
    assert office_line(replied(text="我的电话0795-6123456，请打电话")) == ""
    assert office_line(replied(reply="请联系李科长，电话13900000001。")) == ""
