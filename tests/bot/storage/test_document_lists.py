"""The editors' lists, the steps of documents and what answers quoted, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine

from bot.content_course import Act, Step
from bot.content_lists import PER_PAGE, Asked, ContentLists, Listed, ListName, Page
from bot.records import NewOutbound
from bot.storage import schema
from bot.storage.units import Storage, async_url
from connectors.base import Reply, ReplyCitation, ReplyKind
from knowledge.model import Document, Kind, Life
from tests.fakes.edges import FakeClock

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def document(name: str, **values: object) -> Document:
    known = {"title": f"标题 {name}", "text": "正文。", "life": Life.PUBLISHED, **values}
    return Document(id=name, **known)  # type: ignore[arg-type]  # a document's own fields


async def put(storage: Storage, *documents: Document, at: datetime = NOW) -> None:
    async with storage.begin() as unit:
        await unit.documents.lock()
        for each in documents:
            await unit.documents.put(each, at=at, by="li")


async def quote(storage: Storage, outbox_id: str, *ids: str, kind: ReplyKind, at: datetime) -> None:
    citations = tuple(ReplyCitation(document_id=each, title="t") for each in ids)
    new = NewOutbound(
        key=outbox_id,
        channel="webchat",
        conversation_id=f"webchat:{outbox_id}",
        recipient="a",
        reply=Reply(kind=kind, text="答", citations=citations),
    )
    async with storage.begin() as unit:
        await unit.outbox.add(new, id=outbox_id, now=at)
        await unit.outbox.add(new, id=f"{outbox_id}-again", now=at)


@pytest.fixture
def lists(storage: Storage, clock: FakeClock) -> ContentLists:
    return ContentLists(storage, clock)


async def whole(lists: ContentLists, asked: Asked) -> list[Listed]:
    """All pages of a list."""
    rows: list[Listed] = []
    while True:
        page: Page = await lists.page(asked)
        rows += page.rows
        if page.following is None:
            return rows
        asked = replace(asked, after=page.following)


def ids(rows: list[Listed]) -> list[str]:
    return [row.document.id for row in rows]


async def test_what_waits_is_listed_by_how_long(storage: Storage, lists: ContentLists) -> None:
    await put(storage, document("new", life=Life.DRAFT), at=NOW - timedelta(hours=1))
    await put(storage, document("old", life=Life.DRAFT), at=NOW - timedelta(days=3))
    await put(storage, document("out"), at=NOW - timedelta(days=9))
    beside = document("out", life=Life.DRAFT, version=2)
    async with storage.begin() as unit:
        await unit.documents.add_version(beside, at=NOW - timedelta(days=2), by="li")
    rows = await whole(lists, Asked(name=ListName.WAITING))
    assert [(row.document.id, row.version) for row in rows] == [("old", 1), ("out", 2), ("new", 1)]
    assert rows[1].since == NOW - timedelta(days=2)
    assert rows[1].document.life is Life.PUBLISHED
    async with storage.begin() as unit:
        await unit.documents.lock()
        await unit.documents.add_version(replace(beside, life=Life.CHECKED), at=NOW, by="wang")
        await unit.documents.put(document("out", life=Life.REPEALED), at=NOW, by="wang")
    assert ids(await whole(lists, Asked(name=ListName.WAITING))) == ["old", "new"]
    (checked,) = await whole(lists, Asked(name=ListName.CHECKED))
    assert (checked.document.id, checked.since) == ("out", NOW - timedelta(days=2))
    await put(storage, replace(beside, life=Life.PUBLISHED))
    counts = await lists.counts()
    assert (counts[ListName.WAITING], counts[ListName.CHECKED]) == (2, 0)


async def test_pages_follow_one_another_where_many_came_at_once(
    storage: Storage, lists: ContentLists
) -> None:
    names = [f"d{n:03d}" for n in range(PER_PAGE + 7)]
    await put(storage, *(document(name, life=Life.DRAFT) for name in names))
    assert ids(await whole(lists, Asked(name=ListName.WAITING))) == names
    refutations = [document(f"r{n:03d}", kind=Kind.REFUTATION) for n in range(PER_PAGE + 3)]
    dated = [replace(each, published_on=TODAY) for each in refutations[5:]]
    await put(storage, *refutations[:5], *dated)
    rows = await whole(lists, Asked(name=ListName.REFUTATIONS))
    assert (
        ids(rows) == sorted(each.id for each in dated)[::-1] + [f"r{n:03d}" for n in range(5)][::-1]
    )


async def test_what_runs_out_soon_and_what_is_to_be_looked_at(
    storage: Storage, lists: ContentLists
) -> None:
    ends = {"yesterday": -1, "today": 0, "month": 30, "later": 31, "quarter": 90, "never": None}
    for name, days in ends.items():
        valid_to = None if days is None else TODAY + timedelta(days=days)
        await put(storage, document(name, valid_to=valid_to, kind=Kind.NOTICE, department="甲局"))
    await put(storage, document("draft", valid_to=TODAY, life=Life.DRAFT))
    assert ids(await whole(lists, Asked(name=ListName.EXPIRING))) == ["today", "month"]
    quarter = await whole(lists, Asked(name=ListName.EXPIRING, within=90))
    assert ids(quarter) == ["today", "month", "later", "quarter"]
    other = Asked(name=ListName.EXPIRING, department="乙局")
    assert await whole(lists, other) == []
    assert await whole(lists, replace(other, department="甲局", kind=Kind.POLICY)) == []
    async with storage.begin() as unit:
        await unit.documents.set_review("never", TODAY - timedelta(days=2))
        await unit.documents.set_review("later", TODAY + timedelta(days=31))
        assert await unit.documents.review_on("never") == TODAY - timedelta(days=2)
        assert await unit.documents.review_on("month") is None
    assert ids(await whole(lists, Asked(name=ListName.REVIEW))) == ["never"]
    assert ids(await whole(lists, Asked(name=ListName.REVIEW, within=90))) == ["never", "later"]
    await put(storage, document("never", kind=Kind.NOTICE))
    assert ids(await whole(lists, Asked(name=ListName.REVIEW))) == ["never"]


async def test_what_ran_out_and_is_quoted_all_the_same(
    storage: Storage, lists: ContentLists
) -> None:
    gone = TODAY - timedelta(days=5)
    for name in ("asked", "long-ago", "unasked"):
        await put(storage, document(name, valid_to=gone))
    await put(storage, document("valid"))
    await quote(storage, "o1", "asked", "asked", "valid", kind=ReplyKind.ANSWER, at=NOW)
    await quote(storage, "o2", "asked", kind=ReplyKind.ANSWER, at=NOW - timedelta(days=7))
    before = NOW - timedelta(days=31)
    await quote(storage, "o3", "asked", "long-ago", kind=ReplyKind.ANSWER, at=before)
    await quote(storage, "o4", "unasked", kind=ReplyKind.CHOICES, at=NOW)
    (row,) = await whole(lists, Asked(name=ListName.EXPIRED))
    assert (row.document.id, row.quoted) == ("asked", 2)


async def test_a_refutation_tells_how_often_it_was_given(
    storage: Storage, lists: ContentLists
) -> None:
    await put(storage, document("r", kind=Kind.REFUTATION), document("p"))
    for number in range(3):
        at = NOW - timedelta(days=200 * number)
        await quote(storage, f"o{number}", "r", kind=ReplyKind.ANSWER, at=at)
    (row,) = await whole(lists, Asked(name=ListName.REFUTATIONS))
    assert (row.document.id, row.quoted) == ("r", 3)


async def test_policies_without_an_interpretation_in_force(
    storage: Storage, lists: ContentLists
) -> None:
    reading = document("i", kind=Kind.INTERPRETATION, policy_id="a")
    await put(storage, reading)
    await put(
        storage, document("a"), document("b", published_on=TODAY), document("n", kind=Kind.GUIDE)
    )
    asked = Asked(name=ListName.UNINTERPRETED)
    assert ids(await whole(lists, asked)) == ["b"]
    await put(storage, replace(reading, policy_id="b"))
    assert ids(await whole(lists, asked)) == ["a"]
    await put(storage, replace(reading, policy_id="b", life=Life.REPEALED))
    assert ids(await whole(lists, asked)) == ["b", "a"]
    await put(storage, replace(reading, policy_id="b", life=Life.DRAFT))
    assert (await lists.counts())[ListName.UNINTERPRETED] == 2


async def test_steps_are_kept_in_their_order(storage: Storage) -> None:
    await put(storage, document("a"))
    steps = [
        Step(document_id="a", version=1, act=act, at=NOW, by="li", note="x" * 600, alone=alone)
        for act, alone in ((Act.WRITTEN, False), (Act.CHECKED, True))
    ]
    async with storage.begin() as unit:
        for step in steps:
            await unit.course.add(step)
        kept = await unit.course.of("a")
        assert await unit.course.of("b") == ()
    assert kept == tuple(replace(step, note="x" * 500) for step in steps)


async def test_what_a_document_replaced(storage: Storage) -> None:
    await put(storage, document("new"), document("old", life=Life.REPLACED, replaced_by="new"))
    async with storage.read() as unit:
        assert [each.id for each in await unit.documents.replaced_by("new")] == ["old"]


async def test_a_database_from_before_the_lists_is_filled(
    database_url: str, clock: FakeClock
) -> None:
    storage = Storage(database_url)
    await put(storage, document("out", issued_on=TODAY), document("draft", life=Life.DRAFT))
    await put(storage, document("i", kind=Kind.INTERPRETATION, policy_id="out"), document("bare"))
    async with storage.begin() as unit:
        for version, life in ((2, Life.DRAFT), (3, Life.CHECKED)):
            beside = document("out", life=life, version=version)
            await unit.documents.add_version(beside, at=NOW + timedelta(days=version), by="li")
    await storage.close()
    engine = create_async_engine(async_url(database_url))

    def back(connection: sa.Connection) -> None:
        made = schema.config()
        made.attributes["connection"] = connection
        command.downgrade(made, "0017")

    async with engine.begin() as connection:
        await connection.run_sync(back)
    await engine.dispose()
    storage = Storage(database_url)
    await storage.upgrade()
    lists = ContentLists(storage, clock)
    (draft,) = await whole(lists, Asked(name=ListName.WAITING))
    (checked,) = await whole(lists, Asked(name=ListName.CHECKED))
    assert (draft.document.id, draft.since) == ("draft", NOW)
    assert (checked.document.id, checked.version) == ("out", 3)
    assert checked.since == NOW + timedelta(days=3)
    assert ids(await whole(lists, Asked(name=ListName.UNINTERPRETED))) == ["bare"]
    await storage.close()
