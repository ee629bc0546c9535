"""What one process needs to tell departments and hear from their systems, built together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.delivery.applying import Applier
from bot.delivery.departments import DepartmentDeliveries
from bot.delivery.polling import Polling
from bot.delivery.ports import DepartmentStorage
from bot.delivery.updates import DepartmentUpdates
from bot.metrics import Metrics
from bot.ports import Clock, Ids, Wakeups
from connectors.departments.base import DepartmentSender, Polled


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Telling, hearing and asking."""

    telling: DepartmentDeliveries
    updates: DepartmentUpdates
    polling: Polling


def build(
    storage: DepartmentStorage,
    applier: Applier,
    clock: Clock,
    ids: Ids,
    wakeups: Wakeups,
    metrics: Metrics,
    *,
    senders: Mapping[str, DepartmentSender],
    polled: Mapping[str, Polled],
    owner: str,
    lease_s: float,
    jitter: Callable[[], float],
) -> Exchange:
    """One process's exchange; the arguments as its parts have them."""
    updates = DepartmentUpdates(
        storage, applier, clock, ids, metrics, wakeups,
        owner=owner, lease_s=lease_s, jitter=jitter,
    )  # fmt: skip
    return Exchange(
        telling=DepartmentDeliveries(
            storage, senders, clock, metrics, owner=owner, lease_s=lease_s, jitter=jitter
        ),
        updates=updates,
        polling=Polling(
            storage, polled, updates, clock, wakeups, metrics,
            owner=owner, lease_s=lease_s, jitter=jitter,
        ),
    )  # fmt: skip
