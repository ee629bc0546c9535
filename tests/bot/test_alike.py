"""Like questions go together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.alike import grouped
from bot.records import Reason, Unanswered

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def asked(id: str, question: str, times: int = 1, **values: object) -> Unanswered:
    at = NOW + timedelta(days=times)
    return Unanswered(
        id=id,
        question=question,
        times=times,
        first_at=NOW,
        last_at=at,
        **values,  # type: ignore[arg-type]
    )


def ids(questions: list[Unanswered]) -> list[tuple[str, ...]]:
    return [group.ids for group in grouped(questions)]


def test_the_same_matter_in_other_words_is_one_group() -> None:
    together = [
        asked("a", "老年公交卡在哪里办理", 3),
        asked("b", "请问老年公交卡怎么办理呢", 2),
        asked("c", "医保异地备案需要几天", 1),
    ]
    assert ids(together) == [("a", "b"), ("c",)]


def test_a_group_is_as_often_asked_as_all_of_it() -> None:
    first, second = grouped(
        [
            asked("c", "医保异地备案需要几天", 4),
            asked("a", "老年公交卡在哪里办理", 3, reason=Reason.UNHELPFUL),
            asked("b", "请问老年公交卡怎么办理呢", 2, document_id="faq"),
        ]
    )
    assert (first.ids, first.times, first.document_id) == (("a", "b"), 5, "faq")
    assert first.reasons == (Reason.UNHELPFUL, Reason.NO_ANSWER)
    assert (first.first_at, first.last_at) == (NOW, NOW + timedelta(days=3))
    assert second.ids == ("c",)


def test_questions_of_no_meaning_stay_alone() -> None:
    assert ids([asked("a", "？"), asked("b", "？？")]) == [("a",), ("b",)]


def test_a_thousand_questions_are_grouped_by_their_matter() -> None:
    matters = ["公积金贷款额度", "新生儿落户材料", "失业金领取期限", "老旧小区加装电梯"]
    many = [asked(f"{n}", f"{matters[n % 4]}第{n}回") for n in range(1000)]
    assert sorted(len(group.questions) for group in grouped(many)) == [250] * 4
