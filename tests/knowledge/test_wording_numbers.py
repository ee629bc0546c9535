"""Numbers and years, however they are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import numerals

TODAY = date(2026, 6, 20)


@pytest.mark.parametrize(
    ("text", "said", "others"),
    [
        ("最高二十五万元", "二十五万元", ("25万元", "250000元")),
        ("贷款25万", "25万", ("250000", "二十五万")),
        ("百分之三十", "百分之三十", ("30%",)),
        ("八十五岁", "八十五岁", ("85岁", "85周岁")),
        ("满六个月", "六个月", ("6个月",)),
        ("记十二分", "十二分", ("12分",)),
        ("三千五百块", "三千五百块", ("3500元",)),
        ("三千五", "三千五", ("3500",)),
        ("两万五", "两万五", ("25000",)),
        ("二〇二六年", "二〇二六年", ("2026年",)),
        ("2026年", "2026年", ("二〇二六年",)),
        ("180平方", "180平方", ("180平方米", "一百八十平方米")),
    ],
)
def test_the_other_ways_to_write_it(text: str, said: str, others: tuple[str, ...]) -> None:
    assert set(others) <= set(dict(numerals.variants(text))[said])


@pytest.mark.parametrize("text", ["千万别", "一年交多少", "一下", "万一", "三", "", "百姓"])
def test_what_is_no_number_is_left_alone(text: str) -> None:
    assert numerals.variants(text) == ()


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2026年居民医保", {2026}),
        ("二零二五年的标准", {2025}),
        ("今年低保", {2026}),
        ("去年和明年", {2025, 2027}),
        ("前年的政策", {2024}),
        ("以前年度", set()),
        ("今年上一年级", {2026}),
        ("26年居民医保", {2026}),
        ("缴费满20年", set()),
        ("身份证362202199001011234", set()),
    ],
)
def test_years(text: str, years: set[int]) -> None:
    assert numerals.years(text, TODAY) == years


def test_without_a_day_this_year_is_none() -> None:
    assert numerals.years("今年", None) == frozenset()
    assert numerals.relative_years("今年", None) == ()
    assert numerals.relative_years("今年", TODAY) == (("今年", ("2026年",)),)


@given(st.integers(min_value=2, max_value=99_999_999))
def test_there_and_back(value: int) -> None:
    written = numerals.spoken(value)

    assert f"{value}元" in dict(numerals.variants(f"{written}元"))[f"{written}元"]


@given(st.text(alphabet="零〇○一二三五九十百千万亿两0123.年岁块%分之百今去", max_size=30))
def test_any_run_of_numerals_is_read_without_fault(text: str) -> None:
    found = numerals.variants(text)

    assert all(said in text and others for said, others in found)
    assert all(1900 <= year <= 2199 for year in numerals.years(text, TODAY))
