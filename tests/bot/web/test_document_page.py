"""`/knowledge/documents/{id}`: one document to those who edit, check and publish it."""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.web.document_page import differences
from knowledge.model import Document, Kind, Life
from tests.bot.web.conftest import PAGE, House, token

POLICY = "# 小城公交优待办法\n\n小城市交通运输局\n\n六十五周岁以上老人凭爱心卡免费乘车。\n"


async def post(client: TestClient, path: str, **fields: str) -> ClientResponse:
    data = {"csrf_token": await token(client), **fields}
    return await client.post(path, data=data, headers=PAGE)


async def page(client: TestClient, document_id: str, before: str = "/knowledge") -> str:
    answer = await client.get(f"{before}/documents/{document_id}", headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def guide_of(house: House) -> Document:
    (guide,) = await house.services.library.documents(kind=Kind.GUIDE)
    return guide


async def policy_of(house: House, folder: Path) -> Document:
    path = folder / "policy.md"
    path.write_text(POLICY, "utf-8")
    await house.services.library.import_paths([path], publish=True, by="importer")
    (policy,) = await house.services.library.documents(kind=Kind.POLICY)
    return policy


PARTICULARS = {
    "kind": "interpretation",
    "form": "chart",
    "department": "小城市民政局",
    "number": "",
    "valid_from": "",
    "valid_to": "2030-01-31",
    "policy": "小城公交优待办法",
}


async def test_particulars_become_a_version_another_publishes(house: House, tmp_path: Path) -> None:
    guide, policy = await guide_of(house), await policy_of(house, tmp_path)
    editor, checker = await house.staff(Role.EDITOR), await house.staff(Role.CHECKER)
    here = f"/knowledge/documents/{guide.id}"
    text = await (await post(editor, f"{here}/particulars", version="1", **PARTICULARS)).text()
    assert "已存为新版本的草稿" in text
    assert "市民看到的仍是第 1 版" in text
    assert "所属政策" in text
    published = await (await post(checker, f"{here}/moves", move="publish")).text()
    assert "先由另一位同事审核" in published
    await post(checker, f"{here}/moves", move="check")
    await post(checker, f"{here}/moves", move="publish")
    assert (await house.services.library.get(guide.id)).kind is Kind.INTERPRETATION
    for before in ("/knowledge", ""):
        assert "所解读的政策" in await page(checker, guide.id, before)
        own = await page(checker, policy.id, before)
        assert "本政策的解读" in own
        assert guide.title in own


async def test_what_is_wrong_is_said_and_what_was_filled_in_stays(house: House) -> None:
    guide, editor = await guide_of(house), await house.staff(Role.EDITOR)
    here = f"/knowledge/documents/{guide.id}/particulars"
    for change, said in (
        ({"policy": "没有这份"}, "没有找到名为"),
        ({"policy": "", "valid_from": "2031-01-01"}, "失效日期早于生效日期"),
        ({"policy": "", "valid_to": "明天"}, "失效日期"),
        ({"policy": "", "version": "7"}, "改过"),
    ):
        answer = await post(editor, here, **{"version": "1", **PARTICULARS, **change})
        assert answer.status in {400, 409}
        text = await answer.text()
        assert said in text
        assert "小城市民政局" in text
    assert len(await house.services.library.versions(guide.id)) == 1


async def test_a_document_is_replaced_and_published_again(house: House, tmp_path: Path) -> None:
    guide, policy = await guide_of(house), await policy_of(house, tmp_path)
    checker = await house.staff(Role.CHECKER)
    moves = f"/knowledge/documents/{guide.id}/moves"
    for successor, status in (("", 400), ("没有这份", 404), (guide.title, 409)):
        answer = await post(checker, moves, move="replace", replaced_by=successor)
        assert answer.status == status
    text = await (await post(checker, moves, move="replace", replaced_by=policy.title)).text()
    assert "已标为被替代" in text
    assert "现行文件" in await page(checker, guide.id, "")
    text = await (await post(checker, moves, move="publish")).text()
    assert "已发布" in text
    assert (await house.services.library.get(guide.id)).life is Life.PUBLISHED
    text = await (await post(checker, moves, move="repeal")).text()
    assert "已废止" in text
    assert (await post(checker, moves, move="burn")).status == 400


async def test_nobody_checks_their_own_version(house: House) -> None:
    guide, admin = await guide_of(house), await house.staff(Role.ADMINISTRATOR)
    here = f"/knowledge/documents/{guide.id}"
    fields = {**PARTICULARS, "policy": ""}
    text = await (await post(admin, f"{here}/particulars", version="1", **fields)).text()
    assert "须由另一位同事审核" in text
    assert (await post(admin, f"{here}/moves", move="check")).status == 409


async def test_a_document_that_is_not_there(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    answer = await editor.get("/knowledge/documents/nothing", headers=PAGE)
    assert answer.status == 404


def test_what_differs_between_versions_is_named() -> None:
    one = Document(id="x", title="a", text="b")
    two = Document(id="x", title="a", text="c", number="1", version=2, life=Life.PUBLISHED)
    assert differences(one, two) == ("正文", "发文字号")
