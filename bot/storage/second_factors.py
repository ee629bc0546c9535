"""Second factors of staff: authenticators' keys, encrypted, and hashes of recovery codes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import SecondFactor
from bot.storage.connection import insert
from bot.storage.tables import recovery_codes, second_factors


class SecondFactorRepository:
    """The tables `second_factors` and `recovery_codes`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> SecondFactor | None:
        """A person's authenticator, in force or only begun."""
        result = await self._connection.execute(
            sa.select(second_factors).where(second_factors.c.name == name)
        )
        row = result.mappings().first()
        return None if row is None else SecondFactor(**row)

    async def in_force(self) -> frozenset[str]:
        """Names of everybody who has one in force."""
        result = await self._connection.scalars(
            sa.select(second_factors.c.name).where(second_factors.c.confirmed_at.is_not(None))
        )
        return frozenset(result)

    async def begin(self, factor: SecondFactor) -> bool:
        """Keep a new key that is not in force yet; False where one is in force."""
        values = {
            "sealed_key": factor.sealed_key,
            "begun_at": factor.begun_at,
            "last_step": factor.last_step,
        }
        statement = insert(self._connection, second_factors).values(name=factor.name, **values)
        result = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_=values,
                where=second_factors.c.confirmed_at.is_(None),
            ).returning(second_factors.c.name)
        )
        return result.first() is not None

    async def confirm(self, name: str, *, now: datetime) -> bool:
        """Put it in force; False where it is already, or there is none."""
        result = await self._connection.execute(
            sa.update(second_factors)
            .where(second_factors.c.name == name, second_factors.c.confirmed_at.is_(None))
            .values(confirmed_at=now)
        )
        return bool(result.rowcount == 1)

    async def use_step(self, name: str, step: int) -> bool:
        """Take a code's step; False where it, or a later one, was taken before."""
        result = await self._connection.execute(
            sa.update(second_factors)
            .where(second_factors.c.name == name, second_factors.c.last_step < step)
            .values(last_step=step)
        )
        return bool(result.rowcount == 1)

    async def remove(self, name: str) -> bool:
        """Forget authenticator and recovery codes; False where there was none."""
        await self._connection.execute(
            sa.delete(recovery_codes).where(recovery_codes.c.name == name)
        )
        result = await self._connection.execute(
            sa.delete(second_factors).where(second_factors.c.name == name)
        )
        return bool(result.rowcount == 1)

    async def replace_codes(self, name: str, hashes: Iterable[str]) -> None:
        """These recovery codes, and no earlier one, count from now on."""
        await self._connection.execute(
            sa.delete(recovery_codes).where(recovery_codes.c.name == name)
        )
        await self._connection.execute(
            sa.insert(recovery_codes), [{"name": name, "code_hash": each} for each in hashes]
        )

    async def use_code(self, name: str, code_hash: str, *, now: datetime) -> bool:
        """Take a recovery code; False where it is none, or was taken before."""
        result = await self._connection.execute(
            sa.update(recovery_codes)
            .where(
                recovery_codes.c.name == name,
                recovery_codes.c.code_hash == code_hash,
                recovery_codes.c.used_at.is_(None),
            )
            .values(used_at=now)
        )
        return bool(result.rowcount == 1)

    async def codes_left(self, name: str) -> int:
        """How many recovery codes are unused."""
        found = await self._connection.scalar(
            sa.select(sa.func.count())
            .select_from(recovery_codes)
            .where(recovery_codes.c.name == name, recovery_codes.c.used_at.is_(None))
        )
        return int(found or 0)
