"""Client of an OpenAI-compatible `POST /chat/completions`: one question, one text, in time.

Everything the other side may do is a `Failed` with its kind; nothing of what it said is in it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx
from pydantic import SecretStr

MAX_BODY_BYTES = 64 * 1024
"""A completion of `max_tokens` has some 4 KB; what is larger is not read on."""
MAX_RETRY_AFTER_S = 300.0


class Failure(StrEnum):
    """How a call came to nothing."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    NOT_FOUND = "not_found"
    TOO_MANY = "too_many"
    REFUSED = "refused"
    SERVER_ERROR = "server_error"
    REDIRECTED = "redirected"
    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    EMPTY = "empty"


class Failed(Exception):
    """A call came to nothing; `retry_after_s` is what the other side asked for, or 0."""

    def __init__(self, kind: Failure, retry_after_s: float = 0.0) -> None:
        super().__init__(kind.value)
        self.kind, self.retry_after_s = kind, retry_after_s


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message to the model; `role` is `system` or `user`."""

    role: str
    content: str


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What the model wrote; not `whole` where it was cut off."""

    text: str
    whole: bool


class ChatCompletions:
    """One model at one endpoint.

    Args:
        url: the API's base, such as `https://host/v1`.
        model: the model's name there.
        key: sent as a bearer token; empty: none is sent.
        timeout_s: for one call from the connection to the last byte, seconds.
        at_once: connections kept.
    """

    def __init__(
        self, *, url: str, model: str, key: SecretStr, timeout_s: float, at_once: int
    ) -> None:
        self._url = url.rstrip("/") + "/chat/completions"
        self._model, self._key, self._timeout_s = model, key, timeout_s
        self._client = httpx.AsyncClient(
            timeout=timeout_s,
            follow_redirects=False,  # the key and the question go to no other host
            limits=httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once),
        )

    def __repr__(self) -> str:
        return f"ChatCompletions({self._url!r}, {self._model!r})"

    async def complete(self, messages: Sequence[Message], *, max_tokens: int) -> Completion:
        """Let the model write once, as little at random as it can.

        Raises:
            Failed: whatever went wrong.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return _completion(await self._posted(messages, max_tokens))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Failed(Failure.TIMEOUT) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Failed(Failure.UNREACHABLE) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _posted(self, messages: Sequence[Message], max_tokens: int) -> bytes:
        key = self._key.get_secret_value()
        payload = {
            "model": self._model,
            "messages": [{"role": each.role, "content": each.content} for each in messages],
            "temperature": 0,
            "max_tokens": max_tokens,
            "stream": False,
        }
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with self._client.stream(
            "POST", self._url, json=payload, headers=headers
        ) as response:
            _check(response)
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise Failed(Failure.TOO_LARGE)
            return bytes(body)


_OF_STATUS = {
    401: Failure.UNAUTHORISED,
    403: Failure.UNAUTHORISED,
    404: Failure.NOT_FOUND,
    429: Failure.TOO_MANY,
}
_OF_HUNDREDS = {2: Failure.MALFORMED, 3: Failure.REDIRECTED, 4: Failure.REFUSED}


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status != 200:
        kind = _OF_STATUS.get(status) or _OF_HUNDREDS.get(status // 100, Failure.SERVER_ERROR)
        raise Failed(kind, _seconds(response.headers.get("retry-after", "")))
    if response.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Failed(Failure.NOT_JSON)


def _seconds(retry_after: str) -> float:
    """Retry-After in seconds, at most `MAX_RETRY_AFTER_S`; a date counts as not said."""
    value = retry_after.strip()
    return min(float(value), MAX_RETRY_AFTER_S) if value.isascii() and value.isdigit() else 0.0


def _completion(body: bytes) -> Completion:
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Failed(Failure.NOT_JSON) from error
    try:
        choices = answer["choices"]
        if not choices:
            raise Failed(Failure.EMPTY)
        content, finished = choices[0]["message"]["content"], choices[0].get("finish_reason")
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise Failed(Failure.MALFORMED) from error
    if content is None or content == "":
        raise Failed(Failure.EMPTY)
    if not isinstance(content, str):
        raise Failed(Failure.MALFORMED)
    return Completion(text=content, whole=finished == "stop")
