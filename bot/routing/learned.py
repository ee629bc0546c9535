"""What the router asks of a learned model, whichever it is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A label of the past orders with a calibrated probability, 0 to 1."""

    label: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Similar:
    """A past order that is much alike: how many, and who handled them."""

    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What past orders say of a text.

    Args:
        departments: best first, as the past orders name them.
        demand: the likeliest demand type, as the past orders name it; None where unknown.
        category: of the likeliest past category, up to three levels.
        similar: the departments of the most alike past orders, most first.
        auto: the first department is sure enough for the precision set at training.
    """

    departments: tuple[Scored, ...]
    demand: Scored | None = None
    category: tuple[str, ...] = ()
    similar: tuple[Similar, ...] = ()
    auto: bool = False


class LearnedModel(Protocol):
    """Learned from a city's past orders."""

    def predict(self, text: str, title: str = "") -> Prediction:
        """Pure and fast."""
