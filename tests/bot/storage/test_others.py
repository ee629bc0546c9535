"""Conversations, staff, audit, questions, feedback, corrections and tries, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.cases.model import Role
from bot.records import (
    AuditEntry,
    Context,
    Conversation,
    Feedback,
    StaffMember,
    Tries,
    Unanswered,
)
from bot.storage.units import Storage

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


async def test_a_conversation_keeps_its_beginning_and_context(storage: Storage) -> None:
    context = Context(dialogue_open=True, questions=("多久", "多少钱"), case_number="1")
    async with storage.begin() as unit:
        await unit.conversations.touch("web:a", channel="webchat", sender_id="a", now=NOW)
        await unit.conversations.set_context("web:a", context)
        again = await unit.conversations.touch("web:a", channel="x", sender_id="y", now=LATER)
        assert await unit.conversations.get("web:a") == again
        assert await unit.conversations.get("web:b") is None
    assert again == Conversation(
        id="web:a",
        channel="webchat",
        sender_id="a",
        started_at=NOW,
        last_inbound_at=LATER,
        context=context,
    )


async def test_staff_accounts(storage: Storage) -> None:
    member = StaffMember(
        name="li",
        role=Role.DEPARTMENT_CLERK,
        display_name="李",
        department="市水利局",
        created_at=NOW,
        password_changed_at=NOW,
    )
    async with storage.begin() as unit:
        assert await unit.staff.add(member, password_hash="hash-1")
        assert not await unit.staff.add(member, password_hash="hash-2")
        assert await unit.staff.get("li") == member
        assert await unit.staff.password_hash("li") == "hash-1"
        changed = await unit.staff.set_password(
            "li", password_hash="hash-3", must_change=False, now=LATER
        )
        assert await unit.staff.set_active("li", active=False)
        assert not await unit.staff.set_active("nobody", active=False)
        [now] = await unit.staff.all()
        assert await unit.staff.password_hash("li") == "hash-3"
        assert await unit.staff.password_hash("nobody") is None
    assert changed
    assert (now.must_change, now.active, now.password_changed_at) == (False, False, LATER)


async def test_the_audit_is_read_newest_first_page_by_page(storage: Storage) -> None:
    entries = [
        AuditEntry(
            id=f"a{n}",
            at=NOW,
            actor=f"p{n % 2}",
            action="staff.add",
            subject="s",
            details={"n": "1"},
        )
        for n in range(5)
    ]
    async with storage.begin() as unit:
        for entry in entries:
            await unit.audit.add(entry)
        first = await unit.audit.entries(limit=2)
        second = await unit.audit.entries(limit=2, before=first[-1].id)
        by_one = await unit.audit.entries(actor="p1", subject="s")
    assert first + second == tuple(reversed(entries))[:4]
    assert [entry.id for entry in by_one] == ["a3", "a1"]


async def test_a_question_is_counted_and_opened_again(storage: Storage) -> None:
    async with storage.begin() as unit:
        await unit.unanswered.note(id="u1", question_key="k", question="怎么办", now=NOW)
        assert await unit.unanswered.set_state("u1", "answered")
        again = await unit.unanswered.note(id="u2", question_key="k", question="咋办", now=LATER)
        await unit.unanswered.note(id="u3", question_key="other", question="在哪", now=LATER)
        assert await unit.unanswered.set_state("u3", "dismissed")
        await unit.unanswered.note(id="u4", question_key="other", question="在哪", now=LATER)
        most = await unit.unanswered.most_asked()
    assert again == Unanswered(
        id="u1", question="怎么办", times=2, first_at=NOW, last_at=LATER, state="open"
    )
    assert most == (again,)


async def test_a_question_asked_at_once_is_counted_each_time(storage: Storage) -> None:
    async def ask(number: int) -> None:
        async with storage.begin() as unit:
            await unit.unanswered.note(id=f"u{number}", question_key="k", question="q", now=NOW)

    await asyncio.gather(*(ask(number) for number in range(8)))
    async with storage.read() as unit:
        [row] = await unit.unanswered.most_asked()
    assert row.times == 8


async def test_the_last_feedback_counts(storage: Storage) -> None:
    last = Feedback(id="f2", outbox_id="o1", helpful=False, comment="没说清", at=LATER)
    async with storage.begin() as unit:
        await unit.feedback.put(Feedback(id="f1", outbox_id="o1", helpful=True, at=NOW))
        await unit.feedback.put(last)
        kept = await unit.feedback.of("o1")
        assert await unit.feedback.of("o2") is None
    assert kept == Feedback(id="f1", outbox_id="o1", helpful=False, comment="没说清", at=LATER)


async def test_tries_are_kept_and_forgotten_after_a_day(storage: Storage) -> None:
    count = Tries(wrong=3, first_at=NOW, blocked_until=LATER)
    async with storage.begin() as unit:
        await unit.tries.hold("b", "a")
        await unit.tries.put("a", count, now=NOW)
        assert await unit.tries.get("a") == count
        await unit.tries.put("b", count, now=NOW + timedelta(days=2))
        assert await unit.tries.get("a") is None
        await unit.tries.clear("b")
        assert await unit.tries.get("b") is None


async def test_an_error_of_the_database_does_not_quote_what_was_written(storage: Storage) -> None:
    entry = AuditEntry(id="1", at=NOW, actor="wang", action="note", subject="我的电话13812345678")

    async def add_twice() -> None:
        async with storage.begin() as unit:
            await unit.audit.add(entry)
            await unit.audit.add(entry)

    with pytest.raises(sa.exc.IntegrityError) as caught:
        await add_twice()
    assert "13812345678" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "counted"),
    [("messages", ("stored", "failed")), ("outbox", ("pending", "dead"))],
)
async def test_counting_what_is_left_does_not_read_what_is_done(
    sqlite_url: str, table: str, counted: tuple[str, ...]
) -> None:
    asked: list[str] = []
    storage = Storage(sqlite_url)
    sa.event.listen(
        storage._engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: asked.append(statement),
    )
    async with storage.read() as unit:
        await {"messages": unit.messages, "outbox": unit.outbox}[table].counts(NOW)
    counting = next(statement for statement in asked if "GROUP BY" in statement)
    states = counting.count("?")
    async with storage._engine.connect() as connection:
        plan = await connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {counting}", (*counted, *counted)[:states]
        )
        steps = [row[-1] for row in plan]
    await storage.close()
    assert any(step.startswith(f"SEARCH {table}") for step in steps), steps
