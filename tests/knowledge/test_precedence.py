"""Which document comes first: where the words stand, and whose rules it tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge import regions
from knowledge.embedded import EmbeddedIndex
from knowledge.search import find
from tests.knowledge.shelf import LOAN, TODAY, entry

NATIONAL = replace(
    LOAN,
    id="national",
    title="关于稳岗返还的通知（示例）",
    department="",
    text="对不裁员的参保企业，返还上年度实际缴纳失业保险费的一半。具体办法由各地制定。",
)
FOREIGN = replace(
    NATIONAL,
    id="foreign",
    title="沈阳市关于稳岗返还的通知（示例）",
    text="沈阳市对不裁员的参保企业，返还上年度实际缴纳失业保险费的一半。沈阳市各区照此办理。",
)
OWN = replace(
    NATIONAL,
    id="own",
    title="西安市关于稳岗返还的通知（示例）",
    text="西安市对不裁员的参保企业，返还上年度实际缴纳失业保险费的六成。由西安市人社局办理。",
)


@pytest.mark.parametrize(
    ("question", "first"),
    [("西安市稳岗返还多少", "own"), ("沈阳稳岗返还多少", "foreign")],
)
def test_whose_rules_are_asked_for_come_first(question: str, first: str) -> None:
    index = EmbeddedIndex.build([entry(FOREIGN), entry(NATIONAL), entry(OWN)])

    assert find(index, question, TODAY).valid[0].document.id == first


def test_rules_of_everywhere_come_before_those_of_elsewhere() -> None:
    index = EmbeddedIndex.build([entry(FOREIGN), entry(NATIONAL)])

    found = find(index, "西安市不裁员的参保企业返还多少", TODAY)

    assert [hit.document.id for hit in found.valid] == ["national", "foreign"]


def test_words_that_stand_together_come_before_words_that_stand_apart() -> None:
    together = replace(
        NATIONAL, id="together", text="残疾人可以免费乘坐公交车。" + "其他内容。" * 12
    )
    apart = replace(
        NATIONAL, id="apart", text="残疾人工作另行通知。" + "其他内容。" * 12 + "免费乘坐公交车。"
    )
    index = EmbeddedIndex.build([entry(apart), entry(together)])

    found = find(index, "残疾人免费乘坐公交车吗", TODAY)

    assert [hit.document.id for hit in found.valid] == ["together", "apart"]


def test_places_are_known_with_their_province() -> None:
    there = regions.of(OWN)

    assert regions.asked("西安和咸阳怎么办") == {"西安", "咸阳"}
    assert regions.provinces(frozenset({"西安", "咸阳", "丰城"})) == {"陕西省", "江西省"}
    assert there.share(frozenset({"陕西省"})) == 1.0
    assert there.share(frozenset({"辽宁省"})) == 0.0
    assert regions.of(NATIONAL).share(frozenset({"陕西省"})) == 0.0
