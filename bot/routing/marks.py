"""What is to be seen about an item before anybody handles it. Pure values; see `marker.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.routing.persons import Person


class Sentiment(StrEnum):
    """How somebody speaks, not how right they are."""

    CALM = "calm"
    ANNOYED = "annoyed"
    ANGRY = "angry"
    DESPERATE = "desperate"


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What is to be seen about an item before anybody handles it.

    Args:
        sensitive: kinds such as 群体性事件; empty where it is an everyday item.
        person_first: one of the kinds must be read by a person before it is dispatched.
        anonymous: the citizen wants no name recorded.
        confidential: the citizen wants the name kept from those concerned.
        persons: as they stand in the text, in its order.
        reasons: in Chinese, which words said so.
    """

    sentiment: Sentiment = Sentiment.CALM
    sensitive: tuple[str, ...] = ()
    person_first: bool = False
    anonymous: bool = False
    confidential: bool = False
    persons: tuple[Person, ...] = ()
    reasons: tuple[str, ...] = ()
