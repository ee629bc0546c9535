"""`/knowledge/hit-test`."""

from __future__ import annotations

from aiohttp.test_utils import TestClient
from selectolax.lexbor import LexborHTMLParser

from bot.cases.model import Role
from tests.bot.web.conftest import PAGE, House


async def tried(client: TestClient, question: str, before: str = "") -> LexborHTMLParser:
    answer = await client.get(
        "/knowledge/hit-test", params={"question": question, "before": before}, headers=PAGE
    )
    assert answer.status == 200
    return LexborHTMLParser(await answer.text())


def text(tree: LexborHTMLParser, selector: str) -> str:
    return "\n".join(node.text() for node in tree.css(selector))


async def test_an_answered_question_is_shown_step_by_step(house: House) -> None:
    tree = await tried(await house.staff(Role.CHECKER), "请问怎么申请高龄津贴")
    assert "直接回答" in text(tree, "#verdict")
    assert "申请高龄津贴" in text(tree, "[aria-labelledby=understood] dd")
    assert "小城高龄津贴办事指南" in text(tree, "[aria-labelledby=found]")
    assert "便民服务中心" in text(tree, "[aria-labelledby=picked]")
    assert "便民服务中心" in text(tree, ".citizen .bubble")
    assert len(tree.css(".gauge-mark")) == 3


async def test_what_the_citizen_sees_leads_nowhere_from_here(house: House) -> None:
    tree = await tried(await house.staff(Role.CHECKER), "火星移民怎么办理")
    assert "没有找到" in text(tree, "#verdict")
    chips = tree.css(".citizen .chip")
    assert chips
    assert all("disabled" in chip.attributes for chip in chips)
    assert tree.css(".citizen .rating") == []


async def test_a_question_that_goes_on_is_tried_with_the_one_before(house: House) -> None:
    client = await house.staff(Role.EDITOR)
    tree = await tried(client, "需要什么条件", "怎么申请高龄津贴")
    assert "怎么申请高龄津贴" in text(tree, "[aria-labelledby=understood] dd")
    alone = await tried(client, "需要什么条件")
    assert "单独理解" in text(alone, "[aria-labelledby=understood] dd")


async def test_without_a_question_it_says_what_to_do(house: House) -> None:
    tree = await tried(await house.staff(Role.EDITOR), "")
    assert "还没有问题" in text(tree, ".empty")


async def test_trying_leaves_no_trace(house: House) -> None:
    await tried(await house.staff(Role.EDITOR), "火星移民怎么办理")
    assert (await house.services.questions.listed()).groups == ()
