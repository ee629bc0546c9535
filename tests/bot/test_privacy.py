"""Masking: nothing private left, nothing else touched."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.model import CITIZEN, SYSTEM, Actor, Case, DemandType, Role, State
from bot.privacy import MaskingFilter, as_seen_by, mask_name, mask_phone, mask_text

CASE = Case(
    id="c",
    number="20260302000001",
    channel="webchat",
    conversation_id="webchat:b1",
    sender_id="b1",
    title="欧阳小明反映路灯不亮",
    text="我叫欧阳小明，电话13800138000，新城大道12号路灯不亮",
    state=State.DISPATCHED,
    demand_type=DemandType.COMPLAINT,
    contact_name="欧阳小明",
    contact_phone="13800138000",
    lead_department="市城市管理局",
    supporting=("市供电公司",),
    opened_at=datetime(2026, 3, 2, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打13800138000找我", "打138****8000找我"),
        ("打138-0013-8000找我", "打138****8000找我"),
        ("打138 0013 8000", "打138****8000"),
        ("+8613800138000", "138****8000"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("座机0795-6212345", "座机0795-****345"),
        ("座机01062123456", "座机010*****456"),
        ("身份证110101199003070011", "身份证110*************11"),
        ("身份证11010119900307001X。", "身份证110*************1X。"),
        ("老证110101900307001", "老证110**********01"),
        ("卡号6222 0212 3456 7890 123", "卡号6222*****************23"),
        ("一三八零零一三八零零零", "（号码已隐去）"),
        ("写信 zhang.san@example.com 给我", "写信 z***@example.com 给我"),
        ("联系人：王小二，住在河边", "联系人：王**，住在河边"),
        ("我叫李雷", "我叫李*"),
        ("我是张三先生", "我是张*先生"),
    ],
)
def test_private_data_is_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "编号 20260302000001，请拨打 12345",
        "2026年3月2日 10:30 交了 1500 元",
        "赣C12345 停在 88 号楼 1203 室",
        "丰府办字〔2021〕10号",
        "我是来问医保的",
        "01jq3k5v8m0000000000000000",
        "2026-03-02 10:00:00,123",
    ],
)
def test_other_text_is_left_alone(text: str) -> None:
    assert mask_text(text) == text


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text("路灯不亮，。 ", max_size=5))
def test_no_mobile_number_survives_between_words(number: str, around: str) -> None:
    masked = mask_text(f"{around}{number}{around}")
    assert number not in masked
    assert mask_text(masked) == masked


def test_known_names_are_masked_everywhere() -> None:
    assert mask_text("张三和张三的邻居", names=("张三",)) == "张*和张*的邻居"


def test_names_and_phones_by_themselves() -> None:
    assert [mask_name(name) for name in ("", "张", "张三丰")] == ["", "张", "张**"]
    assert [mask_phone(phone) for phone in ("", "13800138000", "8675309")] == [
        "",
        "138****8000",
        "*****09",
    ]


@pytest.mark.parametrize(
    ("reader", "case", "sees"),
    [
        (Actor(id="x", role=Role.TRIAGE), CASE, True),
        (Actor(id="x", role=Role.OPERATOR), replace(CASE, confidential=True), True),
        (SYSTEM, CASE, True),
        (Actor(id="x", role=Role.DEPARTMENT_CLERK, department="市城市管理局"), CASE, True),
        (Actor(id="x", role=Role.DEPARTMENT_HEAD, department="市供电公司"), CASE, True),
        (Actor(id="x", role=Role.DEPARTMENT_CLERK, department="市水利局"), CASE, False),
        (Actor(id="x", role=Role.DEPARTMENT_CLERK), replace(CASE, lead_department=""), False),
        (
            Actor(id="x", role=Role.DEPARTMENT_CLERK, department="市城市管理局"),
            replace(CASE, confidential=True),
            False,
        ),
        (
            Actor(id="x", role=Role.DEPARTMENT_CLERK, department="市城市管理局"),
            replace(CASE, anonymous=True),
            False,
        ),
        (Actor(id="x", role=Role.AUDITOR), CASE, False),
        (Actor(id="x", role=Role.EDITOR), CASE, False),
        (CITIZEN, CASE, False),
    ],
)
def test_who_sees_the_person(reader: Actor, case: Case, sees: bool) -> None:
    seen = as_seen_by(case, reader)
    assert (seen == case) is sees
    told = f"{seen.title}{seen.text}{seen.contact_name}{seen.contact_phone}{seen.sender_id}"
    assert ("小明" in told) is sees
    assert ("13800138000" in told) is sees
    assert ("b1" in told) is sees
    assert "新城大道12号路灯不亮" in told


def _logged(*arguments: object, **keywords: object) -> str:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(MaskingFilter())
    logger = logging.getLogger("tests.privacy")
    logger.addHandler(handler)
    logger.warning(*arguments, **keywords)  # type: ignore[arg-type] # as the logger takes them
    logger.removeHandler(handler)
    return written.getvalue()


def test_logs_are_masked_in_message_and_arguments() -> None:
    assert _logged("call %s, %d times", "13800138000", 2) == "call 138****8000, 2 times\n"
    assert _logged("case %s", "20260302000001") == "case 20260302000001\n"


def test_logs_are_masked_in_tracebacks() -> None:
    written = _logged("failed", exc_info=ValueError("13800138000"))
    assert "ValueError: 138****8000" in written
    assert "13800138000" not in written
