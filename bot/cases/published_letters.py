"""A published case as the public finds it: apart from the case, without its number. Pure but for
`keep_public`, which writes in the transaction it is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.cases.calendar import CalendarLimits, local_day, working_days_between
from bot.cases.masking import masked
from bot.cases.model import Case, CaseEvent, DemandType, Move, State
from bot.errors import Invalid
from nlu.text import normalise

MOST_WORDS = 8
MOST_CHARS = 60
"""Of a search; more is no search."""
_ADDRESSEE = "to"
_ANSWERS = frozenset({Move.REPLY, Move.APPROVE_REPLY, Move.JOIN_REPLY})


class Gone(StrEnum):
    """Why a letter is not to be read any more."""

    NOT = ""
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    """It is handled anew; its old answer does not hold."""


@dataclass(frozen=True, kw_only=True)
class PublishedLetter:
    """A letter and its reply, as anybody may read them.

    Args:
        id: in its address; says nothing of the case's number.
        case_id: never shown.
        field: one of the city's fields of openness, or empty.
        channel: how it came in, by the channel's name.
        addressee: to whom it was written, masked; or empty.
        working_days: from the day it came to the day of the reply.
        rating: the citizen's grade, 1 to 5; None: none was given.
    """

    id: str
    case_id: str
    title: str
    text: str
    reply: str
    demand_type: DemandType
    field: str
    department: str
    channel: str
    addressee: str
    received_on: date
    replied_on: date
    working_days: int
    rating: int | None
    published_at: datetime
    gone: Gone = Gone.NOT

    @property
    def search(self) -> str:
        """All that a search looks in."""
        return searched("\n".join((self.title, self.text, self.reply, self.department)))


class LetterCity(Protocol):
    """The city, as far as published letters need it."""

    @property
    def limits(self) -> CalendarLimits:
        """Its calendar."""

    def field_of(self, category: tuple[str, ...]) -> str:
        """The field of openness a category of the catalogue belongs to, or empty."""


class LetterStore(Protocol):
    """Where published letters are kept; see `bot.storage.letters`."""

    async def put(self, letter: PublishedLetter) -> None:
        """Write a letter; one the case has already keeps its id."""

    async def take_off(self, case_id: str, gone: Gone) -> None:
        """Empty a case's letter, so that only its address is left."""


def searched(text: str) -> str:
    """A text in the form searches compare: one writing of each character, no blanks."""
    return "".join(normalise(text).lower().split())


def search_words(said: str) -> tuple[str, ...]:
    """The words of a search, each once; every one of them must occur.

    Raises:
        Invalid: too many, or too long.
    """
    if len(said) > MOST_CHARS:
        raise Invalid(f"搜索的字太多了，最多 {MOST_CHARS} 个。", fields={"q": "太长"})
    found = tuple(dict.fromkeys(filter(None, map(searched, normalise(said).split()))))
    if len(found) > MOST_WORDS:
        raise Invalid(f"一次最多搜索 {MOST_WORDS} 个词。", fields={"q": "词太多"})
    return found


def letter_of(
    case: Case, events: Iterable[CaseEvent], city: LetterCity, *, id: str
) -> PublishedLetter:
    """What the public reads of a published case. Raises `ValueError` for one nobody published."""
    public = case.published
    if public is None or case.published_at is None:
        raise ValueError("a case nobody published")
    replied = [event.at for event in events if event.move in _ANSWERS]
    received_on = local_day(case.opened_at)
    replied_on = max(received_on, local_day(replied[-1] if replied else case.published_at))
    return PublishedLetter(
        id=id,
        case_id=case.id,
        title=public.title,
        text=public.text,
        reply=public.reply,
        demand_type=case.demand_type,
        field=city.field_of(case.category),
        department=case.lead_department,
        channel=case.channel,
        addressee=masked(case.course.details.get(_ADDRESSEE, ""))[:80],
        received_on=received_on,
        replied_on=replied_on,
        working_days=working_days_between(received_on, replied_on, city.limits),
        rating=case.rating,
        published_at=case.published_at,
    )


async def keep_public(
    store: LetterStore,
    before: Case,
    after: Case,
    events: Iterable[CaseEvent],
    city: LetterCity,
    *,
    id: str,
) -> None:
    """Write what a move changed of what the public reads."""
    if after.published is not None:
        await store.put(letter_of(after, events, city, id=id))
    elif before.published is not None:
        reopened = after.state is State.REOPENED
        await store.take_off(after.id, Gone.REOPENED if reopened else Gone.WITHDRAWN)
