"""Importing, publishing and finding, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import application
from bot.errors import Conflict, NotFound
from bot.library import Library
from bot.storage.units import Storage
from bot.waking import Hub, Waiter
from knowledge.model import Answer, AnswerKind, Kind, Life
from tests.fakes.edges import FakeClock

PAGE = (
    "<html><head><meta charset='utf-8'><meta name='ArticleTitle' content='{title}'>"
    "<meta name='PubDate' content='2026-01-12'><meta name='ContentSource' content='丰城市民政局'>"
    "<meta name='Url' content='https://example.org/{name}'></head><body><div id='zoom'>"
    "<p>一、补贴标准</p><p>{text}</p></div></body></html>"
)
TITLE = "丰城市高龄老人补贴发放办法"
TEXT = "年满80周岁的老年人每人每月补贴五十元，由户籍所在地乡镇按月发放。"


class HubSignals:
    """Wake-ups inside one process, shared by several libraries."""

    def __init__(self) -> None:
        self.hub = Hub()

    async def wake(self, *topics: str) -> None:
        for topic in topics:
            self.hub.wake(topic)

    def waiting(self, *topics: str) -> AbstractContextManager[Waiter]:
        return self.hub.waiting(*topics)


@pytest.fixture
def signals() -> HubSignals:
    return HubSignals()


@pytest.fixture
def library(storage: Storage, clock: FakeClock, signals: HubSignals) -> Library:
    return Library(storage, clock=clock, signals=signals)


@asynccontextmanager
async def started(library: Library) -> AsyncIterator[Library]:
    await library.start()
    try:
        yield library
    finally:
        await library.close()


def put(folder: Path, name: str = "gaoling", title: str = TITLE, text: str = TEXT) -> Path:
    path = folder / f"{name}.html"
    path.write_text(PAGE.format(name=name, title=title, text=text), encoding="utf-8")
    return path


async def imported(library: Library, *paths: Path, publish: bool = True) -> str:
    report = await library.import_paths(paths, publish=publish, by="tester")
    assert report.failed == ()
    return (*report.added, *report.changed, *report.unchanged)[0]


async def test_published_content_answers_with_its_source(library: Library, tmp_path: Path) -> None:
    await library.refresh()
    document_id = await imported(library, put(tmp_path))
    answer = library.answer("高龄老人补贴每月多少钱")
    assert answer.kind is AnswerKind.DIRECT
    assert answer.citations[0].document_id == document_id
    assert answer.citations[0].department == "丰城市民政局"
    assert [hit.document.id for hit in library.search("高龄补贴标准", 3)] == [document_id]


async def test_a_draft_is_never_found(library: Library, tmp_path: Path) -> None:
    await library.refresh()
    document_id = await imported(library, put(tmp_path), publish=False)
    assert library.document(document_id) is None
    assert library.answer("高龄老人补贴每月多少钱").kind is AnswerKind.NONE
    assert (await library.get(document_id)).life is Life.DRAFT


async def test_the_same_again_changes_nothing(library: Library, tmp_path: Path) -> None:
    path = put(tmp_path)
    await imported(library, path)
    await library.refresh()
    before = library.revision
    report = await library.import_paths([path, tmp_path], publish=True, by="tester")
    assert (len(report.unchanged), report.added, report.changed) == (1, (), ())
    assert await library.refresh() is False
    assert library.revision == before


async def test_a_change_is_a_new_version_and_waits_for_its_publication(
    library: Library, tmp_path: Path
) -> None:
    await library.refresh()
    document_id = await imported(library, put(tmp_path))
    await imported(library, put(tmp_path, text=TEXT.replace("五十", "六十")), publish=False)
    assert "五十元" in library.answer("高龄老人补贴每月多少钱").text
    assert [v.document.version for v in await library.versions(document_id)] == [1, 2]
    published = await library.publish(document_id, "editor")
    assert published.version == 2
    assert "六十元" in library.answer("高龄老人补贴每月多少钱").text


async def test_a_check_needs_a_second_person(library: Library, tmp_path: Path) -> None:
    document_id = await imported(library, put(tmp_path), publish=False)
    with pytest.raises(Conflict):
        await library.check(document_id, "tester")
    assert (await library.check(document_id, "second")).life is Life.CHECKED
    assert (await library.publish(document_id, "tester")).life is Life.PUBLISHED


async def test_repealed_content_is_not_quoted(library: Library, tmp_path: Path) -> None:
    await library.refresh()
    document_id = await imported(library, put(tmp_path))
    await library.repeal(document_id, "editor")
    assert library.answer("高龄老人补贴每月多少钱").quotes == ()
    assert (await library.get(document_id)).life is Life.REPEALED


async def test_replaced_by_needs_a_document(library: Library, tmp_path: Path) -> None:
    old = await imported(library, put(tmp_path))
    with pytest.raises(NotFound):
        await library.repeal(old, "editor", replaced_by="nowhere")
    new = await imported(library, put(tmp_path, "new", f"{TITLE}（修订）"))
    assert (await library.repeal(old, "editor", replaced_by=new)).replaced_by == new


async def test_unknown_documents(library: Library) -> None:
    with pytest.raises(NotFound):
        await library.publish("nothing", "editor")
    with pytest.raises(NotFound):
        await library.get("nothing")


async def test_one_bad_file_among_a_hundred(library: Library, tmp_path: Path) -> None:
    for n in range(99):
        put(tmp_path, f"page{n:02d}", f"第{n}号示例通知的办理指南", f"第{n}项业务每次收费{n}元。")
    (tmp_path / "broken.html").write_bytes(b"\x89PNG\r\n\x1a\n")
    seen: list[tuple[int, int]] = []
    report = await library.import_paths(
        [tmp_path], publish=True, by="tester", progress=lambda done, of: seen.append((done, of))
    )
    assert len(report.added) == 99
    assert [name for name, _ in report.failed] == ["broken.html"]
    assert seen[-1] == (100, 100)


async def test_one_id_for_two_contents_in_one_import(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": "x", "text": text}) for text in ("first.", "second.")),
        encoding="utf-8",
    )
    report = await library.import_paths([path], by="tester")
    assert report.added == ("x",)
    assert "编号 x" in report.failed[0][1]


async def test_kind_for_all_and_finding_stored_documents(library: Library, tmp_path: Path) -> None:
    report = await library.import_paths([put(tmp_path)], kind=Kind.GUIDE, by="tester")
    (found,) = await library.documents(kind=Kind.GUIDE, life=Life.DRAFT, words="高龄")
    assert found.id == report.added[0]
    assert await library.documents(words="100%") == ()
    assert await library.documents(after=found.id) == ()


@pytest.mark.parametrize("woken", [True, False], ids=["woken", "only looking"])
async def test_another_replica_knows_within_a_second(
    storage: Storage, clock: FakeClock, signals: HubSignals, tmp_path: Path, woken: bool
) -> None:
    other = Library(storage, clock=clock, signals=signals if woken else None)
    async with started(other):
        here = Library(storage, clock=clock, signals=signals)
        document_id = await imported(here, put(tmp_path))
        await here.refresh()
        async with asyncio.timeout(1.0):
            await other.until(here.revision)
        assert other.document(document_id) is not None


async def test_two_importers_at_once_store_each_document_once(
    storage: Storage, clock: FakeClock, tmp_path: Path
) -> None:
    for n in range(6):
        put(tmp_path, f"page{n}", f"第{n}号示例通知")
    both = [Library(storage, clock=clock) for _ in range(2)]
    reports = await asyncio.gather(
        *(each.import_paths([tmp_path], publish=True, by="tester") for each in both)
    )
    assert sum(len(report.added) for report in reports) == 6
    assert sum(len(report.unchanged) for report in reports) == 6
    async with storage.read() as unit:
        assert await unit.documents.revision() == 6


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with no Redis."""
    folder = tmp_path / "home"
    monkeypatch.setenv("POLICYLINE_HOME", str(folder))
    monkeypatch.setenv("POLICYLINE_REDIS_URL", "redis://127.0.0.1:1/0")
    return folder


def command(*words: str) -> tuple[int, str]:
    arguments = ["knowledge", *words]
    result = CliRunner().invoke(application(arguments), arguments)
    return result.exit_code, result.stdout


def test_the_commands(home: Path, tmp_path: Path) -> None:
    page, bad = put(tmp_path), tmp_path / "bad.html"
    bad.write_bytes(b"")
    code, said = command("import", str(page), "--publish")
    assert (code, "新增 1 份" in said) == (0, True)
    code, said = command("import", str(page), str(bad), "--json")
    assert code == 1
    assert json.loads(said)["failed"] == [["bad.html", "文件是空的"]]

    _, said = command("list", "--json")
    (listed,) = json.loads(said)
    assert (listed["title"], listed["life"]) == (TITLE, "published")
    _, said = command("search", "高龄补贴", "--json", "-k", "1")
    assert [hit["id"] for hit in json.loads(said)] == [listed["id"]]

    questions, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    asked = {"id": 7, "question": "高龄老人补贴每月多少钱", "docid": listed["id"], "answer": TEXT}
    questions.write_text(json.dumps(asked), encoding="utf-8")
    assert command("answer", "--batch", str(questions), "--out", str(out))[0] == 0
    answered = json.loads(out.read_text(encoding="utf-8"))
    assert set(answered) == {"id", "kind", "answer", "citations", "documents", "confidence"}
    assert (answered["id"], answered["documents"][0]["id"]) == (7, listed["id"])
    _, said = command("eval", str(questions), "--json")
    assert json.loads(said)["first"] == 1.0

    assert command("repeal", listed["id"])[0] == 0
    assert command("repeal", "nothing")[0] == 1
    assert command("publish", listed["id"])[0] == 0
    assert command("import", str(tmp_path / "gone.html"))[0] == 2
    assert home.is_dir()


async def test_the_loop_goes_on_while_an_answer_is_looked_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_answer = threading.Event(), threading.Event()
    plain = library.answer

    def slow(question: str, context: tuple[str, ...] = ()) -> Answer:
        asked.set()
        assert may_answer.wait(10)
        return plain(question, context)

    monkeypatch.setattr(library, "answer", slow)
    answering = asyncio.create_task(library.answered("高龄老人补贴每月多少钱"))
    assert await asyncio.to_thread(asked.wait, 10)

    may_answer.set()  # only reached because the loop was free

    assert (await answering).kind is AnswerKind.NONE
