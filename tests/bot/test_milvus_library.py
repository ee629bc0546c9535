"""Replicas whose index lies in one Milvus, built as the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import CannotStart, running
from bot.commands.check import Finding, Verdict, findings_of
from bot.content_ports import IndexMaker
from bot.indexing import index_maker
from bot.library import Library
from bot.settings import Settings, SettingsError, load
from bot.storage.units import Storage
from knowledge.embedded import EmbeddedIndex
from knowledge.milvus import MilvusIndex
from knowledge.model import AnswerKind, WayOn
from tests.bot.test_library import HubSignals, imported, put, started
from tests.fakes.edges import FakeClock
from tests.milvus_lite import milvus_lite
from tests.servers import free_port

ASKED = "高龄老人补贴每月多少钱"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_lite(tmp_path_factory.mktemp("milvus")) as lite:
        yield lite.url


@pytest.fixture(scope="module")
def build(url: str) -> IndexMaker:
    return index_maker(Settings(milvus_url=url))


async def test_a_published_document_is_found_within_a_second_on_every_replica(
    storage: Storage, clock: FakeClock, build: IndexMaker, tmp_path: Path
) -> None:
    signals = HubSignals()
    here = Library(storage, clock=clock, signals=signals, build=build)
    await imported(here, put(tmp_path, "other", "图书馆开放时间", "图书馆每天九时开放。"))
    async with started(Library(storage, clock=clock, signals=signals, build=build)) as other:
        await here.refresh()
        document_id = await imported(here, put(tmp_path))
        async with asyncio.timeout(1.0):
            await other.until(here.revision)
        assert isinstance(other.index, MilvusIndex)
        assert other.answer(ASKED).citations[0].document_id == document_id
        await other.repeal(document_id, "editor")
        assert here.answer(ASKED).quotes == ()


async def test_a_replica_that_starts_anew_answers_the_same(
    storage: Storage, clock: FakeClock, build: IndexMaker, tmp_path: Path
) -> None:
    before = Library(storage, clock=clock, build=build)
    await before.refresh()
    await imported(before, put(tmp_path))
    after = Library(storage, clock=clock, build=build)
    await after.refresh()
    assert before.answer(ASKED).kind is AnswerKind.DIRECT
    assert after.answer(ASKED) == before.answer(ASKED)


async def test_with_the_cluster_away_a_citizen_is_shown_the_other_ways(
    storage: Storage, clock: FakeClock, tmp_path: Path
) -> None:
    with milvus_lite(tmp_path) as lite:
        library = Library(storage, clock=clock, build=index_maker(Settings(milvus_url=lite.url)))
        await library.refresh()
        await imported(library, put(tmp_path))
        assert library.answer(ASKED).kind is AnswerKind.DIRECT
    answer = library.answer(ASKED)
    assert (answer.kind, answer.quotes) == (AnswerKind.NONE, ())
    assert answer.ways_on == (WayOn.ASK_PERSON, WayOn.OPEN_CASE)


async def test_without_its_cluster_the_service_says_why_it_does_not_start(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    plain = Settings(home=tmp_path, redis_port=free_port(), rasa_port=free_port())
    async with running(plain) as built:
        await imported(built.services.library, put(tmp_path))
    with pytest.raises(CannotStart, match="POLICYLINE_MILVUS_URL"):
        async with running(plain.model_copy(update={"milvus_url": url})):
            pass


def test_the_embedded_index_is_the_default() -> None:
    assert index_maker(Settings()) == EmbeddedIndex.build


def test_a_prefix_that_is_no_name_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="POLICYLINE_MILVUS_PREFIX"):
        load(milvus_prefix="丰城 1")


async def checked(monkeypatch: pytest.MonkeyPatch, home: Path, url: str) -> list[Finding]:
    monkeypatch.setenv("POLICYLINE_HOME", str(home))
    monkeypatch.setenv("POLICYLINE_MILVUS_URL", url)
    monkeypatch.setenv("POLICYLINE_MILVUS_TOKEN", "root:hidden")
    found = await findings_of()
    assert "hidden" not in "".join(each.said for each in found)
    return [each for each in found if each.subject == "Milvus"]


async def test_check_names_it_where_it_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    assert await checked(monkeypatch, tmp_path, "") == []
    with monkeypatch.context() as patient:  # a busy machine is no absent cluster
        patient.setattr("bot.commands.check.CONNECT_WITHIN_S", 60.0)
        (reached,) = await checked(monkeypatch, tmp_path, url)
    assert (reached.verdict, "可连接" in reached.said) == (Verdict.LESS, True)
    (away,) = await checked(monkeypatch, tmp_path, f"http://127.0.0.1:{free_port()}")
    assert (away.verdict, "连不上 Milvus" in away.said) == (Verdict.FAULT, True)
