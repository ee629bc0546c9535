"""`policyline check` on the chains of events, of cases and of requests for information: has anybody
changed what happened?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from bot.commands.findings import Finding, Verdict
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.cases.chains import ChainReport

NEWEST = 2000
"""Cases looked at unless told otherwise: some 0.2 ms each, so that the check stays quick."""
_WITHIN_S = 20.0
"""A slow database gets no longer than this unless all are asked for."""
_OF_CASES, _OF_REQUESTS = "办理记录链", "依申请公开记录链"
_FAULTS = {
    "order": "次序不对",
    "link": "与前一步接不上",
    "hash": "内容与哈希不符",
    "missing": "缺了这一步，或多出了步骤",
    "unreadable": "有一步的内容无法读出",
    "state": "现在的状态与最后一步不符",
}


class _Verify(Protocol):
    """Verifies one kind of chains."""

    async def __call__(self, *, newest: int | None, go_on: Callable[[], bool]) -> ChainReport:
        """Verify them."""


async def chains(settings: Settings, *, newest: int | None) -> tuple[Finding, ...]:
    """Verify the chains of the newest cases and requests, or of all: a finding for each kind.

    Args:
        settings: where the database is.
        newest: how many of each, newest first, within 20 s; None: all, however long it takes.
    """
    from bot.cases.chains import Chains
    from bot.clock import SystemClock
    from bot.disclosure.chains import RequestChains
    from bot.stored import storage_of

    storage = storage_of(settings)
    try:
        if not await storage.is_current():
            said = "数据库的表还不是这一版的，启动服务后再核对"
            return (Finding(subject=_OF_CASES, verdict=Verdict.LESS, said=said),)
        of_cases = Chains(storage, SystemClock()).verify
        return (
            await _looked_at(_OF_CASES, "工单", of_cases, newest),
            await _looked_at(_OF_REQUESTS, "申请", RequestChains(storage).verify, newest),
        )
    except Exception as error:  # noqa: BLE001 - whatever the driver raises is the finding
        said = f"读不出办理记录（{type(error).__name__}）"
        return (Finding(subject=_OF_CASES, verdict=Verdict.FAULT, said=said),)
    finally:
        await storage.close()


async def _looked_at(subject: str, name: str, verify: _Verify, newest: int | None) -> Finding:
    began = time.monotonic()

    def go_on() -> bool:
        return newest is None or time.monotonic() - began < _WITHIN_S

    try:
        report = await verify(newest=newest, go_on=go_on)
    except Exception as error:  # noqa: BLE001 - whatever reading raises is the finding
        said = f"读不出办理记录（{type(error).__name__}）"
        return Finding(subject=subject, verdict=Verdict.FAULT, said=said)
    looked = f"{'全部' if report.whole else '最近'} {report.cases} 件、{report.events} 步"
    rest = "" if report.whole else "；核对全部请加 --all-chains"
    if not report.broken:
        return Finding(subject=subject, verdict=Verdict.FINE, said=f"{looked}，完整{rest}")
    named = "；".join(
        f"{name} {each.number} {_step(each.fault.seq)}{_FAULTS[each.fault.what]}"
        for each in report.broken
    )
    more = f"；另有 {report.more_broken} 件" if report.more_broken else ""
    said = f"{named}{more}。看了{looked}{rest}"
    return Finding(subject=subject, verdict=Verdict.FAULT, said=said)


def _step(seq: int) -> str:
    return f"第 {seq} 步" if seq else ""
