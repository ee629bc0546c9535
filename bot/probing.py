"""Checks of connectors and services that an administrator starts from a page, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.commands.findings import Finding, Verdict
from bot.errors import Conflict, NotFound
from bot.records import AuditEntry

ACTION = "connector.test"
_SAID_CHARS = 500
_GRAVEST = (Verdict.FAULT, Verdict.LESS, Verdict.FINE)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A connector or service.

    Args:
        name: in addresses.
        title: in Chinese.
        group: the heading it stands under.
        is_set: False where the settings name none.
        setting: the setting it begins with.
        run: the check `policyline check` does; its sentences hold no secret.
        only_settings: nothing outside is asked.
        channels: what goes out through it to citizens.
        senders: what goes out through it to departments.
    """

    name: str
    title: str
    group: str
    is_set: bool
    setting: str
    run: Callable[[], Awaitable[Sequence[Finding]]]
    only_settings: bool = False
    channels: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a check came to, as anybody last started it from the page."""

    at: datetime
    by: str
    verdict: Verdict
    said: str


class Audit(Protocol):
    """What staff did; see `bot.staff.StaffService`."""

    async def record(self, by: str, action: str, subject: str = "", **details: str) -> None:
        """Write down what somebody did."""

    async def audit_entries(
        self, *, subject: str = "", actor: str = "", before: str = "", limit: int = 100
    ) -> tuple[AuditEntry, ...]:
        """What staff did, newest first."""


class Probes:
    """Runs checks.

    Args:
        probes: what there is.
        audit: where outcomes are kept, so that every replica knows them.
    """

    def __init__(self, probes: Sequence[Probe], audit: Audit) -> None:
        self.all = tuple(probes)
        self._by_name = {probe.name: probe for probe in probes}
        self._audit, self._running = audit, asyncio.Lock()

    async def run(self, name: str, *, by: str) -> Outcome:
        """Check one.

        Raises:
            NotFound: there is no such connector.
            Conflict: another check is running in this process.
        """
        probe = self._by_name.get(name)
        if probe is None:
            raise NotFound("没有这一项。")
        if self._running.locked():
            raise Conflict("另一项检查还没有做完，请稍后再试。", code="checking")
        async with self._running:
            found = await probe.run()
        verdict = next(each for each in _GRAVEST if any(one.verdict is each for one in found))
        said = "；".join(
            one.said if len(found) == 1 else f"{one.subject}：{one.said}" for one in found
        )
        await self._audit.record(
            by, ACTION, f"connector:{name}", verdict=verdict.value, said=said[:_SAID_CHARS]
        )
        last = await self.last(name)
        if last is None:
            raise LookupError("an outcome that was just recorded is not there")
        return last

    async def last(self, name: str) -> Outcome | None:
        """What the last check of one came to; None: nobody has checked it from the page."""
        entries = await self._audit.audit_entries(subject=f"connector:{name}", limit=1)
        if not entries:
            return None
        [entry] = entries
        return Outcome(
            at=entry.at,
            by=entry.actor,
            verdict=Verdict(entry.details["verdict"]),
            said=entry.details["said"],
        )
