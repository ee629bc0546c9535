"""`/knowledge/documents/{id}`: one document to those who edit, check and publish it."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.content_course import Act
from bot.editing import Particulars
from bot.web.document_page import differences
from knowledge.model import Document, Form, Kind, Life
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


REASON = "另一位同事休假，内容已电话核对"


async def test_an_administrator_does_without_a_second_person_for_a_reason(house: House) -> None:
    guide, admin = await guide_of(house), await house.staff(Role.ADMINISTRATOR)
    here = f"/knowledge/documents/{guide.id}"
    fields = {**PARTICULARS, "policy": ""}
    text = await (await post(admin, f"{here}/particulars", version="1", **fields)).text()
    assert "由本人审核（管理员）" in text
    text = await (await post(admin, f"{here}/moves", move="check", alone=REASON)).text()
    assert "已审核" in text
    assert (await post(admin, f"{here}/moves", move="publish")).status == 409
    text = await (await post(admin, f"{here}/moves", move="publish", alone=REASON)).text()
    assert "发布（本人，未经另一人）" in text
    assert REASON in text
    entries = await house.services.staff.audit_entries(subject=guide.id)
    assert [(each.action, each.actor) for each in entries] == [
        ("document.publish_alone", "administrator"),
        ("document.check_alone", "administrator"),
    ]
    assert {each.details["reason"] for each in entries} == {REASON}


async def test_a_reason_helps_nobody_but_an_administrator(house: House) -> None:
    guide, checker = await guide_of(house), await house.staff(Role.CHECKER, name="tong")
    await house.services.editing.change(
        guide.id,
        Particulars(
            kind=Kind.FAQ,
            form=Form.TEXT,
            department="",
            number="",
            valid_from=None,
            valid_to=None,
            policy="",
        ),
        version=1,
        by="tong",
    )
    here = f"/knowledge/documents/{guide.id}"
    assert "管理员" not in await page(checker, guide.id)
    for alone in ("", REASON):
        answer = await post(checker, f"{here}/moves", move="check", alone=alone)
        assert answer.status == 409
    assert (await house.services.editing.sheet(guide.id)).newest.life is Life.DRAFT


async def test_the_course_tells_who_did_what(house: House) -> None:
    guide = await guide_of(house)
    editor, checker = await house.staff(Role.EDITOR), await house.staff(Role.CHECKER)
    here = f"/knowledge/documents/{guide.id}"
    fields = {**PARTICULARS, "policy": ""}
    await post(editor, f"{here}/particulars", version="1", **fields)
    await post(checker, f"{here}/moves", move="check")
    assert (await post(checker, f"{here}/moves", move="send_back")).status == 400
    text = await (await post(checker, f"{here}/moves", move="send_back", note="少写科室")).text()
    assert "已退回修改" in text
    assert "少写科室" in text
    await post(checker, f"{here}/moves", move="check")
    await post(checker, f"{here}/moves", move="publish")
    steps = (await house.services.editing.sheet(guide.id)).course
    assert [(each.act, each.version, each.by) for each in steps] == [
        (Act.IMPORTED, 1, "test"),
        (Act.PUBLISHED, 1, "test"),
        (Act.CHANGED, 2, "editor"),
        (Act.CHECKED, 2, "checker"),
        (Act.SENT_BACK, 2, "checker"),
        (Act.CHECKED, 2, "checker"),
        (Act.PUBLISHED, 2, "checker"),
    ]
    assert "审核通过" in await page(editor, guide.id)


async def test_publishing_ends_what_the_document_replaces(house: House, tmp_path: Path) -> None:
    policy = await policy_of(house, tmp_path)
    record = {"id": "new", "title": "小城乘车新规", "text": "《小城公交优待办法》同时废止。"}
    path = tmp_path / "new.jsonl"
    path.write_text(json.dumps(record), "utf-8")
    await house.services.library.import_paths([path], by="importer")
    checker = await house.staff(Role.CHECKER)
    moves = "/knowledge/documents/new/moves"
    await post(checker, moves, move="check")
    assert f'name="replaces" value="{policy.id}"' in await page(checker, "new")
    await post(checker, moves, move="publish", replaces=policy.id)
    ended = await house.services.library.get(policy.id)
    assert (ended.life, ended.replaced_by) == (Life.REPLACED, "new")
    assert "所替代的文件" in await page(checker, "new")


async def test_a_day_to_look_again_is_kept_and_taken_back(house: House) -> None:
    guide, editor = await guide_of(house), await house.staff(Role.EDITOR)
    here = f"/knowledge/documents/{guide.id}/review"
    revision = house.services.library.revision
    text = await (await post(editor, here, review_on="2026-09-01")).text()
    assert "已记下复核日期" in text
    assert "2026年9月1日" in text
    assert (await post(editor, here, review_on="soon")).status == 400
    await post(editor, here, review_on="")
    assert (await house.services.editing.sheet(guide.id)).review_on is None
    assert await house.services.library.refresh() is False
    assert house.services.library.revision == revision


async def test_a_document_that_is_not_there(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    answer = await editor.get("/knowledge/documents/nothing", headers=PAGE)
    assert answer.status == 404


def test_what_differs_between_versions_is_named() -> None:
    one = Document(id="x", title="a", text="b")
    two = Document(id="x", title="a", text="c", number="1", version=2, life=Life.PUBLISHED)
    assert differences(one, two) == ("正文", "发文字号")
