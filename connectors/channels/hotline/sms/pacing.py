"""When a message may go: quiet hours, and how many a number gets of one template. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
DAY_S = 24 * 3600.0
_SPARE_S = 1.0
"""The gateway's clock is not quite ours."""


def quiet_left_s(now: datetime, hours: tuple[time, time] | None) -> float:
    """Seconds until the quiet hours end; 0 where they are not on.

    Args:
        now: aware.
        hours: when they begin and end in China, over midnight where they end earlier than they
            begin; None: there are none.
    """
    if hours is None or hours[0] == hours[1]:
        return 0.0
    begin, end = hours
    here = now.astimezone(CHINA)
    clock = here.time()
    quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not quiet:
        return 0.0
    until = here.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    if until <= here:
        until += timedelta(days=1)
    return (until - here).total_seconds()


def wait_s(sent: Iterable[float], now: float, *, a_minute: int, an_hour: int, a_day: int) -> float:
    """Seconds until one more may go; 0 where it may now.

    Args:
        sent: when this number got messages of this template, in seconds since 1970.
        now: the same.
        a_minute: how many in any minute; 0: not limited.
        an_hour: the same of an hour.
        a_day: the same of 24 hours.
    """
    newest_first = sorted(sent, reverse=True)
    waits = [0.0]
    for most, span_s in ((a_minute, 60.0), (an_hour, 3600.0), (a_day, DAY_S)):
        if most and len(newest_first) >= most:
            waits.append(newest_first[most - 1] + span_s + _SPARE_S - now)
    return max(waits)
