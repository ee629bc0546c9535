"""How units are told: read from the city's folder, every fault named at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot import city as cities
from bot.city.contacts import Contact, senders_named
from bot.city.load import DEFAULT
from bot.delivery.directory import ContactDirectory

GOOD = """
[[unit]]
name = "城管局"
email = ["duty@cg.example.com", "leader@cg.example.com"]
sms = ["13900000001"]
wecom = ["chengguan"]

[[unit]]
name = "市水利局"
work_order = "water"
"""

BAD = """
[[unit]]
name = "没有这个局"
email = ["nobody", "a@b.example\\nBcc: c@d.example"]

[[unit]]
name = "市水利局"
sms = ["0795-1234567", "13900000001", "13900000001"]
dingtalk = ["a b"]
fax = "1"

[[unit]]
name = "水利局"
open311 = "x y"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "city"))


def test_by_default_everybody_works_on_our_pages() -> None:
    assert cities.load(DEFAULT).contacts == ()


def test_units_go_by_any_of_their_names(folder: Path) -> None:
    (folder / "contacts.toml").write_text(GOOD, "utf-8")
    city = cities.load(folder)
    assert city.contacts == (
        Contact(
            unit="市城市管理局",
            email=("duty@cg.example.com", "leader@cg.example.com"),
            sms=("13900000001",),
            wecom=("chengguan",),
        ),
        Contact(unit="市水利局", work_order="water"),
    )
    assert dict(senders_named(city.contacts)).keys() == {"email", "sms", "wecom", "water"}


def test_every_fault_is_named(folder: Path) -> None:
    (folder / "contacts.toml").write_text(BAD, "utf-8")
    with pytest.raises(cities.CityError) as met:
        cities.load(folder)
    said = "\n".join(met.value.faults)
    for expected in (
        "没有“没有这个局”这个部门或镇街",
        "“email”的第 1 个不是邮箱地址",
        "“email”的第 2 个不是邮箱地址",
        "“sms”的第 1 个不是 11 位手机号码",
        "“sms”中有写了两次的",
        "“dingtalk”的第 1 个不能用作机器人名称",
        "不认识“fax”",
        "“市水利局”写了两次",
        "“open311”不能用作系统名称",
    ):
        assert expected in said


def test_a_unit_without_contacts_is_told_by_nobody() -> None:
    contacts = (Contact(unit="市水利局", work_order="water", email=("a@example.com",)),)
    directory = ContactDirectory(contacts, systems={"water", "province"}, base_url="https://x")
    assert [way.sender for way in directory.of_unit("市水利局")] == ["water", "email"]
    assert directory.of_unit("市城市管理局") == ()
    assert [way.sender for way in directory.of_origin("province")] == ["province"]
    assert directory.of_origin("wechat") == ()
    assert directory.link("1") == "https://x/cases/1"
