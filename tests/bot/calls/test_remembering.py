"""Choices as the database keeps them, in every process, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.cache import Cache
from bot.calls.model import Sentence
from bot.calls.records import ActionKind, Content
from bot.calls.remembering import Remembering
from bot.calls.service import Calls
from bot.calls.suggestions import Suggested
from bot.storage.units import Storage
from knowledge.model import AnswerKind, Document, Life
from tests.bot.calls.world import LIN, Desk, Echo
from tests.fakes.edges import FakeClock

QUESTION = "公积金贷款最多能贷多少"
LOAN = "两口子用公积金贷款最多能贷多少钱"
DAYS = 180


class Three(Echo):
    """Suggests the same three answers to whatever is said."""

    async def suggest(self, sentences: Sequence[Sentence], *, answered: int = -1) -> Content:
        shown = [{"id": one.id, "document_id": one.document_id} for one in FOUND]
        last = sentences[-1]
        return {"answers": shown, "question": last.text, "asked_in": last.seq}


class Watched(Remembering):
    """Tells after each reading how many choices are known."""

    def __init__(self, storage: Storage, clock: FakeClock, cache: Cache) -> None:
        super().__init__(storage, clock, cache, document, days=DAYS)
        self.known: asyncio.Queue[int] = asyncio.Queue()

    async def refresh(self) -> int:
        known = await super().refresh()
        await self.known.put(known)
        return known


FOUND = tuple(
    Suggested(id=f"id-{name}", kind=AnswerKind.DIRECT, text=name, document_id=name)
    for name in ("first", "second", "third")
)


def document(document_id: str) -> Document:
    return Document(id=document_id, title=document_id, text="x", life=Life.PUBLISHED)


async def remembering(desk: Desk) -> Watched:
    """Another process's memory."""
    cache = Cache(desk.redis_url)
    desk.closing.push_async_callback(cache.close)
    await cache.start()
    made = Watched(desk.storage, desk.clock, cache)
    desk.closing.push_async_callback(made.close)
    return made


async def asked(desk: Desk, calls: Calls, call_id: str, text: str = QUESTION) -> str:
    """A call in which something is asked; its id."""
    call = await desk.answered(calls, call_id)
    await calls.take_fragment(desk.said(text, call_id=call_id))
    await calls._listening.settled()
    return call.id


def order(memory: Remembering, question: str = QUESTION) -> list[str]:
    return [one.document_id for one in memory.ordered(question, FOUND)]


async def test_what_is_adopted_in_one_process_is_known_in_another(desk: Desk) -> None:
    calls, memory = await desk.replica(suggesting=Three()), await remembering(desk)
    assert (await memory.refresh(), order(memory)) == (0, ["first", "second", "third"])
    for call_id in ("c1", "c2"):
        await calls.adopt(await asked(desk, calls, call_id, LOAN), "id-second", "x", LIN)
    assert (await memory.refresh(), order(memory)) == (2, ["second", "first", "third"])
    late = await remembering(desk)
    assert (await late.refresh(), order(late)) == (2, ["second", "first", "third"])
    assert order(late, "随迁子女入学要带什么材料") == ["first", "second", "third"]


async def test_a_choice_wakes_the_others(desk: Desk) -> None:
    calls, memory = await desk.replica(suggesting=Three()), await remembering(desk)
    call_id = await asked(desk, calls, "c1")
    memory.start()
    async with asyncio.timeout(20):
        assert await memory.known.get() == 0
        await calls.adopt(call_id, "id-third", "x", LIN)
        assert await memory.known.get() == 1
    assert order(memory) == ["third", "first", "second"]


async def test_the_last_word_on_an_answer_counts_and_is_counted_once(desk: Desk) -> None:
    calls, memory = await desk.replica(suggesting=Three()), await remembering(desk)
    for nth in range(3):
        call_id = await asked(desk, calls, f"c{nth}")
        await calls.adopt(call_id, "id-first", "x", LIN)
        desk.clock.advance(seconds=1)
        await calls.ignore(call_id, "id-first", LIN)
        assert await memory.refresh() == nth + 1
    assert order(memory) == ["second", "third", "first"]


async def test_it_is_the_question_the_answer_was_shown_for(desk: Desk) -> None:
    calls, memory = await desk.replica(suggesting=Three()), await remembering(desk)
    call_id = await asked(desk, calls, "c1")
    await calls.adopt(call_id, "id-third", "x", LIN)
    desk.clock.advance(seconds=1)
    await calls.take_fragment(desk.said("随迁子女入学要带什么材料"))
    await calls._listening.settled()
    await memory.refresh()
    assert order(memory) == ["third", "first", "second"]
    assert order(memory, "随迁子女入学要带什么材料") == ["first", "second", "third"]


async def test_what_names_no_answer_that_was_shown_teaches_nothing(desk: Desk) -> None:
    calls, memory = await desk.replica(suggesting=Three()), await remembering(desk)
    call_id = await asked(desk, calls, "c1")
    for strange in ("", "%", "id-", "search:1"):
        await calls.adopt(call_id, strange, "x", LIN)
    await calls.searched(call_id, "公积金", LIN)
    assert await memory.refresh() == 0


async def test_choices_go_when_the_words_of_their_calls_go(desk: Desk) -> None:
    calls, memory = await desk.replica(suggesting=Three()), await remembering(desk)
    await calls.adopt(await asked(desk, calls, "c1"), "id-second", "x", LIN)
    assert await memory.refresh() == 1
    desk.clock.advance(days=DAYS, seconds=60)
    assert await memory.refresh() == 0
    assert await calls.forget(DAYS) == 1
    assert await (await remembering(desk)).refresh() == 0


async def test_the_newest_are_found_in_pages(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Three())
    for nth in range(3):
        await calls.adopt(await asked(desk, calls, f"c{nth}"), "id-second", "x", LIN)
    async with desk.storage.read() as unit:
        since = desk.clock.now() - timedelta(days=1)
        pages = [await unit.choices.made_since(since, limit=2)]
        last_id, last_at, _ = pages[0][-1]
        pages.append(await unit.choices.made_since(last_at, after=last_id, limit=2))
        first_of_two = await unit.choices.first_of(2)
        assert await unit.choices.first_of(4) is None
    assert [len(page) for page in pages] == [2, 1]
    made = [choice for page in pages for _, _, choice in page if choice]
    assert [(one.made, one.document_id, one.question) for one in made] == [
        (ActionKind.ADOPT, "second", QUESTION)
    ] * 3
    assert first_of_two == made[1].at
