"""A strict fake of the WeChat platform: its HTTP interface, its limits and its callbacks.

It issues and expires tokens, counts customer-service messages in the 48 hours and the minute the
platform allows, counts quotas, answers with the platform's error codes, serves media, and delivers
callbacks as the platform does: signed, encrypted, given up after five seconds, sent three times
with the same MsgId, their replies judged. Its parts are in `tests/fakes/wechat`.

    platform = WeChatPlatform(Account(), clock.now)
    with running(platform) as url: ...                      # a server in a thread of its own
    async with TestServer(platform.application()): ...      # or in the test's own loop
    platform.faults.busy("/cgi-bin/message/custom/send")    # the next call is answered -1
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from aiohttp import web

from tests.fakes.wechat.accounts import Account
from tests.fakes.wechat.callbacks import GIVE_UP_AFTER_S, SENDS, Delivery
from tests.fakes.wechat.citizens import MESSAGES_IN_48_H, MESSAGES_IN_A_MINUTE
from tests.fakes.wechat.custom import TEXT_BYTES
from tests.fakes.wechat.faults import Faults
from tests.fakes.wechat.interface import Interface
from tests.fakes.wechat.ledger import OUT_OF_SERVICE, Seen
from tests.fakes.wechat.replies import BadReply
from tests.fakes.wechat.side import AccountSide

__all__ = [
    "CUSTOM_SEND",
    "GIVE_UP_AFTER_S",
    "MESSAGES_IN_48_H",
    "MESSAGES_IN_A_MINUTE",
    "OUT_OF_SERVICE",
    "SENDS",
    "TEXT_BYTES",
    "Account",
    "AccountSide",
    "BadReply",
    "Delivery",
    "Seen",
    "WeChatPlatform",
    "running",
]

CUSTOM_SEND = "/cgi-bin/message/custom/send"


class WeChatPlatform(AccountSide):
    """The platform; it is itself its side of the first account.

    Args:
        account: the first account.
        now: the platform's clock.

    Attributes:
        sides: the sides of all accounts, the first of them this one.
        faults: what is to go wrong, for all accounts.
    """

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        super().__init__(account, now)
        self.sides: list[AccountSide] = [self]
        self.faults = Faults()

    def add(self, account: Account) -> AccountSide:
        """One more account on this platform; gives its side, which works as this one does."""
        side = AccountSide(account, self._now)
        self.sides.append(side)
        return side

    def application(self) -> web.Application:
        """The platform's HTTP interface, for all accounts."""
        return Interface(lambda: self.sides, self.faults).application()

    @property
    def busy_answers(self) -> int:
        """How many customer-service messages are still to be answered -1."""
        return self.faults.left("refuse", CUSTOM_SEND)

    @busy_answers.setter
    def busy_answers(self, times: int) -> None:
        self.faults.forget("refuse", CUSTOM_SEND)
        self.faults.busy(CUSTOM_SEND, times)


@contextmanager
def running(platform: WeChatPlatform, port: int = 0) -> Iterator[str]:
    """The platform's HTTP interface in a thread of its own; gives its address, such as
    `http://127.0.0.1:1234`. Port 0: a free one."""
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(platform.application())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
