"""A platform's field mapping: its names, words, times and places in its JSON, beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from .paths import Json

EPOCH_S, EPOCH_MS = "epoch_s", "epoch_ms"


@dataclass(frozen=True, kw_only=True)
class Times:
    """How times are written; the first format is how we write them.

    Args:
        formats: as `strptime` takes them, `epoch_s` or `epoch_ms`.
        zone: where they have none themselves.
    """

    formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S",)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def write(self, moment: datetime) -> str | int:
        """A time as they write it."""
        first = self.formats[0]
        if first == EPOCH_S:
            return int(moment.timestamp())
        if first == EPOCH_MS:
            return int(moment.timestamp() * 1000)
        return moment.astimezone(self.zone).strftime(first)

    def read(self, text: str) -> datetime:
        """A time as UTC; a day alone is its end. Raises `ValueError`."""
        for written in self.formats:
            try:
                return self._read(text, written)
            except (ValueError, OverflowError):
                continue
        raise ValueError("time")

    def _read(self, text: str, written: str) -> datetime:
        if written in (EPOCH_S, EPOCH_MS):
            return datetime.fromtimestamp(int(text) / (1 if written == EPOCH_S else 1000), UTC)
        moment = datetime.strptime(text, written)  # noqa: DTZ007 - the zone follows
        if "%H" not in written and "%I" not in written and "%X" not in written:
            moment = datetime.combine(moment, time(23, 59, 59))
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What their answers say, and ours to them.

    Args:
        code: where the code stands; empty: HTTP's alone counts.
        ok: codes for taken; the first is what we answer.
        duplicate: codes for taken before.
        retry: codes for not now.
        number: where their number of a new order stands; empty: they give none.
    """

    code: str = ""
    ok: tuple[str, ...] = ()
    duplicate: tuple[str, ...] = ()
    retry: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class News:
    """How we ask for news: where the cursor and the page's length stand in our question, where the
    events and the next cursor in their answer; `signed`: their answer carries a signature."""

    cursor: str = "cursor"
    limit: str = "limit"
    page: int = 50
    events: str = "events"
    next: str = "next"
    signed: bool = True


@dataclass(frozen=True, kw_only=True)
class PlatformMapping:
    """All of it.

    Args:
        event: where an event stands in a message of ours; empty: it is the message.
        events: where the events stand in a message of theirs; empty: the message is one.
        constants: place in a message of ours → what always stands there.
        fields: our field → place in an event.
        told: their word for what happened → `UpdateKind`; empty: nothing of ours.
        tell: `order` or a `NoticeKind` → their word; empty: they are not told.
        statuses: the same → their word for where the order stands then.
        values: our field → their word → ours.
        numbers: fields written as JSON numbers.
        paths: `tell`, `news`, or what is told → what follows the platform's address.
    """

    event: str = ""
    events: str = ""
    constants: Json = field(default_factory=dict)
    fields: Mapping[str, str]
    told: Mapping[str, str]
    tell: Mapping[str, str]
    statuses: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    times: Times = field(default_factory=Times)
    answers: Answers = Answers()
    news: News = News()
    paths: Mapping[str, str] = field(default_factory=dict)

    def path(self, kind: str) -> str:
        """Where something is told, behind the platform's address."""
        return self.paths.get(kind) or self.paths["tell"]

    def ours(self, name: str, word: str) -> str:
        """Our word for theirs, or theirs where none is mapped."""
        return self.values.get(name, {}).get(word, word)

    def theirs(self, name: str, word: str) -> str:
        """Their word for ours, the first where several mean it, or ours where none does."""
        words = self.values.get(name, {})
        return next((their for their, our in words.items() if our == word), word)
