"""The editors' list: grouping, moving, and closing by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import NotFound
from bot.questions import PER_PAGE, Questions, Standing
from bot.records import Reason
from bot.storage.units import Storage
from knowledge.model import AnswerKind
from tests.fakes.edges import CountingIds, FakeClock
from tests.fakes.minds import ScriptedLibrary

CARD = "老年公交卡在哪里办理"


@pytest.fixture
def library() -> ScriptedLibrary:
    return ScriptedLibrary()


@pytest.fixture
def questions(
    storage: Storage, library: ScriptedLibrary, clock: FakeClock, ids: CountingIds
) -> Questions:
    return Questions(storage, library, clock, ids)


async def note(storage: Storage, id: str, question: str, reason: Reason = Reason.NO_ANSWER) -> None:
    async with storage.begin() as unit:
        await unit.unanswered.note(
            id=id, question_key=question, question=question, now=FakeClock().now(), reason=reason
        )


async def state_of(questions: Questions, id: str) -> str:
    (found,) = await questions.of([id])
    return found.state


async def test_the_list_is_searched_filtered_and_grouped(
    storage: Storage, questions: Questions
) -> None:
    await note(storage, "a", CARD)
    await note(storage, "b", "请问老年公交卡怎么办理呢")
    await note(storage, "c", "100%补贴怎么领", Reason.CHOICES)
    listed = await questions.listed()
    assert sorted(sorted(group.ids) for group in listed.groups) == [["a", "b"], ["c"]]
    assert listed.counts == {Standing.OPEN: 3, Standing.ANSWERED: 0, Standing.DISMISSED: 0}
    for wanted in ({"words": "0%"}, {"reason": Reason.CHOICES}):
        found = await questions.listed(**wanted)  # type: ignore[arg-type]
        assert [group.ids for group in found.groups] == [("c",)]
    assert (await questions.listed(state=Standing.DISMISSED)).groups == ()


async def test_a_long_list_has_pages(storage: Storage, questions: Questions) -> None:
    for number in range(PER_PAGE + 3):
        await note(storage, f"q{number:02d}", chr(0x4E00 + 3 * number) * 6)
    first, last = await questions.listed(), await questions.listed(page=99)
    assert (len(first.groups), first.page, first.pages) == (PER_PAGE, 1, 2)
    assert (len(last.groups), last.page) == (3, 2)
    assert not {g.ids for g in first.groups} & {g.ids for g in last.groups}


async def test_moves_are_answered_for(storage: Storage, questions: Questions) -> None:
    await note(storage, "a", CARD)
    assert await questions.move(["a", "nothing"], Standing.DISMISSED, by="li") == 1
    assert await state_of(questions, "a") == Standing.DISMISSED
    await questions.move(["a"], Standing.OPEN, by="wang")
    async with storage.read() as unit:
        done = [(entry.actor, entry.action) for entry in await unit.audit.entries(subject="a")]
    assert sorted(done) == [("li", "question.dismissed"), ("wang", "question.open")]
    with pytest.raises(NotFound):
        await questions.of(["nothing"])


async def test_publishing_closes_what_it_answers(
    storage: Storage, questions: Questions, library: ScriptedLibrary
) -> None:
    for id, question in (("a", CARD), ("b", "补办要多少钱"), ("c", "别的事")):
        await note(storage, id, question)
    await questions.written(["a", "b"], "示例-1", by="li")
    library.answers |= {CARD: library.DIRECT, "别的事": library.DIRECT}
    assert [each.id for each in await questions.settle("示例-1", by="wang")] == ["a"]
    assert await state_of(questions, "a") == Standing.ANSWERED
    assert await state_of(questions, "b") == Standing.OPEN
    assert await state_of(questions, "c") == Standing.OPEN
    assert [each.id for each in await questions.check(by="li")] == ["c"]


async def test_what_did_not_help_needs_what_was_written_for_it(
    storage: Storage, questions: Questions, library: ScriptedLibrary
) -> None:
    await note(storage, "a", CARD, Reason.UNHELPFUL)
    library.answers[CARD] = library.DIRECT
    assert await questions.check(by="li") == ()
    await questions.written(["a"], "另一份", by="li")
    assert await questions.settle("另一份", by="li") == ()
    await questions.written(["a"], "示例-1", by="li")
    assert [each.id for each in await questions.settle("示例-1", by="li")] == ["a"]


@pytest.mark.parametrize("kind", [AnswerKind.CHOICES, AnswerKind.NONE])
async def test_choices_close_nothing(
    storage: Storage, questions: Questions, library: ScriptedLibrary, kind: AnswerKind
) -> None:
    await note(storage, "a", CARD)
    library.answers[CARD] = replace(library.DIRECT, kind=kind)
    assert await questions.check(by="li") == ()
