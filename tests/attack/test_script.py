"""Script in citizens' words: through every way in, then every page, feed and file that shows them.

A payload is told by an element and an attribute no page of ours has; neither may come to be.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient
from defusedxml import ElementTree
from selectolax.lexbor import LexborHTMLParser

from bot.cases.filters import CaseFilter
from bot.cases.model import CITIZEN, Actor, Move, Role
from bot.handling import handling
from bot.library import Library
from bot.settings import Settings
from bot.web.rights import STAFF_ROLES
from connectors.base import Inbound, InboundKind
from connectors.calls import CallEvent, CallEventKind, Leg, SpeechFragment
from connectors.channels.mailbox.inbound import inbound_of
from connectors.channels.mailbox.parsing import read
from connectors.departments.base import DepartmentUpdate, UpdateKind
from tests.bot.conftest import World
from tests.bot.web.conftest import LIGHTS, PAGE, House, move, running
from tests.bot.web.open311 import APP, keys, small_city
from tests.bot.web.test_disclosure_public import apply

MARK = "路灯坏了"
PAYLOAD = (
    f"{MARK}<xss-mark>\"'><xss-mark xss-on=1><img src=x onerror=xss()></textarea></title>"
    "</script><xss-mark>]]><!--<svg/onload=xss()>{{7*7}}${7*7}<a href=javascript:xss()>a</a>"
)
ATTRIBUTE = f"{MARK}\" xss-on=\"1\" autofocus onfocus='xss()' x='"
CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
TRIAGE = Actor(id="triage", role=Role.TRIAGE)


def came_to_be(html: str) -> list[str]:
    """What of a payload is markup in a page, as a browser takes it apart."""
    tree = LexborHTMLParser(html)
    found = [node.html or "" for node in tree.css("xss-mark, [xss-on], svg[onload], img[onerror]")]
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            runs = re.sub(r"[\x00-\x20]", "", value or "").lower().startswith("javascript:")
            if name.startswith("on") or "xss" in name or (runs and name in {"href", "src"}):
                found.append(f"{node.tag} {name}")
    return [one[:80] for one in found]


@dataclass(kw_only=True)
class Town:
    """A house to which everybody has said something."""

    house: House
    number: str = ""
    code: str = ""
    request: str = ""


async def _letters(town: Town, visitor: TestClient) -> None:
    """The form with an attachment, and the API."""
    for at, said in enumerate((PAYLOAD, ATTRIBUTE)):
        made = FormData(quote_fields=False)
        values = {"letter_id": f"{at}" * 32, "to": "领导信箱", "subject": said[:80], "text": said}
        for name, value in (values | {"place": said[:80], "name": said[:20]}).items():
            made.add_field(name, value)
        picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
        made.add_field("files", picture, filename=f"{said[:60]}.png", content_type=said[:20])
        answer = await visitor.post("/mailbox", data=made, allow_redirects=False)
        assert answer.status == 303, await answer.text()
        sent = {"to": "领导信箱", "subject": said[:80], "text": said, "letter_id": f"{at}a" * 16}
        await visitor.post("/api/v1/letters", json=sent)


async def _programs(town: Town, visitor: TestClient) -> None:
    """Cases of the API and of Open311, and a question to the answers."""
    given = {"title": PAYLOAD[:60], "text": PAYLOAD, "place": ATTRIBUTE, "contact_name": "<xss-mark x>"}
    opened = await visitor.post("/api/v1/cases", json={**given, "may_publish": True})
    told = await opened.json()
    assert opened.status == 201
    town.number, town.code = told["number"], told["query_code"]
    await visitor.post("/api/v1/cases", json={"text": ATTRIBUTE, "occurred_at": PAYLOAD[:60]})
    form = {"api_key": APP, "service_code": "CG-01", "description": PAYLOAD, "first_name": "<xss-mark>"}
    form |= {"address_string": ATTRIBUTE, "lat": "28.19", "long": "115.79"}
    form |= {"media_url": "https://example.com/%22%3E%3Cxss-mark%3E"}
    assert (await visitor.post("/open311/v2/requests.json", data=form)).status == 200
    await visitor.post("/api/v1/answers", json={"question": PAYLOAD})


async def _channels(town: Town) -> None:
    """WeChat, text messages and mail, as their connectors hand them on."""
    services, now = town.house.services, town.house.world.clock.now()
    for at, said in enumerate((PAYLOAD, ATTRIBUTE)):
        await services.intake.store(
            Inbound(
                channel="webchat",
                external_id=f"w{at}",
                sender_id="<xss-mark>",
                conversation_id="webchat:<xss-mark>",
                kind=InboundKind.TEXT,
                text=said,
                details={"Label": said},
                sent_at=now,
            )
        )
        mail = EmailMessage()
        mail["From"], mail["Subject"] = '"<xss-mark>" <zhang@example.com>', said[:100]
        mail["Message-ID"] = f"<{at}@example.com>"
        mail.set_content(said)
        mail.add_alternative(f"<p>{said}</p><script>xss()</script>", subtype="html")
        mail.add_attachment(b"a", maintype="text", subtype="plain", filename="<xss-mark>.txt")
        raw = mail.as_bytes()
        letter = read(raw, received_at=now)
        await services.intake.store(inbound_of(letter, raw, box="b", to="市长信箱", now=now))


async def _call(town: Town) -> None:
    calls, now = town.house.services.calls, town.house.world.clock.now()
    for at, kind in enumerate((CallEventKind.OFFERED, CallEventKind.ANSWERED)):
        event = CallEvent(
            feed="web-default", external_id=f"e{at}", call_id="c1", kind=kind,
            caller="<xss-mark>", operator="operator", at=now, details={"cause": PAYLOAD},
        )  # fmt: skip
        await calls.take_event(event)
    for at, said in enumerate((PAYLOAD, ATTRIBUTE)):
        fragment = SpeechFragment(
            call_id="c1", leg=Leg.CITIZEN, text=said, committed=True, external_id=f"s{at}", at=now
        )
        await calls.take_fragment(fragment)
    await calls._listening.settled()


async def _platform(town: Town) -> None:
    """Another platform's order, and the course of a case up to its publication."""
    services, now = town.house.services, town.house.world.clock.now()
    order = {"title": PAYLOAD[:60], "text": PAYLOAD, "place": ATTRIBUTE, "contact_name": "<xss-mark>"}
    update = DepartmentUpdate(
        source="county", external_id="S1:E1", kind=UpdateKind.OPENED, external_number="<xss-mark>",
        order=order, words=PAYLOAD, at=now,
    )  # fmt: skip
    await services.updates.store((update,))
    await services.updates.apply()
    cases = services.cases
    await cases.move(town.number, Move.NOTE, CITIZEN, text=PAYLOAD)
    await cases.move(town.number, Move.ACCEPT, CLERK)
    await cases.move(town.number, Move.REPLY, CLERK, text=f"您好，路灯已修好。{PAYLOAD}")
    await cases.move(town.number, Move.REOPEN, CITIZEN, reason=ATTRIBUTE)
    await cases.move(town.number, Move.DISPATCH, TRIAGE, department=LIGHTS)
    await cases.move(town.number, Move.ACCEPT, CLERK)
    await cases.move(town.number, Move.REPLY, CLERK, text=f"您好，路灯又修好了。{ATTRIBUTE}")
    public = {"public_title": PAYLOAD[:60], "public_text": PAYLOAD, "public_reply": ATTRIBUTE}
    client = await town.house.staff(Role.TRIAGE, name="publisher")
    assert (await move(client, town.number, "publish", **public)).status == 303


@pytest.fixture
async def town(world: World, library: Library) -> AsyncIterator[Town]:
    settings = Settings(home=world.home, proxy_hops=1, open311_keys=keys())
    folder = world.home / "hostile"
    folder.mkdir()
    (folder / "a.html").write_text(
        f"<html><head><title>{MARK}&lt;xss-mark&gt;</title></head><body><h1>&lt;xss-mark&gt;</h1>"
        "<p>路灯坏了怎么报修？&lt;xss-mark&gt;拨打12345报修路灯。</p><script>xss()</script></body>",
        "utf-8",
    )
    await library.import_paths([folder], publish=True, by="test")
    async with running(world, library=library, settings=settings, city=small_city()) as house:
        made, visitor = Town(house=house), await house.visitor()
        await _letters(made, visitor)
        await _programs(made, visitor)
        await _channels(made)
        await _call(made)
        await _platform(made)
        await visitor.post("/chat", data={"text": PAYLOAD})
        status, text = await apply(
            visitor, content=PAYLOAD, name="<xss-mark>", address=ATTRIBUTE, purpose=PAYLOAD
        )
        assert status == 200, text
        [made.request] = set(re.findall(r"GK\d{10}", text))
        async with handling(house.services, sweep=True) as handler:
            await handler.idle()
        yield made


async def addresses(town: Town) -> list[str]:
    """Every page of every thing there is."""
    services = town.house.services
    numbers = [one.number for one in (await services.cases.cases(CaseFilter())).cases]
    questions = [g.ids[0] for g in (await services.questions.listed()).groups]
    documents = [one.id for one in await services.library.documents()]
    [call] = await services.calls.of_operator("operator", limit=5)
    return [
        *(f"/cases/{one}{rest}" for one in numbers for rest in ("", "?done=1", "/draft")),
        *(f"/triage/{one}/more" for one in numbers),
        *(f"/knowledge/documents/{one}" for one in documents),
        *(f"/documents/{one}" for one in documents),
        *(f"/knowledge/questions/pair?id={one}" for one in questions),
        f"/desk?call={call.id}",
        "/desk", "/desk/board", "/desk/callbacks", "/triage", "/departments", "/cases",
        "/alerts", "/deliveries", "/knowledge", "/knowledge/questions", "/insight/hot",
        "/insight/satisfaction", "/letters", "/letters/figures", "/letters/offered",
        "/disclosures", f"/disclosures/{town.request}", "/disclosures/yearly", "/chat", "/mailbox",
        f"/desk?q=%3Cxss-mark%3E&call={call.id}",
    ]  # fmt: skip


REFLECTED = (
    "/letters?q=%3Cxss-mark%3E&department=%22xss-on%3D1&field=%3Cxss-mark%3E",
    "/signin?next=%22%3E%3Cxss-mark%3E",
    "/progress?number=%22%3E%3Cxss-mark%3E",
    "/cases?q=%22%3E%3Cxss-mark%3E&department=%22%3E%3Cxss-mark%3E&tab=%3Cxss-mark%3E",
    "/knowledge/hit-test?question=%3C/textarea%3E%3Cxss-mark%3E",
    "/knowledge?q=%22%3E%3Cxss-mark%3E&done=%3Cxss-mark%3E",
    "/disclosures?q=%22%3E%3Cxss-mark%3E",
    "/triage/20260302000001/more?back=%22%3E%3Cxss-mark%3E",
    "/%3Cxss-mark%3E",
    "/desk?done=%3Cxss-mark%3E&q=%3Cxss-mark%3E",
)


async def test_no_page_makes_markup_of_anybodys_words(town: Town) -> None:
    shown, bad = 0, []
    where = [*await addresses(town), *REFLECTED]
    for role in sorted(STAFF_ROLES):
        client = await town.house.staff(role, LIGHTS if "department" in role else "")
        for path in where:
            answer = await client.get(path, headers=PAGE, allow_redirects=False)
            assert answer.status < 500, path
            text = await answer.text()
            shown += "&lt;xss-mark" in text
            bad += [(path, one) for one in came_to_be(text)]
    assert bad == []
    assert shown > 60


async def test_nor_do_citizens_pages(town: Town) -> None:
    visitor = await town.house.visitor()
    code = {"number": town.number, "query_code": town.code}
    pages = [
        await (await visitor.post("/progress", data=code, headers=PAGE)).text(),
        await (await visitor.post("/chat", data={"text": PAYLOAD}, headers=PAGE)).text(),
        await (await visitor.get("/chat/entries", headers=PAGE)).text(),
    ]
    wrong = {"subject": PAYLOAD, "text": ATTRIBUTE, "place": PAYLOAD, "name": PAYLOAD, "to": PAYLOAD}
    pages.append(await (await visitor.post("/mailbox", data=wrong, headers=PAGE)).text())
    wrong = {"number": PAYLOAD[:30], "query_code": "<xss-mark>"}
    pages.append(await (await visitor.post("/progress", data=wrong, headers=PAGE)).text())
    wrong = {"name": "<xss-mark>", "password": "x", "next": '"><xss-mark>'}
    pages.append(await (await visitor.post("/signin", data=wrong, headers=PAGE)).text())
    listed = await (await visitor.get("/letters", headers=PAGE)).text()
    for path in set(re.findall(r'href="(/letters/[^"?.]+)"', listed)):
        pages.append(await (await visitor.get(path, headers=PAGE)).text())
    assert sum("&lt;xss-mark" in page for page in pages) >= 5
    assert [came_to_be(page) for page in pages] == [[]] * len(pages)


async def test_nor_does_the_feed(town: Town) -> None:
    visitor = await town.house.visitor()
    text = await (await visitor.get("/letters.xml")).text()
    feed = ElementTree.fromstring(text)
    assert feed.findall(".//item")
    assert MARK in text
    assert [one.tag for one in feed.iter() if "xss" in one.tag or "xss-on" in one.attrib] == []


async def test_json_is_told_as_json_and_never_as_a_page(town: Town) -> None:
    visitor = await town.house.visitor()
    for path in (f"/api/v1/cases/{town.number}", "/api/v1/published-cases"):
        answer = await visitor.get(path, headers={"X-Query-Code": town.code, **PAGE})
        assert answer.content_type == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "<xss-mark" in await answer.text()


async def test_an_attachment_is_saved_not_opened(town: Town) -> None:
    client = await town.house.staff(Role.TRIAGE, name="opener")
    services = town.house.services
    seen = 0
    for case in (await services.cases.cases(CaseFilter())).cases:
        for kept in await services.attachments.of_case(case.number):
            answer = await client.get(f"/cases/{case.number}/attachments/{kept.id}")
            disposition = answer.headers.get("Content-Disposition", "")
            assert not re.search(r"[<>\r\n]|xss-on", disposition)
            if answer.status == 200:
                seen += 1
                assert disposition.startswith("attachment") or kept.content_type == "image/png"
                assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert seen


async def test_no_sheet_runs_anybodys_words(town: Town) -> None:
    client = await town.house.staff(Role.SUPERVISOR, name="counter")
    for path in ("/letters/figures.csv", "/insight/satisfaction.csv", "/disclosures/yearly.csv"):
        answer = await client.get(path)
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
        assert not [cell for row in rows for cell in row if re.match(r"[=+@\t\r＝＋＠]", cell)]
