"""A message, and the issue messages on one matter at one place make up. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.cases.merging import Seen
from bot.openness.heat import Weighed

_AGAIN = 0.25
"""What a message counts whose sender has brought the issue before: an issue is many people's."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of any channel.

    Args:
        seen: as read for comparing; its number names the message.
        weight: what it counts for heat (`bot.openness.heat.weight`).
        sender: who wrote it; empty where nobody knows.
    """

    seen: Seen
    weight: float = 1.0
    sender: str = ""

    @property
    def at(self) -> datetime:
        """When it came."""
        return self.seen.told.at


@dataclass(kw_only=True)
class Issue:
    """Messages on one matter at one place; grows as messages join.

    Args:
        id: the number of its first message.
        terms: term → how often, of all its messages.
        told_spots: spots named in a title or a place given, not only somewhere in a text.
        spots, areas, things, troubles, duties, words: name → messages that have it.
        titles: of its messages, in order.
        senders: who wrote them, as far as known.
    """

    id: str
    messages: list[Weighed] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    terms: Counter[str] = field(default_factory=Counter)
    spots: Counter[str] = field(default_factory=Counter)
    told_spots: Counter[str] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    things: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    duties: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    titles: list[str] = field(default_factory=list)
    senders: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        """How many messages."""
        return len(self.numbers)

    @property
    def last_at(self) -> datetime:
        """When the latest message came."""
        return max(each.at for each in self.messages)

    def take(self, message: Message, terms: Mapping[str, float]) -> None:
        """Take a message in."""
        seen = message.seen
        again = bool(message.sender) and message.sender in self.senders
        counts = message.weight * (_AGAIN if again else 1.0)
        self.messages.append(Weighed(at=message.at, weight=counts))
        self.senders.update({message.sender} - {""})
        self.numbers.append(seen.told.number)
        self.titles.append(seen.told.title)
        self.terms.update(dict.fromkeys(terms, 1))
        self.spots.update(seen.where.names)
        said = f"{seen.told.title} {seen.told.place}".lower()
        self.told_spots.update(name for name in seen.where.names if name in said)
        self.areas.update(seen.where.areas)
        self.things.update(seen.trouble.things.keys())
        self.troubles.update(seen.trouble.troubles.keys())
        self.duties.update([*seen.duties][:1])
        self.words.update(seen.words.keys())
        if seen.told.channel:
            self.channels[seen.told.channel] += 1

    def swallow(self, other: Issue) -> None:
        """Take in all of another issue."""
        self.messages += other.messages
        self.numbers += other.numbers
        self.titles += other.titles
        self.senders |= other.senders
        for name in _COUNTED:
            getattr(self, name).update(getattr(other, name))


_COUNTED = (
    "terms",
    "spots",
    "told_spots",
    "areas",
    "things",
    "troubles",
    "duties",
    "words",
    "channels",
)
"""Of an issue."""
