"""What operators made of suggested answers before, and what it says of the next ones. Pure.

It puts the answers that were found in another order, and does nothing else: an answer that was not
found does not come in, nothing moves up past a refutation, nor does a document that is no longer in
force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.calls.likeness import ALIKE, Terms, likeness, terms_of
from bot.calls.records import ActionKind
from bot.calls.suggestions import Suggested
from knowledge.model import AnswerKind

HALF_LIFE = timedelta(days=60)
"""A choice counts half after two months: rules, prices and seasons change with the year."""
_SAME = 0.6
"""Questions as like as this count whole, less like ones by their part of it."""
_WORTH = {ActionKind.ADOPT: 1.0, ActionKind.EDIT: 0.7, ActionKind.IGNORE: -1.0}
"""An edited answer came from the right document, in other words."""
_DOUBT = 2.0
"""Choices for and against that are taken for granted to cancel out, so that one says little."""
FIRST = 0.25
"""Preferred from here on: one answer adopted for much the same question, two for a like one."""
LAST = -0.4
"""Put last from here on: ignored twice more than adopted."""
_OF_A_DOCUMENT = 200
"""The newest of each document that are looked at: 1 to 2 ms for three answers."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What an operator made of one suggested answer.

    Args:
        call_id, suggestion_id: together its key; the last word on an answer of a call counts.
        question: as it was understood then.
        made: adopt, edit or ignore.
    """

    call_id: str
    suggestion_id: str
    question: str = field(repr=False)
    document_id: str
    made: ActionKind
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A choice without the words of the question."""

    document_id: str
    made: ActionKind
    at: datetime
    terms: Terms = field(repr=False)


def weighed(choice: Choice) -> Weighed:
    """A choice to be kept; its question's words are let go of."""
    return Weighed(
        document_id=choice.document_id,
        made=choice.made,
        at=choice.at,
        terms=terms_of(choice.question),
    )


class Preferences:
    """Choices by document.

    Args:
        choices: in any order.
    """

    def __init__(self, choices: Iterable[Weighed] = ()) -> None:
        found: defaultdict[str, list[Weighed]] = defaultdict(list)
        for choice in sorted(choices, key=lambda each: each.at, reverse=True):
            of_document = found[choice.document_id]
            if len(of_document) < _OF_A_DOCUMENT:
                of_document.append(choice)
        self._found = dict(found)

    def of(self, asked: Terms, document_id: str, now: datetime) -> float:
        """-1 to 1: how operators have taken answers from a document to questions like this."""
        chosen, made = 0.0, 0.0
        for choice in self._found.get(document_id, ()):
            like = likeness(asked, choice.terms)
            if like < ALIKE:
                continue
            age = max(now - choice.at, timedelta(0)) / HALF_LIFE
            counts = min(1.0, like / _SAME) * 0.5**age
            chosen += counts * _WORTH[choice.made]
            made += counts
        return chosen / (made + _DOUBT)

    def ordered(
        self,
        question: str,
        answers: Sequence[Suggested],
        now: datetime,
        *,
        in_force: Callable[[str], bool],
    ) -> tuple[Suggested, ...]:
        """The same answers: preferred ones, the others as they were, ignored ones.

        A refutation keeps its place, and what was found less likely than it stays behind it.

        Args:
            question: as understood.
            answers: best first, as found.
            now: the time.
            in_force: whether a document, by its id, may be quoted as what is valid.
        """
        if len(answers) < 2 or not any(each.document_id in self._found for each in answers):
            return tuple(answers)
        asked = terms_of(question)

        def place(answer: Suggested) -> tuple[int, float]:
            liked = self.of(asked, answer.document_id, now)
            if liked >= FIRST and in_force(answer.document_id):
                return 0, -liked
            return (2, -liked) if liked <= LAST else (1, 0.0)

        found: list[Suggested] = []
        between: list[Suggested] = []
        for answer in answers:
            if answer.kind is AnswerKind.REFUTATION:
                found += [*sorted(between, key=place), answer]
                between = []
            else:
                between.append(answer)
        return (*found, *sorted(between, key=place))
