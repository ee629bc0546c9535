"""How hot an issue is: messages weighed by votes and severity, fading with time. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(days=7)
"""A message counts half after a week: what nobody brings any more leaves the list in a month."""
RECENT = timedelta(days=3)
"""Growth holds these days against as many days before, taken from a longer stretch."""
BEFORE = timedelta(days=12)
_VOTE = 0.35
"""What an e-fold of votes adds to a message; likes are many and cost nothing."""
_URGENT, _EMERGENCY = 1.0, 2.0
_GROWTH = 0.5


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """When a message came and what it counts."""

    at: datetime
    weight: float


def weight(
    *, likes: int = 0, dislikes: int = 0, urgent: bool = False, emergency: bool = False
) -> float:
    """What one message counts: 1, and more by its votes and its severity."""
    votes = _VOTE * math.log1p(max(0, likes) + max(0, dislikes))
    return 1.0 + votes + (_EMERGENCY if emergency else _URGENT if urgent else 0.0)


def growth(times: Sequence[datetime], now: datetime) -> float:
    """Messages a day lately against before, 1 where nothing changed; one more on either side, so
    that a second message is no explosion."""
    recent = sum(now - RECENT < at <= now for at in times)
    before = sum(now - RECENT - BEFORE < at <= now - RECENT for at in times)
    return (recent + 1) / (before * (RECENT / BEFORE) + 1)


def heat(messages: Sequence[Weighed], now: datetime) -> float:
    """The weights faded to now, more where the issue grows."""
    faded = math.fsum(
        each.weight * 0.5 ** ((now - each.at) / HALF_LIFE) for each in messages if each.at <= now
    )
    rising = max(0.0, math.log2(growth([each.at for each in messages], now)))
    return faded * (1 + _GROWTH * rising)


def peak(messages: Sequence[Weighed]) -> tuple[float, datetime]:
    """The hottest an issue was, and when; heat can only rise as a message comes.

    Raises:
        ValueError: no message.
    """
    if not messages:
        raise ValueError("an issue without messages")
    ordered = sorted(messages, key=lambda each: each.at)
    best, best_at, faded = 0.0, ordered[0].at, 0.0
    first_recent = first_before = 0
    last = ordered[0].at
    for index, each in enumerate(ordered):
        faded = faded * 0.5 ** ((each.at - last) / HALF_LIFE) + each.weight
        last = each.at
        while ordered[first_recent].at <= each.at - RECENT:
            first_recent += 1
        while ordered[first_before].at <= each.at - RECENT - BEFORE:
            first_before += 1
        recent, before = index + 1 - first_recent, first_recent - first_before
        risen = (recent + 1) / (before * (RECENT / BEFORE) + 1)
        hot = faded * (1 + _GROWTH * max(0.0, math.log2(risen)))
        if hot > best:
            best, best_at = hot, each.at
    return best, best_at
