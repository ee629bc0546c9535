"""What holds for every page: headers, no inline code, static files, documents."""

from __future__ import annotations

import re

from aiohttp.test_utils import TestClient
from selectolax.lexbor import LexborHTMLParser

from bot.cases.model import Role
from bot.web.documents import lines_of
from tests.bot.web.conftest import PAGE, House

_INLINE = re.compile(r"\son[a-z]+\s*=|\sstyle\s*=|javascript:", re.IGNORECASE)


async def pages(house: House) -> dict[str, str]:
    """Every page there is, filled."""
    citizen, admin = await house.visitor(), await house.staff(Role.ADMINISTRATOR)
    case = (await house.case(contact_phone="13812345678")).case
    await citizen.post("/chat", data={"text": "怎么申请高龄津贴"})
    await citizen.post("/chat", data={"text": "怎么才能让全家人移民到火星上去长期居住"})
    ((question,),) = [g.ids for g in (await house.services.questions.listed()).groups]
    [guide] = await house.services.library.documents()
    found = {
        path: await (await citizen.get(path, headers=PAGE)).text()
        for path in ("/chat", "/progress", "/signin", "/api/docs", "/nothing")
    }
    for path in (
        "/triage",
        "/cases",
        f"/cases/{case.number}",
        "/knowledge",
        "/knowledge/hit-test?question=怎么申请高龄津贴",
        "/knowledge/questions",
        f"/knowledge/questions/pair?id={question}",
        f"/knowledge/documents/{guide.id}",
        "/password",
    ):
        found[path] = await (await admin.get(path, headers=PAGE)).text()
    return found


async def test_no_page_holds_code_or_style_of_its_own(house: House) -> None:
    for path, text in (await pages(house)).items():
        tree = LexborHTMLParser(text)
        assert tree.css("style") == [], path
        assert [s for s in tree.css("script") if not s.attributes.get("src")] == [], path
        tags = re.findall(r"<[a-z][^>]*>", text)
        assert [tag for tag in tags if _INLINE.search(tag)] == [], path


async def test_every_field_has_a_label(house: House) -> None:
    for path, text in (await pages(house)).items():
        tree = LexborHTMLParser(text)
        labelled = {label.attributes.get("for") for label in tree.css("label[for]")}
        inside = {node.mem_id for node in tree.css("label input, label select, label textarea")}
        fields = tree.css("input:not([type=hidden]), select, textarea")
        bare = [f for f in fields if f.attributes.get("id") not in labelled]
        assert [f.html for f in bare if f.mem_id not in inside] == [], path


async def test_no_link_leads_nowhere(house: House) -> None:
    everywhere = await pages(house)
    admin = await house.staff(Role.ADMINISTRATOR, name="admin2")
    links = {
        node.attributes["href"] or ""
        for text in everywhere.values()
        for node in LexborHTMLParser(text).css("a[href^='/']")
    }
    dead = [
        link
        for link in sorted(links)
        if (await admin.get(link, headers=PAGE)).status not in {200, 403} and link != "/nothing"
    ]
    assert dead == []


async def test_headers_guard_pages_and_api(visitor: TestClient) -> None:
    for path in ("/chat", "/api/openapi.json", "/nothing", "/"):
        answer = await visitor.get(path, allow_redirects=False)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Server"] == "policyline"
        assert answer.headers["X-Request-Id"]


async def test_request_ids_differ(visitor: TestClient) -> None:
    ids = {(await visitor.get("/chat")).headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3


async def test_the_door_leads_to_the_chat(visitor: TestClient) -> None:
    assert (await visitor.get("/")).url.path == "/chat"


async def test_static_files_are_kept_by_browsers(visitor: TestClient) -> None:
    page = await (await visitor.get("/chat")).text()
    link = re.search(r'href="(/static/[^"]+chat\.css)"', page)
    assert link is not None
    fresh = await visitor.get(link[1])
    stale = await visitor.get("/static/old/chat.css")
    assert "immutable" in fresh.headers["Cache-Control"]
    assert fresh.content_type == "text/css"
    assert stale.headers["Cache-Control"] == "no-cache"


async def test_nothing_but_static_files_is_served_there(visitor: TestClient) -> None:
    for name in ("x.css", "..%2Fchat.py", "%2e%2e%2ferrors.py"):
        assert (await visitor.get(f"/static/1/{name}")).status == 404


async def test_an_unpublished_document_is_not_there(house: House, visitor: TestClient) -> None:
    answer = await visitor.get("/documents/none", headers=PAGE)
    assert answer.status == 404
    assert "没有找到这份文件" in await answer.text()


async def test_a_repealed_document_says_so(house: House, visitor: TestClient) -> None:
    [guide] = await house.services.library.documents()
    await house.services.library.repeal(guide.id, by="test")
    text = await (await visitor.get(f"/documents/{guide.id}", headers=PAGE)).text()
    assert "不在有效期内" in text


def test_the_quoted_place_is_marked_over_lines() -> None:
    lines = tuple(lines_of("一、条件\n年满八十周岁。\n\n户籍在本市。", 6, 16))
    assert [line.start for line in lines] == [0, 5, 14]
    assert [line.heading for line in lines] == [True, False, False]
    quoted = [(p.text, p.anchor) for line in lines for p in line.pieces if p.quoted]
    assert quoted == [("满八十周岁。", "c6-16"), ("户籍", "")]


def test_without_a_place_nothing_is_marked() -> None:
    assert not any(p.quoted for line in lines_of("年满八十周岁。") for p in line.pieces)
