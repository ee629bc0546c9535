"""What is kept of a call beside its course: suggestions, the order form, what operators did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.calls.model import Call, Sentence
from bot.cases.model import Case

Content = Mapping[str, object]
"""Suggestions as JSON: what `bot.calls.suggesting` encodes and decodes."""


class ActionKind(StrEnum):
    """What an operator did in a call."""

    ADOPT = "adopt"
    """A suggested answer was read out or sent as it stood."""
    EDIT = "edit"
    IGNORE = "ignore"
    SEARCH = "search"
    TYPE = "type"
    """A field of the order form was typed; `suggestion_id` names the field."""
    OPEN_CASE = "open_case"
    JOIN_CASE = "join_case"
    WRAP_UP = "wrap_up"
    CALL_BACK = "call_back"
    LISTED = "listed"
    """A question went on the editors' list; `suggestion_id` is its id there, `text` what the
    operator said instead of what was suggested, masked."""
    TRANSFER = "transfer"
    """The call centre was asked to send the call on; `suggestion_id` is the number."""
    TRANSFER_REFUSED = "transfer_refused"
    """It did not; `suggestion_id` is the number, `text` the code of why."""


@dataclass(frozen=True, kw_only=True)
class CallAction:
    """One thing an operator did.

    Args:
        suggestion_id: of a suggested answer; of a typed field, its name; of a transfer, its
            number; else empty.
        text: the answer as edited, the words searched, the case's number, the wrap-up code.
        by: staff name.
    """

    id: str
    call_id: str
    kind: ActionKind
    suggestion_id: str = ""
    text: str = field(default="", repr=False)
    by: str = ""
    at: datetime


class Source(StrEnum):
    """Where what stands in a field comes from."""

    HEARD = "heard"
    TYPED = "typed"
    """By the operator; never written over by what is heard."""
    TOLD = "told"
    """By the call centre."""


@dataclass(frozen=True, kw_only=True)
class DraftField:
    """One field of the order form as it stands.

    Args:
        name: as in `bot.calls.order.Field`: demand_type, category, place, occurred_at, title,
            text, contact_name, contact_phone, anonymous, confidential.
        value: as text; of anonymous and confidential `true` or empty.
        seq: the sentence it was heard in, or None.
        by: who typed it, or empty.
    """

    name: str
    value: str = field(repr=False)
    source: Source
    seq: int | None = None
    by: str = ""
    at: datetime


Draft = Mapping[str, DraftField]
"""The order form: field → what stands in it; a field nobody filled is absent, one the operator
emptied is there."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a field should hold by what was said, or by what the call centre told."""

    value: str = field(repr=False)
    source: Source = Source.HEARD
    seq: int | None = None


@dataclass(frozen=True, kw_only=True)
class SuggestionSet:
    """What was suggested at one point of a call.

    Args:
        seq: the last sentence it knows.
        took_ms: milliseconds it took to compute.
    """

    seq: int
    content: Content = field(repr=False)
    answers: int
    took_ms: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Latest:
    """The newest suggestions as they are kept.

    Args:
        behind: a sentence was taken that they do not know.
        lease_until: until then somebody computes the next ones.
    """

    known: SuggestionSet | None = None
    behind: bool = False
    lease_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """What a call's desk shows.

    Args:
        latest: None before the first.
        history: all of them, the first first; only where it was asked for.
        behind: a sentence was taken that `latest` does not know yet.
    """

    latest: SuggestionSet | None
    history: tuple[SuggestionSet, ...] = ()
    behind: bool = False


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What is known of a caller's number: calls and cases, the newest first."""

    calls: tuple[Call, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, kw_only=True)
class CallBack:
    """A number to be called.

    Args:
        call_id: the last call of it; what was done is noted on this one.
        first_at, last_at: when its first and last call came in.
        calls: how often it called in vain; 0 for one that is owed by promise alone.
        tries: how often it was called back without an answer.
        due_at: when the citizen was promised a call; None for a missed call.
        done_at, by, outcome: of what is done; None and empty while it is open.
    """

    call_id: str
    caller: str = field(repr=False)
    first_at: datetime
    last_at: datetime
    calls: int
    tries: int = 0
    due_at: datetime | None = None
    done_at: datetime | None = None
    by: str = ""
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Now:
    """Calls of this moment."""

    waiting: int
    running: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Calls of one day (Asia/Shanghai, by when they were offered), of one operator or of all.

    Args:
        offered: all calls.
        answered: of them, those an operator had.
        missed: of them, those nobody answered; of one operator, those that rang there last.
        called_back: missed ones that were called back.
        reached_later: missed ones whose caller reached somebody later that day.
        handled: answered and over.
        wrapped_up: of those, with a wrap-up code.
        with_case: of the answered, with a case opened or joined.
        suggested: answered calls in which an answer was suggested.
        adopted_calls: of those, in which one was adopted, as it was or edited.
        adopted, edited, ignored: answers, counted one by one.
        timed: answered calls whose wait is known; `within_15_s` of them were answered in 15 s.
        wait_p50_s, wait_p90_s: seconds from offer to answer; None where none is known.
    """

    offered: int = 0
    answered: int = 0
    missed: int = 0
    called_back: int = 0
    reached_later: int = 0
    handled: int = 0
    wrapped_up: int = 0
    with_case: int = 0
    suggested: int = 0
    adopted_calls: int = 0
    adopted: int = 0
    edited: int = 0
    ignored: int = 0
    timed: int = 0
    within_15_s: int = 0
    wait_p50_s: float | None = None
    wait_p90_s: float | None = None

    @property
    def connect_rate(self) -> float | None:
        """Answered of those answered or missed (接通率, GB/T 33358-2016: 95% and more)."""
        return _share(self.answered, self.answered + self.missed)

    @property
    def within_15_s_share(self) -> float | None:
        """Answered within 15 s, of the answered whose wait is known (GB/T 33358-2016)."""
        return _share(self.within_15_s, self.timed)

    @property
    def adopted_share(self) -> float | None:
        """Calls in which a suggested answer was adopted, of those in which one was shown."""
        return _share(self.adopted_calls, self.suggested)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """A call centre that is listened to.

    Args:
        owner: the process that listens.
        until: its lease.
        trouble: why it is not let in, a code; or empty.
    """

    name: str
    owner: str
    until: datetime
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who wants to compute a call's suggestions, and until when without renewing."""

    owner: str
    until: datetime
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A call to compute suggestions for.

    Args:
        answered: the sentence up to which the operator answered, or -1.
    """

    call: Call
    answered: int


@dataclass(frozen=True, kw_only=True)
class Added:
    """A sentence that is kept.

    Args:
        new: False where it was told before.
        claimed: suggestions are now to be computed by whoever claimed.
    """

    sentence: Sentence
    new: bool
    claimed: bool = False


@dataclass(frozen=True, kw_only=True)
class KeptCall:
    """A call with what only its keeping needs.

    Args:
        nth: how many calls had its external id before.
        sentences: how many it has.
        heard_at: when its first sentence was spoken.
        last_at: its last event or sentence.
        forgotten_at: when its words were removed.
    """

    call: Call
    nth: int
    sentences: int
    heard_at: datetime | None
    last_at: datetime
    wrapped_up_at: datetime | None
    forgotten_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of a computation.

    Args:
        newest: False where another process knew as much: nothing of it was kept.
        more: more was said meanwhile, and it is still for the same process to compute.
    """

    newest: bool
    more: bool
