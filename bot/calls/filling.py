"""The order fills itself from what both legs say; what an operator typed stays. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.calls.asking import Asked, only_asks_in, questions
from bot.calls.composing import Clause, matter, text_of
from bot.calls.contact import Wishes, name
from bot.calls.dialect import quoted, standard
from bot.calls.emergency import Alarm, Watch
from bot.calls.exchange import Wanted, wants
from bot.calls.model import Sentence
from bot.calls.order import YES, Field, Filled, OrderDraft, Source
from bot.calls.placing import Placer
from bot.calls.spoken import Said, of_citizen, said
from bot.calls.telephones import number
from bot.calls.timing import occurred_at
from bot.calls.titling import Titler
from bot.cases.model import DemandType, Routing, RoutingInput
from bot.city.model import City
from bot.routing.catalogue import Catalogue
from bot.routing.marker import Marker
from bot.routing.router import Router

_SAYS = {
    DemandType.REPORT: re.compile(r"(?:我|要|想|来)?(?:实名|匿名)?举报"),
    DemandType.PRAISE: re.compile(r"表扬|(?:送|送面)锦旗|点个?赞|(?:要|想)(?:好好)?感谢"),
    DemandType.SUGGESTION: re.compile(r"(?:提|有)一?[个点]?(?:小)?建议|我建议"),
    DemandType.COMPLAINT: re.compile(r"投诉"),
}
_SAYS_NOT = re.compile(r"不是(?:要|想|来)?(投诉|举报|建议|表扬|咨询)")
_BLAMES = re.compile(
    r"(?:老板|公司|物业|商家|店家?|超市|老师|学校|医院|开发商|房东|厂里?|工地|邻居|楼上|司机"
    r"|对方|他们?|村干部|工作人员)[^，。]{0,10}"
    r"(?:不(?!知道|在|是|舒服|好意)|欠|跑路|骗|乱|赖|拖|扣|躲|推|坑|强|爱理)|跑路|过期|变质"
    r"|假货|欠[^，。]{0,8}(?:工资|工钱|薪|钱)|吵|扰民|噪|臭|灰尘|扬尘"
    r"|油烟|唱到|乱停|占[道用了着]|不退|不赔|骂|态度|没人管|没有?人(?:回|理|答复)"
    r"|没(?:有)?(?:回音|回复|答复)|一拖再拖|不管|楼道[^，。]{0,6}堆"
    r"|打了[三四五六七几两好多][^，。]{0,3}次电话|多次(?:反映|打)"
)
_OWES = re.compile(
    r"欠[^，。]{0,8}(?:工资|工钱|薪|钱)|(?:工资|工钱)[^，。]{0,6}(?:没|不)(?:给|发|结|付)"
)
_BROKEN = re.compile(
    r"坏|不亮|停[水电气]|没[水电气]|漏|堵|塌|倒了|断|破|裂|爆|丢了|掉了|没了|坑|积水|淹"
)


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
            routing=self._routed(spoken, text, asked, place, alarm),
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
        text: str,
        asked: Sequence[Asked],
        place: Filled | None,
        alarm: Alarm | None,
    ) -> Routing | None:
        if not text:
            return None
        item = RoutingInput(text=_for_router(text), place=place.value if place else "")
        routing = self._route(item)
        demand = demand_of(spoken, routing, asked, alarm)
        if demand is routing.demand_type:
            return routing
        return self._route(replace(item, demand_hint=demand))

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


_CALLED_BEFORE = re.compile(
    r"打(?:过|了)[^，。]{0,8}电话|(?:反映|投诉|登记|报修?|说)过|上(?:次"
    r"|回)[^，。]{0,6}(?:登记|反映|打|投诉|报|说)"
    r"|之前[^，。]{0,6}(?:登记|反映|打|投诉|报)|工单号?|催(?:一下|办)|(?:又|再)打(?:过|电话)"
    r"|第[二三四五]次打"
)


def has_called_before(spoken: Sequence[Said]) -> bool:
    """The citizen says they have brought it already."""
    return any(_CALLED_BEFORE.search(each.text) for each in of_citizen(spoken))


def demand_of(
    spoken: Sequence[Said], routing: Routing, asked: Sequence[Asked], alarm: Alarm | None = None
) -> DemandType:
    """The demand type: as the citizen names it, else whether they ask or something is wrong."""
    words = "。".join(each.text for each in of_citizen(spoken))
    denied = {found[1] for found in _SAYS_NOT.finditer(words)}
    plain = _SAYS_NOT.sub("", words)
    for kind, pattern in _SAYS.items():
        if kind.value not in denied and pattern.search(plain) and not _asks_how(plain, kind):
            return kind
    judged = routing.demand_type
    if alarm is not None and judged is not DemandType.CONSULTATION:
        return DemandType.HELP
    may_blame = DemandType.COMPLAINT.value not in denied
    if may_blame and _OWES.search(plain):
        return DemandType.COMPLAINT
    first = _told_first(spoken, routing, asked)
    if asked and only_asks_in(spoken) and not first:
        return DemandType.CONSULTATION
    if judged is DemandType.CONSULTATION and (first or not asked):
        return DemandType.HELP if _BROKEN.search(first or words) else DemandType.COMPLAINT
    if may_blame and judged is DemandType.HELP and _BLAMES.search(plain):
        return DemandType.COMPLAINT
    if judged.value in denied:
        return DemandType.CONSULTATION if asked else DemandType.HELP
    return judged


def _told_first(spoken: Sequence[Said], routing: Routing, asked: Sequence[Asked]) -> str:
    """What was told to be wrong before anything was asked, where that is a matter of its own."""
    several = len(asked) == 1 or any("件事" in each for each in routing.reasons)
    if not asked or not several:
        return ""
    until = min(asked[0].first, *only_asks_in(spoken), asked[0].first)
    before = "。".join(each.text for each in of_citizen(spoken) if each.seq < until)
    return before if _BROKEN.search(before) or _BLAMES.search(before) else ""


def _for_router(text: str) -> str:
    """In words the dispatch catalogue knows; the content knows 做屋 by itself."""
    return standard(text).replace("做屋", "农村建房")


def _asks_how(words: str, kind: DemandType) -> bool:
    """单位不交公积金怎么投诉 asks, and complains of nobody yet."""
    return bool(re.search(rf"(?:怎么|如何|哪里|在哪|去哪|可以|能).{{0,6}}{kind.value}", words))


def _typed_demand(draft: OrderDraft) -> DemandType | None:
    value = draft.value(Field.DEMAND_TYPE) if draft.is_typed(Field.DEMAND_TYPE) else ""
    return next((kind for kind in DemandType if kind.value == value), None)


def _heard(value: str, seq: int) -> Filled:
    return Filled(value=value, source=Source.HEARD, seq=seq)
