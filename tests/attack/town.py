"""Words that go through every way in, and from there as far as words go."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage

from aiohttp import FormData
from aiohttp.test_utils import TestClient

from bot.cases.model import CITIZEN, Actor, Move, Role
from bot.handling import handling
from bot.library import Library
from bot.settings import Settings
from connectors.base import Inbound, InboundKind
from connectors.calls import CallEvent, CallEventKind, Leg, SpeechFragment
from connectors.channels.mailbox.inbound import inbound_of
from connectors.channels.mailbox.parsing import read
from connectors.departments.base import DepartmentUpdate, UpdateKind
from tests.bot.conftest import World
from tests.bot.web.conftest import LIGHTS, House, move, running
from tests.bot.web.open311 import APP, keys, small_city
from tests.bot.web.test_disclosure_public import apply

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
TRIAGE = Actor(id="triage", role=Role.TRIAGE)


@dataclass(kw_only=True)
class Town:
    """A house to which everybody has said something."""

    house: House
    said: str
    other: str
    name: str
    reply: str
    phone: str = "13900000001"
    number: str = ""
    code: str = ""
    request: str = ""


async def _letters(town: Town, visitor: TestClient) -> None:
    """The form with an attachment, and the API."""
    for at, said in enumerate((town.said, town.other)):
        made = FormData(quote_fields=False)
        values = {"letter_id": f"{at}" * 32, "to": "领导信箱", "subject": said[:80], "text": said}
        for name, value in (
            values | {"place": said[:80], "name": town.name[:20], "phone": town.phone}
        ).items():
            made.add_field(name, value)
        picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
        made.add_field("files", picture, filename=f"{said[:60]}.png", content_type=said[:20])
        answer = await visitor.post("/mailbox", data=made, allow_redirects=False)
        assert answer.status == 303, await answer.text()
        sent = {"to": "领导信箱", "subject": said[:80], "text": said, "letter_id": f"{at}a" * 16}
        await visitor.post("/api/v1/letters", json=sent)


async def _programs(town: Town, visitor: TestClient) -> None:
    """Cases of the API and of Open311, and a question to the answers."""
    given = {
        "title": town.said[:60],
        "text": town.said,
        "place": town.other,
        "contact_name": f"{town.name} x",
    }
    opened = await visitor.post("/api/v1/cases", json={**given, "may_publish": True})
    told = await opened.json()
    assert opened.status == 201
    town.number, town.code = told["number"], told["query_code"]
    await visitor.post("/api/v1/cases", json={"text": town.other, "occurred_at": town.said[:60]})
    form = {
        "api_key": APP,
        "service_code": "CG-01",
        "description": town.said,
        "first_name": town.name,
        "phone": town.phone,
    }
    form |= {"address_string": town.other, "lat": "28.19", "long": "115.79"}
    form |= {"media_url": "https://example.com/%22%3E%3Cxss-mark%3E"}
    assert (await visitor.post("/open311/v2/requests.json", data=form)).status == 200
    await visitor.post("/api/v1/answers", json={"question": town.said})


async def _channels(town: Town) -> None:
    """WeChat, text messages and mail, as their connectors hand them on."""
    services, now = town.house.services, town.house.world.clock.now()
    for at, said in enumerate((town.said, town.other)):
        await services.intake.store(
            Inbound(
                channel="webchat",
                external_id=f"w{at}",
                sender_id=town.name,
                conversation_id=f"webchat:{town.name}",
                kind=InboundKind.TEXT,
                text=said,
                details={"Label": said},
                sent_at=now,
            )
        )
        mail = EmailMessage()
        mail["From"], mail["Subject"] = f'"{town.name}" <zhang@example.com>', said[:100]
        mail["Message-ID"] = f"<{at}@example.com>"
        mail.set_content(said)
        mail.add_alternative(f"<p>{said}</p><script>xss()</script>", subtype="html")
        mail.add_attachment(b"a", maintype="text", subtype="plain", filename=f"{town.name}.txt")
        raw = mail.as_bytes()
        letter = read(raw, received_at=now)
        await services.intake.store(inbound_of(letter, raw, box="b", to="市长信箱", now=now))


async def _call(town: Town) -> None:
    calls, now = town.house.services.calls, town.house.world.clock.now()
    for at, kind in enumerate((CallEventKind.OFFERED, CallEventKind.ANSWERED)):
        event = CallEvent(
            feed="web-default", external_id=f"e{at}", call_id="c1", kind=kind,
            caller=town.phone, operator="operator", at=now, details={"cause": town.said},
        )  # fmt: skip
        await calls.take_event(event)
    for at, said in enumerate((town.said, town.other)):
        fragment = SpeechFragment(
            call_id="c1", leg=Leg.CITIZEN, text=said, committed=True, external_id=f"s{at}", at=now
        )
        await calls.take_fragment(fragment)
    await calls._listening.settled()


async def _platform(town: Town) -> None:
    """Another platform's order, and the course of a case up to its publication."""
    services, now = town.house.services, town.house.world.clock.now()
    order = {
        "title": town.said[:60],
        "text": town.said,
        "place": town.other,
        "contact_name": town.name,
    }
    update = DepartmentUpdate(
        source="county", external_id="S1:E1", kind=UpdateKind.OPENED, external_number=town.name,
        order=order, words=town.said, at=now,
    )  # fmt: skip
    await services.updates.store((update,))
    await services.updates.apply()
    cases = services.cases
    await cases.move(town.number, Move.NOTE, CITIZEN, text=town.said)
    await cases.move(town.number, Move.ACCEPT, CLERK)
    await cases.move(town.number, Move.REPLY, CLERK, text=f"您好，路灯已修好。{town.reply}")
    await cases.move(town.number, Move.REOPEN, CITIZEN, reason=town.other)
    await cases.move(town.number, Move.DISPATCH, TRIAGE, department=LIGHTS)
    await cases.move(town.number, Move.ACCEPT, CLERK)
    await cases.move(town.number, Move.REPLY, CLERK, text=f"您好，路灯又修好了。{town.reply}")
    public = {
        "public_title": town.reply[:60],
        "public_text": town.reply,
        "public_reply": town.reply,
    }
    client = await town.house.staff(Role.TRIAGE, name="publisher")
    assert (await move(client, town.number, "publish", **public)).status == 303


@asynccontextmanager
async def told(
    world: World, library: Library, *, said: str, other: str, name: str, reply: str
) -> AsyncIterator[Town]:
    """A house to which these words came by every way in, and went the whole way."""
    settings = Settings(home=world.home, proxy_hops=1, open311_keys=keys())
    async with running(world, library=library, settings=settings, city=small_city()) as house:
        town = Town(house=house, said=said, other=other, name=name, reply=reply)
        visitor = await house.visitor()
        await _letters(town, visitor)
        await _programs(town, visitor)
        await _channels(town)
        await _call(town)
        await _platform(town)
        await visitor.post("/chat", data={"text": said})
        status, text = await apply(
            visitor, content=said, name=name, address=other, purpose=said, phone=town.phone
        )
        assert status == 200, text
        [town.request] = set(re.findall(r"GK\d{10}", text))
        async with handling(house.services, sweep=True) as handler:
            await handler.idle()
        yield town
