"""By when the public must hear about an item of public opinion (政务舆情). Pure.

Source: 国办发〔2016〕61号 and 80号: of 特别重大 and 重大 events authoritative information within 5
hours and a press conference within 24; other opinion within 48. Hours of the clock, nights and
holidays counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

INFORM, PRESS, RESPOND = "发布权威信息", "举行新闻发布会", "作出回应"
NOT_ALWAYS_NEEDED = frozenset({PRESS})
"""What may be found not to be needed, with a reason; the others are always owed."""
_NEAR_SHARE = 5
_NEAR_AT_LEAST = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class OpinionHours:
    """The city's hours, each from the opening of the item."""

    inform: float = 5.0
    press: float = 24.0
    respond: float = 48.0


def due_at(opened_at: datetime, hours: float) -> datetime:
    """When something owed within so many hours of the clock is due."""
    return opened_at + timedelta(hours=hours)


def owed(opened_at: datetime, hours: OpinionHours, *, major: bool) -> Mapping[str, datetime]:
    """What is owed of an item, and by when."""
    wanted = {INFORM: hours.inform, PRESS: hours.press} if major else {RESPOND: hours.respond}
    return {name: due_at(opened_at, within) for name, within in wanted.items()}


def near_from(since: datetime, due: datetime) -> datetime:
    """From when on something owed is due soon: a fifth of its time left, at least half an hour."""
    return due - max((due - since) / _NEAR_SHARE, _NEAR_AT_LEAST)
