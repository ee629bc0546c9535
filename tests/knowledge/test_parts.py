"""Which part of a document a question is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge import parts
from knowledge.asking import sought
from knowledge.embedded import EmbeddedIndex
from knowledge.ingest.structure import passages
from knowledge.model import Document
from knowledge.search import find
from tests.knowledge.shelf import LOAN, TODAY, entry

FAQ = replace(
    LOAN,
    id="faq",
    title="丰城市失业保险常见问题（示例）",
    text="""问：失业保险金每月发放多少？
答：按本市最低工资标准的百分之九十发放，每月1980元。
问：失业保险金的领取期限是多长？
答：缴费满一年的领取两个月，最长领取二十四个月。
问：《就业创业证》遗失了如何补发？
答：本人到市就业服务大厅二号窗口登记，当场补发。
问：单位不为职工缴费如何处理？
答：职工可以向市劳动监察大队举报，由其责令单位限期缴纳。""",
)
LISTED = replace(
    LOAN,
    id="listed",
    title="丰城市老年人优待卡办理指南（示例）",
    text="""一、申请条件
年满六十周岁的户籍老年人可以申请。
二、申请材料
身份证原件和一寸照片两张。
三、办理时限
自受理之日起五个工作日内发卡。
四、办理地点
各镇街便民服务中心。""",
)


def ranked(document: Document, question: str) -> tuple[parts.Part, ...]:
    index = EmbeddedIndex.build([entry(document)])
    found = find(index, question, TODAY)
    scores = {each.passage.ordinal: each.score for each in found.valid[0].passages}
    held = index.passages(document.id)
    return parts.ranked(sought(question), found.wanted, document, held, scores)


@pytest.mark.parametrize(
    ("question", "published"),
    [
        ("失业金一个月能拿几多钱", "失业保险金每月发放多少？"),
        ("失业金可以拿多久", "失业保险金的领取期限是多长？"),
        ("就业创业证搞丢了去哪补", "《就业创业证》遗失了如何补发？"),
        ("老板不给我交社保怎么办", "单位不为职工缴费如何处理？"),
    ],
)
def test_a_published_question_is_known_in_other_words(question: str, published: str) -> None:
    assert ranked(FAQ, question)[0].passage.question == published


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("老年优待卡要带什么东西去办", "二、申请材料"),
        ("优待卡几天能办好", "三、办理时限"),
        ("老年人优待卡在哪里办", "四、办理地点"),
        ("几岁可以办老年优待卡", "一、申请条件"),
    ],
)
def test_a_heading_announces_the_kind_of_thing_asked_for(question: str, heading: str) -> None:
    first = ranked(LISTED, question)[0]

    assert first.passage.heading_path[-1] == heading
    assert first.announced


def test_chances_are_those_of_one_choice() -> None:
    found = ranked(FAQ, "失业金可以拿多久")

    assert sum(part.chance for part in found) == pytest.approx(1.0)
    assert [part.chance for part in found] == sorted((part.chance for part in found), reverse=True)


def test_no_passages_have_no_first_one() -> None:
    index = EmbeddedIndex.build([entry(FAQ)])
    wanted = find(index, "失业金", TODAY).wanted

    assert parts.ranked((), wanted, FAQ, (), {}) == ()


def test_a_heading_is_covered_by_what_was_said_in_other_words() -> None:
    index = EmbeddedIndex.build([entry(FAQ)])
    wanted = find(index, "就业创业证丢了去哪补", TODAY).wanted
    seen = parts.signs((), wanted, FAQ, passages(FAQ), {})
    lost = next(
        each for each, part in zip(seen, passages(FAQ), strict=True) if "遗失" in part.question
    )

    assert lost.covered == pytest.approx(max(each.covered for each in seen))
    assert lost.covered > 0.5
