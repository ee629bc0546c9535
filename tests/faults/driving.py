"""The run: faults one after the other under load, recovery measured, the accounts checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import sqlalchemy as sa

from bot.records import MessageState, OutboxState
from bot.storage import tables
from tests.whole.day.wire import Balancer

from .books import Violation, violations
from .doing import Undo, make
from .load import Load
from .plan import NEED_ROOT, Fault
from .report import Report, Run
from .town import Town, town

RECOVERED_WITHIN_S = 60.0
"""Promised: from the end of a fault until everything answers and what waited is done."""
_SETTLED_WITHIN_S = 180.0
_UNDONE = (MessageState.STORED.value, MessageState.HANDLING.value)
_UNSENT = (OutboxState.PENDING.value, OutboxState.SENDING.value)


async def drive(
    faults: Sequence[Fault],
    *,
    seed: int,
    folder: Path,
    citizens: tuple[int, int, int] = (4, 3, 1),
    at_most_s: float = float("inf"),
    patience: float = 1.0,
    real_rasa: bool = False,
    told: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Run all of it.

    Args:
        faults: in order.
        seed: of the citizens, and noted with every violation.
        folder: an empty one.
        citizens: so many at once at the account, on the page, at the form.
        at_most_s: no fault begins later than that.
        patience: of the seconds promised, so many times as long is waited, where it is not they
            that are looked at and other work keeps the machine busy.
        real_rasa: Rasa itself instead of its stand-in.
        told: called after each fault with what is known so far.

    Raises:
        tests.faults.servers.Missing: a server's program is not here.
    """
    report = Report(seed=seed)
    async with town(folder, patience, real_rasa=real_rasa) as all_of_it:
        ports = [replica.port for replica in all_of_it.replicas]
        balancer = Balancer(ports)
        load = Load(platform=all_of_it.platform, balancer=balancer, seed=seed)
        chatting, on_page, letters = citizens
        living = asyncio.create_task(load.live(chatting=chatting, on_page=on_page, letters=letters))
        try:
            await _all(faults, all_of_it, report, time.monotonic() + at_most_s, told)
        finally:
            load.stop.set()
            await living
        report.notes(load.written)
        await _settled(all_of_it)
        for violation in await violations(all_of_it, load.written):
            report.violated(violation)
        await balancer.aclose()
    return report


async def _all(
    faults: Sequence[Fault],
    here: Town,
    report: Report,
    end_at: float,
    told: Callable[[Report], None],
) -> None:
    open_now: list[tuple[Run, Undo]] = []
    for at, fault in enumerate(faults):
        if fault.kind in NEED_ROOT and not here.disks:
            report.skipped(fault.kind)
            continue
        if time.monotonic() > end_at and not open_now:
            return
        await asyncio.sleep(fault.pause_s)
        run = report.begun(fault)
        undo = await make(fault, here)
        await asyncio.sleep(fault.length_s)
        open_now.append((run, undo))
        following = faults[at + 1] if at + 1 < len(faults) else None
        if following and fault.together and len(open_now) == 1 and following.part != fault.part:
            continue
        over = time.monotonic()
        # At once: a process that was stopped cannot start before its database is there again.
        wrongs = await asyncio.gather(*(put_right() for _, put_right in open_now))
        for (one, _), wrong in zip(open_now, wrongs, strict=True):
            if wrong:
                report.violated(_now(wrong, one.began))
        recovered = await _recovered(here)
        for one, _ in open_now:
            one.over, one.recovered = over, recovered
            if recovered is None:
                report.violated(_now("not recovered", one.began))
        open_now.clear()
        for process in (*here.replicas, here.worker):
            if not process.runs:
                report.violated(_now(f"{process.role} ended by itself", run.began))
                await asyncio.to_thread(process.start)
        told(report)


def _now(what: str, began: float) -> Violation:
    return Violation(what=what, about="", began=began, ended=time.monotonic())


async def _recovered(here: Town) -> float | None:
    """When everything answered and what waited was done; None where it took too long."""
    waiting: tuple[set[str], set[str]] | None = None
    give_up_at = time.monotonic() + RECOVERED_WITHIN_S * here.patience
    async with httpx.AsyncClient(timeout=5.0) as client:
        while time.monotonic() < give_up_at:
            answer = all([await _answers(client, replica.url) for replica in here.replicas])
            if waiting is None:
                waiting = await _undone(here)
            else:
                now = await _undone(here)
                waiting = waiting[0] & now[0], waiting[1] & now[1]
            if answer and not any(waiting):
                return time.monotonic()
            await asyncio.sleep(0.1)
    return None


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        said = await client.post(
            f"{url}/api/v1/chat",
            json={"text": "您好"},
            headers={"X-Forwarded-For": f"10.200.{time.time_ns() % 250}.7"},
        )
    except httpx.HTTPError:
        return False
    return said.status_code == 200 and bool(said.json()["replies"])


async def _undone(here: Town) -> tuple[set[str], set[str]]:
    """Ids of messages and of replies that wait."""
    async with here.storage.read() as unit:
        ask = unit.messages._connection.execute
        messages, outbox = tables.messages, tables.outbox
        undone = await ask(sa.select(messages.c.id).where(messages.c.state.in_(_UNDONE)))
        unsent = await ask(sa.select(outbox.c.id).where(outbox.c.state.in_(_UNSENT)))
        return set(undone.scalars()), set(unsent.scalars())


async def _settled(here: Town) -> None:
    """Returns once nothing is left to do, or when it should have been."""
    give_up_at = time.monotonic() + _SETTLED_WITHIN_S
    while time.monotonic() < give_up_at:
        if not any(await _undone(here)):
            return
        await asyncio.sleep(0.5)
