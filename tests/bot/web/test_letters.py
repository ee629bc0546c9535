"""`/letters`: found, read, gone, followed and held to a pace."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from aiohttp.test_utils import TestClient
from defusedxml import ElementTree

from bot.cases.model import CITIZEN, Actor, Move, Role
from bot.cases.published_letters import Gone
from bot.web.letters import marked
from tests.bot.letters.test_published import letter, put
from tests.bot.web.conftest import LIGHTS, PAGE, House, move

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


async def read(client: TestClient, path: str, status: int = 200) -> str:
    answer = await client.get(path, headers=PAGE, allow_redirects=False)
    assert answer.status == status
    return await answer.text()


async def test_nothing_yet(visitor: TestClient) -> None:
    assert "还没有公开的来信" in await read(visitor, "/letters")
    assert "没有找到符合条件的来信" in await read(visitor, "/letters?q=停水")


async def test_words_found_are_marked_and_nothing_else_is_markup(
    house: House, visitor: TestClient
) -> None:
    bad = '<script>alert("路灯")</script> <b>东门</b>的路灯'
    await put(house.world.storage, letter(1, title=bad, text=bad, reply=bad))
    text = await read(visitor, "/letters?q=%E8%B7%AF%E7%81%AF+%3Cb")
    assert "<mark>路灯</mark>" in text
    assert "<mark>&lt;b</mark>" in text
    one = await read(visitor, "/letters/letter001")
    for said in (text, one):
        assert "<script>alert" not in said
        assert "<b>" not in said
    assert 'value="路灯 &lt;b"' in text


async def test_a_search_lives_in_its_address(house: House, visitor: TestClient) -> None:
    kept = [letter(number, field="养老服务") for number in range(25)]
    await put(house.world.storage, *kept, letter(99, title="别的", text="别的"))
    first = await read(visitor, "/letters?q=路灯&field=养老服务")
    assert "25 条" in first
    assert "<option selected>养老服务</option>" in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = await read(visitor, older[1].replace("&amp;", "&"))
    assert second.count('<li class="card">') == 5
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer is not None
    assert (await read(visitor, newer[1].replace("&amp;", "&"))).count('<li class="card">') == 20


async def test_many_results_are_not_counted_to_the_end(house: House, visitor: TestClient) -> None:
    await put(house.world.storage, *(letter(number) for number in range(105)))
    assert "100 条以上" in await read(visitor, "/letters")


async def test_one_letter_tells_dates_time_grade_and_what_is_like_it(
    house: House, visitor: TestClient
) -> None:
    one = letter(
        1, rating=5, field="养老服务", reply="依据《小城高龄津贴办事指南》和《没有的文件》"
    )
    await put(house.world.storage, one, letter(2, field="养老服务", title="也是养老"), letter(3))
    text = await read(visitor, "/letters/letter001")
    for said in ("2026-03-05", "3 个工作日内答复", "非常满意", "市长信箱", "领导信箱", "也是养老"):
        assert said in text
    assert re.search(r'<a href="/documents/[^"]+">《小城高龄津贴办事指南》</a>', text)
    assert 'href="/letters/letter003"' not in text
    assert '/letters/letter001">' in text
    assert 'rel="canonical"' in text


async def test_unknown_and_withdrawn_letters_are_said_in_chinese(
    house: House, visitor: TestClient
) -> None:
    await put(house.world.storage, letter(1), letter(2))
    async with house.world.storage.begin() as unit:
        await unit.letters.take_off("case001", Gone.WITHDRAWN)
        await unit.letters.take_off("case002", Gone.REOPENED)
    assert "没有这封来信" in await read(visitor, "/letters/nothing", 404)
    assert "这封来信已撤下" in await read(visitor, "/letters/letter001", 410)
    assert "正在重新办理" in await read(visitor, "/letters/letter002", 410)


async def test_from_publishing_to_reading(house: House, visitor: TestClient) -> None:
    number = (await house.case("路灯坏了，我叫王小明")).case.number
    cases, clerk = (
        house.services.cases,
        Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS),
    )
    await cases.move(number, Move.ACCEPT, clerk)
    await cases.move(number, Move.REPLY, clerk, text="您好，路灯已于3月1日修好，感谢您。")
    await cases.move(number, Move.AGREE_PUBLISH, CITIZEN)
    triage = await house.staff(Role.TRIAGE)
    offered = await read(triage, "/letters/offered")
    assert number in offered
    assert "小明" not in offered
    fit = {"public_title": "路灯", "public_text": "东门路灯不亮", "public_reply": "已修好"}
    assert (await move(triage, number, "publish", **fit)).status == 303
    assert "没有待公开的来信" in await read(triage, "/letters/offered")
    text = await read(visitor, "/letters?q=东门")
    assert number not in text
    link = re.search(r'href="(/letters/[^"]+)">', text[text.index("letter-list") :])
    assert link is not None
    assert "东门路灯不亮" in await read(visitor, link[1])


async def test_the_list_of_what_waits_is_not_for_everybody(
    house: House, visitor: TestClient
) -> None:
    await read(visitor, "/letters/offered", 303)
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await read(clerk, "/letters/offered", 403)


async def test_the_old_address_leads_on(visitor: TestClient) -> None:
    answer = await visitor.get("/published", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (301, "/letters")


async def test_the_feed_is_well_formed_whatever_letters_say(
    house: House, visitor: TestClient
) -> None:
    odd = "]]> & <b>\x0b\ufffe“引号”"
    await put(house.world.storage, letter(1, title=odd, text=odd), letter(2))
    answer = await visitor.get("/letters.xml")
    assert answer.content_type == "application/rss+xml"
    root = ElementTree.fromstring(await answer.text())
    items = root.findall("./channel/item")
    assert [item.findtext("guid", "").rsplit("/", 1)[1] for item in items] == [
        "letter002",
        "letter001",
    ]
    assert items[1].findtext("title") == "]]> & <b>“引号”"
    assert items[0].findtext("pubDate") == "Mon, 02 Mar 2026 02:01:00 +0000"


async def test_pages_may_be_kept_for_a_minute_and_read_by_search_engines(
    house: House, visitor: TestClient
) -> None:
    await put(house.world.storage, letter(1))
    for path in ("/letters", "/letters/letter001", "/letters.xml", "/letters/figures"):
        answer = await visitor.get(path, headers=PAGE)
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Cookie" in answer.headers["Vary"]
    assert "Allow: /letters" in await (await visitor.get("/robots.txt")).text()


async def test_who_carries_everything_off_is_slowed_down(visitor: TestClient) -> None:
    for _ in range(40):
        await read(visitor, "/letters?q=灯")
    assert "操作太频繁" in await read(visitor, "/letters?q=灯", 429)
    for _ in range(79):
        await read(visitor, "/letters/nothing", 404)
    answer = await visitor.get("/letters", headers=PAGE)
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) >= 1


async def test_wrong_queries_are_said(visitor: TestClient) -> None:
    for query in ("before=yesterday", "year=abc", "q=" + "字" * 61, "year=99999"):
        answer = await visitor.get(f"/letters?{query}", headers=PAGE)
        assert answer.status in {400, 413}


async def test_the_api_searches_and_filters(house: House, visitor: TestClient) -> None:
    await put(
        house.world.storage,
        *(letter(number, field="养老服务") for number in range(22)),
        letter(50, department="市民政局", title="低保", published_at=AT + timedelta(days=1)),
    )
    first = await (await visitor.get("/api/v1/published-cases?q=路灯&field=养老服务")).json()
    assert len(first["cases"]) == 20
    rest = await visitor.get(
        "/api/v1/published-cases", params={"q": "路灯", "before": first["next"], "year": "2026"}
    )
    assert len((await rest.json())["cases"]) == 2
    one = await (await visitor.get("/api/v1/published-cases?department=市民政局")).json()
    assert [case["title"] for case in one["cases"]] == ["低保"]
    assert "case_id" not in one["cases"][0]
    none = await (await visitor.get("/api/v1/published-cases?year=2025")).json()
    assert none["cases"] == []


def test_words_are_marked_as_they_are_written() -> None:
    parts = [(part.text, part.found) for part in marked("ＡＢＣ小 区的ABC", ("abc", "小区"))]
    assert parts == [("ＡＢＣ", True), ("小 区", True), ("的", False), ("ABC", True)]
    assert [part.found for part in marked("没有", ("灯",))] == [False]
