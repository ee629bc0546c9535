"""Client of Rasa's conversations: one request a turn (`nlu/rasa/channel.py` is the other side)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx

from bot.actions.server import TOKEN_HEADER
from bot.replies import NotAReply, reply_from_json
from connectors.base import Reply, ReplyKind, ReplyOption
from nlu.breaker import REST_S, Breaker, Resting
from nlu.model import Understanding

log = logging.getLogger(__name__)

_CHANNEL = "/webhooks/policyline/"
_CONNECT_S = 0.5
_ACTIONS_S = 3.0
"""A turn's actions reach our database; Rasa's own part is the timeout that is set."""


class DialogueAway(Exception):
    """Rasa cannot be reached or could not finish the turn; `code` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DialogueLost(DialogueAway):
    """Rasa is there and no longer has the form that was open: it was silent too long, or its store
    was emptied. Nothing was done with the message."""

    def __init__(self) -> None:
        super().__init__("lost")


@dataclass(frozen=True, kw_only=True)
class DialogueTurn:
    """What a conversation answers to one message.

    Args:
        open: a form is waiting, so the next message belongs to the conversation too.
        replayed: the message had been said before; nothing was done again.
        asked: the last reply alone, as it was before neighbours were joined: where a form waits,
            its question.
    """

    replies: tuple[Reply, ...]
    open: bool
    replayed: bool = False
    asked: Reply | None = None


class Dialogue:
    """Rasa's conversations.

    Args:
        rasa_url: where Rasa listens, on this machine.
        token: shared with Rasa.
        timeout_s: for Rasa's part of a turn; what our own actions take comes on top.
        rest_s: how long a Rasa that failed is left alone (`nlu.breaker`), seconds.
        monotonic: the clock of that, seconds.
    """

    def __init__(
        self,
        rasa_url: str,
        token: str,
        timeout_s: float,
        *,
        rest_s: float = REST_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._breaker = Breaker(rest_s=rest_s, monotonic=monotonic)
        channel = rasa_url.rstrip("/") + _CHANNEL
        self._url, self._health = channel + "webhook", channel
        self._client = httpx.AsyncClient(
            headers={TOKEN_HEADER: token},
            timeout=httpx.Timeout(timeout_s + _ACTIONS_S, connect=min(timeout_s, _CONNECT_S)),
            trust_env=False,
        )

    @property
    def away(self) -> bool:
        """True while Rasa is left alone."""
        return self._breaker.away

    async def talk(
        self,
        conversation_id: str,
        text: str,
        message_id: str,
        *,
        about: str = "",
        understanding: Understanding | None = None,
        anew: bool = False,
        place: str = "",
        goes_on: bool = False,
        again: bool = False,
    ) -> DialogueTurn:
        """Say one message; the same `message_id` again gives the same replies and does nothing.

        Args:
            conversation_id: `channel:...`, also the key of Rasa's tracker.
            text: the citizen's words.
            message_id: ours, of the stored message; a case's origin key is made of it.
            about: what was talked about before, for words such as "please register it".
            understanding: of this text, where Rasa was asked before; saves a second reading.
            anew: nothing is open on our side, so a form Rasa still holds open is dropped first:
                its matter was registered without Rasa.
            place: where it is about, known from a location message; where it is the text itself,
                this is that message.
            goes_on: a form is open on our side; where Rasa has lost it, nothing is done.
            again: the message is said once more although it was heard, to a form that was lost.

        Raises:
            DialogueLost: the form that should go on is gone.
            DialogueAway: Rasa is not there, too slow, or came to no word; or it was so just before
                (`resting`), and is not asked.
        """
        body: dict[str, Any] = {
            "sender": conversation_id,
            "message": text,
            "message_id": message_id,
            "anew": anew,
            "goes_on": goes_on,
            "again": again,
            "metadata": {
                "message_id": message_id,
                "channel": conversation_id.partition(":")[0],
                "about": about,
                "place": place,
            },
        }
        if understanding is not None and understanding.source == "rasa":
            body["parse_data"] = _parse_data(text, understanding)
        try:
            with self._breaker.trying():
                response = await self._asked(body)
        except Resting as error:
            raise DialogueAway("resting") from error
        if response.status_code == httpx.codes.CONFLICT:
            raise DialogueLost
        if response.status_code != httpx.codes.OK:
            raise DialogueAway(f"http_{response.status_code}")
        return _turn(response)

    async def _asked(self, body: dict[str, Any]) -> httpx.Response:
        try:
            response = await self._client.post(self._url, json=body)
        except httpx.HTTPError as error:
            self._failed(error, at_once=isinstance(error, httpx.ConnectError))
            raise DialogueAway(type(error).__name__) from error
        # 502: it is there, and came to no word over this very text.
        if response.is_server_error and response.status_code != httpx.codes.BAD_GATEWAY:
            self._failed(DialogueAway(f"http_{response.status_code}"))
        else:
            self._breaker.succeeded()
        return response

    def _failed(self, error: Exception, *, at_once: bool = False) -> None:
        self._breaker.failed(at_once=at_once)
        log.warning(
            "dialogue failed",
            extra={"error": type(error).__name__, "in_a_row": self._breaker.failures},
        )

    async def ping(self) -> None:
        """Ask whether Rasa is there with its model.

        Raises:
            DialogueAway: it is not.
        """
        try:
            response = await self._client.get(self._health)
        except httpx.HTTPError as error:
            raise DialogueAway(type(error).__name__) from error
        if response.status_code != httpx.codes.OK:
            raise DialogueAway(f"http_{response.status_code}")

    async def close(self) -> None:
        """Free the connections."""
        await self._client.aclose()


def _parse_data(text: str, understanding: Understanding) -> dict[str, Any]:
    """An understanding in the shape of Rasa's `/model/parse`."""
    return {
        "text": text,
        "intent": {"name": understanding.intent.value, "confidence": understanding.confidence},
        "entities": [
            {"entity": one.kind, "value": one.value, "start": one.start, "end": one.end}
            for one in understanding.entities
        ],
        "intent_ranking": [
            {"name": intent.value, "confidence": confidence}
            for intent, confidence in understanding.ranking
        ],
    }


def _turn(response: httpx.Response) -> DialogueTurn:
    try:
        body = response.json()
        replies = tuple(_reply(message) for message in body["replies"])
        is_open, replayed = body["open"], body["replayed"]
    except (ValueError, KeyError, TypeError, NotAReply) as error:
        raise DialogueAway("malformed") from error
    if not replies:
        raise DialogueAway("silent")
    return DialogueTurn(
        replies=_joined(replies),
        open=is_open is True,
        replayed=replayed is True,
        asked=replies[-1],
    )


def _reply(message: dict[str, Any]) -> Reply:
    """One of Rasa's messages: our own reply in `custom`, or a response of the domain."""
    if "custom" in message:
        return reply_from_json(message["custom"])
    buttons = message.get("buttons") or ()
    return Reply(
        text=str(message["text"]),
        options=tuple(ReplyOption(label=one["title"], text=one["payload"]) for one in buttons),
    )


def _joined(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """Neighbouring plain texts as one reply, since some channels carry only one in place."""
    joined: list[Reply] = []
    for reply in replies:
        last = joined[-1] if joined else None
        if last is not None and _plain(last) and reply.kind is ReplyKind.TEXT and not reply.case:
            joined[-1] = replace(reply, text=f"{last.text}\n{reply.text}")
        else:
            joined.append(reply)
    return tuple(joined)


def _plain(reply: Reply) -> bool:
    return reply.kind is ReplyKind.TEXT and not (reply.options or reply.citations or reply.case)
