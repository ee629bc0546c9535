"""Letters as they are stored, and their turns."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot import turn
from bot.cases.filters import CaseFilter
from bot.cases.model import Case
from bot.inbox import Outcome
from bot.records import OutboxRow
from bot.services import Services
from connectors.base import Inbound, InboundFile, InboundKind
from tests.bot.conftest import World

CITIZEN = "zhang@example.com"
_MAIL = {"via": "mail", "subject": "路灯", "message_id": "<l@example.com>"}


@dataclass
class Post:
    """A house that gets letters."""

    world: World
    services: Services
    count: int = 0

    async def stores(
        self,
        text: str,
        *,
        sender: str = CITIZEN,
        files: tuple[InboundFile, ...] = (),
        kind: InboundKind = InboundKind.LETTER,
        **details: str,
    ) -> None:
        """One letter by mail, stored."""
        self.count += 1
        stored = await self.services.intake.store(
            Inbound(
                channel="mailbox",
                external_id=f"mail:{self.count}",
                sender_id=sender,
                kind=kind,
                text=text,
                details={**_MAIL, **details},
                sent_at=self.world.clock.now(),
                files=files or (InboundFile(name="来信原文.eml", body=b"x", source=True),),
            )
        )
        assert stored.new

    async def gets(
        self,
        text: str,
        *,
        sender: str = CITIZEN,
        files: tuple[InboundFile, ...] = (),
        kind: InboundKind = InboundKind.LETTER,
        **details: str,
    ) -> Outcome:
        """One letter by mail, its turn done and kept; gives what the turn came to."""
        await self.stores(text, sender=sender, files=files, kind=kind, **details)
        work = self.services.intake.claimed.get_nowait()
        outcome = await turn.decide(work, self.services)
        again = await turn.decide(work, self.services)
        assert [one.text for one in again.replies] == [one.text for one in outcome.replies]
        await self.services.inbox.finish(work, outcome)
        self.world.clock.advance(minutes=1)
        return outcome

    async def cases(self) -> list[Case]:
        """All cases, oldest first."""
        found = await self.services.cases.cases(CaseFilter())
        return sorted(found.cases, key=lambda case: case.number)

    async def sent(self, sender: str = CITIZEN) -> list[OutboxRow]:
        """What is on its way to somebody."""
        return list(
            await self.services.outbox.history(await self.world.conversation("mailbox", sender))
        )


@pytest.fixture
async def post(world: World) -> Post:
    return Post(world=world, services=await world.replica())
