"""Pairs written by editors are found again."""

from __future__ import annotations

import pytest

from knowledge.ingest.structure import passages
from knowledge.model import Document, Kind
from knowledge.pairs import with_pair
from knowledge.review import ReviewError

EMPTY = Document(id="faq", title="老年优待常见问题", text="", kind=Kind.FAQ)


def read(document: Document) -> list[tuple[str, str]]:
    return [(each.question, each.text) for each in passages(document)]


def test_pairs_are_found_one_by_one() -> None:
    first = with_pair(EMPTY, "多大年纪可以免费坐公交", "六十五周岁。\n凭爱心卡。")
    both = with_pair(first, "问：爱心卡在哪里办？", "答：在公交公司窗口办。")
    assert read(both) == [
        ("多大年纪可以免费坐公交？", "六十五周岁。\n凭爱心卡。"),
        ("爱心卡在哪里办？", "在公交公司窗口办。"),
    ]


@pytest.mark.parametrize("mark", ["1. {}", "一、{}", "（一）{}", "①{}", "第一步 {}"])
def test_numbered_answers_do_not_swallow_what_follows(mark: str) -> None:
    answer = "分两次办。\n" + "\n".join(mark.format(step) for step in ("先登记。", "再领卡。"))
    first = with_pair(EMPTY, "爱心卡怎么办？", answer)
    both = with_pair(first, "爱心卡丢了怎么补？", "到原窗口补办。")
    assert [question for question, _ in read(both)] == ["爱心卡怎么办？", "爱心卡丢了怎么补？"]
    assert "再领卡。" in read(both)[0][1]


def test_a_long_answer_is_kept_whole() -> None:
    answer = "凭身份证到窗口办理，当场可取。" * 80
    found = read(with_pair(EMPTY, "爱心卡怎么办？", answer))
    assert {question for question, _ in found} == {"爱心卡怎么办？"}
    assert "".join(text for _, text in found) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("", "到窗口办。"),
        ("办" * 200, "到窗口办。"),
        ("爱心卡怎么办？", " \n "),
        ("爱心卡怎么办？", "到窗口办。\n问：丢了呢？"),
    ],
)
def test_what_is_no_pair_is_refused(question: str, answer: str) -> None:
    with pytest.raises(ReviewError):
        with_pair(EMPTY, question, answer)


def test_a_text_of_numbered_questions_takes_another_pair() -> None:
    numbered = Document(
        id="x", title="爱心卡须知", text="一、爱心卡怎么办？\n到窗口办。\n二、要钱吗？\n不要钱。"
    )
    written = with_pair(numbered, "爱心卡丢了怎么补？", "到原窗口补办。")
    assert dict(read(written))["爱心卡丢了怎么补？"] == "到原窗口补办。"
    assert len(read(written)) == 3
