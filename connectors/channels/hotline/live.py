"""What a feed knows of the calls that are on: turns what it is told into events, each once. Pure.

A call centre tells of one thing in several ways (an agent's end, a queue's end, a channel's end)
and tells nothing again that was missed. So each call is followed here, and an event's external id
is made of what stays the same however and whenever it is told: the call, the event, the channel
and a sequence. The sequence is the queue and how often the call has joined it, or the event's own
time stamp, or a count where the call centre gives no stamp.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.calls import CallEvent, CallEventKind, RunningCall

_OVER_KEPT = 500
"""So many calls that are over are remembered, for what is told of them late."""
_LONGEST = 200
"""Characters of an external id; a longer one is replaced by its digest."""


@dataclass(kw_only=True)
class _Call:
    call_id: str
    channel: str
    caller: str = ""
    queue: str = ""
    operator: str = ""
    open: bool = False
    """It is in its queue, or with who took it from there."""
    answered: bool = False
    transferred: bool = False
    ringing: set[str] = field(default_factory=set)
    joins: Counter[str] = field(default_factory=Counter)
    counts: Counter[CallEventKind] = field(default_factory=Counter)
    late: str = ""
    """Set where the call was not seen from its beginning: counts are told apart by it."""
    told: set[str] = field(default_factory=set)

    @property
    def visit(self) -> str:
        return f"{self.queue}.{max(1, self.joins[self.queue])}"


class LiveCalls:
    """The calls of one feed.

    Args:
        feed: its name.
        since: when it began to listen.
    """

    def __init__(self, feed: str, since: datetime) -> None:
        self._feed, self._late = feed, f"{int(since.timestamp())}."
        self._calls: dict[str, _Call] = {}

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._calls

    def remember(self, running: Iterable[RunningCall]) -> None:
        """Calls that were told in an earlier life."""
        for each in running:
            call = self._met(each.call_id, each.call_id, each.queue)
            call.answered, call.caller = each.answered, each.caller
            call.joins[each.queue] = max(1, each.joins)  # visits told in the earlier life

    def open_calls(self) -> dict[str, str]:
        """Calls that are on: their id → the caller's channel."""
        return {call.call_id: call.channel for call in self._calls.values() if call.open}

    def of_channels(self, *ids: str) -> str:
        """The first of these call or channel ids that belongs to a call that is on, or empty."""
        on = self.open_calls()
        by_channel = {channel: call_id for call_id, channel in on.items()}
        for each in ids:
            if each in on or each in by_channel:
                return each if each in on else by_channel[each]
        return ""

    def joined(
        self,
        call_id: str,
        channel: str,
        *,
        caller: str,
        queue: str,
        at: datetime,
        found: bool = False,
        details: Mapping[str, str] | None = None,
    ) -> list[CallEvent]:
        """The call waits in a queue, or was found in it when the queues' state was asked."""
        if call_id not in self._calls:
            late = self._late if found else ""
            self._calls[call_id] = _Call(call_id=call_id, channel=channel, late=late)
        call = self._calls[call_id]
        call.channel, call.caller = channel, caller or call.caller
        again = call.transferred and not found
        if not call.open or call.queue != queue or again:
            call.queue, call.open, call.answered, call.operator = queue, True, False, ""
            call.transferred = False
            call.joins[queue] += 1
            call.ringing.clear()
        return self._tell(call, CallEventKind.OFFERED, call.visit, at, details)

    def rings(
        self, call_id: str, channel: str, *, operator: str, ring: str, queue: str, at: datetime
    ) -> list[CallEvent]:
        """It rings at an operator's; `ring` tells this ringing from any other."""
        call = self._met(call_id, channel, queue)
        call.ringing.add(operator)
        return self._tell(call, CallEventKind.RINGING, ring, at, None, operator=operator)

    def rang_in_vain(
        self, call_id: str, *, operator: str, ring: str, at: datetime, details: Mapping[str, str]
    ) -> list[CallEvent]:
        """The operator did not answer; where it rings nowhere else the call waits again."""
        call = self._calls.get(call_id)
        if call is None or not call.open or call.answered:
            return []
        call.ringing.discard(operator)
        if call.ringing:
            return []
        return self._tell(
            call, CallEventKind.OFFERED, f"again.{ring}", at, {**details, "after": "no_answer"}
        )

    def answered(
        self,
        call_id: str,
        channel: str,
        *,
        operator: str,
        queue: str,
        at: datetime,
        caller: str = "",
        details: Mapping[str, str] | None = None,
    ) -> list[CallEvent]:
        """An operator has it."""
        call = self._met(call_id, channel, queue)
        call.caller = call.caller or caller
        call.answered, call.operator = True, operator
        call.ringing.clear()
        return self._tell(call, CallEventKind.ANSWERED, call.visit, at, details, operator=operator)

    def happened(
        self,
        call_id: str,
        kind: CallEventKind,
        *,
        at: datetime,
        stamp: str = "",
        to: str = "",
        details: Mapping[str, str] | None = None,
    ) -> list[CallEvent]:
        """It was held, resumed or transferred; `stamp` is the event's own, or empty."""
        call = self._calls.get(call_id)
        if call is None:
            return []
        call.counts[kind] += 1
        call.transferred = call.transferred or kind is CallEventKind.TRANSFERRED
        sequence = stamp or f"{call.late}{call.counts[kind]}"
        return self._tell(call, kind, sequence, at, details, operator=call.operator, to=to)

    def over(
        self, call_id: str, *, at: datetime, details: Mapping[str, str] | None = None
    ) -> list[CallEvent]:
        """It is over: ended where somebody had answered, else abandoned."""
        call = self._calls.get(call_id)
        if call is None or not call.open:
            return []
        call.open = False
        kind = CallEventKind.ENDED if call.answered else CallEventKind.ABANDONED
        told = self._tell(call, kind, call.visit, at, details, operator=call.operator)
        self._forget_old()
        return told

    def _met(self, call_id: str, channel: str, queue: str) -> _Call:
        """A call that is on, known or first heard of in the midst of its life."""
        call = self._calls.get(call_id)
        if call is None:
            call = _Call(call_id=call_id, channel=channel, queue=queue, late=self._late)
            call.open = True
            self._calls[call_id] = call
        return call

    def _tell(
        self,
        call: _Call,
        kind: CallEventKind,
        sequence: str,
        at: datetime,
        details: Mapping[str, str] | None,
        *,
        operator: str = "",
        to: str = "",
    ) -> list[CallEvent]:
        external_id = f"{call.call_id}|{kind.value}|{call.channel}|{sequence}"
        if len(external_id) > _LONGEST:
            external_id = hashlib.sha256(external_id.encode("utf-8", "replace")).hexdigest()
        if external_id in call.told:
            return []
        call.told.add(external_id)
        return [
            CallEvent(
                feed=self._feed,
                external_id=external_id,
                call_id=call.call_id,
                kind=kind,
                caller=call.caller,
                queue=call.queue,
                operator=operator,
                to=to,
                details={k: v for k, v in (details or {}).items() if v},
                at=at,
            )
        ]

    def _forget_old(self) -> None:
        over = [call_id for call_id, call in self._calls.items() if not call.open]
        for call_id in over[: max(0, len(over) - _OVER_KEPT)]:
            del self._calls[call_id]
