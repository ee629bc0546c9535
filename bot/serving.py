"""The long-running roles: `serve` answers over HTTP, `worker` works beside it."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from bot import app, health, spans, worker
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
_SHUTDOWN_S = 1.0
"""How long open requests (pages that poll) may go on at the end; then they are cut, and get as long
again to end."""

SETTING_FAULTS = (SettingsError, CityError, Misconfigured)
"""The operator has to change a setting; the message names it."""


async def serve(settings: Settings, stop: asyncio.Event) -> bool:
    """Answer over HTTP until `stop` is set, then end what was begun, within 10 seconds and
    `drain_s`.

    Gives True where the process was asked to start itself again, and has set `stop` for that.

    Raises:
        CannotStart: the address is taken or not ours.
    """
    sys.setswitchinterval(_SWITCH_S)
    with watched("serve", settings):
        return await _serve(settings, stop)


async def _serve(settings: Settings, stop: asyncio.Event) -> bool:
    async with (
        app.running(settings, role="serve") as running,
        handling(running.services, sweep=False),
    ):
        running.services.presence.on_restart(stop.set)
        application = build(running.services)
        leaving = health.Leaving()
        application.add_routes(health.routes(running.services, running.storage.serves_us, leaving))
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
            await _listen(runner, settings.host, settings.port, "POLICYLINE_PORT")
            log.info("serving", extra={"host": settings.host, "port": settings.port})
            await stop.wait()
            leaving.set = True
            if settings.drain_s:
                log.info("leaving", extra={"drain_s": settings.drain_s})
                await asyncio.sleep(settings.drain_s)
        finally:
            await runner.cleanup()
    return running.services.presence.asked_to_restart


async def work(settings: Settings, stop: asyncio.Event) -> bool:
    """Run the worker until `stop` is set; gives the same as `serve`."""
    with watched("worker", settings):
        async with app.running(settings, role="worker") as running:
            running.services.presence.on_restart(stop.set)
            runner = await _beside(running, settings)
            try:
                await worker.run(running.services, running.storage, stop)
            finally:
                await runner.cleanup()
        return running.services.presence.asked_to_restart


async def _beside(running: app.Running, settings: Settings) -> web.AppRunner:
    """The worker's own small server, where a port is set for it: for who watches it, and for the
    actions of a Rasa of its own."""
    application = web.Application()
    application.add_routes(health.routes(running.services, running.storage.serves_us))
    add_action_routes(
        application,
        ActionServices.of(running.services),
        settings.rasa_token.get_secret_value(),
    )
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    if settings.worker_port:
        await _listen(runner, settings.host, settings.worker_port, "POLICYLINE_WORKER_PORT")
    return runner


@contextmanager
def watched(role: str, settings: Settings) -> Iterator[None]:
    """Inside, spans are sent where an address for them is set."""
    end = spans.start(settings.otel_url, role)
    try:
        yield
    finally:
        end()


async def _listen(runner: web.AppRunner, host: str, port: int, setting: str) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise CannotStart(
            f"POLICYLINE_HOST/{setting}: {host}:{port} 不能监听（{error.strerror}）"
        ) from error
