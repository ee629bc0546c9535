"""Calls over a real database and a real Redis; suggestions that say what they were given."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bot.cache import Cache
from bot.calls.asking import Asked
from bot.calls.listening import Listening
from bot.calls.model import Call, Sentence
from bot.calls.order import Field, Filled, OrderDraft, Source
from bot.calls.quality import Finding, FindingKind
from bot.calls.records import Content, Draft, Heard
from bot.calls.service import Calls
from bot.cases.model import Actor, Role
from bot.cases.service import CaseService
from bot.storage.units import Storage
from connectors.calls import CallEvent, CallEventKind, Leg, SpeechFragment
from tests.bot.cases.world import SECRET, City, Router
from tests.fakes.edges import CountingIds, FakeClock

LIN = Actor(id="lin", role=Role.OPERATOR)
WU = Actor(id="wu", role=Role.OPERATOR)
AUDITOR = Actor(id="shen", role=Role.AUDITOR)
CALLER = "13900000001"
K = CallEventKind


@dataclass
class Echo:
    """Suggests the last sentence; hears a place in 在…; waits at the gate while it is shut."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[int] = field(default_factory=list)
    answered: int = -1
    running: int = 0
    most_running: int = 0
    broken: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    async def suggest(self, sentences: Sequence[Sentence], *, answered: int = -1) -> Content:
        self.answered = answered
        self.asked.append(len(sentences))
        self.began.set()
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await self.gate.wait()
        self.running -= 1
        if self.broken:
            raise ValueError(sentences[-1].text)
        return {
            "answers": [{"id": "a1"}],
            "question": sentences[-1].text,
            "asked_in": sentences[-1].seq,
        }

    async def fill(
        self, call: Call, draft: Draft, sentences: Sequence[Sentence]
    ) -> Mapping[str, Heard]:
        heard = {"text": Heard(value=sentences[0].text, seq=0)}
        for one in sentences:
            if "在" in one.text:
                heard["place"] = Heard(value=one.text.partition("在")[2], seq=one.seq)
        return heard

    def questions(self, sentences: Sequence[Sentence]) -> tuple[Asked, ...]:
        citizens = [one for one in sentences if one.leg is Leg.CITIZEN]
        return tuple(Asked(seq=one.seq, first=one.seq, question=one.text) for one in citizens)

    def summary(self, sentences: Sequence[Sentence], draft: Draft) -> str:
        return "；".join(one.text for one in sentences[:2])

    def emergency(self, words: str, before: str = "") -> str:
        return "119" if "着火" in words else ""

    def draft(self, sentences: Sequence[Sentence], caller: str = "") -> OrderDraft:
        place = next((one for one in sentences if "在" in one.text), None)
        heard = place and Filled(value=place.text.partition("在")[2], source=Source.HEARD)
        return OrderDraft(fields={Field.PLACE: heard} if heard else {})

    def quality(
        self,
        sentences: Sequence[Sentence],
        draft: Draft,
        *,
        caller: str = "",
        transferred_to: str = "",
    ) -> tuple[Finding, ...]:
        if "place" in draft and draft["place"].value:
            return ()
        message = "来电人说了地点，工单里没有登记。"
        return (Finding(kind=FindingKind.PLACE_MISSING, message=message, of=Field.PLACE),)


@dataclass
class Desk:
    """Replicas of the service over calls, and a call centre that tells."""

    storage: Storage
    clock: FakeClock
    ids: CountingIds
    redis_url: str
    closing: AsyncExitStack
    router: Router = field(default_factory=Router)
    told: int = 0

    async def replica(self, name: str = "r1", *, suggesting: Echo | None = None) -> Calls:
        """One process's calls."""
        cache = Cache(self.redis_url)
        self.closing.push_async_callback(cache.close)
        await cache.start()
        listening = Listening(self.storage, self.clock, cache, suggesting, owner=name)
        self.closing.push_async_callback(listening.close)
        return Calls(self.storage, self.clock, self.ids, cache, listening, self.cases)

    @property
    def cases(self) -> CaseService:
        return CaseService(self.storage, self.clock, self.ids, self.router, City(), SECRET)

    def event(
        self,
        kind: CallEventKind,
        call_id: str = "c1",
        *,
        operator: str = "",
        caller: str = CALLER,
        feed: str = "ami",
        to: str = "",
    ) -> CallEvent:
        """An event of this moment."""
        self.told += 1
        return CallEvent(
            feed=feed,
            external_id=f"e{self.told}",
            call_id=call_id,
            kind=kind,
            caller=caller,
            operator=operator,
            to=to,
            at=self.clock.now(),
        )

    def said(
        self,
        text: str,
        key: str = "",
        *,
        call_id: str = "c1",
        leg: Leg = Leg.CITIZEN,
        committed: bool = True,
        feed: str = "",
    ) -> SpeechFragment:
        """Words of this moment."""
        self.told += 1
        return SpeechFragment(
            call_id=call_id,
            leg=leg,
            text=text,
            committed=committed,
            external_id=(key or f"s{self.told}") if committed else "",
            feed=feed,
            at=self.clock.now(),
        )

    async def answered(
        self, calls: Calls, call_id: str = "c1", *, caller: str = CALLER, after_s: float = 5.0
    ) -> Call:
        """A call that lin answered."""
        await calls.take_event(self.event(K.OFFERED, call_id, caller=caller))
        self.clock.advance(seconds=after_s)
        return await calls.take_event(
            self.event(K.ANSWERED, call_id, caller=caller, operator="lin")
        )

    async def missed(self, calls: Calls, call_id: str, *, caller: str = CALLER) -> Call:
        """A call nobody answered."""
        await calls.take_event(self.event(K.OFFERED, call_id, caller=caller))
        self.clock.advance(seconds=40)
        return await calls.take_event(self.event(K.ABANDONED, call_id, caller=caller))
