"""`/knowledge/questions`: from what citizens asked to content that answers it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from multidict import MultiDict

from bot.cases.model import Role
from bot.questions import Standing
from knowledge.model import AnswerKind, Kind, Life
from tests.bot.web.conftest import LIGHTS, PAGE, House, token

LOST = "怎么补办遗失的老年公交爱心卡"
ALIKE = "怎么补办老年公交爱心卡"
PAIR = {
    "question": LOST,
    "answer": "带身份证到公交公司窗口补办爱心卡，工本费十元。",
    "title": "爱心卡常见问题",
    "department": LIGHTS,
}


async def asked(house: House, *questions: str) -> None:
    """Citizens ask, each in a conversation of their own."""
    for question in questions:
        citizen = await house.visitor()
        await citizen.post("/chat", data={"text": question})


async def page(client: TestClient, path: str = "/knowledge/questions") -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def ids(house: House, state: Standing = Standing.OPEN) -> list[str]:
    listed = await house.services.questions.listed(state=state)
    return [id for group in listed.groups for id in group.ids]


async def post(
    client: TestClient, path: str, fields: dict[str, str], ids: Iterable[str] = ()
) -> ClientResponse:
    """Send a form about these questions."""
    data = MultiDict({"csrf_token": await token(client), **fields})
    data.extend(("id", each) for each in ids)
    return await client.post(path, data=data, headers=PAGE)


async def test_from_an_unanswered_question_to_a_published_answer(house: House) -> None:
    await asked(house, LOST, ALIKE)
    editor, checker = await house.staff(Role.EDITOR), await house.staff(Role.CHECKER)
    shown = await page(editor)
    link = re.search(r'href="(/knowledge/questions/pair\?[^"]+)"', shown)
    assert link is not None
    assert shown.count('class="item"') == 1
    form = await page(editor, link[1].replace("&amp;", "&"))
    assert re.findall(r'id="question" name="question" value="([^"]+)"', form) == [LOST]
    both = re.findall(r'name="id" value="([^"]+)"', form)
    assert len(both) == 2
    draft = await post(
        editor,
        "/knowledge/questions/pair",
        PAIR,
        both,
    )
    assert "已存为草稿" in await draft.text()
    assert "须由另一位同事审核" not in await draft.text()
    assert "已写问答" in await page(editor)
    library = house.services.library
    (faq,) = await library.documents(kind=Kind.FAQ)
    sheet = await page(checker, f"/knowledge/documents/{faq.id}")
    assert "为这些待答问题写的" in sheet
    assert "/knowledge/questions?state=open" in sheet
    moves = f"/knowledge/documents/{faq.id}/moves"
    assert "已审核" in await (await post(checker, moves, {"move": "check"})).text()
    assert "已发布" in await (await post(checker, moves, {"move": "publish"})).text()
    assert library.answer(LOST).kind is AnswerKind.DIRECT
    assert await ids(house) == []
    assert sorted(await ids(house, Standing.ANSWERED)) == sorted(both)
    sheet = await page(editor, f"/knowledge/documents/{faq.id}")
    assert "/knowledge/questions?state=answered" in sheet
    assert "查看写好的问答" in await page(editor, "/knowledge/questions?state=answered")


async def test_what_is_wrong_with_a_pair_is_said_beside_it(house: House) -> None:
    await asked(house, LOST)
    editor = await house.staff(Role.EDITOR)
    questions = await ids(house)
    for change, said in (
        ({"answer": ""}, "请填写答案"),
        ({"department": ""}, "请填写发布单位"),
        ({"basis": "没有这份文件"}, "没有找到名为"),
        ({"target": "nothing"}, "没有找到这份文件"),
        ({"answer": "问：什么？"}, "答案里不要再写"),
    ):
        answer = await post(editor, "/knowledge/questions/pair", {**PAIR, **change}, questions)
        text = await answer.text()
        assert answer.status in {400, 404}
        assert said in text
        assert "爱心卡常见问题" in text
    assert await house.services.library.documents(life=Life.DRAFT) == ()


async def test_questions_are_dismissed_and_opened_again(house: House) -> None:
    await asked(house, LOST)
    editor = await house.staff(Role.EDITOR)
    (question,) = await ids(house)
    moved = await post(
        editor, "/knowledge/questions", {"to": "dismissed", "back": "//evil"}, [question]
    )
    assert moved.url.path == "/knowledge/questions"
    assert "1 个问题已标为不予处理" in await moved.text()
    assert await ids(house, Standing.DISMISSED) == [question]
    await post(editor, "/knowledge/questions", {"to": "open"}, [question])
    assert await ids(house) == [question]
    assert (await post(editor, "/knowledge/questions", {"to": "open"})).status == 400
    assert (await post(editor, "/knowledge/questions", {"to": "lost"}, "x")).status == 400


async def test_the_list_can_be_asked_again(house: House) -> None:
    await asked(house, LOST)
    editor = await house.staff(Role.EDITOR)
    again = await post(editor, "/knowledge/questions/check", {"back": "/knowledge/questions"})
    assert "0 个问题现在能直接回答" in await again.text()


async def test_who_only_looks_on_is_offered_nothing_to_do(house: House) -> None:
    await asked(house, LOST)
    shown = await page(await house.staff(Role.AUDITOR))
    assert LOST in shown
    assert "写问答" not in shown
    assert "不予处理</button>" not in shown


async def test_an_unhelpful_answer_brings_its_comment_along(house: House) -> None:
    citizen, editor = await house.visitor(), await house.staff(Role.EDITOR)
    text = await (await citizen.post("/chat", data={"text": "怎么申请高龄津贴"})).text()
    reply = re.findall(r'name="reply" value="([^"]+)"', text)[0]
    await citizen.post(
        "/chat/rate", data={"reply": reply, "helpful": "no", "comment": "没写要几天"}
    )
    assert "市民说没帮助" in await page(editor)
    (question,) = await ids(house)
    assert "没写要几天" in await page(editor, f"/knowledge/questions/pair?id={question}")


async def test_an_empty_list_says_so(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    assert "这里没有问题" in await page(editor)
    assert "没有符合条件的问题" in await page(editor, "/knowledge/questions?text=x")
