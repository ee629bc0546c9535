"""What operators made of answers, kept in each process as the database has it."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from bot.calls.preferences import Choice, Preferences, Weighed, weighed
from bot.calls.suggestions import Suggested
from bot.cases.calendar import local_day
from bot.ports import Clock
from knowledge.model import Document

log = logging.getLogger(__name__)

TOPIC = "preferences"
KEPT = 20_000
"""The newest choices: some weeks of a large city's hotline, five seconds of computing at start (in
the background, 500 at a time), 50 MB."""
_LOOK_S = 60.0
"""Wake-ups can be lost."""
_OVERLAP = timedelta(minutes=2)
"""Read again each time: another process's clock may differ, its transaction end later."""
_AT_ONCE = 500


class ChoiceStore(Protocol):
    """See `bot.storage.choices`."""

    async def first_of(self, newest: int) -> datetime | None:
        """When the first of the newest so many was made; None where there are fewer."""

    async def made_since(
        self, since: datetime, *, after: str = "", limit: int
    ) -> tuple[tuple[str, datetime, Choice | None], ...]:
        """Choices in order, with id and time."""


class ChoiceUnit(Protocol):
    """One transaction."""

    @property
    def choices(self) -> ChoiceStore:
        """What operators chose."""


class ChoiceStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[ChoiceUnit]:
        """A transaction that only reads."""


class Waiting(Protocol):
    """Waits for wake-ups; see `bot.waking.Waiter`."""

    async def wait(self, timeout_s: float) -> object:
        """Return when woken, or when the time is over."""


class Signals(Protocol):
    """Wake-ups; see `bot.cache.Cache`."""

    def waiting(self, *topics: str) -> AbstractContextManager[Waiting]:
        """Inside, wake-ups of these topics reach the waiter."""


class Remembering:
    """Choices of the last months.

    Args:
        storage: the database.
        clock: the time.
        signals: told when an operator has chosen.
        document: a document citizens may read, by id.
        days: choices older than this are let go of, as their calls' words are.
    """

    def __init__(
        self,
        storage: ChoiceStorage,
        clock: Clock,
        signals: Signals,
        document: Callable[[str], Document | None],
        *,
        days: int,
    ) -> None:
        self._storage, self._clock, self._signals = storage, clock, signals
        self._document, self._days = document, timedelta(days=days)
        self._preferences = Preferences()
        self._known: OrderedDict[tuple[str, str], tuple[str, Weighed]] = OrderedDict()
        self._last: datetime | None = None
        self._refreshing = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Read, and keep up until `close`; nothing is known before the first reading."""
        self._watching = asyncio.create_task(self._watch(), name="preferences")

    async def close(self) -> None:
        """Stop keeping up."""
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def ordered(self, question: str, answers: Sequence[Suggested]) -> tuple[Suggested, ...]:
        """The same answers in the order operators have taken them; blocks for up to a ms."""
        return self._preferences.ordered(
            question, answers, self._clock.now(), in_force=self._in_force
        )

    async def refresh(self) -> int:
        """Take over what was chosen since the last time; how many choices are known."""
        async with self._refreshing:
            oldest = self._clock.now() - self._days
            since, after, changed = await self._since(oldest), "", False
            while True:
                async with self._storage.read() as unit:
                    made = await unit.choices.made_since(since, after=after, limit=_AT_ONCE)
                changed |= await asyncio.to_thread(self._take, made)
                if made:
                    after, since = made[-1][:2]
                    self._last = max(since, self._last or since)
                if len(made) < _AT_ONCE:
                    break
            if self._drop(oldest) or changed:
                known = [each for _, each in self._known.values()]
                self._preferences = await asyncio.to_thread(Preferences, known)
            return len(self._known)

    async def _since(self, oldest: datetime) -> datetime:
        if self._last is not None:
            return max(oldest, self._last - _OVERLAP)
        async with self._storage.read() as unit:
            first = await unit.choices.first_of(KEPT)
        return max(oldest, first) if first else oldest

    def _take(self, made: Sequence[tuple[str, datetime, Choice | None]]) -> bool:
        """Keep what is new; True where anything is."""
        changed = False
        for id_, _, choice in made:
            if choice is None:
                continue
            key = choice.call_id, choice.suggestion_id
            before = self._known.get(key)
            if before is not None and (before[0] == id_ or before[1].at > choice.at):
                continue
            self._known[key] = id_, weighed(choice)
            self._known.move_to_end(key)
            changed = True
        return changed

    def _drop(self, oldest: datetime) -> bool:
        """Let go of what is too old or too much; True where anything is."""
        before = len(self._known)
        for key in [key for key, (_, each) in self._known.items() if each.at < oldest]:
            del self._known[key]
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return len(self._known) < before

    def _in_force(self, document_id: str) -> bool:
        document = self._document(document_id)
        return document is not None and document.quotable_on(local_day(self._clock.now()))

    async def _watch(self) -> None:
        with self._signals.waiting(TOPIC) as waiter:
            while True:
                try:
                    await self.refresh()
                except Exception as error:  # noqa: BLE001 - a loop's edge: tried again at the next look
                    log.warning("preferences not read", extra={"error": type(error).__name__})
                await waiter.wait(_LOOK_S)
