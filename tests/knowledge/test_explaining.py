"""Every kind of answer is explained by what decided it."""

from __future__ import annotations

import pytest

from knowledge.answer import Answerer, Thresholds
from knowledge.embedded import EmbeddedIndex
from knowledge.explaining import Explanation, Why, explain
from knowledge.model import AnswerKind
from tests.knowledge.shelf import TODAY, entries

INDEX = EmbeddedIndex.build(entries(), None)
SURE_OF_NOTHING = Thresholds(direct=1.0, present=1.0, choices=0.0)


def asked(question: str, *context: str, thresholds: Thresholds | None = None) -> Explanation:
    return explain(Answerer(INDEX, thresholds), question, today=TODAY, context=context)


@pytest.mark.parametrize(
    ("question", "kind", "why"),
    [
        ("创业担保贷款额度最高多少", AnswerKind.DIRECT, Why.SURE),
        ("《丰城市高龄津贴发放指南（示例）》还有什么", AnswerKind.DIRECT, Why.NAMED),
        ("听说剑邑大桥要收过桥费", AnswerKind.REFUTATION, Why.REFUTED),
        ("小额担保贷款还有效吗", AnswerKind.DIRECT, Why.RETIRED),
        ("上海高龄津贴多少钱", AnswerKind.NONE, Why.ELSEWHERE),
        ("想养鲸鱼和海豚要到窗口登记吗", AnswerKind.NONE, Why.UNSURE),
        ("鲸鱼喜欢吃什么虾米", AnswerKind.NONE, Why.NOTHING_FOUND),
    ],
)
def test_the_reason_is_the_one_that_decided(question: str, kind: AnswerKind, why: Why) -> None:
    told = asked(question)
    assert (told.answer.kind, told.why) == (kind, why)


def test_it_explains_the_answer_that_is_given() -> None:
    question = "高龄津贴需要什么材料"
    told = asked(question)
    assert told.answer == Answerer(INDEX).answer(question, today=TODAY)
    assert [one.document.id for one in told.found if one.read] == ["subsidy"]
    assert told.present.reached == (True, True)
    assert told.chosen.reached == (True,)


def test_shares_are_of_the_best() -> None:
    told = asked("大桥什么时候施工")
    shares = [one.share for one in told.found]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1.0
    assert max(each.share for one in told.found for each in one.passages) == 1.0
    assert "3月10日" in told.found[0].passages[0].text


def test_unsure_of_which_it_says_so() -> None:
    told = asked("大桥的事", thresholds=SURE_OF_NOTHING)
    assert (told.answer.kind, told.why) == (AnswerKind.CHOICES, Why.UNSURE_WHICH)
    assert told.present.thresholds == (0.0, 1.0)
    assert told.present.reached == (True, False)


def test_a_question_that_goes_on_shows_what_it_goes_on_from() -> None:
    told = asked("那需要什么材料", "高龄津贴怎么申请")
    assert told.understood.earlier == "高龄津贴怎么申请"
    assert told.found[0].document.id == "subsidy"
    assert asked("那需要什么材料").understood.earlier == ""


def test_what_the_question_is_searched_by() -> None:
    told = asked("请问高龄津贴怎么申请呢")
    assert told.understood.essence == "高龄津贴 申请"
    assert [kind.value for kind in told.understood.kinds] == ["how"]
    assert dict(told.signs)["match"] > 0


def test_what_may_not_be_quoted_is_named_apart() -> None:
    told = asked("小额担保贷款由谁申请")
    assert "old-loan" in [document.id for document in told.retired]
    assert "old-loan" not in [one.document.id for one in told.found]
