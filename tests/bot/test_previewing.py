"""What an import would bring in, on SQLite and PostgreSQL; nothing is stored by looking."""

from __future__ import annotations

import json
from pathlib import Path

from bot.library import Library
from bot.previewing import Looked, Previewer
from bot.storage.units import Storage
from knowledge.model import Kind
from knowledge.review import Change
from tests.fakes.edges import FakeClock

RULE = {
    "id": "rule",
    "title": "小城公交优待办法",
    "number": "小府办字〔2019〕7号",
    "kind": "policy",
    "text": "第一条 老人凭爱心卡免费乘车。\n第二条 爱心卡由本人领取。",
}
READING = {
    "id": "reading",
    "title": "《小城公交优待办法》解读",
    "kind": "interpretation",
    "text": "《小城公交优待办法》方便老人出行。",
}
NEWER = {**RULE, "id": "newer", "number": "小府办字〔2026〕3号", "text": "第一条 老人半价乘车。"}
COPY = {**RULE, "id": "copy"}
TWICE = {**RULE, "text": "第一条 又一份内容。"}


def written(folder: Path, name: str, *records: dict[str, str]) -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(each) for each in records), "utf-8")
    return path


async def test_what_files_hold_is_told_and_not_stored(
    storage: Storage, clock: FakeClock, tmp_path: Path
) -> None:
    library = Library(storage, clock=clock)
    rule = written(tmp_path, "rule.jsonl", RULE)
    await library.import_paths([rule], publish=True, by="li")
    before = await library.documents()
    incoming = written(tmp_path, "in.jsonl", RULE, READING, NEWER, COPY, TWICE)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-nothing")

    looking = Previewer(storage, clock).look([incoming, broken], None)
    found: list[Looked] = [each async for each in looking]

    known, reading, newer, copy, twice, unread = found
    assert known.change is Change.UNCHANGED
    assert known.faults == ()
    assert (reading.kind, reading.policy and reading.policy.id) == (Kind.INTERPRETATION, "rule")
    assert (newer.change, [each.id for each in newer.replaces]) == (Change.ADDED, ["rule"])
    assert (copy.twin and copy.twin.id, copy.replaces) == ("rule", ())
    assert "同一内容" in copy.faults[0]
    assert "已用于另一份内容" in twice.problem
    assert unread.file == "broken.pdf"
    assert unread.problem
    assert await library.documents() == before
