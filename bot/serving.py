"""The long-running roles: `serve` answers over HTTP, `worker` works beside it."""

from __future__ import annotations

import asyncio
import logging
import sys

from aiohttp import web

from bot import app, health, worker
from bot.actions import ActionServices, add_action_routes
from bot.app import CannotStart
from bot.city.load import CityError
from bot.handling import handling
from bot.settings import Settings, SettingsError
from bot.web import build
from connectors.errors import Misconfigured

log = logging.getLogger(__name__)

_SWITCH_S = 0.0005
"""How long a thread that computes may keep the others waiting. Python's own 5 ms are spent at each
of the some twenty steps between a sentence and its suggestions on the desk."""
_IDLE_S = 75.0
"""How long a connection may be open without a whole request's head: longer than proxies keep theirs
(nginx: 60 s), and short enough that held ones do not pile up; aiohttp's own is an hour."""
_SHUTDOWN_S = 2.0
"""How long open requests (pages that poll) may go on at the end; then they are cut."""

SETTING_FAULTS = (SettingsError, CityError, Misconfigured)
"""The operator has to change a setting; the message names it."""


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Answer over HTTP until `stop` is set, then end what was begun, within 10 seconds.

    Raises:
        CannotStart: the address is taken or not ours.
    """
    sys.setswitchinterval(_SWITCH_S)
    async with app.running(settings) as running, handling(running.services, sweep=False):
        application = build(running.services)
        application.add_routes(health.routes(running.services))
        add_action_routes(
            application,
            ActionServices.of(running.services),
            settings.rasa_token.get_secret_value(),
        )
        await running.services.calls.warm()
        runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=_SHUTDOWN_S,
            handle_signals=False,
            keepalive_timeout=_IDLE_S,
        )
        await runner.setup()
        try:
            await _listen(runner, settings)
            log.info("serving", extra={"host": settings.host, "port": settings.port})
            await stop.wait()
        finally:
            await runner.cleanup()


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Run the worker until `stop` is set."""
    async with app.running(settings) as running:
        await worker.run(running.services, running.storage, stop)


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise CannotStart(
            f"POLICYLINE_HOST/POLICYLINE_PORT: {settings.host}:{settings.port} 不能监听"
            f"（{error.strerror}）"
        ) from error
