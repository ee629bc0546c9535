"""Kinds that exclude one another."""

from __future__ import annotations

import pytest

from knowledge import contrasts
from knowledge.answer import Answerer
from knowledge.embedded import EmbeddedIndex
from knowledge.model import AnswerKind, Document, Kind, Life
from nlu import lexicon
from tests.knowledge.shelf import TODAY, entries, entry

PAIR = (
    "问：医保住院报销比例是多少？\n答：{kind}在一级、二级、三级医院住院，报销比例分别为{shares}。\n"
)
RESIDENTS = PAIR.format(kind="居民医保", shares="90%、80%、60%")
WORKERS = PAIR.format(kind="职工医保", shares="95%、92%、85%").replace("报销比例是", "能报销")


def _faq(*pairs: str) -> Document:
    return Document(
        id="faq",
        title="医疗保险常见问题（示例）",
        kind=Kind.FAQ,
        department="丰城市医疗保障局",
        life=Life.PUBLISHED,
        text="".join(pairs),
    )


@pytest.mark.parametrize(
    ("question", "text", "another"),
    [
        ("职工医保住院能报销多少", "居民医保住院报销60%", True),
        ("职工医保住院能报销多少", "职工医保与居民医保住院都能报销", False),
        ("医保住院能报销多少", "居民医保住院报销60%", False),
        ("职工医保和居民医保有什么不同", "居民医保住院报销60%", False),
        ("二套房首付多少", "首套住房首付比例为20%", True),
        ("二套房首付多少", "住房首付比例为20%", False),
    ],
)
def test_of_another_kind(question: str, text: str, another: bool) -> None:
    assert contrasts.tells_of_another(contrasts.asked(question), text) is another


def test_each_name_stands_in_one_kind_only() -> None:
    for family in lexicon.contrasts():
        names = [name for kind in family for name in kind]
        assert len(family) > 1
        assert len(names) == len(set(names))
        assert all(kind for kind in family)


def test_what_holds_for_others_is_not_quoted() -> None:
    shelf = Answerer(EmbeddedIndex.build([*entries(), entry(_faq(RESIDENTS))]))

    for_residents = shelf.answer("居民医保住院报销比例是多少？", today=TODAY)
    for_workers = shelf.answer("职工医保住院报销比例是多少？", today=TODAY)

    assert for_residents.kind is AnswerKind.DIRECT
    assert "60%" in for_residents.text
    assert for_workers.kind is not AnswerKind.DIRECT


def test_the_part_about_the_kind_asked_for_is_quoted() -> None:
    shelf = Answerer(EmbeddedIndex.build([*entries(), entry(_faq(RESIDENTS, WORKERS))]))

    answer = shelf.answer("职工医保住院报销比例是多少？", today=TODAY)

    assert answer.kind is AnswerKind.DIRECT
    assert "85%" in answer.text
    assert "60%" not in answer.text
