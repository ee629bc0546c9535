"""Questions for another city's rules are not answered with ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge import belongs_elsewhere
from knowledge.answer import Answerer
from knowledge.asking import sought
from knowledge.embedded import EmbeddedIndex
from knowledge.model import AnswerKind
from knowledge.search import find
from tests.knowledge.shelf import LOAN, TODAY, entry

NATIONAL = replace(
    LOAN,
    id="national",
    title="关于阶段性缓缴社会保险费的公告（示例）",
    department="",
    text="餐饮和零售企业可以申请缓缴基本养老保险费，缓缴期间免收滞纳金，期限不超过六个月。",
)
OURS = replace(
    LOAN,
    id="ours",
    title="丰城市人才租房补贴办法（示例）",
    text="丰城市人才租房补贴每月发放八百元，由市住房和城乡建设局受理。",
)


@pytest.mark.parametrize("question", ["杭州市人才租房补贴每月多少", "长沙的人才租房补贴怎么领"])
def test_ours_is_not_told_for_another_citys(question: str) -> None:
    answerer = Answerer(EmbeddedIndex.build([entry(OURS), entry(NATIONAL)]))

    assert answerer.answer(question, today=TODAY).kind is AnswerKind.NONE


@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("山东的零售企业缓缴基本养老保险费免收滞纳金吗", False),
        ("山东的零售企业怎么申请稳岗返还和培训补贴", True),
        ("零售企业缓缴基本养老保险费免收滞纳金吗", False),
    ],
)
def test_rules_of_everywhere_answer_for_any_city_where_they_say_the_rest(
    question: str, elsewhere: bool
) -> None:
    index = EmbeddedIndex.build([entry(NATIONAL)])
    found = find(index, question, TODAY)

    assert (
        belongs_elsewhere.asked(index, question, sought(question), found.wanted, found.valid)
        is elsewhere
    )
