"""What a document is and how it is told, from its title, its number and its shape."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.belonging import core, likeness, references
from knowledge.ingest.document import kind_of
from knowledge.ingest.metadata import validity
from knowledge.model import Document, Form, Kind

ISSUED = date(2024, 3, 8)


@pytest.mark.parametrize(
    ("title", "kind", "form"),
    [
        ("丰城市临时救助实施细则", Kind.POLICY, Form.TEXT),
        ("《丰城市临时救助实施细则》政策解读", Kind.INTERPRETATION, Form.TEXT),
        ("一图读懂丰城市医疗救助办法", Kind.INTERPRETATION, Form.CHART),
        ("视频解读：电动自行车管理办法", Kind.INTERPRETATION, Form.AUDIO_VIDEO),
        ("专家解读：城市更新条例", Kind.INTERPRETATION, Form.EXPERT),
        ("市民政局局长解读特困人员供养办法", Kind.INTERPRETATION, Form.FIRST_INTERPRETER),
        ("市医保局主要负责同志解读医疗救助办法", Kind.INTERPRETATION, Form.FIRST_INTERPRETER),
        ("市教育局就招生政策答记者问", Kind.INTERPRETATION, Form.QA),
        ("老年人优待证办理指南", Kind.GUIDE, Form.TEXT),
        ("医保转移常见问题", Kind.FAQ, Form.QA),
        ("关于网传“停课一周”的辟谣", Kind.REFUTATION, Form.TEXT),
        ("关于道路封闭施工的通告", Kind.NOTICE, Form.TEXT),
    ],
)
def test_kinds_and_forms(title: str, kind: Kind, form: Form) -> None:
    assert kind_of(title, ("正文。",)) == (kind, form)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("本办法自2024年5月1日起施行，有效期5年。", date(2024, 5, 1), date(2029, 4, 30)),
        (
            "本细则自2024年5月1日起施行，有效期至2026年12月31日。",
            date(2024, 5, 1),
            date(2026, 12, 31),
        ),
        ("本通知自印发之日起实施。", ISSUED, None),
        ("本通知自发布之日起施行，有效期三年。", ISSUED, date(2027, 3, 7)),
        ("本条例已经通过，现予公布，自2024年6月1日起施行。", date(2024, 6, 1), None),
        ("补贴按月发放。", None, None),
    ],
)
def test_validity_from_the_text(text: str, first: date | None, last: date | None) -> None:
    assert validity([text], issued_on=ISSUED) == (first, last)


def test_what_an_interpretation_says_of_its_policy_surest_first() -> None:
    document = Document(
        id="d",
        title="《丰城市临时救助实施细则》解读",
        text="根据《省社会救助条例》，市政府印发了（丰府办规〔2025〕3号）。",
    )
    found = [each.name or each.number for each in references(document)]
    assert found == ["丰城市临时救助实施细则", "省社会救助条例", "丰府办规〔2025〕3号"]


@pytest.mark.parametrize(
    "title",
    [
        "丰城市人民政府办公室关于印发丰城市临时救助实施细则的通知",
        "关于印发《丰城市临时救助实施细则》的通知",
        "《丰城市临时救助实施细则》",
        "丰城市临时救助 实施细则",
    ],
)
def test_one_name_for_a_policy_and_the_notice_that_sends_it_out(title: str) -> None:
    assert core(title) == "丰城市临时救助实施细则"


def test_likeness() -> None:
    text = "每人每次救助金额不超过当年城市低保月标准的六倍，同一事由一年内只救助一次。"
    assert likeness(text, text.replace("，", "， ")) == 1.0
    assert likeness(text, "公园免费开放，禁止垂钓和露营，违者由城管部门处罚。") == 0.0
    assert likeness("一。", "一。") == 1.0
