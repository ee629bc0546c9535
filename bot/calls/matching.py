"""Which call an event or a sentence belongs to. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.calls.model import LIVE
from bot.calls.numbers import caller_number
from bot.calls.records import KeptCall
from bot.calls.state import REACHES, is_over
from bot.clean import clean_text
from bot.errors import Invalid
from connectors.calls import CallEvent, CallEventKind, SpeechFragment

BEGINS = frozenset({CallEventKind.OFFERED, CallEventKind.RINGING, CallEventKind.ANSWERED})
"""What can be the first of another call by an id that was used before."""

_ID_CHARS, _NAME_CHARS, _FEED_CHARS = 200, 80, 40
_MOST_MS = 2**31 - 1


def tidy_event(event: CallEvent) -> CallEvent:
    """The event in a form that can be kept.

    Raises:
        Invalid: no id, of the call or of its own.
    """
    if not event.call_id.strip() or not event.external_id.strip():
        raise Invalid("通话事件缺少编号。", fields={"call_id": "不能为空"})
    return replace(
        event,
        feed=clean_text(event.feed)[:_FEED_CHARS],
        external_id=_key(event.external_id),
        call_id=_key(event.call_id),
        caller=caller_number(event.caller),
        queue=_name(event.queue),
        operator=_name(event.operator),
        to=_name(event.to),
    )


def tidy_fragment(fragment: SpeechFragment) -> SpeechFragment:
    """The fragment in a form that can be kept. Raises `Invalid` without the call's id."""
    if not fragment.call_id.strip():
        raise Invalid("语音文字缺少通话编号。", fields={"call_id": "不能为空"})
    text = clean_text(fragment.text).strip()
    return replace(
        fragment,
        feed=clean_text(fragment.feed)[:_FEED_CHARS],
        call_id=_key(fragment.call_id),
        external_id=_key(fragment.external_id or _made_up(fragment, text)),
        text=text,
        start_ms=_ms(fragment.start_ms),
        end_ms=_ms(fragment.end_ms),
    )


def call_of_event(known: Sequence[KeptCall], event: CallEvent) -> KeptCall | None:
    """The call an event belongs to; None: one that is not known yet.

    Calls of another feed are never it, whatever their id. One known from its words alone becomes
    the feed's, where the feed has none by this id that may be meant.
    """
    own = _meant([one for one in known if one.call.feed == event.feed], event.at)
    if own is not None and not (event.kind in BEGINS and _over(own, event.at)):
        return own
    wordy = _meant([one for one in known if not one.call.feed], event.at)
    return None if wordy is None or _over(wordy, event.at) else wordy


def call_of_fragment(known: Sequence[KeptCall], fragment: SpeechFragment) -> KeptCall | None:
    """The call a sentence belongs to; None: one that is not known yet.

    Where several feeds have a call by this id and the fragment names none, the one that is going
    on, of several the one offered last.
    """
    feeds = {fragment.feed, ""}
    may_be = [one for one in known if not fragment.feed or one.call.feed in feeds]
    may_be = [one for one in may_be if not _over(one, fragment.at)]
    return max(may_be, key=lambda one: (one.call.state in LIVE, one.call.offered_at), default=None)


def next_nth(known: Sequence[KeptCall], feed: str) -> int:
    """The place of one more call of a feed among those with the same id."""
    return max((one.nth + 1 for one in known if one.call.feed == feed), default=0)


def _meant(may_be: Sequence[KeptCall], at: datetime) -> KeptCall | None:
    """Of calls by one id, the last that may have begun by then; else the first."""
    begun = [one for one in may_be if one.call.offered_at - REACHES <= at]
    return begun[-1] if begun else next(iter(may_be), None)


def _over(kept: KeptCall, at: datetime) -> bool:
    call = kept.call
    return is_over(call.state, ended_at=call.ended_at, last_at=kept.last_at, at=at)


def _key(told: str) -> str:
    told = clean_text(told).strip()
    return told if len(told) <= _ID_CHARS else hashlib.sha256(told.encode()).hexdigest()


def _name(told: str) -> str:
    return clean_text(told).strip()[:_NAME_CHARS]


def _ms(told: int) -> int:
    return min(max(told, 0), _MOST_MS)


def _made_up(fragment: SpeechFragment, text: str) -> str:
    """An id for a sentence that has none: told again just so, it is the same."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{fragment.at.isoformat()}:{fragment.start_ms}:{digest}"
