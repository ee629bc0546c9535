"""What differs between two texts."""

from __future__ import annotations

import time

from knowledge.differing import Sign, difference, words

BEFORE = "\n".join(
    [
        "第一条 为方便老人出行，制定本办法。",
        "第二条 年满八十周岁的老人每月补贴80元。",
        "第三条 申请人到所在社区提出申请。",
        "第四条 社区三个工作日内上报。",
        "第五条 镇街五个工作日内办结。",
        "办结后发卡。",
        "第六条 虚报冒领的，追回补贴。",
        "第七条 本办法由市民政局解释。",
    ]
)
AFTER = "\n".join(
    [
        "第一条 为方便老人出行，制定本办法。",
        "第二条 年满七十周岁的老人每月补贴120元。",
        "第三条 申请人到所在社区提出申请。",
        "第四条 社区三个工作日内上报。",
        "第五条 镇街五个工作日内办结。",
        "办结后发卡。",
        "网上申请的，不用再交纸质材料。",
        "第七条 本办法由市民政局解释。",
    ]
)


def test_sentences_are_told_apart_and_equal_ones_folded() -> None:
    found = difference(BEFORE, AFTER)
    assert (found.changed, found.added, found.removed, found.same) == (1, 1, 1, 6)
    assert [(s.folded, len(s.sentences)) for s in found.stretches] == [
        (False, 3),
        (True, 2),
        (False, 4),
    ]
    shown = [each for stretch in found.stretches for each in stretch.sentences]
    assert [each.after or each.before for each in shown if each.sign is Sign.SAME] == [
        line for line in AFTER.split("\n") if line in BEFORE
    ]
    (changed,) = (each for each in shown if each.sign is Sign.CHANGED)
    assert [(w.sign, w.text) for w in changed.words if w.sign is not Sign.SAME] == [
        (Sign.REMOVED, "八十"),
        (Sign.ADDED, "七十"),
        (Sign.REMOVED, "80"),
        (Sign.ADDED, "120"),
    ]


def test_the_two_texts_can_be_put_together_again() -> None:
    found = difference(BEFORE, AFTER)
    shown = [each for stretch in found.stretches for each in stretch.sentences]
    assert [each.before for each in shown if each.before] == BEFORE.split("\n")
    assert [each.after for each in shown if each.after] == AFTER.split("\n")
    for each in shown:
        if each.words:
            assert "".join(w.text for w in each.words if w.sign is not Sign.ADDED) == each.before
            assert "".join(w.text for w in each.words if w.sign is not Sign.REMOVED) == each.after


def test_equal_texts_are_one_fold_and_empty_ones_nothing() -> None:
    same = difference(BEFORE, BEFORE)
    assert [(s.folded, len(s.sentences)) for s in same.stretches] == [(True, 8)]
    assert difference("", "").stretches == ()
    assert difference("", "甲。乙。").added == 2


def test_a_single_sign_between_two_differences_is_no_island() -> None:
    assert [(w.sign, w.text) for w in words("甲的乙", "丙的丁")] == [
        (Sign.REMOVED, "甲的乙"),
        (Sign.ADDED, "丙的丁"),
    ]


def test_texts_with_nothing_in_common_do_not_take_minutes() -> None:
    one = "\n".join(f"第{n}条 补贴发放标准每月{n % 9}元，由区民政局负责。" for n in range(1500))
    other = "\n".join(f"本市{n}号公告：申请人提交证明原件以及{n}份复印件。" for n in range(1500))
    began = time.process_time()
    found = difference(one, other)
    assert time.process_time() - began < 20
    assert (found.added, found.removed) == (1500, 1500)


def test_a_long_row_of_a_table_is_not_told_apart_by_words() -> None:
    one, other = "标准：" + "甲" * 3000 + "。", "标准：" + "甲" * 2999 + "乙。"
    assert [w.sign for w in words(one, other)] == [Sign.REMOVED, Sign.ADDED]
