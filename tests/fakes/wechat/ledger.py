"""Everything citizens saw, in order."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Way = Literal["reply", "custom", "template", "notice"]
OUT_OF_SERVICE = "该公众号暂时无法提供服务"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing a citizen saw.

    Attributes:
        way: a passive reply, a customer-service message, a template message, or the platform's
            own notice that the account is out of service.
        kind: the message's type, such as text or news.
        text: what can be read of it.
        message: the message itself: the JSON sent, or the reply's fields.
    """

    at: datetime
    open_id: str
    way: Way
    kind: str
    text: str
    message: Mapping[str, Any]


class Ledger:
    """What the citizens of one account saw, oldest first; for any thread."""

    def __init__(self) -> None:
        self._entries: list[Seen] = []
        self._grown = threading.Condition()

    def add(self, entry: Seen) -> None:
        """The citizen sees this now."""
        with self._grown:
            self._entries.append(entry)
            self._grown.notify_all()

    def all(self, open_id: str | None = None, *ways: Way) -> list[Seen]:
        """What one citizen saw, or all of them; by these ways, or by any."""
        with self._grown:
            return [
                entry
                for entry in self._entries
                if open_id in (None, entry.open_id) and (not ways or entry.way in ways)
            ]

    def wait(self, open_id: str, more_than: int, timeout_s: float, *ways: Way) -> list[Seen]:
        """What a citizen saw beyond the first `more_than`; blocks until there is some.

        Raises:
            TimeoutError: nothing came in time.
        """
        with self._grown:
            if not self._grown.wait_for(
                lambda: len(self.all(open_id, *ways)) > more_than, timeout_s
            ):
                raise TimeoutError(f"{open_id} was sent nothing more")
            return self.all(open_id, *ways)[more_than:]
