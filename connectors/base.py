"""What every connector takes and gives, whatever it is connected to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class InboundKind(StrEnum):
    """What a citizen sent."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    LETTER = "letter"
    """A whole letter, by mail or by the mailbox's form: nobody talks with its writer now."""
    EVENT = "event"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class InboundFile:
    """A file that came with a message.

    Args:
        name: as its sender called it, decoded, on one line and without folders; or empty.
        told_type: the media type its sender told; never believed.
        body: the file itself.
        inline: it is shown inside the letter's text.
        source: it is the whole mail as it came, kept as evidence.
    """

    name: str = ""
    told_type: str = ""
    body: bytes = field(repr=False)
    inline: bool = False
    source: bool = False


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One message as it came in.

    Args:
        channel: the connector's name in the registry, such as `wechat`.
        external_id: the platform's id of this message; with `channel` unique for ever.
        sender_id: who sent it, in the channel's terms (open id, mail address, browser id).
        conversation_id: `channel:...`; messages of one conversation are handled in order. Empty,
            as every platform leaves it: the sender's own on this channel, under a name that does
            not tell who they are.
        strand: a conversation beside the sender's own, such as `reports`; or empty.
        text: the citizen's words; empty for other kinds.
        details: the channel's own facts (event key, media id, coordinates), strings only.
        sent_at: when the citizen sent it, aware, UTC.
        answerable: False where nobody would read an answer in place, as with the platform's own
            reports.
        files: what came with it; stored in the same step, or not at all.
    """

    channel: str
    external_id: str
    sender_id: str
    conversation_id: str = ""
    strand: str = ""
    kind: InboundKind = InboundKind.TEXT
    text: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    sent_at: datetime
    answerable: bool = True
    files: tuple[InboundFile, ...] = ()


class ReplyKind(StrEnum):
    """What a reply to a citizen is."""

    TEXT = "text"
    ANSWER = "answer"
    CHOICES = "choices"
    CASE = "case"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True)
class ReplyCitation:
    """The source of quoted text, as a citizen sees it.

    Args:
        start, end: characters of the document's text that were quoted; both 0 where unknown.
        form: how the document tells what it says (`chart`, …); empty where nobody needs to know.
        picture: address of a picture of the document's, or empty.
    """

    document_id: str
    title: str
    number: str = ""
    department: str = ""
    published_on: str = ""
    url: str = ""
    place: str = ""
    start: int = 0
    end: int = 0
    form: str = ""
    picture: str = ""


@dataclass(frozen=True, kw_only=True)
class ReplySentence:
    """A sentence that says quoted text in plainer words; `citation` is its place, from 0."""

    text: str
    citation: int = 0


@dataclass(frozen=True, kw_only=True)
class ReplyOption:
    """A quick reply: `label` is shown, `text` is sent as the citizen's words when chosen."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ReplyCase:
    """A case, as told to the citizen it belongs to.

    Args:
        query_code: given once, in the reply that opened the case; empty later.
        due_at: W3C date-time with zone, or empty.
        told: what is told of it in one word (`replied`, `paused`, …), for channels that send fixed
            texts; empty: what its state says.
        words: the department's reply, the reason or the other case's number that is told; or empty.
    """

    number: str
    state: str
    query_code: str = ""
    department: str = ""
    due_at: str = ""
    told: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class ReplyThread:
    """The mail a reply answers, so that a citizen's mail program shows both together (RFC 5322,
    3.6.4).

    Args:
        subject: of the citizen's mail, decoded, as it was.
        message_id: of the citizen's mail, with its angle brackets; or empty.
        references: message ids before it, oldest first, parted by spaces; or empty.
    """

    subject: str = ""
    message_id: str = ""
    references: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What goes back to a citizen, before a channel gives it its own form.

    Args:
        rephrased: what `text` quotes in plainer words; shown before it, marked as such, and never
            without it.
        emergency: it is about present danger: no quiet hours, and nobody has turned it off.
        thread: the mail it answers, for channels that are mail; None: it answers none.
    """

    kind: ReplyKind = ReplyKind.TEXT
    text: str
    citations: tuple[ReplyCitation, ...] = ()
    options: tuple[ReplyOption, ...] = ()
    case: ReplyCase | None = None
    rephrased: tuple[ReplySentence, ...] = ()
    emergency: bool = False
    thread: ReplyThread | None = None


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """One reply on its way out.

    Args:
        idempotency_key: the outbox row's id; a channel sends once per key.
        recipient: the `sender_id` of the citizen it goes to.
    """

    idempotency_key: str
    channel: str
    conversation_id: str
    recipient: str
    reply: Reply


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The outside world took it; `external_id` is its id there, or empty."""

    external_id: str = ""


@dataclass(frozen=True, kw_only=True)
class RawRequest:
    """An HTTP request as a connector sees it; `body` is unparsed."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class RawResponse:
    """What a connector answers over HTTP."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""


class Channel(Protocol):
    """A way citizens reach us and we reach them."""

    name: str

    async def send(self, outbound: Outbound) -> Receipt:
        """Send one reply; the same idempotency key again sends nothing more.

        Raises:
            connectors.errors.Retryable: later may help.
            connectors.errors.Refused: never will; a person must see it.
            connectors.errors.Kept: not now; keep it for the citizen's next contact.
        """

    async def close(self) -> None:
        """Free connections."""


class CallbackChannel(Channel, Protocol):
    """A channel whose platform calls us over HTTP and may take a reply in place."""

    reply_within_s: float

    def greet(self, request: RawRequest) -> RawResponse:
        """Answer the platform's URL check. Raises `connectors.errors.Unverified`."""

    def parse(self, request: RawRequest) -> tuple[Inbound, ...]:
        """Verify, then parse. Raises `Unverified` or `Malformed`, never anything else."""

    def carries(self, replies: tuple[Reply, ...]) -> int:
        """How many of the first replies one answer in place can carry; the caller claims those."""

    def answer_in_place(self, request: RawRequest, replies: tuple[Outbound, ...]) -> RawResponse:
        """The response that carries all these replies, or the bare acknowledgement for none."""


@runtime_checkable
class FollowsUp(Protocol):
    """A callback channel that may do more once its platform has read the answer."""

    def follows(self, carried: tuple[Outbound, ...]) -> bool:
        """True where the answer that carried these leaves something over."""

    async def follow_up(self, carried: tuple[Outbound, ...]) -> None:
        """Send what the answer left over; once, and nothing is raised where that fails."""

    async def still_at(self, inbound: Inbound) -> None:
        """Show that the answer takes longer; nothing is raised where that fails."""


class MediaChannel(Channel, Protocol):
    """A channel whose platform keeps what citizens send beside text, for a while."""

    async def fetch(
        self, kind: InboundKind, details: Mapping[str, str], *, max_bytes: int
    ) -> bytes:
        """The file of a message, as it is; what it really is, its bytes must tell.

        Args:
            kind: of the message.
            details: the message's own, as `Inbound` had them.
            max_bytes: more is not read.

        Raises:
            connectors.errors.Retryable: later may help.
            connectors.errors.Gone: the platform keeps it no more.
            connectors.errors.TooLarge: it is larger than `max_bytes`.
            connectors.errors.Refused: never will.
        """


@dataclass(frozen=True, kw_only=True)
class QuotaUse:
    """What is used of a platform's quota by all replicas.

    Args:
        interface: such as the path that is called.
        window: `day` or `minute`.
        limit: calls allowed in it; 0 where none is known.
    """

    interface: str
    window: str
    used: int
    limit: int


@runtime_checkable
class WatchesQuotas(Protocol):
    """A channel whose platform counts our calls."""

    async def quota_use(self) -> tuple[QuotaUse, ...]:
        """How the quotas stand now."""


@dataclass(frozen=True, kw_only=True)
class Article:
    """An interpretation as an article to be edited and published at an account.

    Args:
        content: HTML of plain paragraphs.
        source_url: "read the original".
    """

    title: str
    digest: str
    content: str
    source_url: str = ""


@runtime_checkable
class TakesArticles(Protocol):
    """A channel that takes draft articles."""

    @property
    def takes_articles(self) -> bool:
        """False where a setting that is needed is missing."""

    async def draft(self, article: Article) -> str:
        """Leave a draft; gives its id there.

        Raises:
            connectors.errors.Misconfigured: a setting is missing.
            connectors.errors.Retryable: later may help.
            connectors.errors.Refused: the platform does not take it.
        """
