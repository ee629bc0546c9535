"""Rasa's stand-in as a process of its own: understands by rule, holds no conversations, so that
every demand becomes a case at once; fails where a file says so."""

from __future__ import annotations

import sys
from pathlib import Path

from aiohttp import web

from nlu.stand_in import StandIn


def application(fails: Path) -> web.Application:
    """Its HTTP interface.

    Args:
        fails: while this file is there everything is answered 500.
    """
    understanding = StandIn()

    async def parse(request: web.Request) -> web.Response:
        if fails.exists():  # noqa: ASYNC240 - a look at a local file
            return web.Response(status=500)
        read = understanding.understand(str((await request.json())["text"]))
        ranking = [{"name": intent.value, "confidence": sure} for intent, sure in read.ranking]
        top = {"name": read.intent.value, "confidence": read.confidence}
        return web.json_response({"intent": top, "intent_ranking": ranking or [top]})

    async def conversation(request: web.Request) -> web.Response:
        there = request.method == "GET" and not fails.exists()  # noqa: ASYNC240 - a look at a local file
        return web.Response(status=200 if there else 503)

    made = web.Application()
    made.router.add_post("/model/parse", parse)
    made.router.add_route("*", "/webhooks/policyline/{rest:.*}", conversation)
    return made


if __name__ == "__main__":
    web.run_app(application(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), print=None)
