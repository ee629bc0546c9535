"""What somebody looks for among published letters, and where a page of them begins. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class LetterFilter:
    """Which letters; everything empty: all.

    Args:
        words: as `bot.cases.published_letters.search_words` gives them; all must occur.
        year: in which the letter came; 0: any.
    """

    words: tuple[str, ...] = ()
    field: str = ""
    department: str = ""
    demand_type: str = ""
    year: int = 0


@dataclass(frozen=True, kw_only=True)
class Place:
    """A letter's place in the list."""

    at: datetime
    id: str

    def encode(self) -> str:
        """As it stands in an address."""
        return f"{self.at.isoformat()}~{self.id}"


def place_of(text: str) -> Place | None:
    """The place an address names; a time alone is one too. None for an empty text.

    Raises:
        Invalid: it is no place.
    """
    if not text:
        return None
    time, _, id = text.partition("~")
    try:
        moment = datetime.fromisoformat(time.replace(" ", "+"))
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)  # the first and the last day of time have none
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid("页码不对，请从第一页看起。", fields={"before": "不是上一页给出的值"})
    return Place(at=moment, id=id)
