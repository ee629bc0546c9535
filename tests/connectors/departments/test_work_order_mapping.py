"""A platform's mapping and settings: every fault named, nothing secret shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.city.load import DEFAULT, load
from bot.settings import ROOT
from connectors.departments.work_order.fields import FIELDS, TELL, TOLD, VALUES
from connectors.departments.work_order.mapping import Times
from connectors.departments.work_order.reading import read_mapping
from connectors.departments.work_order.settings import PlatformSettings
from connectors.errors import Misconfigured
from tests.fakes.work_order_platform import KEY

EXAMPLE = DEFAULT / "work_order" / "example.toml"
UNITS = {"市城管局": "市城市管理局", "市城市管理局": "市城市管理局"}


def test_times_as_platforms_write_them() -> None:
    moment = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    for written, said in (
        ("%Y-%m-%d %H:%M:%S", "2026-03-02 10:00:00"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-03-02T10:00:00+0800"),
        ("epoch_s", 1772416800),
        ("epoch_ms", 1772416800000),
    ):
        times = Times(formats=(written,))
        assert times.write(moment) == said
        assert times.read(str(said)) == moment
    assert Times(formats=("%Y-%m-%d",)).read("2026-03-02") == datetime(
        2026, 3, 2, 15, 59, 59, tzinfo=UTC
    )


FAULTY = """
[mesage]
event = "data"
[fields]
event_id = "id"
kind = "id"
"编号" = "x"
external_number = 5
text = ""
reply = "reply"
reason = "reply.reason"
[told]
"派单" = "open"
[tell]
order = "交办"
shout = "喊"
[values.grade]
"好" = 6
[values.department]
"城管" = "没有这个局"
[values.title]
"a" = "b"
[send]
numbers = ["title"]
[times]
formats = ["%H:%M"]
zone = "Moon/Sea"
[answers]
code = "code"
[news]
page = 0
size = 1
[paths]
news = "orders?x=1"
"""


def test_every_fault_of_a_mapping_is_named(tmp_path: Path) -> None:
    file = tmp_path / "county.toml"
    file.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(Misconfigured) as met:
        read_mapping(file, UNITS)
    faults = (
        "county.toml",
        "不认识 [mesage]",
        "没有“编号”这一项",
        "“external_number”应是文字",
        "“text”应写位置",
        "缺少“external_number”",
        "“event_id”和“kind”在同一个位置",
        "“reply”和“reason”在同一个位置",
        "“派单”右边应是",
        "不认识“shout”",
        "缺少“replied”",
        "“6”应是：1 到 5",
        "没有“没有这个局”这个部门或镇街",
        "“title”不能对照",
        "“title”不能写成数字",
        "“%H:%M”读不出年月日",
        "没有这个时区",
        "写了 code 就要写 ok",
        "“page”应在 1 到 500 之间",
        "不认识“size”",
        "“news”应以 / 开头",
        "缺少“tell”",
    )
    assert [fault for fault in faults if fault not in str(met.value)] == []


@pytest.mark.parametrize("content", [b"[", b"\xff\xfe\x00", b"fields = 1"])
def test_a_file_that_is_no_mapping(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "county.toml"
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"county\.toml"):
        read_mapping(file, {})


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="读不了"):
        read_mapping(tmp_path / "county.toml", {})


def test_the_example_names_units_of_the_city() -> None:
    mapping = read_mapping(EXAMPLE, load(DEFAULT).units_by_name)
    assert mapping.ours("department", "CG001") == "市城市管理局"


def test_the_page_names_everything_a_mapping_may() -> None:
    document = (ROOT / "docs" / "work-orders.md").read_text(encoding="utf-8")
    named = {*FIELDS, *FIELDS.values(), *map(str, TELL), *TOLD, *VALUES}
    words = set(re.findall(r"[\w]+", document))
    assert named - words == set()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://platform.example.com", KEY),
        ("https://user:word@platform.example.com", KEY),
        ("https://platform.example.com?key=1", KEY),
        ("https://platform.example.com", "short"),
    ],
)
def test_settings_that_are_not_safe(url: str, key: str) -> None:
    with pytest.raises(ValueError, match="should") as met:
        PlatformSettings(base_url=url, key=SecretStr(key), mapping=Path("m.toml"))
    assert key not in str(met.value)
