"""Reading: runs of whole sentences, no longer than asked for, at the right place."""

from __future__ import annotations

import pytest

from knowledge.asking import sought
from knowledge.embedded import EmbeddedIndex
from knowledge.model import Document, Life
from knowledge.reader import Reader, Span
from knowledge.search import find
from tests.knowledge.shelf import MEDICAL, SUBSIDY, TODAY, entry

LONG = Document(
    id="long",
    title="丰城市示范园区管理办法（示例）",
    life=Life.PUBLISHED,
    text="".join(f"第{n}片区由第{n}管理站负责绿化养护。" for n in range(1, 200))
    + "违规停放渣土车的处以三百元罚款。"
    + "".join(f"第{n}片区每年评比一次。" for n in range(1, 200)),
)
ENDLESS = Document(
    id="endless",
    title="丰城市水库名录（示例）",
    life=Life.PUBLISHED,
    text="本市的水库有" + "，".join(f"第{n}号水库" for n in range(1, 200)),
)


def read(document: Document, question: str, reader: Reader) -> tuple[Span, ...]:
    index = EmbeddedIndex.build([entry(document)])
    found = find(index, question, TODAY)
    best = found.valid[0].passages
    return reader.read(sought(question), found.wanted, document, index.passages(document.id), best)


def quoted(document: Document, question: str, reader: Reader | None = None) -> list[str]:
    spans = read(document, question, reader or Reader())
    return [document.text[span.start : span.end] for span in spans]


def test_the_sentence_that_answers_is_quoted_out_of_a_long_text() -> None:
    text = "".join(quoted(LONG, "违规停放渣土车罚款多少"))

    assert "违规停放渣土车的处以三百元罚款。" in text
    assert len(text) <= 250


@pytest.mark.parametrize("limit", [60, 120, 250])
def test_a_quote_is_no_longer_than_asked_for(limit: int) -> None:
    reader = Reader(quote_chars=limit)

    spans = read(LONG, "第7片区由谁负责绿化养护", reader)

    assert spans[-1].end - spans[0].start <= limit


def test_sentences_are_whole() -> None:
    text = quoted(LONG, "违规停放渣土车罚款多少")[0]

    assert text.startswith(("第", "违规"))
    assert text.endswith("。")


def test_a_sentence_without_end_is_cut_at_a_clause() -> None:
    text = "".join(quoted(ENDLESS, "本市水库有哪些", Reader(quote_chars=100)))

    assert len(text) <= 100
    assert text.endswith("，")


def test_a_pair_is_quoted_with_its_whole_answer() -> None:
    assert quoted(MEDICAL, "异地住院怎么备案") == [
        "可以在手机上办理异地就医备案，也可以拨打医保中心电话0795-0000000办理。备案长期有效。"
    ]


def test_the_part_under_the_asked_heading_is_quoted() -> None:
    text = "".join(quoted(SUBSIDY, "高龄津贴申请材料", Reader(quote_chars=60)))

    assert "老年人身份证、户口簿和银行卡复印件。" in text
