"""Which cases really ask for information, and what the form begins with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.cases.model import Case, DemandType, State
from bot.disclosure.from_case import asks_for_information, begun_with

CASE = Case(
    id="c",
    number="20260302000001",
    channel="mailbox",
    conversation_id="mailbox:zhang@example.com",
    sender_id="zhang@example.com",
    title="申请公开",
    text="申请公开2025年城区路灯维护合同。",
    state=State.TRIAGE,
    demand_type=DemandType.CONSULTATION,
    contact_name="张三丰",
    contact_phone="13900000001",
    lead_department="市住房和城乡建设局",
    opened_at=datetime(2026, 3, 1, 17, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "text",
    [
        "我申请公开我村2024年征地的批文和补偿方案。",
        "现依据《中华人民共和国政府信息公开条例》，请求公开人民路改造的招标结果。",
        "政府信息公开申请：请提供城区公交线路调整的会议纪要复印件。",
        "本人申请政府信息公开，要2025年低保名单。",
        "您好，我想查阅我们小区规划许可的档案，在哪里可以看到？",
        "要求提供物业公司与社区签的停车场协议。",
        "请贵局书面公开以下政府信息：一、施工许可；二、验收结论。",
        "希望能公开老旧小区改造资金的预算和决算。",
    ],
)
def test_these_ask_for_information(text: str) -> None:
    assert asks_for_information(text)


@pytest.mark.parametrize(
    "text",
    [
        "路灯坏了三天没人修，请尽快处理。",
        "物业公司态度恶劣，要求公开道歉。",
        "请公开处理结果，给大家一个交代。",
        "希望政府能提供免费的停车位。",
        "请问高龄津贴怎么申请，要带什么材料？",
        "请提供一下社保局的电话。",
        "小区公开栏里的文件被人撕掉了。",
        "申请低保被拒，请帮忙看看是什么原因。",
        "工地半夜施工，希望公平公开地处理。",
        "请你们提供帮助，合同纠纷不知道找谁。",
    ],
)
def test_these_do_not(text: str) -> None:
    assert not asks_for_information(text)


def test_the_form_begins_with_the_persons_data_and_the_text() -> None:
    assert begun_with(CASE) == {
        "name": "张三丰",
        "phone": "13900000001",
        "email": "zhang@example.com",
        "unit": "市住房和城乡建设局",
        "content": "申请公开2025年城区路灯维护合同。",
        "channel": "email",
        "arrived_on": "2026-03-02",
        "way": "email",
        "from_case": "20260302000001",
    }


def test_what_is_not_known_is_left_to_the_person() -> None:
    case = replace(CASE, sender_id="openid", contact_name="", contact_phone="", lead_department="")
    assert begun_with(case).keys() == {"content", "channel", "arrived_on", "way", "from_case"}
    assert begun_with(case)["channel"] == "web"
