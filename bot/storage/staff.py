"""Accounts of staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import Role
from bot.records import StaffMember
from bot.storage.connection import insert
from bot.storage.tables import staff

_PUBLIC = [column for column in staff.c if column.name != "password_hash"]


class StaffRepository:
    """The table `staff`; a password's hash leaves it only by `password_hash`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, member: StaffMember, *, password_hash: str) -> bool:
        """Add an account; False where the name is taken."""
        statement = insert(self._connection, staff).values(
            name=member.name,
            display_name=member.display_name,
            role=member.role.value,
            department=member.department,
            password_hash=password_hash,
            must_change=member.must_change,
            active=member.active,
            created_at=member.created_at,
            password_changed_at=member.password_changed_at,
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["name"]).returning(staff.c.name)
        )
        return result.first() is not None

    async def get(self, name: str) -> StaffMember | None:
        """One account, or None."""
        result = await self._connection.execute(sa.select(*_PUBLIC).where(staff.c.name == name))
        row = result.mappings().first()
        return None if row is None else _member(row)

    async def all(self) -> tuple[StaffMember, ...]:
        """Every account, by name."""
        result = await self._connection.execute(sa.select(*_PUBLIC).order_by(staff.c.name))
        return tuple(_member(row) for row in result.mappings())

    async def password_hash(self, name: str) -> str | None:
        """The password's hash, or None for an unknown name."""
        found = await self._connection.scalar(
            sa.select(staff.c.password_hash).where(staff.c.name == name)
        )
        return None if found is None else str(found)

    async def set_password(
        self, name: str, *, password_hash: str, must_change: bool, now: datetime
    ) -> bool:
        """Change the password; False for an unknown name."""
        return await self._set(
            name,
            {
                "password_hash": password_hash,
                "must_change": must_change,
                "password_changed_at": now,
            },
        )

    async def rehash(self, name: str, *, password_hash: str) -> bool:
        """Keep the same password under newer parameters."""
        return await self._set(name, {"password_hash": password_hash})

    async def set_active(self, name: str, *, active: bool) -> bool:
        """Let somebody in or keep them out; False for an unknown name."""
        return await self._set(name, {"active": active})

    async def move(self, name: str, *, role: Role, department: str) -> bool:
        """Another role or department; False for an unknown name."""
        return await self._set(name, {"role": role.value, "department": department})

    async def _set(self, name: str, values: dict[str, Any]) -> bool:
        result = await self._connection.execute(
            sa.update(staff).where(staff.c.name == name).values(**values)
        )
        return bool(result.rowcount == 1)


def _member(row: sa.RowMapping) -> StaffMember:
    values = dict(row)
    values["role"] = Role(values["role"])
    return StaffMember(**values)
