"""One id from a citizen's message to all that comes of it: on every line of the log.

A message's turn, the case it opens, the notices to its department and what the department tells
are handled at different times by different processes. Each binds what it works on here; the log
writes what is bound. The `trail` is the id of the message all of it began with; a case knows it by
its origin key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

FIELDS = ("trail", "message_id", "case_number", "outbox_id", "delivery_id", "update_id", "request")
"""What may be bound; nothing a citizen wrote or is called by."""
_OURS = re.compile(r"[0-9a-hjkmnp-tv-z]{26}|[0-9a-f]{40}")
"""An id `bot.clock` makes, or that of a message with files (`bot.inbox`)."""

_bound: ContextVar[Mapping[str, str]] = ContextVar("trail", default={})  # noqa: B039 - never changed


@contextmanager
def on_trail(**ids: str) -> Iterator[None]:
    """Inside, also in tasks begun there, lines of the log carry these ids; empty ones are left out.

    Raises:
        ValueError: a name that is none of `FIELDS`.
    """
    if unknown := ids.keys() - set(FIELDS):
        raise ValueError(f"not on a trail: {', '.join(sorted(unknown))}")
    token = _bound.set({**_bound.get(), **{name: id for name, id in ids.items() if id}})
    try:
        yield
    finally:
        _bound.reset(token)


def bound() -> Mapping[str, str]:
    """What is bound here and now."""
    return _bound.get()


def trail_of(origin_key: str) -> str:
    """The message a case began with, by its origin key; empty where it did not begin with one.

    An origin key names the conversation too, so it is never written as it is.
    """
    last = origin_key.rpartition(":")[2]
    return last if _OURS.fullmatch(last) else ""
