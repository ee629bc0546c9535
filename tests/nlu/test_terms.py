"""Terms of many texts at once: the same as those of one text after the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu import terms
from nlu import text as nlu_text
from tests.knowledge.shelf import DOCUMENTS

PIECES = st.sampled_from(
    [
        *"丰城市贷款政策的一了和研究生命起源在于T恤AB12，。（）\n+-#&._%\u200b\u3400\u9fff\u9fd6",
        *("中华人民共和国", "卡拉OK", "c++", "１２ａｂ", "İ", "ſ", "ı", "Σ", "𠮷", "\ud800", "\0"),
        *("e-mail", "公积金贷款", "南京市长江大桥", "结婚的和尚未结婚的", "2021年10号"),
    ]
)
TEXTS = st.lists(
    st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=60)), max_size=6
)


def keys(found: list[str]) -> list[int]:
    return [terms.term_key(term) for term in found]


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_words_are_those_of_jieba(texts: list[str]) -> None:
    found = [each.tolist() for each in terms.words(terms.plain(texts))]

    assert found == [keys(nlu_text.words(text)) for text in texts]


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_bigrams_are_those_of_one_text(texts: list[str]) -> None:
    found = [each.tolist() for each in terms.bigrams(terms.plain(texts))]

    assert found == [keys(nlu_text.bigrams(text)) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        *(document.text for document in DOCUMENTS),
        "政" * 499 + "策",
        "政策研究" * 400,
        "x" * 3000 + "政策",
        "",
    ],
)
def test_whole_documents_and_endless_blocks(text: str) -> None:
    found = next(iter(terms.words(terms.plain([text])))).tolist()

    assert found == keys(nlu_text.words(text))


def test_no_texts_have_no_terms() -> None:
    assert not len(terms.words(terms.plain([])).keys)
    assert not len(terms.bigrams(terms.plain([])).keys)


def test_keys_tell_terms_apart() -> None:
    texts = ["政", "政策", "政策文", "政策文件", "abcd", "abdc", "a", "12", "1234", "12345"]

    assert len({terms.term_key(text) for text in texts}) == len(texts)
    assert all(0 < terms.term_key(text) < 1 << terms.KEY_BITS for text in texts)


@pytest.mark.data
def test_words_of_real_documents(data_dir: Path) -> None:
    lines = (data_dir / "policy_qa" / "documents.jsonl").read_text("utf-8").splitlines()

    found = [each.tolist() for each in terms.words(terms.plain(lines))]

    assert found == [keys(nlu_text.words(line)) for line in lines]
