"""Which documents a new one may take the place of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.storage.units import Storage
from knowledge.model import Document, Life
from knowledge.replacing import repealed, replaces
from tests.bot.storage.test_document_lists import NOW

OLD = Document(
    id="old",
    title="小城市人民政府办公室关于印发小城公交优待办法的通知",
    number="小府办字〔2019〕7号",
    text="第一条 老人凭卡乘车。",
    life=Life.PUBLISHED,
)
NEW = Document(
    id="new",
    title="小城市人民政府办公室关于印发小城公交优待办法的通知",
    number="小府办字〔2026〕3号",
    text="第一条 老人凭卡乘车。",
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("本办法自印发之日起施行，《小城公交优待办法》（小府办字〔2019〕7号）同时废止。", 1),
        ("原《小城公交优待办法》自2026年1月1日起废止。", 1),
        ("决定废止《小城公交优待办法》。", 1),
        ("《小城公交优待办法》《小城出租车管理办法》同时废止。", 2),
        ("根据《小城公交优待办法》，废止旧卡。", 0),
        ("根据《小城公交优待办法》办理。违反的，废止。", 0),
    ],
)
def test_what_a_text_repeals_is_read(text: str, names: int) -> None:
    found = repealed(replace(NEW, text=text))
    assert found == ("小城公交优待办法", "小城出租车管理办法")[:names]


@pytest.mark.parametrize(
    ("stored", "new", "expected"),
    [
        (OLD, NEW, ["old"]),
        (replace(OLD, life=Life.REPEALED), NEW, []),
        (replace(OLD, number=""), NEW, []),
        (replace(OLD, number=NEW.number), NEW, []),
        (OLD, replace(NEW, policy_id="old"), []),
        (OLD, replace(NEW, title="小城乘车新规", number=""), []),
        (
            OLD,
            replace(NEW, title="小城乘车新规", text="《小城公交优待办法》同时废止。"),
            ["old"],
        ),
    ],
)
async def test_what_it_may_replace_is_found(
    sqlite_storage: Storage, stored: Document, new: Document, expected: list[str]
) -> None:
    async with sqlite_storage.begin() as unit:
        await unit.documents.put(stored, at=NOW, by="li")
        found = await replaces(unit.documents, new)
    assert [each.id for each in found] == expected
