"""Rasa's stand-in for the day: understands by rule, takes its time where the script says so, and
holds no conversations, so every demand becomes a case at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from nlu.stand_in import StandIn

from .script import SLOW

SLOW_S = 5.5
"""Past the four seconds of a reply in place."""


@asynccontextmanager
async def running_stand_in() -> AsyncIterator[str]:
    """Listens on a free port; gives its address."""
    understanding = StandIn()

    async def parse(request: web.Request) -> web.Response:
        text = str((await request.json())["text"])
        if SLOW in text:
            await asyncio.sleep(SLOW_S)
        read = understanding.understand(text.replace(SLOW, ""))
        ranking = [{"name": intent.value, "confidence": sure} for intent, sure in read.ranking]
        top = {"name": read.intent.value, "confidence": read.confidence}
        return web.json_response({"intent": top, "intent_ranking": ranking or [top]})

    async def away(_: web.Request) -> web.Response:
        return web.Response(status=503)

    application = web.Application()
    application.router.add_post("/model/parse", parse)
    application.router.add_route("*", "/webhooks/policyline/{rest:.*}", away)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
