"""HTTP client of Rasa's `/model/parse` (Rasa 3.6), with a stand-in when it is away."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import aiohttp

from nlu.breaker import REST_S, Breaker, Resting
from nlu.model import Entity, Intent, Understanding
from nlu.stand_in import MAX_CHARS, StandIn

log = logging.getLogger(__name__)


class _Unusable(Exception):
    """Rasa answered, but not with an understanding."""


class RasaClient:
    """Understands texts with Rasa; with `nlu.stand_in` where Rasa fails or is late.

    Args:
        url: Rasa's address.
        token: its `--auth-token`.
        timeout_s: longest wait for one answer, seconds.
        rest_s: how long a Rasa that failed is left alone, seconds.
        monotonic: the clock of those waits, seconds.
    """

    def __init__(
        self,
        url: str,
        token: str,
        timeout_s: float,
        *,
        rest_s: float = REST_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/") + "/model/parse"
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._breaker = Breaker(rest_s=rest_s, monotonic=monotonic)
        self._stand_in = StandIn()
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"RasaClient({self._url!r})"

    @property
    def away(self) -> bool:
        """True while Rasa is left alone."""
        return self._breaker.away

    async def understand(self, text: str, message_id: str = "") -> Understanding:
        """What a text means; never raises for Rasa's sake.

        Args:
            text: the citizen's words.
            message_id: ours, for Rasa's records.
        """
        try:
            with self._breaker.trying():
                return await self._understood(text, message_id)
        except (aiohttp.ClientError, TimeoutError, _Unusable, Resting):
            return self._stand_in.understand(text)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _understood(self, text: str, message_id: str) -> Understanding:
        try:
            body = await self._parse(text[:MAX_CHARS], message_id)
            understanding = _understanding(text, body)
        except (aiohttp.ClientError, TimeoutError, _Unusable) as error:
            self._failed(error)
            raise
        self._breaker.succeeded()
        return understanding

    async def _parse(self, text: str, message_id: str) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        payload = {"text": text, "message_id": message_id} if message_id else {"text": text}
        params = {"token": self._token} if self._token else {}
        async with self._session.post(self._url, json=payload, params=params) as response:
            if response.status != 200:
                raise _Unusable(f"status {response.status}")
            try:
                return await response.json()
            except ValueError as error:
                raise _Unusable("not JSON") from error

    def _failed(self, error: Exception) -> None:
        self._breaker.failed(at_once=isinstance(error, aiohttp.ClientConnectorError))
        log.warning("rasa failed: %s, %d in a row", type(error).__name__, self._breaker.failures)


def _understanding(text: str, body: Any) -> Understanding:
    """Rasa's answer in our words.

    Raises:
        _Unusable: when it names no intent of ours or is not of Rasa's form.
    """
    try:
        ranked = body.get("intent_ranking") or [body["intent"]]
        ranking = tuple(
            (Intent(item["name"]), float(item["confidence"]))
            for item in ranked
            if item["name"] in _KNOWN  # nlu_fallback leads the ranking of an unsure text
        )
        entities = tuple(
            Entity(
                kind=str(item["entity"]),
                value=str(item["value"]),
                start=int(item["start"]),
                end=int(item["end"]),
            )
            for item in body.get("entities", [])
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _Unusable("not Rasa's form") from error
    if not ranking:
        raise _Unusable("no intent of ours")
    intent, confidence = ranking[0]
    return Understanding(
        text=text,
        intent=intent,
        confidence=confidence,
        ranking=ranking,
        entities=tuple(sorted(entities, key=lambda entity: entity.start)),
    )


_KNOWN = frozenset(intent.value for intent in Intent)
