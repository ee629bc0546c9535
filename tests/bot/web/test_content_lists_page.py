"""The tabs of the editors' pages: what waits, runs out, lacks an interpretation, is refuted."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.content_lists import PER_PAGE
from bot.web.words import SHANGHAI
from tests.bot.web.conftest import House
from tests.bot.web.imports import BUS, imported, shown

RUMOUR = {
    "id": "rumour",
    "title": "辟谣：小城公交停运的消息不属实",
    "kind": "refutation",
    "department": "小城市交通运输局",
    "text": "网传“小城公交全部停运”的消息不属实，小城公交照常运营。",
}


async def published(house: House, *records: dict[str, str]) -> None:
    path = house.world.home / "published.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in records), "utf-8")
    await house.services.library.import_paths([path], publish=True, by="importer")


async def counts(client: TestClient) -> dict[str, str]:
    """The tabs with their counts."""
    nav = (await shown(client, "/knowledge")).partition('aria-label="内容库"')[2]
    tab = r'>([^<>\s]+) <span class="count">([^<]+)</span>'
    return dict(re.findall(tab, nav.partition("</nav>")[0]))


def titles(text: str) -> list[str]:
    return re.findall(r'class="item-open" href="[^"]+">([^<]+)</a>', text)


async def test_what_waits_is_listed_and_leaves_when_published(house: House) -> None:
    editor, checker = await house.staff(Role.EDITOR), await house.staff(Role.CHECKER)
    await imported(house, editor, ("bus.md", BUS.encode()))
    house.world.clock.advance(minutes=5)
    other = BUS.replace("公交", "轮渡").encode()
    await imported(house, editor, ("ferry.md", other))
    text = await shown(checker, "/knowledge/waiting")
    assert titles(text) == ["小城公交免费乘车办法", "小城轮渡免费乘车办法"]
    assert "去审核" in text
    assert "去审核" not in await shown(editor, "/knowledge/waiting")
    assert (await counts(checker))["待审"] == "2"
    (bus, _) = await house.services.library.documents(words="免费乘车")
    await house.services.library.check(bus.id, "wang")
    checked = await shown(checker, "/knowledge/waiting?list=checked")
    assert titles(checked) == [bus.title]
    assert "去发布" in checked
    await house.services.library.publish(bus.id, "wang")
    assert (await counts(checker))["待审"] == "1"


async def test_a_new_version_leads_to_what_it_changes(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    await published(house, {"id": "r", "title": "公交规定", "text": "老人免费。"})
    changed = {"id": "r", "title": "公交规定", "text": "老人半价。"}
    await imported(house, editor, ("r.jsonl", json.dumps(changed).encode()))
    text = await shown(editor, "/knowledge/waiting")
    assert "第 2 版" in text
    assert "/knowledge/documents/r/differences" in text


async def test_what_runs_out_and_is_to_be_looked_at_again(house: House) -> None:
    today = house.world.clock.now().astimezone(SHANGHAI).date()
    days = {"近": 20, "远": 60, "过": -3, "无": None}
    records = [
        {"id": f"id-{name}", "title": f"公交规定{name}", "text": "老人免费。"}
        | ({} if left is None else {"valid_to": (today + timedelta(days=left)).isoformat()})
        for name, left in days.items()
    ]
    await published(house, *records)
    await house.services.editing.set_review("id-无", today - timedelta(days=1), by="li")
    editor = await house.staff(Role.EDITOR)
    text = await shown(editor, "/knowledge/expiring")
    assert titles(text) == ["公交规定近"]
    assert "还有 20 天" in text
    assert "快到期　1" in text
    quarter = await shown(editor, "/knowledge/expiring?within=90")
    assert titles(quarter) == ["公交规定近", "公交规定远"]
    assert "快到期　2" in quarter
    review = await shown(editor, "/knowledge/expiring?list=review")
    assert titles(review) == ["公交规定无"]
    assert "已过 1 天" in review
    assert titles(await shown(editor, "/knowledge/expiring?list=expired")) == []
    assert (await counts(editor))["到期提醒"] == "2"


async def test_what_ran_out_after_it_was_quoted(house: House) -> None:
    today = house.world.clock.now().astimezone(SHANGHAI).date()
    await published(
        house,
        {
            "id": "cards",
            "title": "小城爱心卡办理规定",
            "text": "爱心卡由本人带身份证到公交公司窗口办理，当场领取。",
            "valid_to": (today + timedelta(days=1)).isoformat(),
        },
    )
    citizen = await house.visitor()
    await citizen.post("/chat", data={"text": "怎么办理小城爱心卡"})
    house.world.clock.advance(days=4)
    editor = await house.staff(Role.EDITOR)
    text = await shown(editor, "/knowledge/expiring?list=expired")
    assert titles(text) == ["小城爱心卡办理规定"]
    assert "近 30 天被引用 <b>1</b> 次" in text


async def test_a_refutation_is_listed_with_how_often_it_was_given(house: House) -> None:
    await published(house, RUMOUR)
    editor = await house.staff(Role.EDITOR)
    assert "给出过 <b>0</b> 次" in await shown(editor, "/knowledge/refutations")
    citizen = await house.visitor()
    await citizen.post("/chat", data={"text": "怎么听说小城公交全部停运了"})
    text = await shown(editor, "/knowledge/refutations")
    assert titles(text) == [RUMOUR["title"]]
    assert "给出过 <b>1</b> 次" in text


async def test_a_policy_is_listed_until_its_interpretation_is_published(house: House) -> None:
    policy = {
        "id": "rule",
        "title": "小城公交优待办法",
        "kind": "policy",
        "number": "小府办字〔2026〕3号",
        "published_on": "2026-02-20",
        "text": "第一条 老人免费乘车。",
    }
    reading = {
        "id": "reading",
        "title": "《小城公交优待办法》解读",
        "kind": "interpretation",
        "text": "《小城公交优待办法》（小府办字〔2026〕3号）方便老人出行。",
    }
    await published(house, policy)
    editor = await house.staff(Role.EDITOR)
    text = await shown(editor, "/knowledge/uninterpreted")
    assert titles(text) == [policy["title"]]
    assert "已发布 10 天" in text
    await imported(house, editor, ("reading.jsonl", json.dumps(reading).encode()))
    assert titles(await shown(editor, "/knowledge/uninterpreted")) == [policy["title"]]
    await house.services.library.publish("reading", "wang")
    assert titles(await shown(editor, "/knowledge/uninterpreted")) == []
    assert (await counts(editor))["缺解读"] == "0"


async def test_a_long_list_is_turned_page_by_page(house: House) -> None:
    count = PER_PAGE + 10
    records = [
        {"id": f"p{n:03d}", "title": f"公交规定{n:03d}", "kind": "policy", "text": "老人免费。"}
        for n in range(count)
    ]
    await published(house, *records)
    editor = await house.staff(Role.EDITOR)
    first = await shown(editor, "/knowledge/uninterpreted")
    following = re.search(r'href="(/knowledge/uninterpreted\?after=[^"]+)"', first)
    assert following is not None
    last = await shown(editor, following[1])
    assert titles(first) + titles(last) == [f"公交规定{n:03d}" for n in reversed(range(count))]
    assert "下一页" not in last
    assert (await counts(editor))["缺解读"] == str(count)


@pytest.mark.parametrize(
    "address",
    [
        "waiting?after=tomorrow~x",
        "waiting?after=2026-03-02T00:00:00~x",
        "expiring?after=2026-13-45~x",
        "expiring?list=waiting",
        "expiring?within=7",
        "refutations?list=nothing",
    ],
)
async def test_an_address_that_means_nothing_is_said(house: House, address: str) -> None:
    await shown(await house.staff(Role.EDITOR), f"/knowledge/{address}", 400)


async def test_the_other_tabs_carry_the_same_counts(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    for path in ("questions", "hit-test", "waiting", "expiring", "uninterpreted", "refutations"):
        text = await shown(editor, f"/knowledge/{path}")
        for address in ("/knowledge/questions", "/knowledge/hit-test", "/knowledge/waiting"):
            assert f'href="{address}"' in text
    citizen = await house.visitor()
    await citizen.post("/chat", data={"text": "怎么给走失的信鸽补办脚环证"})
    assert (await counts(editor))["待答问题"] == "1"
