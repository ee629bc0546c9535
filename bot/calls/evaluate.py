"""Measuring what the desk understands, on calls with what a person would have written. Pure."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.calls.model import Sentence
from bot.calls.order import YES, Field, OrderDraft, Source
from bot.calls.suggesting import Suggester
from bot.calls.suggestions import Suggestions
from connectors.calls import Leg
from nlu.text import bigrams

_HELD = 0.7
"""Share of what was expected that a value must hold, in order, to be right."""
_LONGEST = 2.5
"""Times as long as what was expected, and a value holds it by chance."""
_QUESTION_HELD = 0.5
FREE = frozenset({"title", "text"})
"""Fields that are written in many right ways: these must hold some words and not others."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a person would have written of a call; what is None is not looked at.

    Args:
        fields: field → value; several right ones parted by `|`; empty: it must stay empty.
        has, lacks: words a free field must hold, and must not.
        questions: each as a person would repeat it, or words of it.
        asked_in: for each question the sentence in which it is put; empty: found by its words.
        documents: for each question the ids that answer it.
        departments: any of which is right.
        second: where the call has a second demand, departments any of which is right for it.
        earlier_case: the citizen has called about it before.
        emergency: numbers parted by `|`; empty: there is none.
        refuse: words of the statutory way; empty: there is none.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    has: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    questions: tuple[str, ...] | None = None
    documents: tuple[tuple[str, ...], ...] = ()
    asked_in: tuple[int, ...] = ()
    departments: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    earlier_case: bool | None = None
    emergency: str | None = None
    refuse: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A call to measure on."""

    name: str
    caller: str
    sentences: tuple[Sentence, ...]
    expected: Expected


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one thing looked at came to.

    Args:
        measure: such as `place`, `answer_among_three`.
        got, wanted: for a person to compare.
    """

    call: str
    measure: str
    right: bool
    got: str
    wanted: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All outcomes, and milliseconds each sentence took."""

    outcomes: tuple[Outcome, ...]
    took_ms: tuple[float, ...]

    def figures(self) -> dict[str, tuple[int, int]]:
        """Measure → (right, of so many)."""
        counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for each in self.outcomes:
            counted[each.measure][0] += each.right
            counted[each.measure][1] += 1
        return {measure: (right, whole) for measure, (right, whole) in sorted(counted.items())}

    def percentile_ms(self, share: float) -> float:
        """The time within which so many sentences were done."""
        ordered = sorted(self.took_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def evaluate(calls: Sequence[Recorded], suggester: Suggester) -> Report:
    """Play every call sentence by sentence, as it went, and compare."""
    outcomes: list[Outcome] = []
    took: list[float] = []
    for call in calls:
        shown: list[Suggestions] = []
        for end, sentence in enumerate(call.sentences, 1):
            if sentence.leg is not Leg.CITIZEN and end < len(call.sentences):
                continue
            began = time.perf_counter()
            shown.append(await suggester.suggestions(call.sentences[:end]))
            took.append((time.perf_counter() - began) * 1000)
        draft = suggester.draft(call.sentences, call.caller)
        outcomes += _compared(call, shown, draft)
    return Report(outcomes=tuple(outcomes), took_ms=tuple(took))


def _compared(call: Recorded, shown: Sequence[Suggestions], draft: OrderDraft) -> list[Outcome]:
    wanted, found = call.expected, _Notes(call=call.name)
    _fields(wanted, draft, found)
    if not shown:
        return found.outcomes
    last = shown[-1]
    if wanted.departments:
        best = [each.name for each in last.departments]
        for measure, most in (("department_first", 1), ("department_among_three", 3)):
            right = any(name in wanted.departments for name in best[:most])
            found.note(measure, right, best, wanted.departments)
    if wanted.second:
        names = [each.name for part in last.parts for each in part.departments[:1]]
        found.note("second_demand", bool(set(names) & set(wanted.second)), names, wanted.second)
    if wanted.earlier_case is not None:
        right = last.earlier_case == wanted.earlier_case
        found.note("earlier_case", right, [str(last.earlier_case)], [str(wanted.earlier_case)])
    if wanted.emergency is not None:
        numbers = {each.emergency for each in shown if each.emergency}
        real = set(filter(None, wanted.emergency.split("|")))
        kind = "emergency_told" if real else "no_false_alarm"
        found.note(kind, bool(numbers & real) if real else not numbers, numbers, real)
    if wanted.refuse is not None:
        right = wanted.refuse in last.refuse if wanted.refuse else not last.refuse
        found.note("statutory_way", right, [last.refuse], [wanted.refuse])
    if wanted.questions is not None:
        _questions(wanted, wanted.questions, shown, found)
    return found.outcomes


@dataclass(kw_only=True)
class _Notes:
    """Outcomes of one call."""

    call: str
    outcomes: list[Outcome] = field(default_factory=list)

    def note(self, measure: str, right: bool, got: Iterable[str], want: Iterable[str]) -> None:
        """Add an outcome."""
        shown = Outcome(
            call=self.call,
            measure=measure,
            right=right,
            got="、".join(got),
            wanted="、".join(want),
        )
        self.outcomes.append(shown)


def _fields(wanted: Expected, draft: OrderDraft, found: _Notes) -> None:
    for name, value in wanted.fields.items():
        filled = draft.fields.get(Field(name))
        told = filled is not None and filled.source is Source.TOLD and not value
        got = "" if told or filled is None else filled.value
        found.note(name, _alike(name, got, value), [got], [value])
    for name in wanted.has.keys() | wanted.lacks.keys():
        got = draft.value(Field(name))
        has, lacks = wanted.has.get(name, ()), wanted.lacks.get(name, ())
        right = all(_any(word, got) for word in has) and not any(word in got for word in lacks)
        found.note(name, right, [got], [*has, *(f"没有“{word}”" for word in lacks)])


def _questions(
    wanted: Expected, questions: Sequence[str], shown: Sequence[Suggestions], found: _Notes
) -> None:
    if not questions:
        asked = dict.fromkeys(each.question for each in shown if each.question)
        found.note("no_question", not asked, asked, ())
        needless = {answer.document_id for each in shown for answer in each.answers}
        found.note("no_needless_answer", not needless, needless, ())
    for at, question in enumerate(questions):
        seq = wanted.asked_in[at] if wanted.asked_in else None
        states = [
            each
            for each in shown
            if (each.asked_in == seq if seq is not None else _asks(each.question, question))
        ]
        asked = dict.fromkeys(each.question for each in shown)
        found.note("question_understood", bool(states), asked, [question])
        ids = wanted.documents[at] if at < len(wanted.documents) else ()
        sets = [[answer.document_id for answer in each.answers] for each in states or shown]
        for measure, most in (("answer_first", 1), ("answer_among_three", 3)) if ids else ():
            right = any(set(answers[:most]) & set(ids) for answers in sets)
            found.note(
                measure, right, dict.fromkeys(one for answers in sets for one in answers), ids
            )


def _asks(got: str, wanted: str) -> bool:
    """The question is the one expected: it holds half of its pairs of characters, or its word."""
    pairs = set(bigrams(wanted))
    if not got:
        return False
    return wanted in got or (
        len(wanted) > 4 and len(pairs & set(bigrams(got))) >= _QUESTION_HELD * len(pairs)
    )


def _alike(name: str, got: str, wanted: str) -> bool:
    if not wanted:
        return not got or got == "false"
    if name in {"anonymous", "confidential"}:
        return (got == YES) == (wanted == YES)
    return any(_holds(_plain(name, got), _plain(name, each)) for each in wanted.split("|"))


def _holds(got: str, wanted: str) -> bool:
    letters = iter(got)
    held = sum(char in letters for char in wanted)
    short = len(got) <= _LONGEST * len(wanted) + 4
    return wanted in got or (held >= _HELD * len(wanted) and short)


def _plain(name: str, value: str) -> str:
    value = re.sub(r"[\s，,。的了]", "", value)
    if name == "contact_name":
        return value.removeprefix("姓")
    return re.sub(r"\D", "", value) if name == "contact_phone" else value


def _any(words: str, text: str) -> bool:
    return any(word in text for word in words.split("|"))
