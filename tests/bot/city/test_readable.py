"""Parts of a city as tables, and what differs between two of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot import city as cities
from bot.cases.deadlines import Allowance
from bot.cases.model import ClockUnit
from bot.city.load import DEFAULT
from bot.city.model import City, Department
from bot.city.parts import PARTS
from bot.city.readable import Difference, Sheet, differences, sheets_of


@pytest.fixture(scope="module")
def city() -> City:
    return cities.load(DEFAULT)


def test_every_part_is_in_the_folder_and_every_table_holds_together(city: City) -> None:
    assert [part.name for part in PARTS if not (DEFAULT / part.file).is_file()] == []
    sheets = [sheet for part in PARTS for sheet in sheets_of(city, part.name)]
    assert {len(row) - len(sheet.headings) for sheet in sheets for row in sheet.rows} == {0}
    assert [p.name for p in PARTS if not sheets_of(city, p.name)] == ["rules", "sms"]


def changed(city: City, other: City, part: str) -> tuple[Difference, ...]:
    return differences(sheets_of(city, part), sheets_of(other, part))


def test_a_city_does_not_differ_from_itself(city: City) -> None:
    assert [one for part in PARTS for one in changed(city, city, part.name)] == []


def test_units_that_came_went_and_changed(city: City) -> None:
    first, second, *rest = city.departments
    new = Department(name="市试验局")
    other = replace(city, departments=(replace(first, phone="0795-1234567"), *rest, new))
    came, went, held = changed(city, other, "departments")
    assert (came.what, came.name) == ("added", "市试验局")
    assert (went.what, went.name) == ("removed", second.name)
    assert (held.what, held.name, held.cells) == (
        "changed",
        first.name,
        (("电话", first.phone, "0795-1234567"),),
    )


def test_limits_and_days(city: City) -> None:
    first, *rest = city.limits.limits
    hours = replace(first, allowance=Allowance(amount=3, unit=ClockUnit.CLOCK))
    limits = replace(
        city.limits, limits=(hours, *rest), extra_days_off=frozenset({date(2026, 7, 1)})
    )
    limit, day = changed(city, replace(city, limits=limits), "limits")
    assert limit.cells == (("时限", "2 个工作日", "3 小时"),)
    assert (day.sheet, day.what, day.name) == ("与国家安排不同的日子", "added", "2026-07-01")


def test_a_row_that_moved_did_not_change() -> None:
    one = Sheet(title="t", headings=("a", "b"), rows=(("1", "x"), ("2", "y")))
    other = replace(one, rows=(("2", "y"), ("1", "x")))
    assert differences([one], [other]) == ()
