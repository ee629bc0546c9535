"""Which rephrased sentences the quotes support: nothing invented, and most of what is honest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from knowledge.claims import Quantity, claims, plain, value_of
from knowledge.clauses import supports
from knowledge.ingest.reading import files, read
from knowledge.model import Quote, RephrasedSentence
from knowledge.support import supported

GOLDEN = Path(__file__).parents[1] / "golden" / "rephrasings.json"
SAMPLES = Path(__file__).parents[2] / "knowledge" / "samples"
HONEST_KEPT = 61
"""Of 80; a change that keeps fewer should be meant."""


def golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text("utf-8"))  # type: ignore[no-any-return] - the golden file's


def quotes(*texts: str) -> tuple[Quote, ...]:
    return tuple(Quote(text=text, citation=at) for at, text in enumerate(texts))


def kept(texts: list[str], sentence: str) -> int | None:
    """The citation a sentence rests on, or None where it is dropped."""
    found = supported(quotes(*texts), [sentence]).sentences
    return found[0].citation if found else None


def cases(*, honest: bool) -> list[Any]:
    known = golden()
    return [
        pytest.param(known["quotes"][case["quotes"]], case, id=f"{case['change']}-{number}")
        for number, case in enumerate(known["cases"])
        if (case["rests_on"] is not None) == honest
    ]


@pytest.mark.parametrize(("texts", "case"), cases(honest=False))
def test_what_is_invented_or_changed_is_dropped(texts: list[str], case: dict[str, Any]) -> None:
    assert kept(texts, case["sentence"]) is None


def test_most_honest_sentences_are_kept_and_name_their_quote() -> None:
    rests = [
        (kept(case.values[0], case.values[1]["sentence"]), case.values[1]["rests_on"])
        for case in cases(honest=True)
    ]
    assert all(found in (None, meant) for found, meant in rests)
    assert sum(found is not None for found, _ in rests) >= HONEST_KEPT


def test_the_golden_quotes_stand_in_the_samples() -> None:
    samples = "\n".join(document.text for path in files([SAMPLES]) for document in read(path))
    flat = re.sub(r"\s", "", samples)
    told = [text for texts in golden()["quotes"].values() for text in texts]
    assert [text for text in told if re.sub(r"\s", "", text) not in flat] == []


# Every sample sentence, mechanically falsified

FALSIFIED = (
    *(("应当", "可以"), ("可以", "应当"), ("可以", "不得"), ("不得", "可以"), ("禁止", "可以")),
    *(("以上", "以下"), ("以下", "以上"), ("不超过", "不低于"), ("不低于", "不超过")),
    *(("每月", "每年"), ("每年", "每月"), ("工作日", "日"), ("未", "已"), ("没有", "有")),
    *(("城市", "农村"), ("农村", "城市"), ("本人", "家属"), ("派出所", "社区"), ("窗口", "网站")),
    *(("连续", "累计"), ("累计", "连续"), ("除外", "在内"), ("只能", "可以"), ("首次", "")),
    *(("或者", "和"), ("最高", "最低"), ("最长", "最短"), ("同时", ""), ("满", "不满")),
)
SENTENCE = re.compile(r"[^。\n]{6,}。")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def sample_sentences() -> list[str]:
    return [
        found
        for path in files([SAMPLES])
        for document in read(path)
        for found in SENTENCE.findall(document.text)
    ][::3]


def falsified(sentence: str) -> Iterator[str]:
    for number in NUMBER.finditer(sentence):
        more = str(Decimal(number[0]) + 1)
        yield sentence[: number.start()] + more + sentence[number.end() :]
    for word, other in FALSIFIED:
        for at in (found.start() for found in re.finditer(word, sentence)):
            yield sentence[:at] + other + sentence[at + len(word) :]
    for added in ("免费", "优先", "一律", "当场", "不", "所有"):
        yield added + sentence
        yield sentence.replace("，", f"，{added}", 1) if "，" in sentence else added + sentence


def test_no_sample_sentence_can_be_falsified_by_a_word_or_a_number() -> None:
    through = [
        (sentence, changed)
        for sentence in sample_sentences()
        for changed in dict.fromkeys(falsified(sentence))
        if kept([sentence], changed) is not None
    ]
    assert [pair for pair in through if "不应当" not in pair[1]] == []


def test_every_sample_sentence_supports_itself() -> None:
    sentences = sample_sentences()
    alone = sum(kept([sentence], sentence) == 0 for sentence in sentences)
    assert alone == len(sentences)


# What a sentence may not be


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "。",
        "您可以的。",
        "首次申领居民身份证不收费？",
        "首次申领居民身份证不收费😀。",
        "首次申领居民身份证不收费\u202e。",
        "首次申领居民身份证<b>不收费</b>。",
        "首次申领居民身份证不收费（gov.example.cn）。",
        "首次申领居民身份证不收费。" * 20,
    ],
)
def test_what_is_no_plain_sentence_is_dropped(sentence: str) -> None:
    assert kept(["首次申领居民身份证不收费。"], sentence) is None


def test_invisible_characters_do_not_come_out() -> None:
    found = supported(quotes("首次申领居民身份证不收费。"), ["首次申领\u200b身份证　不收费。"])
    assert found.sentences == (RephrasedSentence(text="首次申领身份证 不收费。", citation=0),)


def test_a_sentence_said_twice_is_told_once_and_the_order_is_the_models() -> None:
    given = quotes("咨询电话12366。", "首次申领居民身份证不收费。")
    said = ["首次申领身份证不收费。", "咨询电话是12366。", "首次申领身份证不收费。"]
    assert [each.citation for each in supported(given, said).sentences] == [1, 0]


@pytest.mark.parametrize("marker", ["（一）", "第五条 ", "2. ", "2、", "- "])
def test_a_place_in_a_list_is_not_told(marker: str) -> None:
    found = supported(quotes("（一）首次申领身份证不收费。"), [f"{marker}首次申领身份证不收费。"])
    assert [each.text for each in found.sentences] == ["首次申领身份证不收费。"]


def test_no_quotes_support_nothing() -> None:
    assert supported((), ["咨询电话12366。"]).sentences == ()


# Claims and clauses


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("二十五万元", "250000元"),
        ("25万元", "250,000元"),
        ("百分之五十", "50%"),
        ("三十日内", "30天以内"),
        ("最高额度三十万元", "不超过30万元"),
        ("年满八十周岁", "80岁以上"),
        ("20元以上50元以下", "20元至50元"),
        ("10个工作日", "十个工作日"),
        ("一百零五人", "105名"),
    ],
)
def test_the_same_quantity_is_the_same_however_it_is_written(said: str, same: str) -> None:
    assert claims(plain(said)).quantities == claims(plain(same)).quantities != ()


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("30日", "30个工作日"),
        ("6月", "6个月"),
        ("30日内", "30日后"),
        ("超过100人", "100人以上"),
        ("第五条", "五条"),
        ("每月50元", "每月50"),
        ("0795-6222345", "0795-6222346"),
        ("9:00", "9:30"),
    ],
)
def test_another_quantity_is_another(said: str, other: str) -> None:
    assert claims(plain(said)).quantities != claims(plain(other)).quantities


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("两万", 20_000), ("十二", 12), ("三千零五十", 3050), ("二〇二六", 2026), ("1.5万", 15_000)],
)
def test_numerals_have_their_values(numeral: str, value: int) -> None:
    assert value_of(numeral) == value


def test_a_range_is_a_least_and_a_most() -> None:
    assert claims(plain("80至89周岁")).quantities == (
        Quantity(value=Decimal(80), unit="岁", bound="≥"),
        Quantity(value=Decimal(89), unit="岁", bound="≤"),
    )


def texts(quote: str) -> list[str]:
    return [support.text for support in supports(quote)]


def test_a_condition_said_once_governs_what_follows_a_semicolon() -> None:
    said = texts("材料齐全的，市内迁移当场办结；跨省迁移3个工作日内办结。")
    assert "材料齐全的，跨省迁移3个工作日内办结。" in said
    assert "跨省迁移3个工作日内办结。" not in said


def test_an_exception_belongs_to_what_stands_before_it() -> None:
    said = texts("有车的，一般不符合条件；代步车除外。")
    assert "有车的，一般不符合条件，代步车除外。" in said
    assert "有车的，一般不符合条件。" not in said


def test_a_list_is_whole_unless_any_of_it_will_do() -> None:
    whole = texts("同时符合下列条件的，可以申请：\n（一）有户口的；\n（二）有住房的。")
    assert not any("有户口" in said and "有住房" not in said for said in whole)
    either = texts("具有下列情形之一的，可以申请：\n（一）有户口的；\n（二）有住房的。")
    assert "有户口的，可以申请。" in either
