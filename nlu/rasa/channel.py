"""The way our service talks to Rasa: one request a turn, behind the shared token.

Rasa's own REST channel asks for no token, answers 200 with nothing when a turn failed, tells
neither whether a form is still open nor whether it has heard a message before, and understands
again what was just understood. This one does all of that in one request, and a turn that came to
no word leaves no trace, so that it can be said again. Written for rasa==3.6.21.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

TOKEN_HEADER = "X-Policyline-Token"  # noqa: S105 - a header's name
LOCK_LIFETIME_S = 15
"""A Rasa that died in a turn keeps its conversation locked no longer."""
LOCK_RETRY_S = 0.05


_failed: ContextVar[list[str] | None] = ContextVar("failed", default=None)
_run_remote = RemoteAction.run


async def _run_noting_failure(self: RemoteAction, *args: Any, **kwargs: Any) -> Any:
    """Note that an action failed: Rasa would go on as if it had run and had nothing to say."""
    try:
        return await _run_remote(self, *args, **kwargs)
    except ActionExecutionRejection:
        raise
    except Exception as error:
        failed = _failed.get()
        if failed is not None:
            failed.append(f"{self.name()}: {type(error).__name__}")
        raise


RemoteAction.run = _run_noting_failure


class ConversationInput(InputChannel):
    """POST /webhooks/policyline/webhook.

    In: {sender, message, message_id, metadata, anew?, goes_on?, again?, parse_data?}, the last as
    `/model/parse` gave it; `anew` drops a form that is still open, `goes_on` expects one (409, and
    nothing done, where there is none), `again` says a message once more that was heard before.
    Out: {replies: [as Rasa's REST channel has them], open: a form is waiting, replayed}.
    """

    @classmethod
    def name(cls) -> str:
        """The channel's name in its address and in the events."""
        return "policyline"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> ConversationInput:
        """From credentials.yml; the token must be there."""
        token = str((credentials or {}).get("token") or "")
        if not token:
            cls.raise_missing_credentials_exception()
        return cls(token)

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. `on_new_message` would hide failures; the agent is asked itself."""
        routes = Blueprint("policyline_conversation")

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            ready = agent is not None and agent.is_ready()
            return response.json({"ready": ready}, status=200 if ready else 503)

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            given = request.headers.get(TOKEN_HEADER, "").encode()
            if not hmac.compare_digest(given, self._token):
                return response.json({"error": "token"}, status=401)
            message = _message(request.json)
            if message is None:
                return response.json({"error": "malformed"}, status=422)
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return response.json({"error": "not ready"}, status=503)
            try:
                wanted = {
                    key: request.json.get(key) is True for key in ("anew", "goes_on", "again")
                }
                return await _turn(agent, message, **wanted)
            except LockError as error:
                logger.warning("conversation not locked: %s", type(error).__name__)
                return response.json({"error": "lock"}, status=503)

        return routes


def _message(body: Any) -> UserMessage | None:
    if not isinstance(body, dict):
        return None
    sender, text, message_id = (body.get(key) for key in ("sender", "message", "message_id"))
    if not all(isinstance(value, str) and value for value in (sender, text, message_id)):
        return None
    metadata = body.get("metadata")
    return UserMessage(
        text,
        CollectingOutputChannel(),
        sender,
        input_channel=ConversationInput.name(),
        message_id=message_id,
        metadata={**(metadata if isinstance(metadata, dict) else {}), "message_id": message_id},
        parse_data=body.get("parse_data") or None,
    )


async def _turn(
    agent: Agent, message: UserMessage, *, anew: bool, goes_on: bool, again: bool
) -> HTTPResponse:
    """The steps of `MessageProcessor.handle_message`, looked into on the way."""
    processor, collector = agent.processor, message.output_channel
    async with agent.lock_store.lock(
        message.sender_id, lock_lifetime=LOCK_LIFETIME_S, wait_time_in_seconds=LOCK_RETRY_S
    ):
        tracker = await processor.fetch_tracker_and_update_session(
            message.sender_id, collector, message.metadata
        )
        said = None if again else _said_before(tracker, message.metadata["message_id"])
        for event in said or []:
            await collector.send_response(message.sender_id, event.message())
        if collector.messages:
            return _told(collector, tracker, replayed=True)
        if goes_on and tracker.active_loop_name is None:
            return response.json({"error": "lost"}, status=409)
        if anew and tracker.active_loop_name is not None:
            tracker.update_with_events([SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME)], None)
        failed: list[str] = []
        _failed.set(failed)
        await processor._handle_message_with_tracker(message, tracker)
        await processor.run_action_extract_slots(collector, tracker)
        await processor._run_prediction_loop(collector, tracker)
        if failed or not collector.messages:
            logger.warning("turn given up: %s", ", ".join(failed) or "silent")
            return response.json({"error": "action" if failed else "silent"}, status=502)
        await processor.save_tracker(tracker)
    return _told(collector, tracker, replayed=False)


def _said_before(tracker: DialogueStateTracker, message_id: str) -> list[BotUttered] | None:
    """What was said to this message already; None where it was never heard."""
    said: list[BotUttered] | None = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if said is not None:
                return said
            if (event.metadata or {}).get("message_id") == message_id:
                said = []
        elif said is not None and isinstance(event, BotUttered):
            said.append(event)
    return said


def _told(
    collector: CollectingOutputChannel, tracker: DialogueStateTracker, replayed: bool
) -> HTTPResponse:
    replies = [
        {key: value for key, value in message.items() if key != "recipient_id"}
        for message in collector.messages
    ]
    waits = tracker.active_loop_name is not None
    return response.json({"replies": replies, "open": waits, "replayed": replayed})
