"""ClamAV's daemon, asked over its socket whether a file holds a virus.

Source: clamd(8), `INSTREAM`. The clients on PyPI have had no release for years, and what is needed
of the protocol is this one command.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct

from connectors.errors import Retryable, TooLarge

_CHUNK = 64 * 1024
_MOST_ANSWER = 4096


class _HungUp(Retryable):
    """It ended the connection while it was still being told."""


class Clamd:
    """One daemon; one connection a file.

    Args:
        where: `unix:/path` or `tcp:host:port`.
        timeout_s: for the whole of one file.
    """

    def __init__(self, where: str, *, timeout_s: float = 30.0) -> None:
        self._where, self._timeout_s = where, timeout_s

    def __repr__(self) -> str:
        return f"Clamd({self._where!r})"

    async def scan(self, body: bytes) -> str:
        """The virus's name; empty where there is none.

        Raises:
            connectors.errors.TooLarge: the daemon takes no file of this size.
            connectors.errors.Retryable: it is away, or answers what it should not.
        """
        try:
            answer = await self._asked(b"zINSTREAM\0", body)
        except _HungUp as error:
            # Over its limit it hangs up, and its answer is mostly lost; a dead one answers nothing.
            await self.ping()
            raise TooLarge("scan_too_large") from error
        said = answer.partition(": ")[2] or answer
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND").strip()
        raise TooLarge("scan_too_large") if "size limit" in said else Retryable("scan_failed")

    async def ping(self) -> str:
        """Its version. Raises `connectors.errors.Retryable` where it does not answer."""
        return await self._asked(b"zVERSION\0", None)

    async def _asked(self, command: bytes, body: bytes | None) -> str:
        try:
            async with asyncio.timeout(self._timeout_s):
                reader, writer = await self._connected()
                try:
                    writer.write(command)
                    if body is not None:
                        await _send(writer, body)
                    answer = await reader.read(_MOST_ANSWER)
                finally:
                    writer.close()
                    with contextlib.suppress(OSError):  # how we part changes nothing
                        await writer.wait_closed()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _HungUp("scanner_away") from error
        except (OSError, TimeoutError) as error:
            raise Retryable("scanner_away") from error
        said = answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
        if not said:
            raise Retryable("scanner_away")
        return said

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        kind, _, rest = self._where.partition(":")
        if kind == "unix":
            return await asyncio.open_unix_connection(rest)
        host, _, port = rest.rpartition(":")
        return await asyncio.open_connection(host, int(port))


async def _send(writer: asyncio.StreamWriter, body: bytes) -> None:
    """The file in chunks, each with its length before it."""
    for at in range(0, len(body), _CHUNK):
        chunk = body[at : at + _CHUNK]
        writer.write(struct.pack(">I", len(chunk)) + chunk)
        await writer.drain()
    writer.write(struct.pack(">I", 0))
    await writer.drain()
