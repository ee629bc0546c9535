"""How far each mail box was read: the table `mail_boxes`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.connection import insert
from bot.storage.mail_tables import mail_boxes
from connectors.channels.mailbox.imap import Cursor


class MailBoxRepository:
    """The table `mail_boxes`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> Cursor:
        """How far a box was read; nothing for one nobody knows."""
        row = (
            await self._connection.execute(
                sa.select(mail_boxes.c.validity, mail_boxes.c.uid).where(mail_boxes.c.name == name)
            )
        ).first()
        return Cursor(validity=row.validity, uid=row.uid) if row else Cursor()

    async def put(self, name: str, cursor: Cursor, *, now: datetime) -> None:
        """Remember it, and that the box was looked at now."""
        values = {"validity": cursor.validity, "uid": cursor.uid, "looked_at": now}
        await self._connection.execute(
            insert(self._connection, mail_boxes)
            .values(name=name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
        )

    async def looked_at(self) -> Mapping[str, datetime]:
        """When each box was last looked at without trouble."""
        rows = await self._connection.execute(sa.select(mail_boxes.c.name, mail_boxes.c.looked_at))
        return {str(name): at for name, at in rows}
