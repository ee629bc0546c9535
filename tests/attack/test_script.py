"""Script in citizens' words: through every way in, then every page, feed and file that shows them.

A payload is told by an element and an attribute no page of ours has; neither may come to be.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator

import pytest
from defusedxml import ElementTree
from selectolax.lexbor import LexborHTMLParser

from bot.cases.filters import CaseFilter
from bot.cases.model import Role
from bot.library import Library
from bot.web.rights import STAFF_ROLES
from tests.attack.town import Town, told
from tests.bot.conftest import World
from tests.bot.web.conftest import LIGHTS, PAGE

MARK = "路灯坏了"
PAYLOAD = (
    f"{MARK}<xss-mark>\"'><xss-mark xss-on=1><img src=x onerror=xss()></textarea></title>"
    "</script><xss-mark>]]><!--<svg/onload=xss()>{{7*7}}${7*7}<a href=javascript:xss()>a</a>"
)
ATTRIBUTE = f"{MARK}\" xss-on=\"1\" autofocus onfocus='xss()' x='"


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


@pytest.fixture
async def town(world: World, library: Library) -> AsyncIterator[Town]:
    folder = world.home / "hostile"
    folder.mkdir()
    (folder / "a.html").write_text(
        f"<html><head><title>{MARK}&lt;xss-mark&gt;</title></head><body><h1>&lt;xss-mark&gt;</h1>"
        "<p>路灯坏了怎么报修？&lt;xss-mark&gt;拨打12345报修路灯。</p><script>xss()</script></body>",
        "utf-8",
    )
    await library.import_paths([folder], publish=True, by="test")
    words = {
        "said": PAYLOAD,
        "other": ATTRIBUTE,
        "name": "<xss-mark>",
        "reply": PAYLOAD + ATTRIBUTE,
    }
    async with told(world, library, **words) as made:
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
    wrong = {
        "subject": PAYLOAD,
        "text": ATTRIBUTE,
        "place": PAYLOAD,
        "name": PAYLOAD,
        "to": PAYLOAD,
    }
    pages.append(await (await visitor.post("/mailbox", data=wrong, headers=PAGE)).text())
    wrong = {"number": PAYLOAD[:30], "query_code": "<xss-mark>"}
    pages.append(await (await visitor.post("/progress", data=wrong, headers=PAGE)).text())
    wrong = {"name": "<xss-mark>", "password": "x", "next": '"><xss-mark>'}
    pages.append(await (await visitor.post("/signin", data=wrong, headers=PAGE)).text())
    listed = await (await visitor.get("/letters", headers=PAGE)).text()
    one = set(re.findall(r'href="(/letters/[^"?.]+)"', listed))
    pages += [await (await visitor.get(path, headers=PAGE)).text() for path in one]
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
