"""What is done about items of public opinion, and who is told when their hours run out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.errors import Conflict, NotFound
from bot.openness.opinion import OpinionHours
from bot.openness.opinion_course import Asked, course, entered
from bot.openness.records import OpinionAlert, OpinionItem, OpinionStep
from bot.ports import Clock, Ids

log = logging.getLogger(__name__)


class OpinionStore(Protocol):
    """Where items and their steps are kept; see `bot.storage.opinions`."""

    async def of_issue(self, issue_id: str) -> OpinionItem | None:
        """The item of an issue."""

    async def open_items(self) -> tuple[OpinionItem, ...]:
        """Items that are not closed, by id."""

    async def closed_items(self, *, limit: int) -> tuple[OpinionItem, ...]:
        """Closed items, the latest first."""

    async def append(self, item: OpinionItem, step: OpinionStep, *, id: str) -> bool:
        """Keep an item's next step; False where somebody else was first."""

    async def told(self, item_ids: Sequence[str]) -> frozenset[tuple[str, str, str, datetime]]:
        """Item, what is owed, kind and hour of all that was told of these items."""

    async def tell(self, alert: OpinionAlert, *, id: str) -> bool:
        """Keep an alert; False where it was told before."""

    async def unseen(self) -> tuple[tuple[str, OpinionAlert], ...]:
        """Alerts of open items nobody has seen yet, newest first, each with its id."""

    async def mark_seen(self, id: str, *, by: str, now: datetime) -> bool:
        """Note who has seen an alert; False where there is none unseen."""


class OpinionUnit(Protocol):
    """One transaction."""

    @property
    def opinions(self) -> OpinionStore:
        """Items of public opinion."""


class OpinionStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[OpinionUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[OpinionUnit]:
        """A transaction that only reads."""


class OpinionItems:
    """Items of public opinion from their opening (`HotIssues.open_opinion`) to their closing."""

    def __init__(
        self, storage: OpinionStorage, clock: Clock, ids: Ids, hours: OpinionHours
    ) -> None:
        self._storage, self._clock, self._ids, self._hours = storage, clock, ids, hours

    async def enter(self, issue_id: str, asked: Asked, *, by: str) -> OpinionItem:
        """Write down what was done about an issue's item; gives the item with it.

        Raises:
            NotFound: the issue has no item.
            Invalid, Conflict: as `bot.openness.opinion_course.entered`; also where somebody else
                wrote something down in the same moment.
        """
        async with self._storage.begin() as unit:
            item = await unit.opinions.of_issue(issue_id)
            if item is None:
                raise NotFound("这个热点没有立为舆情事项。")
            step = entered(item, asked, at=self._clock.now(), by=by, hours=self._hours)
            if not await unit.opinions.append(item, step, id=self._ids.new_id()):
                raise Conflict("刚才有人登记了这个事项，请刷新页面。", code="opinion_changed")
            kept = await unit.opinions.of_issue(issue_id)
        return kept or item

    async def closed(self, *, limit: int = 20) -> tuple[OpinionItem, ...]:
        """Closed items, the latest first."""
        async with self._storage.read() as unit:
            return await unit.opinions.closed_items(limit=limit)

    async def sweep(self) -> int:
        """Tell what is due soon or overdue and was not told yet; gives how many that were.

        The database lets each in once, so any number of replicas may sweep.
        """
        now = self._clock.now()
        async with self._storage.read() as unit:
            items = await unit.opinions.open_items()
            told = await unit.opinions.told([item.id for item in items])
        due = [alert for alert in due_alerts(items, now) if _key(alert) not in told]
        if not due:
            return 0
        async with self._storage.begin() as unit:
            fresh = [
                alert for alert in due if await unit.opinions.tell(alert, id=self._ids.new_id())
            ]
        for alert in fresh:
            log.warning("opinion hour", extra={"item": alert.item_id, "kind": alert.kind.value})
        return len(fresh)

    async def alerts(self) -> tuple[tuple[str, OpinionAlert], ...]:
        """What was told, is still owed and nobody has put away, newest first, each with its id."""
        async with self._storage.read() as unit:
            found = await unit.opinions.unseen()
            items = await unit.opinions.open_items() if found else ()
        still = {
            (item.id, one.name, one.due_at)
            for item in items
            for one in course(item).owed
            if one.step is None
        }
        return tuple(
            (id, alert) for id, alert in found if (alert.item_id, alert.step, alert.due_at) in still
        )

    async def seen(self, id: str, *, by: str) -> None:
        """Put an alert away.

        Raises:
            NotFound: there is none, or somebody has seen it.
        """
        async with self._storage.begin() as unit:
            if not await unit.opinions.mark_seen(id, by=by, now=self._clock.now()):
                raise NotFound("这条提醒已经有人看过。")


def due_alerts(items: Iterable[OpinionItem], now: datetime) -> tuple[OpinionAlert, ...]:
    """All that is to be told by now; what was told before is among it. Pure."""
    return tuple(
        OpinionAlert(
            item_id=item.id,
            issue_id=item.issue_id,
            title=item.title,
            step=one.name,
            kind=kind,
            due_at=one.due_at,
            at=now,
        )
        for item in items
        for one in course(item).owed
        if (kind := one.pressing(now)) is not None
    )


def _key(alert: OpinionAlert) -> tuple[str, str, str, datetime]:
    return alert.item_id, alert.step, alert.kind.value, alert.due_at
