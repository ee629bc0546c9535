"""The whole service, started once as a city would start it, with a WeChat account."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from tests.fakes.wechat_platform import Account, WeChatPlatform
from tests.running import ROOT, Started, free_port, service


@dataclass(frozen=True, kw_only=True)
class Whole:
    """The running service, and the platform on the other side."""

    started: Started
    home: Path
    platform: WeChatPlatform


@contextmanager
def platform_running(platform: WeChatPlatform, port: int) -> Iterator[None]:
    """The platform's HTTP interface in a thread of its own."""
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
        yield
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Started for the first test that needs it, stopped after the last."""
    if not (ROOT / ".venv-rasa" / "bin" / "python").exists():
        pytest.skip("Rasa's environment is not set up (make setup)")
    home, port = tmp_path_factory.mktemp("whole"), free_port()
    platform = WeChatPlatform(Account(), lambda: datetime.now(UTC))
    account = platform.account
    with (
        platform_running(platform, port),
        service(
            home,
            wechat_app_id=account.app_id,
            wechat_token=account.token,
            wechat_encoding_aes_key=account.aes_key,
            wechat_app_secret=account.secret,
            wechat_api_url=f"http://127.0.0.1:{port}",
        ) as started,
    ):
        yield Whole(started=started, home=home, platform=platform)
