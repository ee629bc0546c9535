"""Files citizens sent, fetched from the platform, which keeps them for three days.

Source: 微信公众平台 "获取临时素材" (`media/get`; a video is answered with its address).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from connectors.base import InboundKind
from connectors.errors import Gone, Refused, Retryable, TooLarge

from .tokens import AccessToken

_PATH = "/cgi-bin/media/get"
_TOKEN_REFUSED = frozenset({40001, 40014, 42001})
_RETRYABLE = {-1: None, 45009: 3600.0, 45011: 60.0}
"""The platform is busy, or a quota is used up; seconds to wait."""
_GONE = frozenset({40007, 41006})
"""Unknown, older than three days, or without an id."""
_ERROR_BYTES = 64 * 1024
_PLATFORM_HOSTS = (".qq.com", ".qpic.cn", ".weixin.qq.com")
"""Where the platform's own files lie; a video's address elsewhere is not followed."""


class FetchOne(Protocol):
    """Fetches one file by its id."""

    def __call__(self, media_id: str, *, max_bytes: int) -> Awaitable[bytes]:
        """The file's bytes."""


def ids_of(kind: InboundKind, details: Mapping[str, str]) -> tuple[str, ...]:
    """The ids a message's file may be had by, the better one first."""
    names = ("MediaId16K", "MediaId") if kind is InboundKind.VOICE else ("MediaId",)
    return tuple(details[name] for name in names if details.get(name))


async def first_kept(fetch_one: FetchOne, ids: Sequence[str], *, max_bytes: int) -> bytes:
    """The first of these files that is still there; raises as `fetch`."""
    for media_id in ids[:-1]:
        with suppress(Gone):
            return await fetch_one(media_id, max_bytes=max_bytes)
    if not ids:
        raise Gone("wechat_no_media_id")
    return await fetch_one(ids[-1], max_bytes=max_bytes)


async def fetch(
    client: httpx.AsyncClient, token: AccessToken, media_id: str, *, max_bytes: int
) -> bytes:
    """Fetch one file.

    Args:
        client: with the platform's address as its base.
        token: the account's.
        media_id: of the message.
        max_bytes: more is not read.

    Raises:
        Retryable: the platform is away, busy, or a quota is used up.
        Gone: 40007, it is kept no more.
        TooLarge: more than `max_bytes`.
        Refused: any other code.
    """
    used = await token.get()
    answer = await _get(client, _PATH, _query(used, media_id), max_bytes)
    if isinstance(answer, dict) and answer.get("errcode") in _TOKEN_REFUSED:
        used = await token.get(refused=used)
        answer = await _get(client, _PATH, _query(used, media_id), max_bytes)
    if isinstance(answer, bytes):
        return answer
    if isinstance(address := answer.get("video_url"), str):
        return await _video(client, address, max_bytes)
    raise _failure(answer.get("errcode"))


def _query(token: str, media_id: str) -> dict[str, str]:
    return {"access_token": token, "media_id": media_id}


def _failure(code: object) -> Refused | Retryable:
    if code in _GONE:
        return Gone(f"wechat_{code}")
    if isinstance(code, int) and (code in _RETRYABLE or code in _TOKEN_REFUSED):
        return Retryable(f"wechat_{code}", retry_after_s=_RETRYABLE.get(code))
    return Refused(f"wechat_{code}")


async def _video(client: httpx.AsyncClient, address: str, max_bytes: int) -> bytes:
    where, ours = urlsplit(address), client.base_url
    known = where.hostname == ours.host or (where.hostname or "").endswith(_PLATFORM_HOSTS)
    if where.scheme not in {"http", "https"} or not known:
        raise Refused("wechat_video_address")
    answer = await _get(client, address, None, max_bytes)
    if isinstance(answer, dict):
        raise Gone("wechat_video")
    return answer


async def _get(
    client: httpx.AsyncClient, address: str, query: Mapping[str, str] | None, max_bytes: int
) -> bytes | dict[str, Any]:
    """The file, or the platform's JSON: errors are told with status 200."""
    try:
        async with client.stream("GET", address, params=query, follow_redirects=False) as answer:
            if answer.status_code in {404, 410}:
                return {}
            answer.raise_for_status()
            if _is_json(answer):
                return _object(await _read(answer, _ERROR_BYTES))
            if int(answer.headers.get("Content-Length", "0")) > max_bytes:
                raise TooLarge("wechat_media_size")
            return await _read(answer, max_bytes)
    except (httpx.HTTPError, ValueError) as error:
        raise Retryable("wechat_unreachable") from error


def _is_json(answer: httpx.Response) -> bool:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind in {"application/json", "text/plain"}


async def _read(answer: httpx.Response, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge("wechat_media_size")
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("not an object")  # noqa: TRY004 - a malformed answer, as any other
    return content
