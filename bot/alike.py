"""Questions that ask the same in other words, put together so that one pair answers them. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.records import Reason, Unanswered
from knowledge.query import essence
from nlu.text import bigrams

ALIKE = 0.6
"""Share of bigrams two questions have in common (Dice), from which they count as one matter."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Questions on one matter, the most asked first."""

    questions: tuple[Unanswered, ...]

    @property
    def first(self) -> Unanswered:
        """The one that stands for all."""
        return self.questions[0]

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all of them."""
        return tuple(each.id for each in self.questions)

    @property
    def times(self) -> int:
        """How often any of them was asked."""
        return sum(each.times for each in self.questions)

    @property
    def first_at(self) -> datetime:
        """When the first of them was asked first."""
        return min(each.first_at for each in self.questions)

    @property
    def last_at(self) -> datetime:
        """When any of them was asked last."""
        return max(each.last_at for each in self.questions)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why they are on the list, each reason once."""
        return tuple(dict.fromkeys(each.reason for each in self.questions))

    @property
    def document_id(self) -> str:
        """Where a pair was written for one of them, or empty."""
        return next((each.document_id for each in self.questions if each.document_id), "")


def grouped(questions: Iterable[Unanswered]) -> tuple[Group, ...]:
    """The questions in groups, most asked groups first.

    Each question joins the group whose first question is most like it, where one is like enough;
    so a group never drifts from its first.

    Args:
        questions: most asked first.
    """
    groups: list[list[Unanswered]] = []
    sizes: list[int] = []
    holders: dict[str, list[int]] = defaultdict(list)
    for question in questions:
        terms = set(bigrams(essence(question.question)))
        at = _nearest(terms, holders, sizes)
        if at is None:
            for term in terms:
                holders[term].append(len(groups))
            groups.append([question])
            sizes.append(len(terms))
        else:
            groups[at].append(question)
    made = [Group(questions=tuple(group)) for group in groups]
    return tuple(sorted(made, key=lambda group: (-group.times, -group.last_at.timestamp())))


def _nearest(terms: set[str], holders: dict[str, list[int]], sizes: Sequence[int]) -> int | None:
    shared = Counter(at for term in terms for at in holders.get(term, ()))
    likeness = {at: 2 * count / (len(terms) + sizes[at]) for at, count in shared.items()}
    best = max(likeness, key=lambda at: (likeness[at], -at), default=None)
    return best if best is not None and likeness[best] >= ALIKE else None
