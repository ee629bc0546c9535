"""What codes are called, and how times, links and steps are told. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases.model import Actor, Case, CaseEvent, DemandType, Move, Role, Severity, State
from bot.city.model import MenuButton
from bot.web import words
from bot.web.chat import topics
from bot.web.steps import steps_of
from connectors.base import Reply, ReplyCase, ReplyCitation, ReplyKind
from knowledge.model import Kind, Life

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLERK = Actor(id="wang", role=Role.DEPARTMENT_CLERK, department="市水利局")


@pytest.mark.parametrize(
    ("codes", "names"),
    [
        (State, words.STATES),
        (Move, words.MOVES),
        (Role, words.ROLES),
        (Severity, words.SEVERITIES),
        (Kind, words.KINDS),
        (Life, words.LIVES),
    ],
)
def test_every_code_has_a_name(codes: type, names: dict[object, str]) -> None:
    assert set(names) == set(codes)  # type: ignore[call-overload]  # an enum is iterable
    assert len(set(names.values())) == len(names)


def test_times_are_shanghais() -> None:
    late = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    assert words.when(late) == "2026年3月2日 00:30"
    assert words.day(late) == "2026年3月2日"
    assert words.day("2026-01-05") == "2026年1月5日"
    assert words.day("2026-03-01T16:30:00+00:00") == "2026年3月2日"
    assert words.day("去年") == "去年"
    assert (words.when(None), words.day(None)) == ("", "")


def case(**values: object) -> Case:
    known: dict[str, object] = {
        "id": "1",
        "number": "20260302000001",
        "channel": "webchat",
        "conversation_id": "c",
        "sender_id": "s",
        "title": "t",
        "text": "t",
        "state": State.DISPATCHED,
        "demand_type": DemandType.HELP,
        "opened_at": NOW,
    }
    return Case(**{**known, **values})  # type: ignore[arg-type]  # the names are the case's


@pytest.mark.parametrize(
    ("left", "state", "told"),
    [
        (timedelta(days=3, hours=1), State.DISPATCHED, ("calm", "剩 3 天")),
        (timedelta(hours=5), State.ACCEPTED, ("soon", "剩 5 小时")),
        (timedelta(seconds=20), State.ACCEPTED, ("soon", "剩 1 分钟")),
        (timedelta(hours=-30), State.TRIAGE, ("late", "超时 1 天")),
        (timedelta(hours=-30), State.REPLIED, ("none", "已答复")),
        (timedelta(hours=-30), State.CLOSED, ("none", "")),
    ],
)
def test_clocks(left: timedelta, state: State, told: tuple[str, str]) -> None:
    assert words.clock_of(case(due_at=NOW + left, state=state), NOW) == told


def test_a_reply_does_not_say_twice_what_its_card_shows() -> None:
    card = ReplyCase(
        number="20260302000001",
        state="dispatched",
        query_code="123456",
        department="市水利局",
        due_at="2026-03-09T23:59:59+08:00",
    )
    shown = "编号：20260302000001\n查询码：123456\n承办单位：市水利局\n最晚答复日期：2026年3月9日"
    text = f"已经登记。\n{shown}\n请保管好。"
    told = words.spoken(Reply(kind=ReplyKind.CASE, text=text, case=card))
    assert told == ("已经登记。", "请保管好。")


def test_without_a_card_every_line_is_said() -> None:
    assert words.spoken(Reply(text="时间：昨天\n\n地点：")) == ("时间：昨天", "地点：")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", "", "/x"])
def test_only_addresses_of_the_web_are_linked(url: str) -> None:
    assert words.weblink(url) == ""


def test_a_citation_leads_to_its_place() -> None:
    source = ReplyCitation(document_id="a/b 1", title="t", start=3, end=9)
    assert words.document_path(source) == "/documents/a%2Fb%201?c=3-9#c3-9"
    assert words.document_path(ReplyCitation(document_id="x", title="t")) == "/documents/x"


def test_topics_take_turns_between_the_menus_branches() -> None:
    menu = (
        MenuButton(
            name="问", below=(MenuButton(name="a", says="A"), MenuButton(name="b", says="B"))
        ),
        MenuButton(name="报", says="R"),
        MenuButton(name="网页", url="https://x"),
    )
    assert [topic.text for topic in topics(menu)] == ["A", "R", "B"]


def event(seq: int, move: Move, actor: Actor = CLERK, **values: object) -> CaseEvent:
    known: dict[str, object] = {"from_state": None, "to_state": State.ACCEPTED, "at": NOW}
    return CaseEvent(case_id="1", seq=seq, actor=actor, move=move, **{**known, **values})  # type: ignore[arg-type]  # the names are the event's


def test_the_citizen_hears_of_the_course_and_not_of_the_offices_talk() -> None:
    citizen = Actor(id="citizen", role=Role.CITIZEN)
    told = steps_of(
        (
            event(1, Move.OPEN, citizen),
            event(2, Move.DISPATCH, details={"to_department": "市水利局"}, reason="inside"),
            event(3, Move.ACCEPT),
            event(4, Move.NOTE, details={"text": "inside"}),
            event(5, Move.SUPERVISE, reason="inside"),
            event(6, Move.RETURN, reason="inside"),
            event(7, Move.NOTE, citizen, details={"text": "还没好"}),
            event(8, Move.REPLY, details={"text": "修好了"}),
            event(9, Move.RATE, citizen, details={"grade": "5"}),
        )
    )
    assert [(step.seq, step.title, step.text) for step in told] == [
        (1, "诉求已登记", ""),
        (2, "已转市水利局办理", ""),
        (3, "市水利局已签收", ""),
        (6, "正在重新确定承办单位", ""),
        (7, "您补充了说明", "还没好"),
        (8, "已答复", "修好了"),
        (9, "您作了评价", "非常满意"),
    ]


def test_a_refusal_is_told_with_its_lawful_way() -> None:
    [step] = steps_of((event(1, Move.REFUSE, reason="请通过诉讼解决。"),))
    assert (step.title, step.text) == ("不予受理", "请通过诉讼解决。")
