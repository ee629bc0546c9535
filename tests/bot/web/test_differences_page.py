"""`/knowledge/documents/{id}/differences`."""

from __future__ import annotations

import json
import re

from bot.cases.model import Role
from bot.web.differences import particulars
from knowledge.model import Attachment, Document, Form, Kind
from tests.bot.web.conftest import House
from tests.bot.web.imports import imported, shown

FIRST = """第一条 为方便出行制定本办法。
第二条 八十岁以上老人每月80元。
第三条 到社区申请。
第四条 三日内办结。
第五条 由民政局解释。"""
SECOND = FIRST.replace("八十岁", "七十岁").replace("80元", "120元")


async def version(house: House, text: str, *, publish: bool = False, **values: str) -> None:
    path = house.world.home / "rule.jsonl"
    record = {"id": "rule", "title": "小城津贴办法", "text": text, **values}
    path.write_text(json.dumps(record), "utf-8")
    await house.services.library.import_paths([path], publish=publish, by="importer")


async def test_a_draft_is_held_against_what_is_in_force(house: House) -> None:
    await version(house, FIRST, publish=True)
    await version(house, SECOND, department="小城市民政局")
    checker = await house.staff(Role.CHECKER)
    text = await shown(checker, "/knowledge/documents/rule/differences")
    assert "正文改动 1 句，新增 0 句，删去 0 句，未变 4 句" in text
    assert re.findall(r"<del>([^<]+)</del>", text) == ["八十", "80"]
    assert re.findall(r"<ins>([^<]+)</ins>", text) == ["小城市民政局", "七十", "120"]
    assert "～ 改动" in text
    assert "未变的 2 句" in text
    page = await shown(checker, "/knowledge/documents/rule")
    assert "/knowledge/documents/rule/differences?before=1&amp;after=2" in page


async def test_any_two_versions_are_chosen(house: House) -> None:
    for text in (FIRST, SECOND, f"{SECOND}\n第六条 自印发之日起施行。"):
        await version(house, text, publish=True)
    editor = await house.staff(Role.EDITOR)
    here = "/knowledge/documents/rule/differences"
    text = await shown(editor, here)
    assert "第 2 版 与 第 3 版" in text
    assert "＋ 新增" in text
    back = await shown(editor, f"{here}?before=3&after=1")
    assert "改动 1 句，新增 0 句，删去 1 句" in back
    await shown(editor, f"{here}?before=9", 404)
    await shown(editor, f"{here}?before=x", 400)


async def test_a_document_with_one_version_has_nothing_to_hold_against(house: House) -> None:
    await version(house, FIRST, publish=True)
    editor = await house.staff(Role.EDITOR)
    await shown(editor, "/knowledge/documents/rule/differences", 404)
    await shown(editor, "/knowledge/documents/rule/differences?other=x", 404)


async def test_what_it_replaced_is_held_against_it(house: House) -> None:
    await version(house, FIRST, publish=True)
    editor = await house.staff(Role.EDITOR)
    new = {"id": "new", "title": "小城津贴新办法", "text": SECOND}
    await imported(house, editor, ("new.jsonl", json.dumps(new).encode()))
    await house.services.library.repeal("rule", "wang", replaced_by="new")
    page = await shown(editor, "/knowledge/documents/new")
    assert "所替代的文件" in page
    text = await shown(editor, "/knowledge/documents/new/differences?other=rule")
    assert "《小城津贴办法》→《小城津贴新办法》" in text
    assert re.findall(r"<del>([^<]+)</del>", text)[-2:] == ["八十", "80"]


def test_particulars_are_told_in_words() -> None:
    one = Document(id="x", title="a", text="b", attachments=(Attachment(name="表", url="u"),))
    two = Document(id="x", title="a", text="c", kind=Kind.FAQ, form=Form.CHART, sample=True)
    assert [(each.name, each.before, each.after) for each in particulars(one, two)] == [
        ("类型", "政策文件", "常见问题"),
        ("解读形式", "文字解读", "图表解读"),
        ("示例标记", "否", "是"),
        ("附件", "表", ""),
    ]
