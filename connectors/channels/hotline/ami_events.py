"""Asterisk's events as ours. Pure.

Source: Asterisk documentation, "AMI Events" (Asterisk 16 to 22): QueueCallerJoin, AgentCalled,
AgentRingNoAnswer, AgentConnect, AgentComplete, QueueCallerAbandon, Hold, Unhold, BlindTransfer,
AttendedTransfer, Hangup, QueueEntry, CoreShowChannel. An event has a time of its own only where
manager.conf says `timestampevents = yes`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime

from connectors.calls import CallEvent, CallEventKind

from .live import LiveCalls
from .names import Operators, interface_of, number_of

Fields = Mapping[str, str]
"""A message's headers, names in lower case."""

_TRANSFERRED = "transfer"
_NO_CHANNEL = frozenset({"", "<unknown>", "(null)"})


class AmiCalls:
    """Follows the calls of one server.

    Args:
        live: the feed's calls.
        operators: staff names.
        queues: the hotline's; none named: all.
        now: for what has no time of its own.
    """

    def __init__(
        self,
        live: LiveCalls,
        operators: Operators,
        queues: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self._live, self._operators, self._queues, self._now = live, operators, queues, now
        self._known: Mapping[str, Callable[[Fields, datetime], list[CallEvent]]] = {
            "queuecallerjoin": self._joined,
            "agentcalled": self._rings,
            "agentringnoanswer": self._rang_in_vain,
            "agentconnect": self._answered,
            "agentcomplete": self._completed,
            "queuecallerabandon": self._abandoned,
            "hold": self._held,
            "unhold": self._held,
            "blindtransfer": self._sent_on,
            "attendedtransfer": self._handed_over,
            "hangup": self._hung_up,
        }

    def events(self, fields: Fields) -> list[CallEvent]:
        """What an event of the server says of our calls; nothing, for most."""
        handler = self._known.get(fields.get("event", "").lower())
        if handler is None or not self._ours(fields.get("queue")):
            return []
        return handler(fields, self._at(fields))

    def found(self, channels: Iterable[Fields], entries: Iterable[Fields]) -> list[CallEvent]:
        """What the state of the server says, asked after a connection was made.

        Args:
            channels: every `CoreShowChannel`.
            entries: every `QueueEntry`.
        """
        at, known = self._now(), tuple(channels)
        waits = {entry.get("uniqueid", ""): entry for entry in entries}
        events: list[CallEvent] = []
        for channel in known:
            own = channel.get("uniqueid", "")
            if own and channel.get("application", "").lower() == "queue":
                events += self._found(channel, waits.get(own, {}), known, at)
        there = {each.get("uniqueid", "") for each in known}
        there |= {each.get("linkedid", "") for each in known}
        for call_id, own in self._live.open_calls().items():
            if call_id not in there and own not in there:
                events += self._live.over(call_id, at=at, details={"noticed": "reconnect"})
        return events

    def _found(
        self, channel: Fields, entry: Fields, known: Iterable[Fields], at: datetime
    ) -> list[CallEvent]:
        queue = entry.get("queue") or channel.get("applicationdata", "").partition(",")[0]
        call_id, own = _call_of(channel), channel["uniqueid"]
        if not call_id or not self._ours(queue):
            return []
        caller, noticed = number_of(channel.get("calleridnum", "")), {"noticed": "reconnect"}
        events = self._live.joined(
            call_id,
            own,
            caller=caller,
            queue=queue,
            at=at,
            found=True,
            details={**noticed, "hold_s": _seconds(entry, "wait")},
        )
        bridge = channel.get("bridgeid", "")
        other = next(
            (
                c
                for c in known
                if bridge and c.get("bridgeid") == bridge and c.get("uniqueid") != own
            ),
            None,
        )
        if other is not None:
            operator = self._operators.name_of(interface_of(other.get("channel", "")))
            events += self._live.answered(
                call_id, own, operator=operator, queue=queue, at=at, details=noticed
            )
        return events

    def _joined(self, fields: Fields, at: datetime) -> list[CallEvent]:
        call_id, channel = _call_of(fields), fields.get("uniqueid", "")
        if not call_id:
            return []
        return self._live.joined(
            call_id,
            channel or call_id,
            caller=number_of(fields.get("calleridnum", "")),
            queue=fields.get("queue", ""),
            at=at,
            details={"position": fields.get("position", "")},
        )

    def _rings(self, fields: Fields, at: datetime) -> list[CallEvent]:
        call_id = _call_of(fields)
        if not call_id:
            return []
        return self._live.rings(
            call_id,
            fields.get("uniqueid") or call_id,
            operator=self._operator(fields),
            ring=_ring(fields),
            queue=fields.get("queue", ""),
            at=at,
        )

    def _rang_in_vain(self, fields: Fields, at: datetime) -> list[CallEvent]:
        return self._live.rang_in_vain(
            _call_of(fields),
            operator=self._operator(fields),
            ring=_ring(fields),
            at=at,
            details={"ring_s": _milliseconds(fields, "ringtime")},
        )

    def _answered(self, fields: Fields, at: datetime) -> list[CallEvent]:
        call_id = _call_of(fields)
        if not call_id:
            return []
        return self._live.answered(
            call_id,
            fields.get("uniqueid") or call_id,
            operator=self._operator(fields),
            queue=fields.get("queue", ""),
            caller=number_of(fields.get("calleridnum", "")),
            at=at,
            details={
                "hold_s": _seconds(fields, "holdtime"),
                "ring_s": _seconds(fields, "ringtime"),
            },
        )

    def _completed(self, fields: Fields, at: datetime) -> list[CallEvent]:
        reason = fields.get("reason", "").lower()
        if reason == _TRANSFERRED:  # it goes on elsewhere; its own event says where
            return []
        details = {
            "hold_s": _seconds(fields, "holdtime"),
            "talk_s": _seconds(fields, "talktime"),
            "reason": reason,
        }
        return self._live.over(_call_of(fields), at=at, details=details)

    def _abandoned(self, fields: Fields, at: datetime) -> list[CallEvent]:
        call_id = _call_of(fields)
        if call_id and call_id not in self._live:  # it came before we listened
            self._joined(fields, at)
        details = {"hold_s": _seconds(fields, "holdtime"), "position": fields.get("position", "")}
        return self._live.over(call_id, at=at, details=details)

    def _held(self, fields: Fields, at: datetime) -> list[CallEvent]:
        held = fields["event"].lower() == "hold"
        return self._live.happened(
            self._live.of_channels(_call_of(fields), fields.get("uniqueid", "")),
            CallEventKind.HELD if held else CallEventKind.RESUMED,
            at=at,
            stamp=fields.get("timestamp", ""),
        )

    def _sent_on(self, fields: Fields, at: datetime) -> list[CallEvent]:
        return self._transferred(fields, at, to=fields.get("extension", ""), how="blind")

    def _handed_over(self, fields: Fields, at: datetime) -> list[CallEvent]:
        named = ("secondtransfererconnectedlinenum", "transfertargetcalleridnum", "destapp")
        told = (fields.get(name, "") for name in named)
        to = next((each for each in told if each not in _NO_CHANNEL), "")
        return self._transferred(fields, at, to=to, how="attended")

    def _transferred(self, fields: Fields, at: datetime, *, to: str, how: str) -> list[CallEvent]:
        if fields.get("result", "").lower() != "success":
            return []
        parts = ("transferee", "transferer", "origtransferer", "secondtransferer", "transfertarget")
        ids = (
            fields.get(f"{part}{name}", "") for name in ("linkedid", "uniqueid") for part in parts
        )
        return self._live.happened(
            self._live.of_channels(*ids),
            CallEventKind.TRANSFERRED,
            at=at,
            stamp=fields.get("timestamp", ""),
            to=self._operators.name_of(to),
            details={"how": how, "external": fields.get("isexternal", "").lower()},
        )

    def _hung_up(self, fields: Fields, at: datetime) -> list[CallEvent]:
        """Only the caller's own channel ends the call; an operator's may be one of several."""
        channel = fields.get("uniqueid", "")
        call_id = self._live.of_channels(channel)
        if not call_id or self._live.open_calls()[call_id] != channel:
            return []
        details = {"cause": fields.get("cause", ""), "reason": fields.get("cause-txt", "")}
        return self._live.over(call_id, at=at, details=details)

    def _operator(self, fields: Fields) -> str:
        return self._operators.name_of(fields.get("membername", ""), fields.get("interface", ""))

    def _ours(self, queue: str | None) -> bool:
        return queue is None or not self._queues or queue in self._queues

    def _at(self, fields: Fields) -> datetime:
        try:
            return datetime.fromtimestamp(float(fields["timestamp"]), UTC)
        except (KeyError, ValueError, OverflowError, OSError):
            return self._now()


def _call_of(fields: Fields) -> str:
    return fields.get("linkedid") or fields.get("uniqueid", "")


def _ring(fields: Fields) -> str:
    """The agent's channel is another one each time it rings."""
    return fields.get("destuniqueid") or fields.get("interface", "")


def _seconds(fields: Fields, name: str) -> str:
    told = fields.get(name, "")
    return told if told.isascii() and told.isdigit() else ""


def _milliseconds(fields: Fields, name: str) -> str:
    told = _seconds(fields, name)
    return f"{int(told) / 1000:g}" if told else ""
