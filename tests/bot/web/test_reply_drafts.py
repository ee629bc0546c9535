"""The suggested reply on the case's page: with script, without, for whom, and what is kept."""

from __future__ import annotations

import re
from dataclasses import replace

from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from tests.bot.web.conftest import LIGHTS, PAGE, House, move

FRAGMENT = {"X-Fragment": "1"}
REPLY = (
    "您好！根据《小城道路照明管理办法》第五条，路灯故障应当在三日内修复。"
    "工作人员已到汪晓葵家门口更换路灯。如有疑问，请拨打市城市管理局电话：0795-6123456。感谢您的来信！"
)


async def earlier(house: House) -> tuple[str, TestClient]:
    """A replied case on a street light, and its department's clerk."""
    number = (await house.case("梧桐路的路灯不亮，晚上很黑，我叫汪晓葵")).case.number
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, number, "accept")
    await move(clerk, number, "reply", text=REPLY.replace("汪晓葵家", ""))
    return number, clerk


async def begun(house: House, clerk: TestClient) -> str:
    number = (await house.case("东门路的路灯不亮，晚上很黑", key="later")).case.number
    await move(clerk, number, "accept")
    return number


async def test_the_panel_shows_each_sentence_with_its_source(house: House) -> None:
    before, clerk = await earlier(house)
    number = await begun(house, clerk)
    text = await (await clerk.get(f"/cases/{number}/draft", headers=FRAGMENT)).text()
    assert "<html" not in text
    assert "路灯故障应当在三日内修复。" in text
    assert 'href="#draft-source-1"' in text
    assert f'href="/cases/{before}"' in text
    assert f'data-keys="{before}"' in text
    assert "汪晓葵" not in text
    assert "0795-6123456" in text
    page = await (await clerk.get(f"/cases/{number}/draft", headers=PAGE)).text()
    assert "<html" in page
    assert "路灯故障应当在三日内修复。" in page


async def test_without_script_a_link_puts_it_into_the_box(house: House) -> None:
    before, clerk = await earlier(house)
    number = await begun(house, clerk)
    plain = await (await clerk.get(f"/cases/{number}", headers=PAGE)).text()
    assert f'data-draft="/cases/{number}/draft"' in plain
    assert "三日内修复" not in plain
    filled = await (await clerk.get(f"/cases/{number}?draft=1", headers=PAGE)).text()
    box = re.search(r'<textarea id="reply-text"[^>]*>([^<]*)', filled)
    assert box is not None
    assert "路灯故障应当在三日内修复。" in box[1]
    assert f'name="draft_sources" value="{before}"' in filled


async def test_a_draft_sent_as_it_is_is_held_back_and_what_was_used_is_kept(house: House) -> None:
    before, clerk = await earlier(house)
    number = await begun(house, clerk)
    filled = await (await clerk.get(f"/cases/{number}?draft=1", headers=PAGE)).text()
    box = re.search(r'<textarea id="reply-text"[^>]*>([^<]*)', filled)
    assert box is not None
    held = await move(clerk, number, "reply", text=box[1], draft_sources=before)
    assert held.status == 400
    text = await held.text()
    assert "还没有填写" in text
    assert f'name="draft_sources" value="{before}"' in text
    fit = "您好，东门路路灯已更换。"
    assert (await move(clerk, number, "reply", text=fit, draft_sources=before)).status == 303
    events = await house.services.cases.events(number)
    assert events[-1].details["draft_sources"] == before


async def test_nothing_alike_says_so(house: House) -> None:
    number = (await house.case("路灯坏了")).case.number
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, number, "accept")
    text = await (await clerk.get(f"/cases/{number}/draft", headers=FRAGMENT)).text()
    assert "没有找到足够相似的内容和答复" in text


async def test_published_content_is_a_source(house: House) -> None:
    case = await house.case("高龄津贴怎么申请", title="路灯旁的老人怎么申请高龄津贴")
    number = case.case.number
    triage = await house.staff(Role.TRIAGE)
    await move(triage, number, "dispatch", department=LIGHTS)
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, number, "accept")
    text = await (await clerk.get(f"/cases/{number}/draft", headers=FRAGMENT)).text()
    assert "小城高龄津贴办事指南" in text
    assert 'href="/documents/' in text


async def test_who_may_not_reply_gets_no_draft(house: House, visitor: TestClient) -> None:
    _, clerk = await earlier(house)
    number = await begun(house, clerk)
    path = f"/cases/{number}/draft"
    assert (await visitor.get(path, headers=FRAGMENT)).status == 401
    other = await house.staff(Role.DEPARTMENT_CLERK, "市水利局", name="other")
    assert (await other.get(path, headers=FRAGMENT)).status == 404
    triage = await house.staff(Role.TRIAGE)
    assert (await triage.get(path, headers=FRAGMENT)).status == 404


async def test_another_departments_case_is_named_but_not_opened(house: House) -> None:
    before, clerk = await earlier(house)
    number = await begun(house, clerk)
    case = await house.services.cases.get(before)
    async with house.world.storage.begin() as unit:
        moved = replace(case, lead_department="市水利局", supporting=())
        assert await unit.cases.update(moved, seen_version=case.version)
    text = await (await clerk.get(f"/cases/{number}/draft", headers=FRAGMENT)).text()
    assert f"{before} · " in text
    assert "市水利局" in text
    assert f'href="/cases/{before}"' not in text


async def test_how_many_used_one_stands_with_the_figures(house: House) -> None:
    before, clerk = await earlier(house)
    number = await begun(house, clerk)
    fit = "您好，东门路路灯已更换。"
    await move(clerk, number, "reply", text=fit, draft_sources=before)
    triage = await house.staff(Role.SUPERVISOR)
    for reader in (clerk, triage):
        text = await (await reader.get("/insight/satisfaction", headers=PAGE)).text()
        assert "2 次答复，其中 1 次（50.0%）从参考答复起草" in text
