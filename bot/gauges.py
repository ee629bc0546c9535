"""How things stand now, for `/metrics`: what the database, the platforms and this process say.

What the database says is the same on every replica: a query takes the greatest, not the sum.
"""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge

from bot import __version__
from bot.delivery.records import DeliveryState, UpdateState
from bot.records import MessageState, OutboxState, QueueCounts

_STATES = {
    "inbox": (MessageState.STORED, MessageState.HANDLING, MessageState.FAILED),
    "outbox": (
        OutboxState.PENDING,
        OutboxState.SENDING,
        OutboxState.KEPT,
        OutboxState.DEAD,
    ),
    "departments": (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEAD),
    "updates": (UpdateState.STORED, UpdateState.APPLYING, UpdateState.HELD),
}


class Gauges:
    """Gauges in a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, says: str, *labels: str) -> Gauge:
            return Gauge(f"policyline_{name}", says, labels, registry=registry)

        gauge("build_info", "1; the version runs here.", "version").labels(__version__).set(1)
        self._up = gauge("part_up", "1: the part answers this process.", "part")
        self._circuit = gauge(
            "circuit_open", "1: the part failed and is left alone for a moment.", "part"
        )
        self._queue = gauge("queue_rows", "Rows not done.", "queue", "state")
        self._age = gauge(
            "queue_oldest_seconds",
            "How long the oldest row that should be worked on has waited.",
            "queue",
        )
        self._cases = gauge("cases_open", "Open cases.", "state")
        self._cases_due = gauge(
            "cases_due", "Unanswered cases whose deadline is past, in a day, in three days.", "when"
        )
        self._requests_due = gauge(
            "requests_due",
            "Undecided requests for information: past, last day or next, three days.",
            "when",
        )
        self._quota_used = gauge(
            "platform_quota_used",
            "Calls of all replicas in the quota's day or minute.",
            "channel", "interface", "window",
        )  # fmt: skip
        self._quota_limit = gauge(
            "platform_quota_limit",
            "Calls the platform allows in it; absent where none is known.",
            "channel", "interface", "window",
        )  # fmt: skip
        self._quota_left = gauge(
            "platform_quota_left",
            "Calls left in it; absent where no limit is known.",
            "channel", "interface", "window",
        )  # fmt: skip
        self._index = gauge("index_documents", "Documents this process can answer from.")
        self._revision = gauge("index_revision", "Revision of the content it holds.")

    def part(self, name: str, *, up: bool) -> None:
        """Whether a part (`database`, `redis`, `rasa`) answers."""
        self._up.labels(name).set(up)

    def circuit(self, name: str, *, is_open: bool) -> None:
        """Whether a part (`redis`, `rasa`, `rephrasing`) is left alone just now."""
        self._circuit.labels(name).set(is_open)

    def unknown(self) -> None:
        """The database cannot be asked: better no figures than old ones."""
        for gauge in (self._queue, self._age, self._cases, self._cases_due, self._requests_due):
            gauge.clear()

    def queue(self, name: str, counts: QueueCounts) -> None:
        """How a queue (`inbox`, `outbox`, `departments`, `updates`) stands now."""
        for state in _STATES[name]:
            self._queue.labels(name, state).set(counts.by_state.get(state, 0))
        self._age.labels(name).set(counts.oldest_s)

    def unscanned(self, waiting: int, oldest_s: float) -> None:
        """Attachments that wait for the scanner of viruses."""
        self._queue.labels("attachments", "waiting").set(waiting)
        self._age.labels("attachments").set(oldest_s)

    def boxes(self, unseen_s: Mapping[str, float]) -> None:
        """How long ago each mail box was last looked at without trouble."""
        for name, age_s in unseen_s.items():
            self._age.labels(f"mailbox-{name}").set(age_s)

    def cases(self, by_state: Mapping[str, int], due: Mapping[str, int]) -> None:
        """Open cases by state, and by how near their deadline is."""
        self._cases.clear()
        for state, count in by_state.items():
            self._cases.labels(state).set(count)
        for when, count in due.items():
            self._cases_due.labels(when).set(count)

    def requests(self, due: Mapping[str, int]) -> None:
        """Undecided requests for information by how near their last day is."""
        for when, count in due.items():
            self._requests_due.labels(when).set(count)

    def platform_quota(
        self, channel: str, interface: str, window: str, *, used: int, limit: int
    ) -> None:
        """How a quota stands now; `limit` 0: none is known."""
        self._quota_used.labels(channel, interface, window).set(used)
        if limit:
            self._quota_limit.labels(channel, interface, window).set(limit)
            self._quota_left.labels(channel, interface, window).set(max(0, limit - used))

    def index(self, *, documents: int, revision: int) -> None:
        """What this process can answer from."""
        self._index.set(documents)
        self._revision.set(revision)
