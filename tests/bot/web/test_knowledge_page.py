"""`/knowledge`."""

from __future__ import annotations

import json
import re

from bot.cases.model import Role
from bot.web.knowledge import safe_name
from tests.bot.web.conftest import PAGE, House, token
from tests.bot.web.imports import BUS, imported


async def test_what_one_imports_another_publishes(house: House) -> None:
    editor, checker = await house.staff(Role.EDITOR), await house.staff(Role.CHECKER)
    text = await imported(house, editor, ("bus.md", BUS.encode()), ("broken.pdf", b"%PDF-nothing"))
    assert "新增 1" in text
    assert "broken.pdf" in text
    library = house.services.library
    [bus] = [d for d in await library.documents() if "公交" in d.title]
    assert library.document(bus.id) is None
    answer = await checker.post(
        "/knowledge/publish", data={"csrf_token": await token(checker), "id": bus.id}
    )
    assert "已发布" in await answer.text()
    assert library.document(bus.id) is not None


async def test_nobody_publishes_their_own_draft(house: House) -> None:
    admin = await house.staff(Role.ADMINISTRATOR)
    await imported(house, admin, ("bus.md", BUS.encode()))
    [bus] = [d for d in await house.services.library.documents() if "公交" in d.title]
    answer = await admin.post(
        "/knowledge/publish",
        data={"csrf_token": await token(admin), "id": bus.id},
        headers=PAGE,
    )
    assert answer.status == 409
    assert house.services.library.document(bus.id) is None


async def test_a_long_list_is_turned_page_by_page(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    lines = (
        json.dumps({"id": f"d{n:03d}", "title": f"小城通知{n:03d}", "text": "本文。"})
        for n in range(60)
    )
    await imported(house, editor, ("many.jsonl", "\n".join(lines).encode()))
    first = await (await editor.get("/knowledge?text=小城通知", headers=PAGE)).text()
    following = re.search(r'href="(/knowledge\?[^"]*after=[^"]+)"', first)
    assert following is not None
    last = await (await editor.get(following[1].replace("&amp;", "&"), headers=PAGE)).text()
    titles = re.compile(r"小城通知\d{3}")
    assert len(set(titles.findall(first))) == 50
    assert len(set(titles.findall(last)) - set(titles.findall(first))) == 10
    assert "after=" not in last


async def test_an_interpretation_is_shown_with_the_policy_it_was_linked_to(house: House) -> None:
    policy = {
        "id": "示例-政策",
        "title": "丰城市残疾人两项补贴实施办法（示例）",
        "number": "丰示发〔2026〕8号",
        "kind": "policy",
        "text": "第一条 困难残疾人每月发放生活补贴八十元。\n"
        "第二条 重度残疾人每月发放护理补贴九十元。",
    }
    reading = {
        "id": "示例-解读",
        "title": "《丰城市残疾人两项补贴实施办法（示例）》解读",
        "kind": "interpretation",
        "text": "《丰城市残疾人两项补贴实施办法（示例）》（丰示发〔2026〕8号）已印发。\n"
        "现解读如下：补贴按月发放到社会保障卡。",
    }
    lines = [json.dumps(each, ensure_ascii=False) for each in (policy, reading)]

    editor = await house.staff(Role.EDITOR)
    shown = await imported(house, editor, ("both.jsonl", "\n".join(lines).encode()))

    assert "1 份解读已关联到所解读的政策" in shown
    assert re.search(r"》解读</a>，解读 <a [^>]+>丰城市残疾人两项补贴实施办法（示例）</a>", shown)


async def test_importing_nothing_is_said(house: House) -> None:
    editor = await house.staff(Role.EDITOR)
    data = {"csrf_token": await token(editor), "kind": ""}
    answer = await editor.post("/knowledge/import", data=data, headers=PAGE)
    assert answer.status == 400
    assert "请先选择要导入的文件" in await answer.text()


async def test_a_repealed_document_is_quoted_no_more(house: House) -> None:
    checker = await house.staff(Role.CHECKER)
    [guide] = await house.services.library.documents()
    await checker.post(
        "/knowledge/repeal", data={"csrf_token": await token(checker), "id": guide.id}
    )
    assert house.services.library.answer("怎么申请高龄津贴").quotes == ()


def test_names_of_uploads_lead_nowhere() -> None:
    assert safe_name("../../etc/passwd") == "passwd"
    assert safe_name("C:\\a\\关于〔2021〕10号.docx") == "关于〔2021〕10号.docx"
    assert safe_name("..") == "file"
    assert len(safe_name("办" * 300 + ".docx").encode()) <= 200
    assert safe_name("办" * 300 + ".docx").endswith("办.docx")
    assert safe_name(".htaccess; rm") == "htaccess_rm"
