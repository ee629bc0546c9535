"""`policyline check` on the chains of case events: has anybody changed what happened?"""

from __future__ import annotations

import time

from bot.commands.findings import Finding, Verdict
from bot.settings import Settings

NEWEST = 2000
"""Cases looked at unless told otherwise: some 0.2 ms each, so that the check stays quick."""
_WITHIN_S = 20.0
"""A slow database gets no longer than this unless all are asked for."""
_SUBJECT = "办理记录链"
_FAULTS = {
    "order": "次序不对",
    "link": "与前一步接不上",
    "hash": "内容与哈希不符",
    "missing": "缺了这一步，或多出了步骤",
    "unreadable": "有一步的内容无法读出",
    "state": "工单现在的状态与最后一步不符",
}


async def chains(settings: Settings, *, newest: int | None) -> Finding:
    """Verify the chains of the newest cases, or of all.

    Args:
        settings: where the database is.
        newest: how many cases, newest first, within 20 s; None: all, however long it takes.
    """
    from bot.cases.chains import Chains
    from bot.clock import SystemClock
    from bot.storage.units import Storage

    storage, began = Storage(settings.database), time.monotonic()

    def go_on() -> bool:
        return newest is None or time.monotonic() - began < _WITHIN_S

    try:
        if not await storage.is_current():
            return _finding(Verdict.LESS, "数据库的表还不是这一版的，启动服务后再核对")
        report = await Chains(storage, SystemClock()).verify(newest=newest, go_on=go_on)
    except Exception as error:  # noqa: BLE001 - whatever the driver raises is the finding
        return _finding(Verdict.FAULT, f"读不出办理记录（{type(error).__name__}）")
    finally:
        await storage.close()
    looked = f"{'全部' if report.whole else '最近'} {report.cases} 件、{report.events} 步"
    rest = "" if report.whole else "；核对全部请加 --all-chains"
    if not report.broken:
        return _finding(Verdict.FINE, f"{looked}，完整{rest}")
    named = "；".join(
        f"工单 {each.number} {_step(each.fault.seq)}{_FAULTS[each.fault.what]}"
        for each in report.broken
    )
    more = f"；另有 {report.more_broken} 件" if report.more_broken else ""
    return _finding(Verdict.FAULT, f"{named}{more}。看了{looked}{rest}")


def _step(seq: int) -> str:
    return f"第 {seq} 步" if seq else ""


def _finding(verdict: Verdict, said: str) -> Finding:
    return Finding(subject=_SUBJECT, verdict=verdict, said=said)
