"""The edges our services reach through: time, chance and waking each other."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from knowledge.model import Answer, Rephrased


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Now, aware, UTC."""


class Ids(Protocol):
    """Where ids and codes come from."""

    def new_id(self) -> str:
        """A new id, sortable by time, 26 characters or more."""

    def new_query_code(self) -> str:
        """A new query code for a citizen: six digits, unguessable."""


class Wakeups(Protocol):
    """Tell other processes that something is waiting; losing one only costs time."""

    async def wake(self, *topics: str) -> None:
        """Wake whoever waits on one of them (`outbox`, `inbox`, `knowledge`, `cases`, `city`,
        `chat:<conversation>`, `turn:<message>`)."""


class Rephraser(Protocol):
    """Says an answer's quotes in plainer words, to go beside them."""

    @property
    def away(self) -> bool:
        """True while what writes them is left alone."""

    async def rephrase(self, answer: Answer) -> Rephrased:
        """Sentences the quotes support; empty where there are none. Never raises, never late."""

    async def close(self) -> None:
        """Close connections."""
