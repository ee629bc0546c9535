"""What the library reaches through: the database, wake-ups, and the encoder it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from bot.content_course import CourseStore
from knowledge.review import DocumentStore

if TYPE_CHECKING:
    from knowledge.index import Entry, Index
    from nlu.encoder import Encoder

Progress = Callable[[int, int], None]
"""Called after each file with how many are done, of how many."""
EncoderMaker = Callable[[Callable[[], Iterable[str]]], "Encoder"]
"""Makes the encoder, given a way to the content's texts; runs in a thread."""
IndexMaker = Callable[["Iterable[Entry]", "Encoder | None"], "Index"]
"""Builds the index over the whole content; runs in a thread."""


class Unit(Protocol):
    """One transaction, as far as documents go."""

    @property
    def documents(self) -> DocumentStore:
        """The documents."""

    @property
    def course(self) -> CourseStore:
        """What became of them."""


class Database(Protocol):
    """Where transactions begin."""

    def begin(self) -> AbstractAsyncContextManager[Unit]:
        """One that writes."""

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """One that only reads."""


class Waiting(Protocol):
    """Waits for wake-ups."""

    async def wait(self, timeout_s: float) -> frozenset[str]:
        """The topics woken since the last wait; empty after `timeout_s` seconds without any."""


class Signals(Protocol):
    """Wake-ups between processes; losing one only costs time."""

    async def wake(self, *topics: str) -> None:
        """Wake whoever waits on a topic."""

    def waiting(self, *topics: str) -> AbstractContextManager[Waiting]:
        """Inside, wake-ups of these topics reach the one who waits."""
