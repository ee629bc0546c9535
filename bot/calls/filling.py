"""The order fills itself from what both legs say; what an operator typed stays. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.calls.asking import Asked, questions
from bot.calls.composing import Clause, matter, text_of
from bot.calls.contact import Wishes, name
from bot.calls.demanding import demand_of
from bot.calls.dialect import quoted, standard
from bot.calls.emergency import Alarm, Watch
from bot.calls.exchange import Wanted, wants
from bot.calls.misheard import put_right
from bot.calls.model import Sentence
from bot.calls.order import YES, Field, Filled, OrderDraft, Source
from bot.calls.placing import Placer
from bot.calls.spoken import Said, said
from bot.calls.telephones import number
from bot.calls.timing import occurred_at
from bot.calls.titling import Titler
from bot.cases.model import DemandType, Routing, RoutingInput
from bot.city.model import City
from bot.routing.catalogue import Catalogue
from bot.routing.marker import Marker
from bot.routing.router import Router


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A call as understood so far.

    Args:
        spoken: every sentence, tidied and put right.
        kept: the clauses that tell of the matter.
        text: those clauses as a text, as it goes into the order.
        asked: the questions of the call, in order.
        place_asked: the operator asked where.
        alarm: danger it tells of, or None.
        routing: of the matter; None while there is none.
    """

    spoken: tuple[Said, ...]
    kept: tuple[Clause, ...]
    text: str
    asked: tuple[Asked, ...]
    place: Filled | None
    place_asked: bool
    alarm: Alarm | None
    routing: Routing | None


class OrderFiller:
    """Fills orders of one city.

    Args:
        city: its rules and places.
        router: judges demand type and category.
    """

    def __init__(self, city: City, router: Router) -> None:
        self._router = router
        self._known: dict[RoutingInput, Routing] = {}
        self._placer = Placer(city)
        self.watch = Watch(city)
        put_right("")  # its tables are read before the first call, not in it
        self._titler = Titler(Catalogue(city))
        self._wishes = Wishes(Marker(city.rules.marks, city.rules.negations))

    def hear(self, sentences: Sequence[Sentence]) -> Heard:
        """Understand a call so far."""
        spoken = said(sentences)
        kept = matter(spoken)
        alarm = self.watch.alarm(sentences)
        text, asked, place = text_of(kept), questions(spoken), self._placer.place(spoken)
        return Heard(
            spoken=spoken,
            kept=kept,
            text=text,
            asked=asked,
            place=place,
            place_asked=any(
                Wanted.PLACE in wants(each.text) for each in spoken if not each.by_citizen
            ),
            alarm=alarm,
            routing=self._routed(spoken, kept, asked, place, alarm),
        )

    def filled(
        self, draft: OrderDraft, sentences: Sequence[Sentence], caller: str = ""
    ) -> OrderDraft:
        """The draft with all that was heard so far.

        Args:
            draft: as it stands; what was typed in it stays.
            sentences: of both legs, in any order.
            caller: the calling number; empty where it is withheld.
        """
        return self.fill(draft, self.hear(sentences), caller)

    def fill(self, draft: OrderDraft, heard: Heard, caller: str = "") -> OrderDraft:
        """The same from a call already understood."""
        found: dict[Field, Filled] = {}
        if caller:
            found[Field.CONTACT_PHONE] = Filled(value=caller, source=Source.TOLD)
        to_call = number(heard.spoken, caller)
        if to_call:
            found[Field.CONTACT_PHONE] = _heard(to_call.value, to_call.seq)
        who = name(heard.spoken)
        if who:
            found[Field.CONTACT_NAME] = who
        found |= self._wishes.of(heard.spoken)
        unnamed = Field.ANONYMOUS in found and found[Field.ANONYMOUS].value == YES
        if unnamed and caller and found[Field.CONTACT_PHONE].value == caller:
            del found[Field.CONTACT_PHONE]  # the calling number would name them
        if heard.routing is not None and heard.kept:
            found |= self._of_matter(heard, heard.routing, draft)
        return draft.heard(found)

    def _of_matter(self, heard: Heard, routing: Routing, draft: OrderDraft) -> dict[Field, Filled]:
        seq = heard.kept[-1].seq
        found = {
            Field.DEMAND_TYPE: _heard(routing.demand_type.value, seq),
            Field.TEXT: _heard(quoted(heard.text), seq),
        }
        if routing.category:
            found[Field.CATEGORY] = _heard("/".join(routing.category), seq)
        demand = _typed_demand(draft) or routing.demand_type
        if heard.place and (demand is not DemandType.CONSULTATION or heard.place_asked):
            found[Field.PLACE] = heard.place
        when = occurred_at(heard.spoken)
        if when and demand is not DemandType.CONSULTATION:
            found[Field.OCCURRED_AT] = when
        place = draft.value(Field.PLACE) if draft.is_typed(Field.PLACE) else ""
        place = place or (heard.place.value if heard.place else "")
        asked = heard.asked[0] if heard.asked else None
        title = self._titler.title(
            heard.kept, place, demand, asked, heard.alarm.seq if heard.alarm else -1
        )
        if title:
            found[Field.TITLE] = _heard(title, seq)
        return found

    def _routed(
        self,
        spoken: Sequence[Said],
        kept: Sequence[Clause],
        asked: Sequence[Asked],
        place: Filled | None,
        alarm: Alarm | None,
    ) -> Routing | None:
        text = text_of(kept)
        if not text:
            return None
        item = RoutingInput(text=_for_router(text), place=place.value if place else "")
        routing = self._route(item)
        demand = demand_of(spoken, routing, asked, alarm)
        if demand is not routing.demand_type:
            routing = self._route(replace(item, demand_hint=demand))
        return self._as_summed_up(routing, spoken, kept, replace(item, demand_hint=demand))

    def _as_summed_up(
        self, routing: Routing, spoken: Sequence[Said], kept: Sequence[Clause], item: RoutingInput
    ) -> Routing:
        """By what the operator read back and the citizen agreed to, where that tells it better."""
        told = _read_back(spoken, kept)
        if len(told) < _A_SUMMARY or not routing.departments:
            return routing
        best = routing.departments[0].confidence
        other = self._route(replace(item, text=_for_router(told)))
        if not other.departments or other.departments[0].confidence <= max(best, _CLEARER):
            return routing
        return replace(
            routing,
            departments=other.departments,
            category=other.category,
            reasons=other.reasons,
        )

    def routed(self, text: str, heard: Heard) -> Routing:
        """One of several demands of a call, at the call's place where it names none."""
        place = heard.place.value if heard.place else ""
        return self._route(RoutingInput(text=_for_router(text), place=place))

    def _route(self, item: RoutingInput) -> Routing:
        """Most sentences of a call change nothing of its matter."""
        routing = self._known.get(item)
        if routing is None:
            routing = self._router.route(item)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[item] = routing
        return routing


_KEPT = 1_024
_A_SUMMARY, _CLEARER = 15, 0.5


def read_back(heard: Heard) -> str:
    """What the operator read back last and the citizen agreed to; empty where nothing was."""
    return _read_back(heard.spoken, heard.kept)


def _read_back(spoken: Sequence[Said], kept: Sequence[Clause]) -> str:
    operators = {each.seq for each in spoken if not each.by_citizen}
    return next((clause.text for clause in reversed(kept) if clause.seq in operators), "")


def _for_router(text: str) -> str:
    """In words the dispatch catalogue knows; the content knows 做屋 by itself."""
    return standard(text).replace("做屋", "农村建房")


def _typed_demand(draft: OrderDraft) -> DemandType | None:
    value = draft.value(Field.DEMAND_TYPE) if draft.is_typed(Field.DEMAND_TYPE) else ""
    return next((kind for kind in DemandType if kind.value == value), None)


def _heard(value: str, seq: int) -> Filled:
    return Filled(value=value, source=Source.HEARD, seq=seq)
