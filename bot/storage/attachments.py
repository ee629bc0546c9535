"""What citizens sent beside text: the table `attachments`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attachment_model import Attachment, AttachmentKind, AttachmentState, Scan
from bot.records import MessageState
from bot.storage.connection import insert
from bot.storage.scanned_rows import ScannedRows
from bot.storage.tables import attachments, messages

_FORGOTTEN_AT_ONCE = 50


class AttachmentRepository(ScannedRows):
    """The table `attachments`."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, attachments, attachments.c.message_id, _attachment)

    async def add(self, new: Attachment) -> Attachment:
        """Keep one; where its message has one in its place already, that one is given."""
        values = {
            "id": new.id,
            "message_id": new.message_id,
            "conversation_id": new.conversation_id,
            "case_number": new.case_number,
            "kind": new.kind.value,
            "state": new.state.value,
            "content_type": new.content_type,
            "bytes": new.bytes,
            "sha256": new.sha256,
            "ordinal": new.ordinal,
            "name": new.name,
            "scan": new.scan.value,
            "scans": new.scans,
            "details": dict(new.details),
            "at": new.at,
        }
        statement = insert(self._connection, attachments).values(**values)
        await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["message_id", "ordinal"])
        )
        known = await self._all(
            attachments.c.message_id == new.message_id, attachments.c.ordinal == new.ordinal
        )
        if not known:
            raise RuntimeError("an attachment in conflict with one that is not there")
        return known[0]

    async def of_message(self, message_id: str) -> Attachment | None:
        """The first of a message, or None."""
        rows = await self._all(attachments.c.message_id == message_id)
        return rows[0] if rows else None

    async def all_of_message(self, message_id: str) -> tuple[Attachment, ...]:
        """Those of a message, in order."""
        return await self._all(attachments.c.message_id == message_id)

    async def of_case(self, number: str) -> tuple[Attachment, ...]:
        """Those of a case, oldest first."""
        return await self._all(attachments.c.case_number == number)

    async def counts(self, numbers: Sequence[str]) -> Mapping[str, int]:
        """Case number → how many it has; cases without any are left out."""
        rows = await self._connection.execute(
            sa.select(attachments.c.case_number, sa.func.count())
            .where(
                attachments.c.case_number.in_(list(numbers)),
                attachments.c.kind != AttachmentKind.SOURCE.value,
            )
            .group_by(attachments.c.case_number)
        )
        return {str(number): int(count) for number, count in rows}

    async def attach(self, conversation_id: str, case_number: str, *, since: datetime) -> int:
        """Give a case what its conversation sent since then and no case has; how many."""
        result = await self._connection.execute(
            sa.update(attachments)
            .where(
                attachments.c.conversation_id == conversation_id,
                attachments.c.case_number == "",
                attachments.c.at >= since,
            )
            .values(case_number=case_number)
        )
        return int(result.rowcount)

    async def attach_of(self, message_id: str, case_number: str) -> int:
        """Give a case what came with a message and no case has; how many."""
        result = await self._connection.execute(
            sa.update(attachments)
            .where(attachments.c.message_id == message_id, attachments.c.case_number == "")
            .values(case_number=case_number)
        )
        return int(result.rowcount)

    async def forget(self, *, before: datetime) -> tuple[Attachment, ...]:
        """Drop some that came before then, were handled and belong to no case; gives them."""
        old = (
            sa.select(attachments.c.id)
            .join(messages, messages.c.id == attachments.c.message_id)
            .where(
                attachments.c.case_number == "",
                attachments.c.at < before,
                # A person may still look at what could not be handled.
                messages.c.state == MessageState.HANDLED.value,
            )
            .limit(_FORGOTTEN_AT_ONCE)
        )
        rows = await self._connection.execute(
            sa.delete(attachments).where(attachments.c.id.in_(old)).returning(attachments)
        )
        return tuple(_attachment(row) for row in rows.mappings())

    async def _all(self, *wanted: sa.ColumnElement[bool]) -> tuple[Attachment, ...]:
        rows = await self._connection.execute(
            sa.select(attachments)
            .where(*wanted)
            .order_by(attachments.c.at, attachments.c.ordinal, attachments.c.id)
        )
        return tuple(_attachment(row) for row in rows.mappings())


def _attachment(row: sa.RowMapping) -> Attachment:
    values = dict(row)
    values["kind"] = AttachmentKind(values["kind"])
    values["state"] = AttachmentState(values["state"])
    values["scan"] = Scan(values["scan"])
    return Attachment(**values)
