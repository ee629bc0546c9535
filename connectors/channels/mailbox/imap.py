"""A box read over IMAP: every mail handed on, then moved away. Blocking calls in a thread.

Sources: RFC 3501, 2177 (IDLE), 4315 (UIDPLUS), 6851 (MOVE).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import imapclient
from imapclient.exceptions import IMAPClientError, LoginError

from connectors.base import Inbound
from connectors.errors import Refused, Retryable
from connectors.mail.settings import Security

from .inbound import inbound_of
from .letter import CHANNEL
from .parsing import read
from .settings import Box, MailboxSettings
from .tags import Tags

_SLICE_S = 1.0
"""How long a stop may go unheard."""
_IDLE_AGAIN_S = 25 * 60.0
"""Servers end an IDLE after 30 minutes (RFC 2177: 29)."""
_ANSWER_WITHIN_S = 120.0
_TEXT_BYTES = 300_000
_AT_ONCE = 50

_T = TypeVar("_T")
Take = Callable[[Inbound], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """How far a folder was read: UIDs up to `uid` under this UIDVALIDITY."""

    validity: int = 0
    uid: int = 0


class Cursors(Protocol):
    """Where it is remembered how far each box was read."""

    async def cursor(self, box: str) -> Cursor:
        """As it was left; nothing read for a box nobody knows."""

    async def read_to(self, box: str, cursor: Cursor) -> None:
        """Remember it; told after each look at a box, so its time is that of the last one."""


class MailFeed:
    """A box, listened to by one process at a time.

    Args:
        box: its name in the settings.
        settings: all of the mailbox's.
        tags: tells mails of ours.
        cursors: how far it was read.
        now: for tests.
    """

    def __init__(
        self,
        box: str,
        settings: MailboxSettings,
        tags: Tags,
        cursors: Cursors,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = f"{CHANNEL}-{box}"
        self._box, self._settings, self._of = box, settings, settings.boxes[box]
        self._tags, self._cursors, self._now = tags, cursors, now
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=self.name)

    def __repr__(self) -> str:
        return f"MailFeed({self.name!r}, {self._of.host!r})"

    async def run(self, take: Take) -> None:
        """Hand on every mail, then move it away; for ever, until cancelled.

        A mail is moved only after `take` returned, so that what was not stored is seen again.

        Raises:
            connectors.errors.Refused: the server does not let us in.
            connectors.errors.Retryable: it is away, or says what it should not.
        """
        loop, stopping = asyncio.get_running_loop(), threading.Event()
        reading = _Reading(self, take, loop, stopping)
        work = loop.run_in_executor(self._thread, reading.run)
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            stopping.set()
            await asyncio.wait({work}, timeout=_SLICE_S * 3)
            raise

    async def probe(self) -> None:
        """Sign in and look at the folder. Raises as `run`."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._probed)

    async def close(self) -> None:
        """Free the thread; a running look ends with its connection."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _probed(self) -> None:
        with connected(self._of) as client:
            client.select_folder(self._of.folder, readonly=True)


class connected:  # noqa: N801 - used as a function
    """A connection, signed in; errors are said in our words, never with the server's."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._client: imapclient.IMAPClient | None = None

    def __enter__(self) -> imapclient.IMAPClient:
        box = self._box
        try:
            self._client = client = imapclient.IMAPClient(
                box.host,
                port=box.port_in_force,
                ssl=box.security is Security.TLS,
                ssl_context=_context(box) if box.security is Security.TLS else None,
                timeout=box.timeout_s,
            )
            if box.security is Security.STARTTLS:
                client.starttls(_context(box))
            client.login(box.username, box.password.get_secret_value())
        except LoginError as error:
            self._left()
            raise Refused("imap_password") from error
        except ssl.SSLCertVerificationError as error:
            self._left()
            raise Refused("imap_certificate") from error
        except (IMAPClientError, OSError) as error:
            self._left()
            raise Retryable("imap_unreachable") from error
        return client

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        self._left()
        if kind is not None and issubclass(kind, (IMAPClientError, OSError)):
            raise Retryable("imap_unreachable") from None

    def _left(self) -> None:
        if self._client is None:
            return
        # How we part changes nothing; but the socket must not stay open.
        with contextlib.suppress(IMAPClientError, OSError):
            self._client.logout()
        with contextlib.suppress(IMAPClientError, OSError):
            self._client.shutdown()


class _Reading:
    """One connection's work, in the feed's thread."""

    def __init__(
        self,
        feed: MailFeed,
        take: Take,
        loop: asyncio.AbstractEventLoop,
        stopping: threading.Event,
    ) -> None:
        self._feed, self._take, self._loop, self._stopping = feed, take, loop, stopping
        self._of, self._settings = feed._of, feed._settings
        self._cursor = Cursor()

    def run(self) -> None:
        """Look, wait, look again, until it is stopped or the connection is lost."""
        feed = self._feed
        self._cursor = self._wait_for(feed._cursors.cursor(feed._box))
        with connected(self._of) as client:
            self._prepare(client)
            while not self._stopping.is_set():
                # A mail told of while others were looked for is not told of again.
                while (self._look(client) or _told_of_more(client)) and not self._stopping.is_set():
                    pass
                self._wait_for(feed._cursors.read_to(feed._box, self._cursor))
                self._rest(client)

    def _prepare(self, client: imapclient.IMAPClient) -> None:
        of = self._of
        if of.moved_to and not client.folder_exists(of.moved_to):
            client.create_folder(of.moved_to)
        selected = client.select_folder(of.folder)
        validity = int(selected.get(b"UIDVALIDITY", 0))
        if validity != self._cursor.validity:  # the numbers mean other mails now
            self._cursor = Cursor(validity=validity)

    def _look(self, client: imapclient.IMAPClient) -> int:
        """Hand on what is new; gives how many there were."""
        after = 0 if self._of.moved_to else self._cursor.uid
        found = client.search(["UID", f"{after + 1}:*", "UNDELETED"])
        fresh = sorted(uid for uid in found if uid > after)
        for at in range(0, len(fresh), _AT_ONCE):
            some = fresh[at : at + _AT_ONCE]
            sizes = client.fetch(some, ["RFC822.SIZE"])
            for uid in some:
                if self._stopping.is_set():
                    return len(fresh)
                if uid in sizes:  # else another program took it away meanwhile
                    self._one(client, uid, int(sizes[uid][b"RFC822.SIZE"]))
        return len(fresh)

    def _one(self, client: imapclient.IMAPClient, uid: int, size: int) -> None:
        raw = self._fetched(client, uid, size)
        if raw is not None:
            self._wait_for(self._take(self._inbound(raw)))
            self._away(client, uid)
        self._cursor = Cursor(validity=self._cursor.validity, uid=max(uid, self._cursor.uid))

    def _fetched(self, client: imapclient.IMAPClient, uid: int, size: int) -> bytes | None:
        if size <= self._settings.max_bytes:
            got = client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {})
            body: bytes | None = got.get(b"BODY[]")
            return body
        parts = ["BODY.PEEK[HEADER]", f"BODY.PEEK[TEXT]<0.{_TEXT_BYTES}>"]
        got = client.fetch([uid], parts).get(uid, {})
        head = got.get(b"BODY[HEADER]")
        return None if head is None else head + (got.get(b"BODY[TEXT]<0>") or b"")

    def _inbound(self, raw: bytes) -> Inbound:
        feed, now = self._feed, self._feed._now()
        letter = read(
            raw,
            received_at=now,
            own_addresses=self._settings.own_addresses,
            is_ours=feed._tags.is_ours,
        )
        return inbound_of(
            letter,
            raw,
            box=feed._box,
            to=self._of.to,
            delimiter=self._settings.delimiter,
            now=now,
        )

    def _away(self, client: imapclient.IMAPClient, uid: int) -> None:
        """Out of the folder, as the server can: moved, or copied and removed by its UID alone."""
        target = self._of.moved_to
        if not target:
            client.add_flags([uid], [imapclient.SEEN], silent=True)
        elif client.has_capability("MOVE"):
            client.move([uid], target)
        else:
            client.copy([uid], target)
            client.delete_messages([uid], silent=True)
            if client.has_capability("UIDPLUS"):
                client.uid_expunge([uid])

    def _rest(self, client: imapclient.IMAPClient) -> None:
        """Until the server tells of something, or it is time to look again: some never tell."""
        if not (self._of.idle and client.has_capability("IDLE")):
            self._stopping.wait(self._of.poll_s)
            return
        left_s = min(_IDLE_AGAIN_S, self._of.poll_s)
        client.idle()
        try:
            while left_s > 0 and not self._stopping.is_set():
                if any(_arrived(each) for each in client.idle_check(timeout=_SLICE_S)):
                    return
                left_s -= _SLICE_S
        finally:
            client.idle_done()

    def _wait_for(self, asked: Awaitable[_T]) -> _T:
        async def waited() -> _T:
            return await asked

        given = asyncio.run_coroutine_threadsafe(waited(), self._loop)
        try:
            return given.result(timeout=_ANSWER_WITHIN_S)
        except TimeoutError as error:
            raise Retryable("mail_not_stored") from error


def _told_of_more(client: imapclient.IMAPClient) -> bool:
    """True where the server said of new mails in its answer to something else; said once."""
    told = client._imap.response("EXISTS")[1]
    return any(each is not None for each in told or ())


def _arrived(told: object) -> bool:
    return isinstance(told, tuple) and len(told) > 1 and told[1] in {b"EXISTS", b"RECENT"}


def _context(box: Box) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=box.ca_file)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
