"""What this process counts, for `/metrics` (Prometheus)."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.delivery.records import DeliveryState, UpdateState
from bot.records import MessageState, OutboxState, QueueCounts

_TURN_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.5, 8.0, 30.0)
"""4.5 s: what WeChat's 5 seconds leave."""


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


class Metrics:
    """One process's counters; a registry of its own, so that two in one test do not meet."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._received = Counter(
            "policyline_messages",
            "Messages that came in; resends are told apart.",
            ["channel", "resend"],
            registry=registry,
        )
        self._kinds = Counter(
            "policyline_message_kinds",
            "New messages by what they are; events by their name.",
            ["channel", "what"],
            registry=registry,
        )
        self._held_back = Counter(
            "policyline_messages_held_back",
            "Turns put off because their sender writes too fast.",
            ["channel"],
            registry=registry,
        )
        self._turns = Histogram(
            "policyline_turn_seconds",
            "Time of one handled turn.",
            ["channel"],
            buckets=_TURN_BUCKETS_S,
            registry=registry,
        )
        self._failures = Counter(
            "policyline_turn_failures", "Turns that failed.", ["error"], registry=registry
        )
        self._answers = Counter(
            "policyline_answers", "Answers from content.", ["kind"], registry=registry
        )
        self._rephrasings = Counter(
            "policyline_rephrasings",
            "Answers a language model was to rephrase, by what came of it.",
            ["outcome"],
            registry=registry,
        )
        self._rephrased_sentences = Counter(
            "policyline_rephrased_sentences",
            "Rephrased sentences; those the quotes do not support are dropped.",
            ["kept"],
            registry=registry,
        )
        self._understood = Counter(
            "policyline_understood", "Texts understood.", ["intent", "source"], registry=registry
        )
        self._without_dialogue = Counter(
            "policyline_dialogue_away",
            "Turns that had to do without Rasa.",
            ["why"],
            registry=registry,
        )
        self._rasa_resting = Gauge(
            "policyline_rasa_resting",
            "1 while Rasa, having failed, is not asked by this process.",
            ["part"],
            registry=registry,
        )
        self._delivered = Counter(
            "policyline_deliveries", "Tries to deliver.", ["channel", "outcome"], registry=registry
        )
        self._departments = Counter(
            "policyline_department_deliveries",
            "Tries to tell departments and other systems.",
            ["sender", "outcome"],
            registry=registry,
        )
        self._updates = Counter(
            "policyline_department_updates",
            "What other systems told of cases, by what came of it.",
            ["source", "outcome"],
            registry=registry,
        )
        self._platform = Counter(
            "policyline_platform_calls",
            "Calls to a platform, by what came of them: ok, its code, waits, unreachable.",
            ["channel", "interface", "outcome"],
            registry=registry,
        )
        self._sms = Counter(
            "policyline_sms", "Text messages sent, by what they tell.", ["kind"], registry=registry
        )
        self._sms_parts = Counter(
            "policyline_sms_parts", "Their parts, each of which is charged.", registry=registry
        )
        self._sms_reports = Counter(
            "policyline_sms_reports", "Delivery reports.", ["status"], registry=registry
        )
        self._quota_used = Gauge(
            "policyline_platform_quota_used",
            "Calls of all replicas in the quota's day or minute.",
            ["channel", "interface", "window"],
            registry=registry,
        )
        self._quota_limit = Gauge(
            "policyline_platform_quota_limit",
            "Calls the platform allows in it; absent where none is set.",
            ["channel", "interface", "window"],
            registry=registry,
        )
        self._queue = Gauge(
            "policyline_queue_rows", "Rows not done.", ["queue", "state"], registry=registry
        )
        self._age = Gauge(
            "policyline_queue_oldest_seconds",
            "How long the oldest row that should be worked on has waited.",
            ["queue"],
            registry=registry,
        )

    def of_kind(self, channel: str, what: str) -> None:
        """A new message is of this kind, an event of this name."""
        self._kinds.labels(channel, what).inc()

    def held_back(self, channel: str) -> None:
        """A message waits because its sender writes too fast."""
        self._held_back.labels(channel).inc()

    def received(self, channel: str, *, new: bool) -> None:
        """A message came in."""
        self._received.labels(channel, "no" if new else "yes").inc()

    def turn_done(self, channel: str, took_s: float) -> None:
        """A turn was handled."""
        self._turns.labels(channel).observe(took_s)

    def turn_failed(self, error: str) -> None:
        """A turn failed with an error of this type."""
        self._failures.labels(error).inc()

    def answered(self, kind: str) -> None:
        """A question was answered."""
        self._answers.labels(kind).inc()

    def rephrased(self, outcome: str) -> None:
        """An answer was rephrased (`kept`), or why not."""
        self._rephrasings.labels(outcome).inc()

    def rephrased_sentences(self, *, kept: int, dropped: int) -> None:
        """A model's sentences were checked."""
        self._rephrased_sentences.labels("yes").inc(kept)
        self._rephrased_sentences.labels("no").inc(dropped)

    def understood(self, intent: str, source: str) -> None:
        """A text was understood."""
        self._understood.labels(intent, source).inc()

    def dialogue_away(self, why: str) -> None:
        """A turn had to do without Rasa."""
        self._without_dialogue.labels(why).inc()

    def rasa_resting(self, *, parse: bool, dialogue: bool) -> None:
        """Whether Rasa is left alone now, its reading of texts and its conversations."""
        self._rasa_resting.labels("parse").set(parse)
        self._rasa_resting.labels("dialogue").set(dialogue)

    def delivered(self, channel: str, outcome: str) -> None:
        """A delivery was tried: sent, retried, kept or dead."""
        self._delivered.labels(channel, outcome).inc()

    def department_told(self, sender: str, outcome: str) -> None:
        """A notice to a department was tried: sent, retried, waits or dead."""
        self._departments.labels(sender, outcome).inc()

    def system_told(self, source: str, outcome: str) -> None:
        """Another system told something: stored, resent, applied, held; or asking it failed."""
        self._updates.labels(source, outcome).inc()

    def platform_called(self, channel: str, interface: str, outcome: str) -> None:
        """A platform's interface was called, or its quota's turn is waited for (`waits`)."""
        self._platform.labels(channel, interface, outcome).inc()

    def sms_sent(self, kind: str, parts: int) -> None:
        """A gateway took a text message."""
        self._sms.labels(kind).inc()
        self._sms_parts.inc(parts)

    def sms_reported(self, status: str) -> None:
        """A gateway says what became of one: `delivered` or `failed`."""
        self._sms_reports.labels(status).inc()

    def platform_quota(
        self, channel: str, interface: str, window: str, *, used: int, limit: int
    ) -> None:
        """How a quota stands now; `limit` 0: none is known."""
        self._quota_used.labels(channel, interface, window).set(used)
        if limit:
            self._quota_limit.labels(channel, interface, window).set(limit)

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

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)
