"""Short answers to direct questions are read by rule."""

from __future__ import annotations

import pytest

from bot.actions import reading
from bot.actions.reading import Correction
from nlu.model import Intent
from tests.bot.actions_bench import said


@pytest.mark.parametrize(
    "text", ["是", "对的", "确认", "好的，谢谢", "没错。", "确认提交", "OK", "嗯嗯"]
)
def test_a_yes(text: str) -> None:
    assert reading.says_yes(said(text, Intent.INFORM))


@pytest.mark.parametrize("text", ["不对", "不是", "不是人民路", "是人民路", "对面就是超市"])
def test_no_yes(text: str) -> None:
    assert not reading.says_yes(said(text, Intent.INFORM))


@pytest.mark.parametrize(
    "text", ["算了", "算了，不报了", "不报了", "取消吧", "我不投诉了，算了", "不登记了"]
)
def test_giving_up(text: str) -> None:
    assert reading.wants_to_stop(said(text.removeprefix("我"), Intent.INFORM))


@pytest.mark.parametrize("text", ["算了一笔账给我看", "取消了我的低保待遇，请恢复", "不知道"])
def test_not_giving_up(text: str) -> None:
    assert not reading.wants_to_stop(said(text, Intent.COMPLAINT))


@pytest.mark.parametrize(
    "text",
    ["跳过", "没有具体地点", "不清楚", "不留", "不想留电话", "匿名", "不方便", "记不清了", "没有"],
)
def test_declining(text: str) -> None:
    assert reading.declines(said(text, Intent.INFORM))


@pytest.mark.parametrize("text", ["没有路灯的那条路", "不清楚的那块牌子下面", "无名路"])
def test_not_declining(text: str) -> None:
    assert not reading.declines(said(text, Intent.INFORM))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800001234", "13800001234"),
        ("138 0000 1234", "13800001234"),
        ("我的电话是138-0000-1234", "13800001234"),
        ("0795-6401234", "0795-6401234"),
        ("6401234", "6401234"),
        ("1380000123", ""),
        ("138000012345", ""),
        ("打这个就行", None),
    ],
)
def test_phones(text: str, number: str | None) -> None:
    assert reading.phone(said(text, Intent.INFORM)) == number


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("不对，是人民路", Correction(field="place", value="人民路")),
        ("不是人民路，是解放路", Correction(field="place", value="解放路")),
        ("地点应该是剑光街道人民路", Correction(field="place", value="剑光街道人民路")),
        ("电话打错了，是13900002222", Correction(field="contact_phone", value="13900002222")),
        ("错了，是昨天晚上", Correction(field="occurred_at", value="昨天晚上")),
        ("时间改成前天吧", Correction(field="occurred_at", value="前天")),
        ("改地点", Correction(field="place")),
        ("电话错了", Correction(field="contact_phone")),
        ("修改", Correction(field="")),
        ("内容错了，应该是两盏灯都不亮", Correction(field="matter", value="两盏灯都不亮")),
    ],
)
def test_corrections(text: str, right: Correction) -> None:
    assert reading.correction(said(text, Intent.CORRECT)) == right


@pytest.mark.parametrize("text", ["在人民路", "昨天晚上", "没有别的了"])
def test_no_correction(text: str) -> None:
    assert reading.correction(said(text, Intent.INFORM)) is None


@pytest.mark.parametrize(
    ("text", "grade"),
    [("5", 5), ("5分", 5), ("非常满意", 5), ("满意", 4), ("基本满意", 3), ("一般吧", 3),
     ("不满意", 2), ("不太满意", 2), ("非常不满意", 1), ("差评", 1), ("你好", None)],
)  # fmt: skip
def test_grades(text: str, grade: int | None) -> None:
    assert reading.grade(text) == grade


def test_places_side_by_side_are_one_place() -> None:
    assert reading.place(said("就在剑光街道人民路，路灯坏了", Intent.HELP)) == "剑光街道人民路"


def test_numbers_for_looking_up() -> None:
    turn = said("20260302000001 123456", Intent.CASE_PROGRESS)
    assert (reading.case_number(turn), reading.query_code(turn)) == ("20260302000001", "123456")
