"""Normalising and segmenting."""

from __future__ import annotations

import pytest

from nlu import lexicon, text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("低\u200b保", "低保"),
        ("  前后  空格　在此 ", "前后 空格 在此"),
        ("（一）申请，条件：", "（一）申请，条件："),
        ("上\x00下", "上 下"),
        ("一\n\n\n二", "一\n二"),
        ("⼈民", "人民"),
        ("", ""),
    ],
)
def test_normalise(raw, expected):
    assert text.normalise(raw) == expected


def test_normalising_twice_changes_nothing():
    once = text.normalise("Ａ\u200b 　（二）\n\n x ⼈")
    assert text.normalise(once) == once


@pytest.mark.parametrize("raw", ["ＡＢ\u200b低保　x", "İstanbul 路", "", "⼈民路１２号"])
def test_fold_keeps_positions(raw):
    assert len(text.fold(raw)) == len(raw)
    assert all(raw[start : start + len(token)] == token for token, start in text.tokens(raw))


@pytest.mark.parametrize("word", ["五险一金", "准生证", "剑光街道", "公租房", "摩的", "赣服通"])
def test_lexicon_words_stay_whole(word):
    assert word in text.words(f"请问一下{word}的事情")


def test_words_leave_out_punctuation():
    assert text.words("低保，怎么办？ABC") == ["低保", "怎么办", "abc"]


def test_search_words_hold_the_parts_too():
    found = text.search_words("城乡居民基本医疗保险")
    assert {"城乡居民基本医疗保险", "医疗", "保险"} <= set(found)


def test_bigrams():
    assert text.bigrams("低保户 a1，一") == ["低保", "保户", "a1", "一"]


def test_every_lexicon_file_names_its_source():
    files = sorted(lexicon.HERE.glob("*.txt"))
    assert len(files) >= 8
    assert [f.name for f in files if "# Source:" not in f.read_text(encoding="utf-8")] == []


def test_synonyms_lead_to_official_terms():
    assert lexicon.synonyms()["五险一金"] == ("社会保险", "住房公积金")
    assert "最低生活保障" in lexicon.synonyms()["低保"]


def test_departments_by_their_short_names():
    assert lexicon.departments()["人社局"] == "市人力资源和社会保障局"


def test_a_city_brings_its_own_lexicon(tmp_path, monkeypatch):
    (tmp_path / "lexicon").mkdir()
    own = tmp_path / "lexicon" / "towns.txt"
    own.write_text("# Source: test\n樟树市 | 樟树\n", encoding="utf-8")
    monkeypatch.setenv("POLICYLINE_CITY", str(tmp_path))
    assert lexicon.path_of("towns") == own
    assert lexicon.path_of("departments") == lexicon.HERE / "departments.txt"
