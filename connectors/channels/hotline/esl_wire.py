"""FreeSWITCH's event socket: frames and what stands in them.

A frame is headers, an empty line and, where `Content-Length` says so, a body; the body of an event
is headers again, their values URL-encoded. Source: FreeSWITCH documentation, "mod_event_socket".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from connectors.errors import Retryable

log = logging.getLogger(__name__)

LONGEST_HEADERS = 64 * 1024
LONGEST_BODY = 1024 * 1024
"""Bytes; a longer body is read and left out. An event with all its variables has some ten kB."""
_PIECE = 64 * 1024
_END = b"\n\n"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One frame; header names in lower case."""

    headers: Mapping[str, str]
    body: str = ""

    @property
    def kind(self) -> str:
        """Its content type."""
        return self.headers.get("content-type", "")


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """The next frame; one whose body is too long is left out.

    Args:
        reader: with a limit of `LONGEST_HEADERS`.

    Raises:
        Retryable: the connection ended, or what came is no frame.
    """
    while True:
        try:
            head = await reader.readuntil(_END)
        except asyncio.LimitOverrunError as error:
            raise Retryable("esl_headers_too_long") from error
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Retryable("esl_lost") from error
        headers = headers_of(head.decode("utf-8", "replace"))
        if "content-type" not in headers:
            if head.strip():
                raise Retryable("esl_no_frame")
            continue
        body = await _body(reader, headers.get("content-length", "0"))
        if body is not None:
            return Frame(headers=headers, body=body)


def headers_of(text: str, *, encoded: bool = False) -> dict[str, str]:
    """`Name: value` lines, up to the first empty one, names in lower case.

    Args:
        text: lines; those that are no header are left out.
        encoded: values are URL-encoded.
    """
    headers: dict[str, str] = {}
    for line in text.strip("\n").split("\n"):
        if not line:
            break
        name, found, value = line.partition(":")
        if found:
            told = value.strip()
            headers.setdefault(name.strip().lower(), unquote(told) if encoded else told)
    return headers


async def _body(reader: asyncio.StreamReader, length: str) -> str | None:
    """None where it is too long."""
    if not length.isascii() or not length.isdigit() or len(length) > 12:
        raise Retryable("esl_no_frame")
    left = int(length)
    try:
        if left <= LONGEST_BODY:
            return (await reader.readexactly(left)).decode("utf-8", "replace")
        while left:
            left -= len(await reader.readexactly(min(left, _PIECE)))
    except (asyncio.IncompleteReadError, OSError) as error:
        raise Retryable("esl_lost") from error
    log.warning("esl: an event of more than %d bytes left out", LONGEST_BODY)
    return None
