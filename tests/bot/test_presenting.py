"""Answers and cases as a citizen reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.cases.calendar import chinese_date
from bot.cases.model import Case, DemandType, State
from bot.presenting import answer_reply, case_reply, told_by_chart
from connectors.base import ReplyKind, ReplySentence
from knowledge.model import (
    Answer,
    AnswerKind,
    Attachment,
    Citation,
    Document,
    Form,
    Quote,
    Rephrased,
    RephrasedSentence,
    WayOn,
)
from tests.fakes.town import town

SAY = town().wording.say
BASE = "https://12345.example"
CITATION = Citation(
    document_id="a/b",
    title="社保办理指南",
    number="丰府发〔2021〕1号",
    department="市医疗保障局",
    published_on=date(2021, 3, 5),
    place="二、（三）",
    start=3,
    end=9,
)
ANSWER = Answer(
    kind=AnswerKind.DIRECT,
    question="怎么办",
    quotes=(Quote(text="先登记。", citation=0), Quote(text="再缴费。", citation=0)),
    citations=(CITATION,),
)
CASE = Case(
    id="1",
    number="20260302000001",
    channel="webchat",
    conversation_id="webchat:c",
    sender_id="c",
    title="路灯",
    text="路灯坏了",
    state=State.DISPATCHED,
    demand_type=DemandType.HELP,
    lead_department="市城市管理局",
    opened_at=datetime(2026, 3, 2, tzinfo=UTC),
    due_at=datetime(2026, 3, 16, 15, 59, 59, tzinfo=UTC),
)


def test_quotes_are_told_word_for_word_with_all_of_their_source() -> None:
    reply = answer_reply(ANSWER, say=SAY, base_url=BASE)
    assert (reply.kind, reply.text) == (ReplyKind.ANSWER, "先登记。再缴费。")
    (citation,) = reply.citations
    assert citation.url == f"{BASE}/documents/a%2Fb"
    assert citation.published_on == "2021-03-05"
    assert (citation.place, citation.start, citation.end) == ("二、（三）", 3, 9)


def test_a_documents_own_address_is_kept() -> None:
    own = replace(ANSWER, citations=(replace(CITATION, url="https://portal.example/1"),))
    assert answer_reply(own, say=SAY, base_url=BASE).citations[0].url == "https://portal.example/1"


def test_a_note_on_validity_follows_the_quotes() -> None:
    noted = replace(ANSWER, note="原办法已由新办法代替。")
    reply = answer_reply(noted, say=SAY, base_url=BASE)
    assert reply.text == "先登记。再缴费。\n原办法已由新办法代替。"


@pytest.mark.parametrize("kind", [AnswerKind.DIRECT, AnswerKind.REFUTATION])
def test_plainer_words_go_beside_the_quotes(kind: AnswerKind) -> None:
    plainer = Rephrased(sentences=(RephrasedSentence(text="请先登记。", citation=0),))
    answer = replace(ANSWER, kind=kind)
    reply = answer_reply(answer, plainer, say=SAY, base_url=BASE)
    assert reply.rephrased == (ReplySentence(text="请先登记。", citation=0),)
    assert replace(reply, rephrased=()) == answer_reply(answer, say=SAY, base_url=BASE)


@pytest.mark.parametrize(
    ("ways", "labels"),
    [
        ((WayOn.OPEN_CASE, WayOn.ASK_PERSON), ["请帮我登记", "找人工"]),
        ((WayOn.ASK_PERSON,), ["找人工"]),
        ((WayOn.REPHRASE,), []),
    ],
)
def test_an_honest_none_offers_the_ways_on(ways: tuple[WayOn, ...], labels: list[str]) -> None:
    none = Answer(kind=AnswerKind.NONE, question="怎么办", ways_on=ways)
    reply = answer_reply(none, say=SAY, base_url=BASE)
    assert reply.text == SAY("not_found")
    assert [option.label for option in reply.options] == labels


def test_a_dispatched_case_names_its_department_and_day() -> None:
    reply = case_reply(CASE, query_code="123456", say=SAY)
    assert "市城市管理局" in reply.text
    assert "2026年3月16日" in reply.text
    assert reply.case is not None
    assert (reply.case.query_code, reply.case.due_at) == ("123456", "2026-03-16T23:59:59+08:00")


def test_a_case_in_triage_names_no_department() -> None:
    waiting = replace(CASE, state=State.TRIAGE, lead_department="", due_at=None)
    reply = case_reply(waiting, query_code="123456", say=SAY)
    assert "正在判断" in reply.text
    assert SAY("due_pending") in reply.text


def test_a_date_is_the_one_in_china() -> None:
    assert chinese_date(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "2027年1月1日"
    assert chinese_date(None) == ""


def test_what_a_chart_tells_carries_its_form_and_picture() -> None:
    reply = answer_reply(ANSWER, say=SAY, base_url=BASE)
    chart = Document(
        id=reply.citations[0].document_id,
        title="一图读懂",
        text="",
        form=Form.CHART,
        attachments=(
            Attachment(name="附件", url="https://policy.example/a.pdf"),
            Attachment(name="图", url="https://policy.example/a.PNG"),
        ),
    )
    cited = told_by_chart(reply, {chart.id: chart}.get).citations[0]
    assert (cited.form, cited.picture) == ("chart", "https://policy.example/a.PNG")
    plain = replace(chart, form=Form.TEXT)
    assert told_by_chart(reply, {chart.id: plain}.get) == reply
    assert told_by_chart(reply, lambda _: None) == reply
