from __future__ import annotations

import pytest

from bot import city as cities
from bot.cases.sameness import Agreement, places_of_both
from bot.cases.whereabouts import PlaceReader, Spot
from bot.city.load import DEFAULT


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader(cities.load(DEFAULT))


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("市民来电反映：剑光街道金色家园小区3栋电梯坏了", Spot.ESTATE, "金色家园"),
        ("我家住在荣塘镇张家村村口", Spot.VILLAGE, "张家村"),
        ("请供电公司看看人民路与解放路口的电线", Spot.ROAD, "人民路"),
        ("要求实验小学门口装减速带", Spot.HOUSE, "实验小学"),
        ("在长途汽车站等车", Spot.HOUSE, "丰城汽车站"),
    ],
)
def test_names_are_read_without_what_stands_before_them(
    reader: PlaceReader, text: str, kind: Spot, name: str
) -> None:
    assert name in reader.read(text).spots[kind]


@pytest.mark.parametrize(
    "text", ["我们小区停水了", "马路上有个坑", "村民都说没有", "晚上走路看不见", "要求供电公司处理"]
)
def test_what_is_said_of_any_place_is_no_name(reader: PlaceReader, text: str) -> None:
    assert reader.read(text).names == ()


def test_numbers_are_read_however_they_are_written(reader: PlaceReader) -> None:
    read = reader.read("金色家园十二栋，解放路86号，坐3路公交", "3月5日起")
    assert read.numbers == {
        "栋": frozenset({"12"}),
        "号": frozenset({"86"}),
        "路": frozenset({"3"}),
    }


@pytest.mark.parametrize(
    ("one", "other", "spots", "numbers"),
    [
        ("锦绣苑小区", "锦锈苑", Agreement.SAME, Agreement.UNKNOWN),
        ("富民小区", "惠民小区", Agreement.OTHER, Agreement.UNKNOWN),
        ("董家镇夏坊村", "董家夏坊天天停电", Agreement.SAME, Agreement.UNKNOWN),
        ("解放路86号", "解放路212号", Agreement.SAME, Agreement.OTHER),
        ("河洲农贸市场", "河洲菜市场", Agreement.SAME, Agreement.UNKNOWN),
        ("人民路", "实验小学", Agreement.OTHER, Agreement.UNKNOWN),
        ("人民路", "没有写地点", Agreement.UNKNOWN, Agreement.UNKNOWN),
    ],
)
def test_places_agree_or_differ(
    reader: PlaceReader, one: str, other: str, spots: Agreement, numbers: Agreement
) -> None:
    found = places_of_both(reader.read(one), reader.read(other))
    assert (found.spots, found.numbers) == (spots, numbers)
