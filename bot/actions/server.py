"""Rasa's action server, served by us: on loopback, behind the shared token."""

from __future__ import annotations

import hmac
import json
import logging
from ipaddress import ip_address

from aiohttp import web

from bot.actions.handlers import ACTIONS
from bot.actions.services import ActionServices
from bot.actions.view import NotATracker, parse, response
from bot.spans import span
from bot.trail import on_trail

log = logging.getLogger(__name__)

PATH = "/internal/rasa/actions"
TOKEN_HEADER = "X-Policyline-Token"  # noqa: S105 - a header's name
MAX_BYTES = 4 * 1024 * 1024
"""A tracker carries its conversation's events; half an hour of talk stays under 1 MB."""
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def add_action_routes(app: web.Application, services: ActionServices, token: str) -> None:
    """Serve the actions at `PATH`.

    Args:
        app: where.
        services: what the actions reach.
        token: Rasa must send it in `TOKEN_HEADER`; empty: every request is refused.
    """

    async def run(request: web.Request) -> web.Response:
        if not _is_local(request):
            raise web.HTTPNotFound
        if not token or not hmac.compare_digest(
            request.headers.get(TOKEN_HEADER, "").encode(), token.encode()
        ):
            return web.json_response({"error": "token"}, status=401)
        return await _run(request, services)

    app.router.add_post(PATH, run)


async def _run(request: web.Request, services: ActionServices) -> web.Response:
    try:
        name, turn = parse(json.loads(await _body(request)))
    except (ValueError, NotATracker) as error:
        log.warning("not an action request: %s", type(error).__name__)
        return web.json_response({"error": "malformed"}, status=422)
    action = ACTIONS.get(name)
    if action is None:
        return web.json_response({"error": "unknown action", "action_name": name}, status=404)
    with on_trail(trail=turn.message_id, message_id=turn.message_id), span("action", name=name):
        outcome = await action(turn, services)
    return web.json_response(response(outcome, turn.slots, turn.form))


async def _body(request: web.Request) -> bytes:
    """The body, whatever limit the application sets for citizens' requests."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body.extend(chunk)
        if len(body) > MAX_BYTES:
            raise web.HTTPRequestEntityTooLarge(max_size=MAX_BYTES, actual_size=len(body))
    return bytes(body)


def _is_local(request: web.Request) -> bool:
    """From this machine, and not through a proxy on it."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
