"""FreeSWITCH's call centre events as ours. Pure.

Source: FreeSWITCH documentation and source, "mod_callcenter" (`callcenter::info`, `CC-Action`,
`callcenter_config queue list`), "Event List" (CHANNEL_HOLD, CHANNEL_UNHOLD,
CHANNEL_HANGUP_COMPLETE).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime

from connectors.calls import CallEvent, CallEventKind

from .live import LiveCalls
from .names import Operators, number_of

Fields = Mapping[str, str]
"""An event's headers, names in lower case, or a row of a table."""

_TRANSFERS = {"BLIND_TRANSFER": "blind", "ATTENDED_TRANSFER": "attended"}
_TALK = "answered"
_ON = frozenset({"waiting", "trying", _TALK})


class EslCalls:
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
        self._sent_on: dict[str, str] = {}
        """Calls whose agent's channel ended with a transfer → how."""
        self._actions: Mapping[str, Callable[[str, Fields, datetime], list[CallEvent]]] = {
            "member-queue-start": self._joined,
            "agent-offering": self._rings,
            "bridge-agent-start": self._answered,
            "bridge-agent-fail": self._rang_in_vain,
            "bridge-agent-end": self._bridge_over,
            "member-queue-end": self._queue_over,
        }

    def events(self, fields: Fields) -> list[CallEvent]:
        """What an event of the server says of our calls; nothing, for most."""
        name, at = fields.get("event-name", ""), self._at(fields)
        if name in {"CHANNEL_HOLD", "CHANNEL_UNHOLD"}:
            return self._held(fields, at)
        if name == "CHANNEL_HANGUP_COMPLETE":
            call_id, cause = fields.get("unique-id", ""), fields.get("hangup-cause", "")
            self._sent_on.pop(call_id, None)
            return self._live.over(call_id, at=at, details={"cause": cause})
        handler = self._actions.get(fields.get("cc-action", ""))
        call_id = fields.get("cc-member-session-uuid", "")
        if handler is None or not call_id or not self.ours(fields.get("cc-queue", "")):
            return []
        return handler(call_id, fields, at)

    def found(self, queue: str, members: Iterable[Fields]) -> list[CallEvent]:
        """What the list of a queue's members says, asked after a connection was made."""
        at, events = self._now(), list[CallEvent]()
        noticed = {"noticed": "reconnect"}
        for member in filter(_is_on, members):
            call_id = member["session_uuid"]
            caller = number_of(member.get("cid_number", ""))
            events += self._live.joined(
                call_id, call_id, caller=caller, queue=queue, at=at, found=True, details=noticed
            )
            if member["state"].lower() == _TALK:
                operator = self._operators.name_of(member.get("serving_agent", ""))
                events += self._live.answered(
                    call_id, call_id, operator=operator, queue=queue, at=at, details=noticed
                )
        return events

    def gone(self, call_id: str) -> list[CallEvent]:
        """A call that is there no more."""
        return self._live.over(call_id, at=self._now(), details={"noticed": "reconnect"})

    def ours(self, queue: str) -> bool:
        """Whether it is one of the hotline's queues."""
        return not self._queues or queue in self._queues

    def _joined(self, call_id: str, fields: Fields, at: datetime) -> list[CallEvent]:
        caller, queue = self._caller(fields), fields.get("cc-queue", "")
        return self._live.joined(call_id, call_id, caller=caller, queue=queue, at=at)

    def _rings(self, call_id: str, fields: Fields, at: datetime) -> list[CallEvent]:
        return self._live.rings(
            call_id,
            call_id,
            operator=self._operator(fields),
            ring=_stamp(fields) or fields.get("cc-agent", ""),
            queue=fields.get("cc-queue", ""),
            at=at,
        )

    def _rang_in_vain(self, call_id: str, fields: Fields, at: datetime) -> list[CallEvent]:
        return self._live.rang_in_vain(
            call_id,
            operator=self._operator(fields),
            ring=_stamp(fields) or fields.get("cc-agent", ""),
            at=at,
            details={"cause": fields.get("cc-hangup-cause", "")},
        )

    def _answered(self, call_id: str, fields: Fields, at: datetime) -> list[CallEvent]:
        joined, called = fields.get("cc-member-joined-time"), fields.get("cc-agent-called-time")
        answered = fields.get("cc-agent-answered-time")
        return self._live.answered(
            call_id,
            call_id,
            operator=self._operator(fields),
            queue=fields.get("cc-queue", ""),
            caller=self._caller(fields),
            at=at,
            details={"hold_s": _between(joined, answered), "ring_s": _between(called, answered)},
        )

    def _bridge_over(self, call_id: str, fields: Fields, at: datetime) -> list[CallEvent]:
        # `CC-Hangup-Cause` is how calling the agent went; `Hangup-Cause` how its channel ended.
        cause = fields.get("hangup-cause", "")
        if cause in _TRANSFERS:
            self._sent_on[call_id] = _TRANSFERS[cause]  # where to the queue's end says
            return []
        answered = fields.get("cc-agent-answered-time")
        talk_s = _between(answered, fields.get("cc-bridge-terminated-time"))
        return self._live.over(call_id, at=at, details={"cause": cause, "talk_s": talk_s})

    def _queue_over(self, call_id: str, fields: Fields, at: datetime) -> list[CallEvent]:
        how = self._sent_on.pop(call_id, "")
        if how:
            return self._live.happened(
                call_id,
                CallEventKind.TRANSFERRED,
                at=at,
                stamp=_stamp(fields),
                to=self._operators.name_of(_destination(fields)),
                details={"how": how},
            )
        if call_id not in self._live:  # it came before we listened
            self._joined(call_id, fields, at)
        joined, left = fields.get("cc-member-joined-time"), fields.get("cc-member-leaving-time")
        details = {
            "hold_s": _between(joined, left),
            "cause": fields.get("cc-cause", "").lower(),
            "reason": fields.get("cc-cancel-reason", "").lower(),
        }
        return self._live.over(call_id, at=at, details=details)

    def _held(self, fields: Fields, at: datetime) -> list[CallEvent]:
        """The leg that holds may be the operator's: it names the caller's."""
        names = ("unique-id", "other-leg-unique-id", "variable_cc_member_session_uuid")
        held = fields["event-name"] == "CHANNEL_HOLD"
        return self._live.happened(
            self._live.of_channels(*(fields.get(name, "") for name in names)),
            CallEventKind.HELD if held else CallEventKind.RESUMED,
            at=at,
            stamp=_stamp(fields),
        )

    def _caller(self, fields: Fields) -> str:
        return number_of(fields.get("cc-member-cid-number", ""))

    def _operator(self, fields: Fields) -> str:
        return self._operators.name_of(fields.get("cc-agent", ""))

    def _at(self, fields: Fields) -> datetime:
        stamp = _stamp(fields)
        try:
            return datetime.fromtimestamp(int(stamp) / 1_000_000, UTC) if stamp else self._now()
        except (OverflowError, OSError, ValueError):
            return self._now()


def on_in(members: Iterable[Fields]) -> set[str]:
    """The calls of those members of a queue that wait or talk; others have left it."""
    return {member["session_uuid"] for member in filter(_is_on, members)}


def _is_on(member: Fields) -> bool:
    return bool(member.get("session_uuid")) and member.get("state", "").lower() in _ON


def table(text: str) -> list[dict[str, str]]:
    """The rows of what `callcenter_config … list` answers: a line of names, lines of values."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("+OK", "-ERR"))]
    if not lines:
        return []
    names = lines[0].split("|")
    return [dict(zip(names, line.split("|"), strict=False)) for line in lines[1:]]


def _stamp(fields: Fields) -> str:
    """Microseconds since 1970, as told; empty where it is none."""
    told = fields.get("event-date-timestamp", "")
    return told if told.isascii() and told.isdigit() else ""


def _between(start: str | None, end: str | None) -> str:
    """Whole seconds between two times told in seconds or, by some versions, microseconds."""
    times = [each for each in (start, end) if each and each.isascii() and each.isdigit()]
    if len(times) < 2 or "0" in times:
        return ""
    first, last = (int(each) / (1_000_000 if len(each) > 12 else 1) for each in times)
    return str(max(0, round(last - first)))


def _destination(fields: Fields) -> str:
    """Where a blind transfer went: of `time:uuid:bl_xfer:1002/default/XML`, the `1002`."""
    kind, found, rest = fields.get("caller-transfer-source", "").rpartition(":bl_xfer:")
    return rest.partition("/")[0] if kind and found else ""
