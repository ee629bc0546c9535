"""What other systems tell of cases: stored before it is acknowledged, applied once, never dropped.

What cannot be applied stays for a person, with the reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bot.cases.model import MoveRefused
from bot.delivery.applying import Applier, Held, Unknown
from bot.delivery.backoff import Backoff
from bot.delivery.held_words import refused
from bot.delivery.ports import DepartmentStorage, DepartmentUnit
from bot.delivery.records import StoredUpdate
from bot.errors import Conflict, PolicylineError
from bot.metrics import Metrics
from bot.ports import Clock, Ids, Wakeups
from bot.records import LeaseLost
from bot.spans import span
from bot.trail import on_trail, trail_of
from connectors.departments.base import DepartmentUpdate

log = logging.getLogger(__name__)

WOKEN_BY = "updates"

_BATCH = 20
_PATIENCE = Backoff(base_s=2.0, cap_s=60.0, tries=8)
"""Two people at one case, a database that is away for a moment."""
_UNKNOWN_TRIES = 5
"""Their answer may overtake the receipt that tells us their number: half a minute."""
_ID_CHARS = 200


class DepartmentUpdates:
    """Stores what other systems tell, and applies it to cases.

    Args:
        applier: makes the moves.
        owner: this process's name in leases.
        lease_s: who has not finished by then is taken for dead.
        jitter: a random number, 0 to 1.
    """

    def __init__(
        self,
        storage: DepartmentStorage,
        applier: Applier,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        wakeups: Wakeups,
        *,
        owner: str,
        lease_s: float,
        jitter: Callable[[], float],
    ) -> None:
        self._storage, self._applier, self._clock, self._ids = storage, applier, clock, ids
        self._metrics, self._wakeups = metrics, wakeups
        self._owner, self._lease_s, self._jitter = owner, lease_s, jitter

    async def store(self, updates: Sequence[DepartmentUpdate]) -> int:
        """Keep all of them, each once, or none; gives how many were new."""
        async with self._storage.begin() as unit:
            new = await self.keep(unit, updates)
        if new:
            await self._wakeups.wake(WOKEN_BY)
        return new

    async def keep(self, unit: DepartmentUnit, updates: Sequence[DepartmentUpdate]) -> int:
        """The same inside a transaction of the caller's, who wakes `updates` afterwards."""
        new = 0
        for update in updates:
            external_id = _kept_id(update.external_id)
            added = await unit.updates.add(
                replace(update, external_id=external_id),
                id=self._ids.new_id(),
                now=self._clock.now(),
            )
            new += added
            self._metrics.system_told(update.source, "stored" if added else "resent")
        return new

    async def apply(self, stop: asyncio.Event | None = None) -> int:
        """Apply everything that is due; gives how many rows were tried.

        Args:
            stop: once it is set, what was taken is applied and nothing more is taken.
        """
        tried = 0
        while not (stop and stop.is_set()) and (rows := await self._claim()):
            for row in rows:
                await self._apply(row)
            tried += len(rows)
        return tried

    async def _claim(self) -> tuple[StoredUpdate, ...]:
        async with self._storage.begin() as unit:
            return await unit.updates.claim_due(
                owner=self._owner, lease_s=self._lease_s, limit=_BATCH, now=self._clock.now()
            )

    async def _apply(self, row: StoredUpdate) -> None:
        with on_trail(update_id=row.id), span("update", source=row.update.source):
            try:
                number = await self._applier.case_number(row.update)
            except Unknown as error:
                await self._unknown(row, row.case_number, error)
            except Exception as error:  # noqa: BLE001 - recorded; tried again, then for a person
                await self._failed(row, row.case_number, error)
            else:
                with on_trail(case_number=number, trail=await self._trail_of(number)):
                    await self._apply_to(row, number)

    async def _trail_of(self, case_number: str) -> str:
        if not case_number:
            return ""
        async with self._storage.read() as unit:
            return trail_of(await unit.deliveries.origin_of(case_number))

    async def _apply_to(self, row: StoredUpdate, number: str) -> None:
        try:
            number = await self._applier.apply(row.id, number, row.update)
        except Unknown as error:
            await self._unknown(row, number, error)
        except Held as error:
            await self._hold(row, number, str(error))
        except MoveRefused as error:
            await self._hold(row, number, refused(error))
        except Conflict as error:
            if error.code == "changed_meanwhile" and not _PATIENCE.used_up(row.attempts):
                await self._again(row, error.code)
            else:
                await self._hold(row, number, error.message)
        except PolicylineError as error:
            await self._hold(row, number, error.message)
        except Exception as error:  # noqa: BLE001 - recorded; tried again, then shown to a person
            await self._failed(row, number, error)
        else:
            await self._applied(row, number)

    async def _unknown(self, row: StoredUpdate, number: str, error: Unknown) -> None:
        if row.attempts < _UNKNOWN_TRIES:
            await self._again(row, "unknown_case")
        else:
            await self._hold(row, number, str(error))

    async def _failed(self, row: StoredUpdate, number: str, error: Exception) -> None:
        if _PATIENCE.used_up(row.attempts):
            await self._hold(row, number, f"处理时出错（{type(error).__name__}）")
        else:
            await self._again(row, type(error).__name__)

    async def _applied(self, row: StoredUpdate, number: str) -> None:
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                now = self._clock.now()
                await unit.updates.applied(row.id, owner=self._owner, case_number=number, now=now)
        self._metrics.system_told(row.update.source, "applied")
        log.info("update applied", extra={"source": row.update.source, "case_number": number})

    async def _again(self, row: StoredUpdate, error: str) -> None:
        delay_s = _PATIENCE.delay_s(row.attempts, self._jitter())
        at = self._clock.now() + timedelta(seconds=delay_s)
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.updates.retry_at(row.id, owner=self._owner, at=at)
        self._note(row, "retried", error)

    async def _hold(self, row: StoredUpdate, number: str, reason: str) -> None:
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.updates.hold(
                    row.id, owner=self._owner, case_number=number, reason=reason
                )
        self._note(row, "held", "")

    def _note(self, row: StoredUpdate, what: str, error: str) -> None:
        self._metrics.system_told(row.update.source, what)
        log.warning(
            "update not applied",
            extra={
                "update_id": row.id,
                "source": row.update.source,
                "outcome": what,
                "error": error,
            },
        )


def _kept_id(external_id: str) -> str:
    """Their id as it is kept; an overlong one by its hash, so that no two become one."""
    if len(external_id) <= _ID_CHARS:
        return external_id
    return hashlib.sha256(external_id.encode("utf-8", "replace")).hexdigest()
