"""Files that came with applications: the table `disclosure_files`."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attachment_model import Attachment, AttachmentKind, AttachmentState, Scan
from bot.storage.disclosure_tables import disclosure_files
from bot.storage.scanned_rows import ScannedRows


class DisclosureFileRepository(ScannedRows):
    """The table `disclosure_files`."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, disclosure_files, disclosure_files.c.owner, _file)

    async def add(self, new: Attachment, *, request_id: str, request_number: str) -> None:
        """Keep one with its request."""
        await self._connection.execute(
            sa.insert(disclosure_files).values(
                id=new.id,
                request_id=request_id,
                request_number=request_number,
                owner=new.message_id,
                ordinal=new.ordinal,
                name=new.name,
                content_type=new.content_type,
                bytes=new.bytes,
                sha256=new.sha256,
                scan=new.scan.value,
                scans=new.scans,
                details=dict(new.details),
                at=new.at,
            )
        )

    async def of_request(self, request_id: str) -> tuple[Attachment, ...]:
        """Those of a request, in order."""
        rows = await self._connection.execute(
            sa.select(disclosure_files)
            .where(disclosure_files.c.request_id == request_id)
            .order_by(disclosure_files.c.ordinal)
        )
        return tuple(_file(row) for row in rows.mappings())


def _file(row: sa.RowMapping) -> Attachment:
    return Attachment(
        id=row["id"],
        message_id=row["owner"],
        conversation_id="",
        request_number=row["request_number"],
        kind=AttachmentKind.FILE,
        state=AttachmentState.KEPT,
        content_type=row["content_type"],
        bytes=row["bytes"],
        sha256=row["sha256"],
        ordinal=row["ordinal"],
        name=row["name"],
        scan=Scan(row["scan"]),
        scans=row["scans"],
        details=row["details"],
        at=row["at"],
    )
