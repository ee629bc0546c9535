"""`/knowledge/imports`: what files hold is shown before anything is stored."""

from __future__ import annotations

import json
import re

import pytest

from bot.cases.model import Role
from bot.content_import_folder import Stage
from bot.content_imports import PER_PAGE
from knowledge.model import Document, Kind
from tests.bot.web.conftest import GUIDE, PAGE, House, token
from tests.bot.web.imports import BUS, act, ids_offered, imported, shown, upload

OLD = {
    "id": "old",
    "title": "小城公交优待办法",
    "number": "小府办字〔2019〕7号",
    "kind": "policy",
    "text": "第一条 老人凭卡乘车。",
}
NEW = """---
title: 小城公交优待办法
number: 小府办字〔2026〕3号
department: 小城市人民政府办公室
issued_on: 2026-02-03
published_on: 2026-02-05
valid_to: 2031-02-04
kind: policy
---
第一章 总则
第一条 六十五周岁以上老人凭爱心卡免费乘车。
第二条 《小城公交优待办法》（小府办字〔2019〕7号）同时废止。
"""


def lines(*records: dict[str, str]) -> bytes:
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in records).encode()


async def stored(house: House, words: str = "公交") -> list[Document]:
    return [d for d in await house.services.library.documents() if words in d.title]


async def published(house: House, record: dict[str, str]) -> None:
    path = house.world.home / "published.jsonl"
    path.write_bytes(lines(record))
    await house.services.library.import_paths([path], publish=True, by="importer")


async def test_what_was_read_is_shown_before_anything_is_stored(house: House) -> None:
    await published(house, OLD)
    editor = await house.staff(Role.EDITOR)
    where = await upload(
        house, editor, ("rule.md", NEW.encode()), ("bad.pdf", b"%PDF-nothing"), ("a.exe", b"MZ")
    )
    text = await shown(editor, where)
    for said in (
        "读出 <b>3</b> 份，其中 <b>1</b> 份可以导入",
        "小城公交优待办法",
        "小府办字〔2026〕3号",
        "小城市人民政府办公室",
        "成文 2026年2月3日",
        "发布 2026年2月5日",
        "不限 至 2031年2月4日",
        "政策文件",
        "新文件",
        "六十五周岁以上老人凭爱心卡免费乘车",
        "bad.pdf",
        "a.exe",
        "不能导入",
        "可能替代",
        "小府办字〔2019〕7号",
    ):
        assert said in text, said
    assert len(await stored(house)) == 1
    await act(house, editor, where, "all")
    assert "新增 1，更新 0，没有变化 0，失败 2" in await shown(editor, where)
    assert len(await stored(house)) == 2


async def test_what_is_stored_already_is_told(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    again = await upload(house, editor, ("guide.md", GUIDE.encode()))
    text = await shown(editor, again)
    assert "已有，没有变化" in text
    assert "checked" not in text
    copy = {"id": "copy", "title": "小城高龄津贴办事指南", "text": GUIDE.partition("\n\n")[2]}
    text = await shown(editor, await upload(house, editor, ("copy.jsonl", lines(copy))))
    assert "同一内容" in text
    changed = GUIDE.replace("八十", "七十五")
    text = await shown(editor, await upload(house, editor, ("guide.md", changed.encode())))
    assert "内容有变，存为新版本" in text


async def test_some_are_stored_and_the_rest_later(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    records = [{"id": f"d{n}", "title": f"公交通知{n}", "text": f"第{n}路改线。"} for n in range(3)]
    where = await upload(house, editor, ("many.jsonl", lines(*records)))
    assert ids_offered(await shown(editor, where)) == ["d0", "d1", "d2"]
    assert (await act(house, editor, where, "chosen")).status == 400
    await act(house, editor, where, "chosen", "d1")
    assert [d.id for d in await stored(house)] == ["d1"]
    text = await shown(editor, where)
    assert "已导入 1 份" in text
    assert re.search(r'value="d1" disabled', text)
    await act(house, editor, where, "chosen", "d0", "d2")
    assert len(await stored(house)) == 3
    assert "看待审内容" in await shown(editor, where)
    assert (await act(house, editor, where, "all")).status == 409


async def test_a_kind_chosen_counts_for_all(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    where = await upload(house, editor, ("bus.md", BUS.encode()), kind="notice")
    assert "通知公告" in await shown(editor, where)
    await act(house, editor, where, "all")
    (bus,) = await stored(house)
    assert bus.kind is Kind.NOTICE


async def test_a_long_preview_is_turned_page_by_page(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    count = PER_PAGE * 2 + 1
    records = [
        {"id": f"d{n}", "title": f"公交通知{n}", "text": f"{n}路改线。"} for n in range(count)
    ]
    where = await upload(house, editor, ("many.jsonl", lines(*records)))
    pages = [ids_offered(await shown(editor, f"{where}?page={n}")) for n in (1, 2, 3)]
    assert [each for page in pages for each in page] == [f"d{n}" for n in range(count)]
    assert ids_offered(await shown(editor, f"{where}?page=99")) == pages[2]
    await act(house, editor, where, "all")
    assert f"新增 {count}" in await shown(editor, where)


async def test_dropped_files_are_gone_and_nobody_else_sees_them(house: House) -> None:
    editor, other = await house.staff(Role.EDITOR), await house.staff(Role.ADMINISTRATOR)
    where = await upload(house, editor, ("bus.md", BUS.encode()))
    place = house.world.home / "content-imports" / where.rpartition("/")[2]
    assert any(place.rglob("bus.md"))
    await shown(other, where, 404)
    assert (await act(house, other, where, "all")).status == 404
    answer = await act(house, editor, where, "drop")
    assert answer.headers["Location"] == "/knowledge?done=dropped"
    assert not place.exists()
    await shown(editor, where, 404)
    await shown(editor, "/knowledge/imports/..%2F..%2Fetc", 404)


async def test_files_go_when_stored_and_when_nobody_confirms_for_a_day(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    where = await upload(house, editor, ("bus.md", BUS.encode()))
    folder = house.world.home / "content-imports"
    house.world.clock.advance(hours=23)
    house.services.content_imports.forget_old()
    assert len(list(folder.iterdir())) == 1
    house.world.clock.advance(hours=2)
    house.services.content_imports.forget_old()
    assert list(folder.iterdir()) == []
    later = await house.staff(Role.EDITOR, name="later")
    await imported(house, later, ("bus.md", BUS.encode()))
    assert not any(folder.rglob("bus.md"))
    assert where.rpartition("/")[2] not in {each.name for each in folder.iterdir()}


@pytest.mark.parametrize("pages", [0, 1])
async def test_one_whose_process_died_is_gone_on_with(house: House, pages: int) -> None:
    editor = await house.staff(Role.EDITOR)
    where = await upload(house, editor, ("bus.md", BUS.encode()))
    imports = house.services.content_imports
    place = house.world.home / "content-imports" / where.rpartition("/")[2] / "import.json"
    kept = json.loads(place.read_text("utf-8"))
    stage = Stage.RUNNING if pages else Stage.READING
    place.write_text(json.dumps(kept | {"stage": stage, "pages": pages}), "utf-8")
    running = await shown(editor, where)
    assert 'http-equiv="refresh"' in running
    await act(house, editor, where, "go_on")
    assert (await imports.get(kept["id"], kept["by"])).stage is stage
    house.world.clock.advance(minutes=2)
    assert "处理中断了" in await shown(editor, where)
    await act(house, editor, where, "go_on")
    done = await imports.get(kept["id"], kept["by"])
    assert done.stage is (Stage.DONE if pages else Stage.WAITING)
    assert len(await stored(house)) == pages


async def test_what_is_no_kind_or_step_is_refused(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    where = await upload(house, editor, ("bus.md", BUS.encode()))
    assert (await act(house, editor, where, "burn")).status == 400
    checker = await house.staff(Role.CHECKER)
    data = {"csrf_token": await token(checker)}
    assert (await checker.post("/knowledge/import", data=data, headers=PAGE)).status == 403
