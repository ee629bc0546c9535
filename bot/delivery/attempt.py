"""One try to send something, and what follows from how it went: the same whoever it goes to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.backoff import Backoff
from connectors.base import Receipt
from connectors.errors import ConnectorError, Kept, Waiting

BATCH = 20
"""Rows taken at once."""
_SHARE_OF_LEASE = 0.6
_WAIT_AT_LEAST_S = 0.2


class Came(StrEnum):
    """How a try went; the values are those of the metrics."""

    SENT = "sent"
    RETRIED = "retried"
    WAITS = "waits"
    """Its turn comes with the other side's quota: no failed try, however long it takes."""
    KEPT = "kept"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A try.

    Args:
        error: a stable code or an error's type, never citizens' words; empty where it was sent.
        after_s: seconds until the next try, for `RETRIED` and `WAITS`.
        receipt: the other side's id of it, for `SENT`.
    """

    came: Came
    error: str = ""
    after_s: float = 0.0
    receipt: str = ""


@dataclass(frozen=True, kw_only=True)
class Trying:
    """How things are tried.

    Args:
        lease_s: of the row; a try ends before it does.
        backoff: between failed tries.
        jitter: a random number, 0 to 1.
    """

    lease_s: float
    backoff: Backoff
    jitter: Callable[[], float]

    async def attempt(self, send: Callable[[], Awaitable[Receipt]], *, tried: int) -> Attempt:
        """Try once; raises nothing but a cancellation.

        Args:
            send: as `Channel.send` and `DepartmentSender.send` raise.
            tried: tries so far, this one among them.
        """
        try:
            async with asyncio.timeout(self.lease_s * _SHARE_OF_LEASE):
                receipt = await send()
        except Kept as error:
            return Attempt(came=Came.KEPT, error=error.code)
        except Waiting as error:
            wait_s = max(_WAIT_AT_LEAST_S, error.retry_after_s or 0.0) + self.jitter()
            return Attempt(came=Came.WAITS, error=error.code, after_s=wait_s)
        except ConnectorError as error:
            if not error.retryable:
                return Attempt(came=Came.DEAD, error=error.code)
            return self.failed(error.code, tried=tried, at_least_s=error.retry_after_s or 0.0)
        except Exception as error:  # noqa: BLE001 - recorded; it is tried again
            return self.failed(type(error).__name__, tried=tried)
        return Attempt(came=Came.SENT, receipt=receipt.external_id)

    def failed(self, error: str, *, tried: int, at_least_s: float = 0.0) -> Attempt:
        """A try that came to nothing: again after a pause, until the tries are used up."""
        if self.backoff.used_up(tried):
            return Attempt(came=Came.DEAD, error=error)
        after_s = self.backoff.delay_s(tried, self.jitter(), at_least_s=at_least_s)
        return Attempt(came=Came.RETRIED, error=error, after_s=after_s)
