"""A telephone in front of the desk's pages, and suggestions that are scripted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.calls.model import Call, Sentence
from bot.calls.order import Field
from bot.calls.records import Content
from bot.calls.suggestions import Candidate, SimilarCase, Suggested, Suggestions, ToAsk
from bot.cases.model import Role
from connectors.calls import CallEvent, CallEventKind, Leg, SpeechFragment
from knowledge.model import AnswerKind, Citation
from tests.bot.calls.world import CALLER, Echo
from tests.bot.web.conftest import PAGE, House, token
from tests.fakes.town import LIGHTS

K = CallEventKind


@dataclass
class Scripted(Echo):
    """Suggests one quoted answer for what was last said, and hears a place in 在…"""

    emergency_number: str = ""
    similar: tuple[SimilarCase, ...] = ()

    async def suggest(self, sentences: Sequence[Sentence], *, answered: int = -1) -> Content:
        last = sentences[-1]
        return Suggestions(
            seq=last.seq,
            question=last.text,
            asked_in=last.seq,
            answers=(self.answer(last.seq),),
            departments=(Candidate(name=LIGHTS, confidence=0.9),),
            reasons=("目录：路灯",),
            similar=self.similar,
            emergency=self.emergency_number,
            missing=(ToAsk(field=Field.PLACE, question="请问在什么地方？"),),
        ).to_content()

    @staticmethod
    def answer(seq: int) -> Suggested:
        return Suggested(
            id=f"a{seq}",
            kind=AnswerKind.DIRECT,
            text=f"年满八十周岁的老人可以申请（第{seq}句）。",
            document_id="guide",
            citations=(
                Citation(
                    document_id="guide",
                    title="小城高龄津贴办事指南",
                    number="小民字〔2026〕1号",
                    department="小城市民政局",
                    published_on=date(2026, 1, 5),
                ),
            ),
            steps=("材料：身份证",),
        )


@dataclass
class Telephone:
    """A call centre, and an operator `lin` at the desk."""

    house: House
    operator: TestClient[Any, Any]
    scripted: Scripted
    told: int = 0
    csrf: dict[int, str] = field(default_factory=dict)

    async def event(
        self, kind: CallEventKind, call_id: str = "c1", *, operator: str = "", caller: str = CALLER
    ) -> Call:
        self.told += 1
        return await self.house.services.calls.take_event(
            CallEvent(
                feed="web-default",
                external_id=f"e{self.told}",
                call_id=call_id,
                kind=kind,
                caller=caller,
                operator=operator,
                at=self.house.world.clock.now(),
            )
        )

    async def answered(
        self, call_id: str = "c1", *, operator: str = "lin", caller: str = CALLER
    ) -> Call:
        """A call somebody has."""
        await self.event(K.OFFERED, call_id, caller=caller)
        self.house.world.clock.advance(seconds=5)
        return await self.event(K.ANSWERED, call_id, operator=operator, caller=caller)

    async def said(
        self, text: str, call_id: str = "c1", *, leg: Leg = Leg.CITIZEN, committed: bool = True
    ) -> None:
        """Words, and what they lead to."""
        self.told += 1
        calls = self.house.services.calls
        await calls.take_fragment(
            SpeechFragment(
                call_id=call_id,
                leg=leg,
                text=text,
                committed=committed,
                external_id=f"s{self.told}" if committed else "",
                at=self.house.world.clock.now(),
            )
        )
        await calls._listening.settled()

    async def page(self, path: str = "/desk", *, client: TestClient[Any, Any] | None = None) -> str:
        answer = await (client or self.operator).get(path, headers=PAGE)
        assert answer.status == 200
        return await answer.text()

    async def post(
        self, path: str, *, client: TestClient[Any, Any] | None = None, **values: str
    ) -> ClientResponse:
        """A form, as a browser without script sends it."""
        client = client or self.operator
        if id(client) not in self.csrf:
            self.csrf[id(client)] = await token(client)
        data = {"csrf_token": self.csrf[id(client)], **values}
        return await client.post(path, data=data, headers=PAGE, allow_redirects=False)

    @asynccontextmanager
    async def listening(self, path: str, **headers: str) -> AsyncIterator[Events]:
        """A page that listens."""
        async with self.operator.get(path, headers=headers) as answer:
            assert (answer.status, answer.content_type) == (200, "text/event-stream")
            yield Events(answer)


@dataclass
class Events:
    """Server-sent events, one after the other."""

    answer: ClientResponse

    async def next(self, name: str) -> tuple[str, Any]:
        """The next one of this name: its id and what it tells; others are passed over."""
        last_id = event = ""
        while line := await self.answer.content.readline():
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "id":
                last_id = value
            elif key == "event":
                event = value
            elif key == "data" and event == name:
                return last_id, json.loads(value)
        raise AssertionError(f"it ended before {name}")

    async def ends(self) -> bool:
        """True once the answer is over."""
        while await self.answer.content.readline():
            pass
        return True


async def telephone(house: House) -> Telephone:
    """The desk of `lin`, signed in."""
    scripted = Scripted()
    house.services.calls._listening.suggesting = scripted
    operator = await house.staff(Role.OPERATOR, name="lin")
    return Telephone(house=house, operator=operator, scripted=scripted)
