"""Pages of the usual portal systems, written for these tests, and the saved pages of real ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.ingest import files, read
from knowledge.model import Document, Life

PAGES = Path(__file__).parents[1] / "payloads" / "portal"
TITLE = "关于发放高龄老人补贴的通知"
NUMBERED = ["definition_list", "hanweb_list", "metadata_table_gbk"]
MENU_WORDS = (
    "首页",
    "互动交流",
    "分享到",
    "版权所有",
    "ICP备",
    "网站标识码",
    "打印",
    "责任编辑",
    "上一条",
)


def page(name: str) -> Document:
    (document,) = read(PAGES / f"{name}.html")
    return document


NOTICES = [
    "definition_list",
    "hanweb_list",
    "json_ld",
    "metadata_table_gbk",
    "old_tables_gbk",
    "pages_content",
    "trs_editor",
    "ucap_content",
    "vsb_content",
    "wechat_article",
    "wordpress",
]
"""One notice as eleven systems show it."""
EMPTY = ["frameset_gbk", "picture_only", "spa_shell"]
ALL = sorted(path.stem for path in PAGES.glob("*.html") if path.stem not in EMPTY)


@pytest.mark.parametrize("name", NOTICES)
def test_each_template_gives_title_organ_and_dates(name: str) -> None:
    document = page(name)
    assert document.title == TITLE
    assert document.department
    assert document.published_on == date(2024, 3, 12)
    assert document.issued_on == date(2024, 3, 8)


@pytest.mark.parametrize("name", ALL)
def test_the_text_is_free_of_menus(name: str) -> None:
    text = page(name).text
    assert [word for word in MENU_WORDS if word in text] == []


@pytest.mark.parametrize("name", NOTICES)
def test_the_text_is_whole_and_stands_once(name: str) -> None:
    text = page(name).text
    assert text.startswith("各乡镇人民政府")
    assert text.count("（三）100周岁及以上，每人每月300元。") == 1
    assert "有效期5年。\n丰城市民政局\n2024年3月8日" in text


@pytest.mark.parametrize("name", NUMBERED)
def test_metadata_tables_name_number_and_organ(name: str) -> None:
    document = page(name)
    assert document.number == "丰民字〔2024〕12号"
    assert document.department == "丰城市民政局"


@pytest.mark.parametrize("name", ["hanweb_list", "metadata_table_gbk"])
def test_the_index_number(name: str) -> None:
    assert page(name).index_number == "014500123/2024-00031"


def test_a_repealed_policy_says_so() -> None:
    document = page("repealed")
    assert document.life is Life.REPEALED
    assert (document.valid_from, document.valid_to) == (date(2019, 1, 1), date(2023, 12, 31))


def test_validity_is_counted_from_the_text() -> None:
    document = page("trs_editor")
    assert (document.valid_from, document.valid_to) == (date(2024, 3, 12), date(2029, 3, 11))


def test_tables_are_rows_with_their_heads() -> None:
    lines = page("faq_table").text.split("\n")
    assert "年龄：80至89周岁；每人每月：50元；发放方式：银行卡" in lines
    assert "年龄：90至99周岁；每人每月：100元；发放方式：银行卡" in lines  # a cell over two rows


def test_a_hidden_copy_is_left_out() -> None:
    assert page("faq_table").text.count("年满80周岁的老年人都可以领取") == 1


def test_attachments_are_linked() -> None:
    (attachment,) = page("hanweb_list").attachments
    assert attachment.name == "高龄老人补贴申请表.docx"
    assert attachment.url == "/upload/2024/form.docx"
    assert [a.name for a in page("vsb_content").attachments] == ["附件1：申请表"]


def test_the_address_is_the_canonical_one_and_makes_the_id(tmp_path: Path) -> None:
    first = page("wordpress")
    copy = tmp_path / "renamed.html"
    copy.write_bytes((PAGES / "wordpress.html").read_bytes())
    (second,) = read(copy)
    assert first.url == "https://news.example.org/2024/03/gaoling"
    assert second == first


@pytest.mark.data
def test_saved_pages_of_real_portals(data_dir: Path) -> None:
    documents = [read(path)[0] for path in files([data_dir / "portal_pages"])]
    assert len(documents) == 31
    complete = [
        each
        for each in documents
        if each.title and each.department and (each.published_on or each.issued_on)
    ]
    assert len(complete) >= 28
    noisy = [each.id for each in documents if "ICP备" in each.text or "分享到" in each.text]
    assert noisy == []
