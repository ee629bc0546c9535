"""What a call leaves for the editors."""

from __future__ import annotations

from datetime import timedelta

from bot.calls.asking import Asked
from bot.calls.lacking import lacking
from bot.calls.records import ActionKind, CallAction, DraftField, Source, SuggestionSet
from bot.records import Reason
from tests.bot.calls.spoken_calls import AT

K = ActionKind
LOAN = Asked(seq=4, first=2, question="公积金能贷多少？")
CARD = Asked(seq=8, first=8, question="老年证在哪里办？")


def shown(asked_in: int, *ids: str, at_s: int = 0, **more: str) -> SuggestionSet:
    content = {"asked_in": asked_in, "answers": [{"id": id_} for id_ in ids], **more}
    return SuggestionSet(
        seq=at_s, content=content, answers=len(ids), took_ms=1.0, at=AT + timedelta(seconds=at_s)
    )


def did(kind: ActionKind, id_: str, *, text: str = "", at_s: int = 100) -> CallAction:
    return CallAction(
        id=f"{kind}{id_}", call_id="c", kind=kind, suggestion_id=id_, text=text,
        at=AT + timedelta(seconds=at_s),
    )  # fmt: skip


def typed(name: str, value: str) -> DraftField:
    return DraftField(name=name, value=value, source=Source.TYPED, at=AT)


def reasons(history: list[SuggestionSet], *acts: CallAction) -> list[Reason]:
    return [one.question.reason for one in lacking((LOAN,), history, acts, {})]


def test_nothing_was_found() -> None:
    assert reasons([shown(4)]) == [Reason.DESK_NO_ANSWER]
    assert reasons([shown(4, "a")]) == []
    assert reasons([]) == reasons([shown(7)]) == []


def test_in_danger_and_on_statutory_ways_nothing_need_be_found() -> None:
    assert reasons([shown(4, emergency="119")]) == reasons([shown(4, refuse="行政复议")]) == []


def test_all_were_put_aside() -> None:
    history = [shown(3, "old"), shown(4, "a", "b", at_s=1)]
    assert reasons(history, did(K.IGNORE, "a")) == []
    both = did(K.IGNORE, "a"), did(K.IGNORE, "b")
    assert reasons(history, *both) == [Reason.DESK_IGNORED]
    assert reasons(history, *both, did(K.ADOPT, "old")) == []


def test_what_was_edited_brings_its_words() -> None:
    acts = did(K.IGNORE, "b"), did(K.EDIT, "a", text="夫妻两人最高八十万元。")
    [found] = lacking((LOAN,), [shown(4, "a", "b")], acts, {})
    assert (found.question.reason, found.said) == (Reason.DESK_EDITED, "夫妻两人最高八十万元。")
    assert (found.question.text, len(found.question.key)) == (LOAN.whole, 64)


def test_an_act_belongs_to_the_question_the_answer_was_shown_for() -> None:
    history = [shown(4, "a", at_s=1), shown(8, "a", at_s=10)]
    early, late = did(K.IGNORE, "a", at_s=5), did(K.IGNORE, "a", at_s=15)
    asked = LOAN, CARD
    assert [one.question.text for one in lacking(asked, history, (early,), {})] == [LOAN.whole]
    assert [one.question.text for one in lacking(asked, history, (late,), {})] == [CARD.whole]


def test_a_question_asked_twice_is_there_once() -> None:
    again = Asked(seq=9, first=9, question=LOAN.question)
    found = lacking((LOAN, again), [shown(4), shown(9, at_s=1)], (), {})
    assert [one.question.text for one in found] == [LOAN.whole]


def test_nothing_of_the_citizen_gets_to_the_editors() -> None:
    asked = Asked(seq=4, first=4, question="张三丰住府前路8号，电话13900000001，能贷多少？")
    draft = {
        "contact_name": typed("contact_name", "张三丰"),
        "contact_phone": typed("contact_phone", "2000001"),
        "place": typed("place", "府前路8号"),
    }
    said = "张三丰您好，府前路8号，2000001，身份证360000199001010011，最高八十万元。"
    [found] = lacking((asked,), [shown(4, "a")], (did(K.EDIT, "a", text=said),), draft)
    for private in ("张三丰", "府前路8号", "13900000001", "2000001", "19900101"):
        assert private not in f"{found.question.text} {found.said}"
    assert "最高八十万元" in found.said
    assert "八十万" not in repr(found)
