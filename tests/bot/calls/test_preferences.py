"""What operators made of answers before, and the order of the next ones."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.calls.answering import Answers
from bot.calls.asking import Asked
from bot.calls.evaluate import Recorded
from bot.calls.expectations import read_folder
from bot.calls.likeness import ALIKE, likeness, terms_of
from bot.calls.preferences import Choice, Preferences, Weighed, weighed
from bot.calls.recorded import FOLDER
from bot.calls.records import ActionKind
from bot.calls.suggesting import Suggester
from bot.calls.suggestions import Suggested
from knowledge.model import AnswerKind
from tests.bot.calls.spoken_calls import AT, Samples, talk

ASKED = "公积金贷款最多能贷多少"
LIKE = "两口子用公积金贷款，上限是多少"
OTHER = "随迁子女入学要带什么材料"
PARAPHRASES = Path(__file__).with_name("paraphrases.toml")
K = ActionKind


def chosen(
    document_id: str, made: ActionKind = K.ADOPT, question: str = ASKED, days_ago: float = 0
) -> Weighed:
    return weighed(
        Choice(
            call_id="c",
            suggestion_id="s",
            question=question,
            document_id=document_id,
            made=made,
            at=AT - timedelta(days=days_ago),
        )
    )


def answers(*ids: str, refutation: str = "") -> tuple[Suggested, ...]:
    return tuple(
        Suggested(
            id=id_,
            kind=AnswerKind.REFUTATION if id_ == refutation else AnswerKind.DIRECT,
            text=id_,
            document_id=id_,
        )
        for id_ in ids
    )


def order(
    *choices: Weighed, asked: str = ASKED, refutation: str = "", repealed: str = ""
) -> list[str]:
    ordered = Preferences(choices).ordered(
        asked,
        answers("a", "b", "c", refutation=refutation),
        AT,
        in_force=lambda id_: id_ != repealed,
    )
    return [one.document_id for one in ordered]


def test_without_choices_answers_stay_as_found() -> None:
    assert order() == order(chosen("elsewhere")) == ["a", "b", "c"]


def test_what_was_adopted_for_the_same_question_goes_first() -> None:
    assert order(chosen("c")) == ["c", "a", "b"]
    assert order(chosen("c"), chosen("b"), chosen("b")) == ["b", "c", "a"]


def test_a_like_question_counts_less_and_another_nothing() -> None:
    for_like = [chosen("b", question=LIKE, days_ago=40)] * 2
    assert order(for_like[0]) == ["a", "b", "c"]
    assert order(*for_like) == ["b", "a", "c"]
    assert order(*[chosen("b", question=OTHER)] * 9) == ["a", "b", "c"]


def test_once_ignored_stays_ignored_repeatedly_goes_last() -> None:
    assert order(chosen("a", K.IGNORE)) == ["a", "b", "c"]
    assert order(*[chosen("a", K.IGNORE)] * 2) == ["b", "c", "a"]
    assert order(*[chosen("a", K.IGNORE)] * 3, *[chosen("a")] * 2) == ["a", "b", "c"]


def test_an_edited_answer_counts_for_its_document_but_less() -> None:
    assert order(*[chosen("b", K.EDIT)] * 2, *[chosen("c")] * 2) == ["c", "b", "a"]


def test_choices_fade_over_months() -> None:
    old = [chosen("b", days_ago=240)] * 2
    assert order(*old) == ["a", "b", "c"]
    assert order(*old, chosen("c")) == ["c", "a", "b"]


def test_nothing_moves_up_past_a_refutation() -> None:
    many = [chosen("c")] * 20
    assert order(*many, refutation="a") == ["a", "c", "b"]
    assert order(*many, refutation="b") == ["a", "b", "c"]
    assert order(*[chosen("a", K.IGNORE)] * 20, refutation="a") == ["a", "b", "c"]


def test_what_is_not_in_force_does_not_move_up() -> None:
    assert order(*[chosen("c")] * 20, repealed="c") == ["a", "b", "c"]
    assert order(*[chosen("a", K.IGNORE)] * 20, repealed="a") == ["b", "c", "a"]


def test_what_was_not_found_does_not_come_in() -> None:
    assert sorted(order(*[chosen("d")] * 20, chosen("c"))) == ["a", "b", "c"]


def test_no_words_of_a_question_are_kept_that_tell_of_the_caller() -> None:
    terms = terms_of("我叫张三丰，电话13900000001，住城南8栋302，公积金贷款能贷多少")
    kept = f"{sorted(terms.pairs)} {sorted(terms.words)}"
    assert "公积金" in terms.words
    assert [part for part in ("三丰", "139", "302", "0001") if part in kept] == []
    assert "公积金" not in repr(chosen("a"))


@dataclass(frozen=True, kw_only=True)
class Put:
    """A question as it was put, what answers it, and what was suggested."""

    matter: str
    right: Sequence[str]
    asked: Asked
    shown: tuple[Suggested, ...]


@pytest.fixture(scope="module")
def recorded() -> tuple[Recorded, ...]:
    return read_folder(FOLDER)


@pytest.fixture(scope="module")
def right(recorded: tuple[Recorded, ...]) -> Mapping[str, Sequence[str]]:
    """Each recorded question and the documents that answer it."""
    return {
        question: documents
        for call in recorded
        for question, documents in zip(
            call.expected.questions or (), call.expected.documents, strict=True
        )
    }


def paraphrases() -> list[dict[str, str]]:
    pairs: list[dict[str, str]] = tomllib.loads(PARAPHRASES.read_text(encoding="utf-8"))["pair"]
    return pairs


def test_questions_in_other_words_are_like_and_others_are_not(
    right: Mapping[str, Sequence[str]],
) -> None:
    terms = {text: terms_of(text) for pair in paraphrases() for text in (pair["text"], pair["of"])}
    terms |= {question: terms_of(question) for question in right}
    found = [likeness(terms[pair["text"]], terms[pair["of"]]) >= ALIKE for pair in paraphrases()]
    wrong = [
        likeness(terms[pair["text"]], terms[question]) >= ALIKE
        for pair in paraphrases()
        for question, documents in right.items()
        if not set(documents) & set(right[pair["of"]])
    ]
    assert sum(found) >= 0.8 * len(found)
    assert len(wrong) > 400
    assert sum(wrong) == 0


def test_one_pass_over_other_words_teaches_what_is_wanted(
    suggester: Suggester,
    samples: Samples,
    recorded: tuple[Recorded, ...],
    right: Mapping[str, Sequence[str]],
) -> None:
    finds = Answers(samples)
    calls = _of_calls(suggester, finds, recorded)
    words = _in_other_words(suggester, finds, right)
    nothing = Preferences()
    assert _right(calls, _taught(words)) >= _right(calls, nothing)
    assert _right(words, _taught(calls)) >= _right(words, nothing)
    for learners, teachers in ((words, calls), (calls, words)):
        by_pass = [_wanted(learners, teachers, times)[0] for times in (0, 1, 2)]
        assert by_pass[0] < by_pass[1] <= by_pass[2]


def _of_calls(suggester: Suggester, finds: Answers, recorded: Sequence[Recorded]) -> list[Put]:
    found: list[Put] = []
    for call in recorded:
        asked, wanted = suggester.questions(call.sentences), call.expected
        for seq, documents, matter in zip(
            wanted.asked_in, wanted.documents, wanted.questions or (), strict=True
        ):
            found += [
                Put(matter=matter, right=documents, asked=one, shown=finds.find(one, asked[:at]))
                for at, one in enumerate(asked)
                if one.first <= seq <= one.seq
            ]
    return found


def _in_other_words(
    suggester: Suggester, finds: Answers, right: Mapping[str, Sequence[str]]
) -> list[Put]:
    return [
        Put(matter=pair["of"], right=right[pair["of"]], asked=asked, shown=finds.find(asked))
        for pair in paraphrases()
        for asked in suggester.questions(talk(f"c: {pair['text']}？"))[-1:]
    ]


def _taught(put: Sequence[Put]) -> Preferences:
    """After an operator who adopts the first right answer each time."""
    return Preferences(
        chosen(_those_right(one)[0], question=one.asked.whole) for one in put if _those_right(one)
    )


def _right(put: Sequence[Put], learned: Preferences) -> int:
    """Questions for which a right answer stands first."""
    return sum(_first(one, learned) in one.right for one in put)


def _wanted(put: Sequence[Put], teaching: Sequence[Put], times: int) -> tuple[int, int]:
    """After an operator who always takes one and the same right document for a matter, the one
    that was found last: questions for which it stands first, and for which it could."""
    wants = {one.matter: _those_right(one)[-1] for one in reversed(teaching) if _those_right(one)}
    learned = Preferences(
        chosen(wants[one.matter], question=one.asked.whole)
        for one in teaching
        if one.matter in wants
        for _ in range(times)
    )
    able = [
        one
        for one in put
        if len(one.shown) > 1 and wants.get(one.matter) in {s.document_id for s in one.shown}
    ]
    return sum(_first(one, learned) == wants[one.matter] for one in able), len(able)


def _those_right(one: Put) -> list[str]:
    return [shown.document_id for shown in one.shown if shown.document_id in one.right]


def _first(one: Put, learned: Preferences) -> str:
    ordered = learned.ordered(one.asked.whole, one.shown, AT, in_force=lambda _: True)
    return ordered[0].document_id
