"""The city's templates: what a reply becomes, and what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.base import Reply, ReplyCase, ReplyKind, ReplyOption
from connectors.channels.hotline.sms import parts, templates
from connectors.departments.base import NoticeKind
from connectors.errors import Misconfigured
from tests.connectors.hotline.sms.bench import FILE, NUMBER, told
from tests.fakes.sms_gateway import DEPARTMENT_LINK, LINK

CALL = 'sign = "小城"\n[[template]]\nkind = "call"\ncode = "C"'
LONG = "经核实，路灯线路老化，已于三月五日更换电缆并恢复照明，" * 20


def text_of(reply: Reply, most_parts: int = 3) -> str:
    city = templates.read(FILE, link=LINK)
    template = city.of(reply)
    assert template is not None
    filled = city.filled(template, reply, most_parts=most_parts)
    assert filled.parts == parts.parts(filled.text) <= most_parts
    return filled.text


@pytest.mark.parametrize("kind", templates.KINDS)
def test_the_citys_file_has_a_text_for_each_kind(kind: str) -> None:
    shown = text_of(told(kind, "已处理"))
    assert shown.startswith("【丰城12345】")
    assert "{" not in shown


def test_a_case_just_opened_is_told_with_its_code() -> None:
    case = ReplyCase(
        number=NUMBER, state="triage", query_code="123456", due_at="2026-03-09T10:00:00+08:00"
    )
    shown = text_of(Reply(kind=ReplyKind.CASE, text="x", case=case))
    assert shown == (
        f"【丰城12345】您的诉求已登记，编号{NUMBER}，查询码123456，3月9日前答复。"
        f"查进度：{LINK} 退订回TD"
    )


def test_a_long_reply_is_cut_to_a_summary_with_the_link() -> None:
    shown = text_of(told("replied", LONG))
    assert LONG[:40] in shown
    assert f"… 全文：{LINK}" in shown
    assert len(shown) < 200


def test_where_few_parts_are_allowed_the_summary_gives_way() -> None:
    whole, short = text_of(told("replied", LONG)), text_of(told("replied", LONG), most_parts=2)
    assert parts.parts(whole) == 3
    assert parts.parts(short) == 2
    assert f"… 全文：{LINK}" in short


def test_what_gateways_refuse_in_a_variable_is_taken_out() -> None:
    shown = text_of(told("replied", "【重要】请看\nhttps://example.com/a?b=1 说明\t{x}"))
    assert "〔重要〕请看 （网址略） 说明 （x）" in shown


def test_an_answer_is_said_with_its_choices() -> None:
    choices = (ReplyOption(label="社保", text="a"), ReplyOption(label="医保", text="b"))
    shown = text_of(Reply(kind=ReplyKind.CHOICES, text="您是不是想问：", options=choices))
    assert "您是不是想问： 社保；医保" in shown


def test_danger_is_told_by_the_template_for_it() -> None:
    shown = text_of(Reply(kind=ReplyKind.NOTICE, text="请马上拨打 119", emergency=True))
    assert "请马上拨打110、119" in shown


def test_without_a_template_for_free_words_the_citizen_is_asked_to_call(tmp_path: Path) -> None:
    file = tmp_path / "sms.toml"
    file.write_text(
        'sign = "小城"\n[[template]]\nkind = "call"\ncode = "C"\ntext = "请拨打12345。"'
    )
    city = templates.read(file, link="")
    template = city.of(Reply(text="答案"))
    assert template is not None
    assert template.kind == "call"
    assert city.of(told("closed")) is None
    assert city.of(told("published")) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('sign = "小城"', "一个模板也没有"),
        ("sign = ", "写法有误"),
        ('sign = "【小城】"', "“sign”应为"),
        ('sign = "小城"\nname = 1', "只认识“sign”"),
        ('sign = "小城"\n[[template]]\nkind = "x"\ncode = "C"\ntext = "a"', "“kind”应为"),
        ('sign = "小城"\n[[template]]\nkind = "call"\ncode = "编号"\ntext = "a"', "“code”应为"),
        ('sign = "小城"\n[[template]]\nkind = "call"\ncode = "C"\ntext = "{who}"', "没有变量 who"),
        ('sign = "小城"\n[[template]]\nkind = "call"\ncode = "C"\ntext = "{link}"', "SMS_LINK"),
        ('sign = "小城"\n[[template]]\nkind = "call"\ncode = "C"\ntext = "{"', "花括号"),
        ('sign = "小城"\n[[template]]\nkind = "call"\ncode = "C"', "缺少“text”"),
        (
            f'{CALL}\ntext = "a"\nlongest = {{text = 1}}',
            "“longest”应为",
        ),
        (
            'sign = "小城"\n' + '[[template]]\nkind = "call"\ncode = "C"\ntext = "a"\n' * 2,
            "写了两次",
        ),
    ],
)
def test_faults_of_the_file_are_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "sms.toml").write_text(text)
    with pytest.raises(Misconfigured, match=said):
        templates.read(tmp_path / "sms.toml", link="")


def test_without_a_link_for_departments_none_is_told_and_callers_are() -> None:
    city = templates.read(FILE, link=LINK)
    assert city.of_notice(NoticeKind.URGED) is None
    assert "replied" in city.by_kind


def test_a_text_to_a_department_has_no_variable_of_a_citizens(tmp_path: Path) -> None:
    file = tmp_path / "sms.toml"
    file.write_text(
        'sign = "小城"\n[[template]]\nkind = "department_note"\ncode = "C"\ntext = "{number}{text}"'
    )
    with pytest.raises(Misconfigured, match="没有变量 text"):
        templates.read(file, link="", department_link=DEPARTMENT_LINK)
