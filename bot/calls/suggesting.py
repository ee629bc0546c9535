"""What an operator may say and do next, worked out anew after each sentence of a call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.calls.answering import Answers, Content
from bot.calls.asking import Asked
from bot.calls.demanding import has_called_before
from bot.calls.emergency import Alarm
from bot.calls.filling import Heard, OrderFiller, read_back
from bot.calls.missing import missing
from bot.calls.model import Sentence
from bot.calls.order import Field, Filled, OrderDraft, Source
from bot.calls.quality import Finding, quality
from bot.calls.suggestions import (
    Candidate,
    OneOfSeveral,
    SimilarCase,
    Suggested,
    Suggestions,
    ToAsk,
)
from bot.calls.summary import summary
from bot.cases.duplicates import Similar
from bot.cases.merging import Told
from bot.cases.model import DemandType, Routing
from bot.city.model import City
from bot.ports import Clock
from bot.routing.catalogue import Catalogue
from bot.routing.router import Router
from bot.routing.splitting import Splitter

_DEPARTMENTS = 3
_SIMILAR = 3
_LEAST_CONFIDENCE = 0.02
_KEPT = 256
"""Calls whose last understanding is kept: twice as many as a large hotline has at once."""


class Lookalikes(Protocol):
    """Open cases; see `bot.cases.duplicates.DuplicateService`."""

    async def like(self, told: Told, *, limit: int = 5) -> tuple[Similar, ...]:
        """Open cases that may be one matter with what is told, likeliest first."""


class Preferring(Protocol):
    """What operators made of answers; see `bot.calls.remembering.Remembering`."""

    def ordered(self, question: str, answers: Sequence[Suggested]) -> tuple[Suggested, ...]:
        """The same answers in the order operators have taken them; may block for a ms."""


class Stands(Protocol):
    """A field of the order form as the desk keeps it."""

    @property
    def value(self) -> str:
        """What stands in it."""

    @property
    def source(self) -> str:
        """`typed`, `heard` or `told`."""


class Caller(Protocol):
    """A call, as far as the order needs it."""

    @property
    def caller(self) -> str:
        """The calling number; empty where it is withheld."""


class Suggester:
    """Suggests, and fills the order form.

    Args:
        content: published content, read by whoever answers.
        router: departments, statutory ways, dangers.
        city: its rules and places.
        duplicates: open cases like a call's matter; None: none are looked for.
        clock: the time.
        preferring: orders answers by what operators made of them before; None: as found.
    """

    def __init__(
        self,
        content: Content,
        router: Router,
        city: City,
        duplicates: Lookalikes | None,
        clock: Clock,
        preferring: Preferring | None = None,
    ) -> None:
        self._preferring = preferring
        self._answers = Answers(content)
        self._filler = OrderFiller(city, router)
        self._splitter = Splitter(Catalogue(city))
        self._duplicates, self._clock = duplicates, clock
        self._city = city
        self._last: dict[tuple[object, ...], Heard] = {}

    def emergency(self, words: str, before: str = "") -> str:
        """110, 119, 120 or 122 for words still being spoken, or empty; a fraction of a ms.

        Args:
            words: the sentence so far.
            before: the citizen's sentence right before.
        """
        return self._filler.watch.number(words, before)

    async def suggest(
        self, sentences: Sequence[Sentence], *, answered: int = -1
    ) -> Mapping[str, object]:
        """All suggestions as JSON; see `Suggestions.to_content`."""
        return (await self.suggestions(sentences, answered=answered)).to_content()

    async def suggestions(
        self, sentences: Sequence[Sentence], *, answered: int = -1
    ) -> Suggestions:
        """All suggestions for a call so far.

        Args:
            sentences: of both legs.
            answered: the sentence up to which questions are answered; only later ones are looked
                at, and where there are none yet, the last one stays.
        """
        heard, found = await asyncio.to_thread(self._worked_out, tuple(sentences), answered)
        similar = await self._similar(heard)
        return replace(found, similar=similar)

    def draft(self, sentences: Sequence[Sentence], caller: str = "") -> OrderDraft:
        """The order form as what was said alone fills it; blocks for some ms."""
        return self._filler.fill(OrderDraft(), self._heard(sentences), caller)

    def questions(self, sentences: Sequence[Sentence]) -> tuple[Asked, ...]:
        """Every question of the call as understood at its end; blocks for some ms."""
        return self._heard(sentences).asked

    async def fill(
        self, call: Caller, draft: Mapping[str, Stands], sentences: Sequence[Sentence]
    ) -> Mapping[str, Filled]:
        """Every field but the typed ones as it should stand now; one left out is emptied."""
        return await asyncio.to_thread(self._filled, call.caller, draft, tuple(sentences))

    def summary(self, sentences: Sequence[Sentence], draft: Mapping[str, Stands]) -> str:
        """The call in a few sentences; empty where nothing was told. Blocks for some ms."""
        return summary(self._heard(sentences), self._kept_or_heard(sentences, draft))

    def quality(
        self,
        sentences: Sequence[Sentence],
        draft: Mapping[str, Stands],
        *,
        caller: str = "",
        transferred_to: str = "",
    ) -> tuple[Finding, ...]:
        """What the order lacks of what was said; see `bot.calls.quality`. Blocks for some ms."""
        heard = self._heard(sentences)
        return quality(
            order_draft(draft),
            heard,
            self._filler.fill(OrderDraft(), heard, caller),
            parts=self._parts(heard),
            alarm=heard.alarm,
            transferred_to=transferred_to,
        )

    def _kept_or_heard(
        self, sentences: Sequence[Sentence], draft: Mapping[str, Stands]
    ) -> OrderDraft:
        """The desk's form, and what was heard where it has nothing."""
        kept, said = order_draft(draft), self.draft(sentences)
        return OrderDraft(fields={**said.fields, **kept.fields})

    def _filled(
        self, caller: str, draft: Mapping[str, Stands], sentences: Sequence[Sentence]
    ) -> Mapping[str, Filled]:
        filled = self._filler.fill(order_draft(draft), self._heard(sentences), caller)
        return {
            name.value: each
            for name, each in filled.fields.items()
            if each.source is not Source.TYPED
        }

    def _heard(self, sentences: Sequence[Sentence]) -> Heard:
        """A call understood; asked twice at once for suggestions and the form, it is done once."""
        key = tuple((each.seq, each.leg, each.text) for each in sentences)
        heard = self._last.get(key)
        if heard is None:
            heard = self._filler.hear(sentences)
            if len(self._last) >= _KEPT:
                self._last.clear()
            self._last[key] = heard
        return heard

    def _worked_out(
        self, sentences: Sequence[Sentence], answered: int
    ) -> tuple[Heard, Suggestions]:
        heard = self._heard(sentences)
        alarm = heard.alarm
        open_ = [at for at, asked in enumerate(heard.asked) if asked.seq > answered]
        at = open_[-1] if open_ else len(heard.asked) - 1
        asked = heard.asked[at] if at >= 0 else None
        answers: tuple[Suggested, ...] = ()
        if asked is not None:
            answers = self._answers.find(asked, heard.asked[:at])
            if self._preferring is not None:
                answers = self._preferring.ordered(asked.whole, answers)
        draft = self._filler.fill(OrderDraft(), heard)
        routing, parts = heard.routing, self._several(heard)
        if not answers and routing and routing.demand_type is not DemandType.CONSULTATION:
            asked = None  # 你说气不气人: who complains asks many things nobody need look up
        return heard, Suggestions(
            seq=sentences[-1].seq if sentences else -1,
            question=asked.whole if asked else "",
            asked_in=asked.seq if asked else -1,
            answers=answers,
            departments=_likeliest(_candidates(routing), parts, self._answering(heard, answers)),
            reasons=_reasons(routing, alarm),
            territory=routing.territory if routing else "",
            emergency=alarm.number if alarm else "",
            emergency_seq=alarm.seq if alarm else -1,
            refuse=routing.statutory_way if routing else "",
            missing=_to_ask(draft, alarm, routing),
            parts=parts,
            earlier_case=has_called_before(heard.spoken),
        )

    def _several(self, heard: Heard) -> tuple[OneOfSeveral, ...]:
        return tuple(
            OneOfSeveral(
                text=text,
                departments=_candidates(self._filler.routed(text.removeprefix("另外"), heard)),
            )
            for text in self._parts(heard)
        )

    def _parts(self, heard: Heard) -> tuple[str, ...]:
        """The demands of a call, where it has several."""
        several = heard.routing and any("件事" in each for each in heard.routing.reasons)
        said_so = several or "。另外" in heard.text
        if not said_so:
            return ()
        parts = self._splitter.split(heard.text)
        return parts if len(parts) > 1 else self._splitter.split(read_back(heard))

    def _answering(self, heard: Heard, answers: Sequence[Suggested]) -> str:
        """The department whose document answers a consultation; empty where none is sure."""
        asks = heard.routing and heard.routing.demand_type is DemandType.CONSULTATION
        if not asks or not answers or answers[0].confidence < _SURE_ANSWER:
            return ""
        issuer = self._answers.department(answers[0].document_id)
        ours = issuer.removeprefix(self._city.name.removesuffix("市"))
        unit = self._city.department(issuer) or self._city.department(ours)
        return unit.name if unit else ""

    async def _similar(self, heard: Heard) -> tuple[SimilarCase, ...]:
        routing = heard.routing
        if self._duplicates is None or routing is None or not heard.text:
            return ()
        if routing.demand_type in {DemandType.CONSULTATION, DemandType.PRAISE}:
            return ()
        found = await self._duplicates.like(_told(heard, self._clock.now()), limit=_SIMILAR)
        return tuple(
            SimilarCase(
                number=each.case.number,
                title=each.case.title,
                probability=round(each.probability, 4),
                reasons=each.reasons,
                same_place=each.same_place,
                department=each.case.lead_department,
            )
            for each in found
        )


def _candidates(routing: Routing | None) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(name=each.name, confidence=each.confidence)
        for each in (routing.departments if routing else ())
        if each.confidence >= _LEAST_CONFIDENCE
    )[:_DEPARTMENTS]


def _likeliest(
    routed: tuple[Candidate, ...], parts: Sequence[OneOfSeveral], answering: str
) -> tuple[Candidate, ...]:
    """The first demand's department first; of a consultation the one whose document answers it."""
    first = next((part.departments[0] for part in parts[:1] if part.departments), None)
    if first is not None and first.confidence >= _SURE_PART:
        routed = (first, *(each for each in routed if each.name != first.name))
    best = routed[0].confidence if routed else 0.0
    if answering and best < _SURE_ROUTE and not parts:
        likelier = Candidate(name=answering, confidence=max(best, _SURE_PART))
        routed = (likelier, *(each for each in routed if each.name != answering))
    return routed[:_DEPARTMENTS]


_SURE_PART, _SURE_ROUTE, _SURE_ANSWER = 0.35, 0.6, 0.4


def _reasons(routing: Routing | None, alarm: Alarm | None) -> tuple[str, ...]:
    """Why it is sent there; a call is in danger only where its own watch says so."""
    reasons = routing.reasons if routing else ()
    return tuple(each for each in reasons if alarm is not None or "的紧急情况" not in each)


def _to_ask(draft: OrderDraft, alarm: Alarm | None, routing: Routing | None) -> tuple[ToAsk, ...]:
    """In danger only where; for what is not taken, nothing."""
    if routing is not None and routing.statutory_way and alarm is None:
        return ()
    found = missing(draft)
    return tuple(each for each in found if alarm is None or each.field is Field.PLACE)


def order_draft(kept: Mapping[str, Stands]) -> OrderDraft:
    """The desk's form as an `OrderDraft`; fields of other names are left out."""
    known = {field.value: field for field in Field}
    return OrderDraft(
        fields={
            known[name]: Filled(value=each.value, source=Source(str(each.source)))
            for name, each in kept.items()
            if name in known
        }
    )


def _told(heard: Heard, now: datetime) -> Told:
    routing = heard.routing
    return Told(
        number="",
        text=heard.text,
        at=now,
        place=heard.place.value if heard.place else "",
        territory=routing.territory if routing else "",
        channel="hotline",
        department=routing.departments[0].name if routing and routing.departments else "",
    )
