"""What turns and deliveries need of a database transaction; `bot/storage` provides it.

The meaning of each call, its order and its errors are described there.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.attachment_model import Attachment
from bot.records import (
    Context,
    Conversation,
    NewOutbound,
    OutboxRow,
    QueueCounts,
    Reason,
    Stored,
    StoredMessage,
    Unanswered,
)
from connectors.base import Inbound


class Messages(Protocol):
    """Inbound messages."""

    async def by_external_id(self, channel: str, external_id: str) -> StoredMessage | None:
        """The message a channel knows by this id, or None."""

    async def store_once(self, inbound: Inbound, *, id: str, now: datetime) -> Stored:
        """Keep a message; a resend gives the one already kept."""

    async def get(self, message_id: str) -> StoredMessage | None:
        """One message."""

    async def claim(
        self, message_id: str, *, owner: str, lease_s: float, now: datetime
    ) -> StoredMessage | None:
        """Take a message to handle it, unless it is not its turn or not to be had."""

    async def claim_stored(
        self, message: StoredMessage, *, owner: str, lease_s: float, now: datetime
    ) -> StoredMessage | None:
        """The same for a message just read or stored."""

    async def claim_next(
        self, *, owner: str, lease_s: float, now: datetime, stored_before: datetime
    ) -> StoredMessage | None:
        """Take the oldest message nobody handles."""

    async def claim_following(
        self, conversation_id: str, *, owner: str, lease_s: float, now: datetime
    ) -> StoredMessage | None:
        """Take the next message of a conversation."""

    async def extend(self, message_id: str, *, owner: str, lease_s: float, now: datetime) -> None:
        """Hold a message longer. Raises `LeaseLost`."""

    async def write_down(self, message_id: str, text: str, *, owner: str) -> None:
        """Keep what a message without text turned out to say. Raises `LeaseLost`."""

    async def mark_handled(self, message: StoredMessage, *, owner: str, now: datetime) -> None:
        """Done. Raises `LeaseLost`."""

    async def release(self, message_id: str, *, owner: str, retry_at: datetime, error: str) -> None:
        """To be tried again from then on. Raises `LeaseLost`."""

    async def acknowledge(self, message_id: str, *, now: datetime) -> None:
        """The platform was told that the message is safe, and nothing more."""

    async def mark_failed(self, message_id: str, *, owner: str, now: datetime, error: str) -> None:
        """Given up. Raises `LeaseLost`."""

    async def history(self, conversation_id: str, *, limit: int = 50) -> tuple[StoredMessage, ...]:
        """The last messages of a conversation, oldest first."""

    async def counts(self, now: datetime) -> QueueCounts:
        """Undone and failed messages."""


class OutboxRows(Protocol):
    """Replies and notices on their way out."""

    async def add(self, new: NewOutbound, *, id: str, now: datetime) -> OutboxRow:
        """Put a reply in; a known key gives the row already there."""

    async def get(self, outbox_id: str) -> OutboxRow | None:
        """One row, or None."""

    async def hold(self, conversation_id: str) -> None:
        """Nobody else adds or carries replies of the conversation in this transaction's time."""

    async def of_message(self, message_id: str) -> tuple[OutboxRow, ...]:
        """The replies to one message, in order."""

    async def claim_for_reply(
        self, message_id: str, *, limit: int, via: str, now: datetime
    ) -> tuple[OutboxRow, ...]:
        """Take the first replies to a message to carry them in place."""

    async def take_kept(
        self, conversation_id: str, *, limit: int, via: str, receipt: str, now: datetime
    ) -> tuple[OutboxRow, ...]:
        """Take what was kept for this citizen to carry it in place."""

    async def give_back(self, ids: Sequence[str], *, via: str, now: datetime) -> None:
        """What was taken to be carried in place was given to nobody."""

    async def carried_with(self, conversation_id: str, receipt: str) -> tuple[OutboxRow, ...]:
        """What was taken to be carried with one answer in place."""

    async def unread(
        self, conversation_id: str, message_id: str, *, now: datetime
    ) -> tuple[tuple[OutboxRow, ...], tuple[OutboxRow, ...], tuple[OutboxRow, ...]]:
        """The replies to a message, what is kept for the citizen, what is on its way."""

    async def release_for(
        self, channels: Sequence[str], *, error: str, since: datetime, now: datetime
    ) -> int:
        """The same with what these channels did not send for this reason."""

    async def bury(self, outbox_id: str, *, error: str) -> None:
        """A row just added is for a person to look at."""

    async def release_kept(self, conversation_id: str, *, now: datetime) -> int:
        """Let the delivery worker try what was kept again."""

    async def make_due(self, message_id: str, *, now: datetime) -> int:
        """The delivery worker may begin with the rest of these."""

    async def claim_due(
        self, *, owner: str, lease_s: float, limit: int, now: datetime
    ) -> tuple[OutboxRow, ...]:
        """Take rows to send, at most one per conversation."""

    async def mark_sent(
        self, outbox_id: str, *, owner: str, now: datetime, via: str = "push", receipt: str = ""
    ) -> None:
        """It went out. Raises `LeaseLost`."""

    async def retry_at(
        self, outbox_id: str, *, owner: str, at: datetime, error: str, counts: bool = True
    ) -> None:
        """Try again then. Raises `LeaseLost`."""

    async def keep(self, outbox_id: str, *, owner: str, error: str) -> None:
        """Kept for the next contact. Raises `LeaseLost`."""

    async def dead(self, outbox_id: str, *, owner: str, error: str) -> None:
        """Never deliverable. Raises `LeaseLost`."""

    async def revive(self, outbox_id: str, *, now: datetime) -> bool:
        """A person wants a dead row tried again."""

    async def dead_rows(self, *, limit: int = 100) -> tuple[OutboxRow, ...]:
        """What will never go out by itself."""

    async def history(
        self, conversation_id: str, *, after: str = "", limit: int = 100
    ) -> tuple[OutboxRow, ...]:
        """Replies of a conversation, oldest first."""

    async def origin_of(self, case_number: str) -> str:
        """The origin key of a case."""

    async def counts(self, now: datetime) -> QueueCounts:
        """Unsent rows by state."""


class Conversations(Protocol):
    """What one turn leaves for the next."""

    async def touch(
        self, conversation_id: str, *, channel: str, sender_id: str, now: datetime
    ) -> Conversation:
        """Begin the conversation, or note that the citizen was heard again."""

    async def get(self, conversation_id: str) -> Conversation | None:
        """One conversation, or None."""

    async def set_context(self, conversation_id: str, context: Context) -> None:
        """Keep what the next turn may want to know."""


class UnansweredQuestions(Protocol):
    """Questions the content held no good answer to."""

    async def note(
        self, *, id: str, question_key: str, question: str, now: datetime, reason: Reason
    ) -> Unanswered:
        """Count a question."""


class Attached(Protocol):
    """What citizens sent beside text."""

    async def attach(self, conversation_id: str, case_number: str, *, since: datetime) -> int:
        """Give a case what its conversation sent since then and no case has."""

    async def add(self, new: Attachment) -> Attachment:
        """Keep one; where its message has one in its place already, that one is given."""


class Unit(Protocol):
    """One transaction."""

    @property
    def attachments(self) -> Attached:
        """Attachments."""

    @property
    def messages(self) -> Messages:
        """Inbound messages."""

    @property
    def outbox(self) -> OutboxRows:
        """Replies and notices."""

    @property
    def conversations(self) -> Conversations:
        """Conversations."""

    @property
    def unanswered(self) -> UnansweredQuestions:
        """Unanswered questions."""


class Transactions(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[Unit]:
        """One transaction that writes; short, never inside another."""

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """One transaction that only reads."""

    async def conversation_id(self, channel: str, sender_id: str, strand: str = "") -> str:
        """What the conversation with a sender is called, which does not tell who they are."""
