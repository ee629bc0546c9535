"""Pages written in the markup of the usual portal systems, each read as its golden entry says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.ingest import Unreadable, read
from knowledge.ingest.structure import passages
from knowledge.model import Document, Form

TESTS = Path(__file__).parents[1]
PAGES = TESTS / "payloads" / "portal"
GOLDEN: dict[str, dict[str, Any]] = json.loads(
    (TESTS / "golden" / "portal_pages.json").read_text(encoding="utf-8")
)
READABLE = sorted(name for name, entry in GOLDEN.items() if "unreadable" not in entry)
EMPTY = sorted(name for name, entry in GOLDEN.items() if "unreadable" in entry)
SAID = (
    "number",
    "department",
    "index_number",
    "issued_on",
    "published_on",
    "valid_from",
    "valid_to",
)


def page(name: str) -> Document:
    (document,) = read(PAGES / f"{name}.html")
    return document


@pytest.mark.parametrize("name", READABLE)
def test_what_a_page_says_of_its_document(name: str) -> None:
    document, entry = page(name), GOLDEN[name]

    assert document.title == entry["title"]
    assert {key: str(getattr(document, key) or "") for key in SAID} == {
        key: entry.get(key, "") for key in SAID
    }


@pytest.mark.parametrize("name", READABLE)
def test_what_a_page_is(name: str) -> None:
    document, entry = page(name), GOLDEN[name]

    found = (document.kind.value, document.form.value, document.life.value)
    assert found == (entry["kind"], entry["form"], entry["life"])
    links = [[each.name, each.url] for each in document.attachments]
    assert links == entry.get("attachments", [])


@pytest.mark.parametrize("name", READABLE)
def test_a_pages_passages(name: str) -> None:
    found = [[list(p.heading_path), p.question, p.text] for p in passages(page(name))]

    assert found == GOLDEN[name]["passages"]


@pytest.mark.parametrize("name", EMPTY)
def test_a_page_without_text_says_why(name: str) -> None:
    with pytest.raises(Unreadable) as caught:
        page(name)

    assert caught.value.reason_zh == GOLDEN[name]["unreadable"]


def test_every_form_of_interpretation_is_among_the_pages() -> None:
    assert {GOLDEN[name]["form"] for name in READABLE} == {form.value for form in Form}


ONCE = "<html><body><div id='zoom'>{}</div></body></html>"
SAYS = "丰城市高龄补贴自2025年起按月发放，由户籍地乡镇受理。"


@pytest.mark.parametrize("codec", ["gb18030", "gb2312", "gbk", "big5", "utf-8", "utf-16"])
@pytest.mark.parametrize("label", ["", "utf-8", "gb2312", "big5", "no-such-charset"])
def test_pages_are_decoded_whatever_their_label(tmp_path: Path, codec: str, label: str) -> None:
    says = {"big5": "豐城市高齡補貼按月發放，由戶籍地鄉鎮受理，每月五十元，不用另外申請。"}.get(
        codec, SAYS
    )
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">'
    path = tmp_path / "a.html"
    path.write_bytes(
        f"<html><head>{meta}</head><body><div id=zoom><p>{says}</p></div>".encode(codec)
    )

    (document,) = read(path)

    assert document.text == says


def test_rows_of_a_table_with_heads_over_heads_and_spans(tmp_path: Path) -> None:
    table = (
        "<table><tr><th rowspan=2>人群</th><th colspan=2>住院</th></tr>"
        "<tr><th>一级</th><th>二级</th></tr>"
        "<tr><td rowspan=2>居民</td><td>90%</td><td>80%</td></tr>"
        "<tr><td>85%</td><td>75%</td></tr></table>"
    )
    path = tmp_path / "a.html"
    path.write_text(ONCE.format(f"<p>{SAYS}</p>{table}"), encoding="utf-8")

    (document,) = read(path)

    assert document.text.split("\n")[1:] == [
        "人群：居民；住院一级：90%；住院二级：80%",
        "人群：居民；住院一级：85%；住院二级：75%",
    ]
