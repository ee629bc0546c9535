"""What an import makes of documents that belong together, and of files that are no good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.library import Library
from bot.storage.units import Storage
from knowledge.model import ImportReport, Life
from tests.fakes.edges import FakeClock

POLICY_URL = "https://example.org/zc/jiuzhu"
NUMBER = "丰府办规〔2025〕3号"
POLICY = """---
url: https://example.org/zc/jiuzhu
title: 丰城市人民政府办公室关于印发丰城市临时救助实施细则的通知
kind: policy
number: 丰府办规〔2025〕3号
department: 丰城市人民政府办公室
published_on: 2025-03-20
---
第一条 因火灾、交通事故等意外事件造成基本生活困难的家庭，可以申请临时救助。
第二条 每人每次救助金额不超过当年城市低保月标准的六倍，同一事由一年内只救助一次。
第三条 申请人向居住地乡镇人民政府提出，乡镇人民政府十个工作日内办结。
"""
BY_NAME = "《丰城市临时救助实施细则》政策解读"
BY_NUMBER = "临时救助新规政策解读"


@pytest.fixture
def library(storage: Storage, clock: FakeClock) -> Library:
    return Library(storage, clock=clock)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def interpretation(folder: Path, title: str, said: str = "救助标准提高到六倍。") -> Path:
    head = f"---\nid: jiedu\ntitle: {title}\nkind: interpretation\ndepartment: 丰城市民政局\n---\n"
    return write(folder, "jiedu.md", head + said + "\n")


async def run(library: Library, *paths: Path, publish: bool = True) -> ImportReport:
    return await library.import_paths(paths, publish=publish, by="tester")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        (BY_NAME, "救助标准提高到六倍。"),
        (BY_NUMBER, f"市政府办公室印发了新规（{NUMBER}），救助标准提高到六倍。"),
        (BY_NUMBER, "根据《丰城市临时救助实施细则》，救助标准提高到六倍。"),
    ],
)
@pytest.mark.parametrize("policy_first", [True, False])
async def test_an_interpretation_finds_its_policy_whichever_comes_first(
    library: Library, tmp_path: Path, title: str, said: str, policy_first: bool
) -> None:
    paths = [write(tmp_path, "policy.md", POLICY), interpretation(tmp_path, title, said)]
    first, second = paths if policy_first else reversed(paths)
    await run(library, first)
    report = await run(library, second)

    (policy,) = [each for each in await library.documents() if each.number == NUMBER]
    assert report.linked == (("jiedu", policy.id),)
    assert (await library.get("jiedu")).policy_id == policy.id


async def test_the_policy_a_page_links_to_is_its_policy(library: Library, tmp_path: Path) -> None:
    page = (
        "<html><head><meta charset=utf-8><title>临时救助新规解读</title></head><body>"
        "<div id=zoom><p>"
        "救助标准提高到低保月标准的六倍，由居住地乡镇人民政府受理。</p></div><p>政策原文："
        f"<a href='{POLICY_URL}'>关于印发丰城市临时救助实施细则的通知</a></p></body></html>"
    )
    await run(library, write(tmp_path, "policy.md", POLICY))
    report = await run(library, write(tmp_path, "jiedu.html", page))

    ((_, policy_id),) = report.linked
    assert (await library.get(policy_id)).url == POLICY_URL


async def test_importing_a_linked_interpretation_again_changes_nothing(
    library: Library, tmp_path: Path
) -> None:
    paths = [interpretation(tmp_path, BY_NAME), write(tmp_path, "policy.md", POLICY)]
    await run(library, *paths)
    report = await run(library, *paths)

    assert (len(report.unchanged), report.added, report.changed, report.linked) == (2, (), (), ())
    assert [each.document.version for each in await library.versions("jiedu")] == [1]


async def test_an_interpretation_of_something_not_stored_stays_alone(
    library: Library, tmp_path: Path
) -> None:
    await run(library, write(tmp_path, "policy.md", POLICY))
    await run(library, interpretation(tmp_path, "《丰城市医疗救助办法》政策解读"))

    assert (await library.get("jiedu")).policy_id == ""


async def test_the_same_text_from_a_second_source_is_not_answered_twice(
    library: Library, tmp_path: Path
) -> None:
    await library.refresh()
    copied = POLICY.replace("example.org/zc/jiuzhu", "example.org/mzj/101").replace("。\n", "。 \n")
    await run(library, write(tmp_path, "policy.md", POLICY))
    report = await run(library, write(tmp_path, "copy.md", copied))

    (added,) = report.added
    assert (await library.get(added)).life is Life.DRAFT
    assert any("两个来源" in said for _, said in report.warnings)
    found = [each.id for each in library.answer("临时救助金额最高多少").documents]
    assert len(found) == 1
    assert added not in found
    again = await run(library, tmp_path / "copy.md")
    assert again.unchanged == (added,)


async def test_two_texts_with_one_number_are_both_kept_and_named(
    library: Library, tmp_path: Path
) -> None:
    head, _, _ = POLICY.replace("example.org/zc/jiuzhu", "example.org/zc/fj").rpartition("---\n")
    annex = (
        head.replace("实施细则的通知", "申请表") + "---\n申请人姓名、住址、申请事由由本人填写。\n"
    )
    await run(library, write(tmp_path, "policy.md", POLICY))
    report = await run(library, write(tmp_path, "annex.md", annex))

    (added,) = report.added
    assert (await library.get(added)).life is Life.PUBLISHED
    said = " ".join(text for _, text in report.warnings)
    assert "申请表" in said
    assert "实施细则的通知" in said


async def test_one_bad_file_among_a_hundred(library: Library, tmp_path: Path) -> None:
    for number in range(99):
        write(tmp_path, f"{number}.md", f"停水公告第{number}期\n今夜{number % 12}时起停水检修。\n")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    report = await run(library, tmp_path)

    assert len(report.added) == 99
    assert [name for name, _ in report.failed] == ["bad.pdf"]


async def test_one_bad_line_and_an_id_used_twice_among_good_ones(
    library: Library, tmp_path: Path
) -> None:
    records = [
        {"id": f"n-{number}", "title": f"公告{number}", "text": "停水。"} for number in (1, 2, 2)
    ]
    lines = [json.dumps(record | {"text": f"停水{at}。"}) for at, record in enumerate(records)]
    report = await run(library, write(tmp_path, "a.jsonl", "\n".join([lines[0], "{", *lines[1:]])))

    assert report.added == ("n-1", "n-2")
    assert [name for name, _ in report.failed] == ["a.jsonl 第 2 行", "a.jsonl"]
    assert "n-2" in report.failed[1][1]
