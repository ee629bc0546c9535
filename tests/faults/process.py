"""`serve` or `worker` whose clock jumps as a file says: seconds, read at each look at the clock.

What the services take as clock is `bot.clock.SystemClock`, their ids' milliseconds and the WeChat
connector's `datetime.now`; all three are led here. The monotonic clock stays, as it does on a
machine whose clock is set.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace

import bot.clock
from bot import cli
from connectors.channels.wechat import api, channel, tokens

_FILE = Path(os.environ["FAULTS_CLOCK"])


def ahead_s() -> float:
    """How far the clock is ahead; read anew each time."""
    try:
        return float(_FILE.read_text() or 0)
    except (OSError, ValueError):
        return 0.0


class _Jumping(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one
        return datetime.now(tz or UTC) + timedelta(seconds=ahead_s())


def _now(_: bot.clock.SystemClock) -> datetime:
    return _Jumping.now(UTC)


def _time_ns() -> int:
    return time.time_ns() + round(ahead_s() * 1e9)


if __name__ == "__main__":
    bot.clock.SystemClock.now = _now  # type: ignore[method-assign]  # what this file is for
    bot.clock.time = SimpleNamespace(time_ns=_time_ns)  # type: ignore[assignment]
    for module in (api, channel, tokens):
        module.datetime = _Jumping  # type: ignore[misc]
    sys.argv[0] = "policyline"
    cli.main()
