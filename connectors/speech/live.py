"""What FunASR says while somebody speaks, put together sentence by sentence. Pure.

`2pass-online` fragments are appended; a `2pass-offline` result replaces them and commits the
sentence. `is_final` is told by one server of every message and by another of none, so it only ever
marks the end, and only of a message that says nothing else. Source: FunASR runtime, "websocket
protocol"; its servers' times count from the beginning of their connection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from connectors.errors import Malformed, Refused

LONGEST_TEXT = 5_000
"""Characters of one message: more than ten minutes of speech without a pause."""
_PENDING_AT_MOST = 500
"""Fragments of one sentence; FunASR commits after 60 s at the latest, with 10 a second at most."""
_ERROR = "ERROR"
_LATEST_MS = 24 * 3600 * 1000


class Pass(StrEnum):
    """Which of the recogniser's passes a result is of."""

    ONLINE = "online"
    """A fragment, to be appended."""
    OFFLINE = "offline"
    """A sentence, to stay."""
    NONE = ""
    """No result: the beginning or the end of the stream."""


_PASSES = {
    "2pass-online": Pass.ONLINE,
    "online": Pass.ONLINE,
    "2pass-offline": Pass.OFFLINE,
    "offline": Pass.OFFLINE,
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """One message of a recogniser.

    Args:
        name: `wav_name`.
        seq: the sender's number of the message, or None.
        final: told to be the last; not to be trusted of a message with a pass.
        begins: a new stream begins (`is_speaking: true`).
        start_ms, end_ms: since the connection began; both 0 where unknown.
    """

    name: str = ""
    text: str = ""
    of: Pass = Pass.NONE
    mode: str = ""
    seq: int | None = None
    final: bool = False
    begins: bool = False
    start_ms: int = 0
    end_ms: int = 0

    @property
    def ends(self) -> bool:
        """Nothing more comes on this stream."""
        return self.of is Pass.NONE and self.final


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What is to be shown or kept now.

    Args:
        text: of a partial, the whole sentence so far; empty: there is nothing any more.
    """

    text: str
    committed: bool
    start_ms: int = 0
    end_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class Live:
    """One leg as it stands.

    Args:
        pending: number and words of the fragments not yet committed, in the order of the numbers.
        committed: the highest number that was committed; -1 before any.
        last: the highest number seen.
    """

    pending: tuple[tuple[int, str], ...] = ()
    committed: int = -1
    last: int = -1

    @property
    def text(self) -> str:
        """The sentence so far."""
        return "".join(words for _, words in self.pending)


def parsed(message: str | bytes) -> Result:
    """One message.

    Raises:
        Malformed: `json`, `object`, `text`, `too_long`, `wav_name` or `seq` says what is wrong.
        Refused: the recogniser tells an error (`ERROR. …`).
    """
    try:
        content = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise Malformed("json") from error
    return result_of(content)


def result_of(content: object) -> Result:
    """As `parsed`, of what stood in the JSON."""
    if not isinstance(content, dict):
        raise Malformed("object")
    text, name, mode = (content.get(key) or "" for key in ("text", "wav_name", "mode"))
    if not isinstance(text, str) or not isinstance(mode, str):
        raise Malformed("text")
    if text.lstrip().upper().startswith(_ERROR):
        raise Refused("speech_error")
    if len(text) > LONGEST_TEXT:
        raise Malformed("too_long")
    if not isinstance(name, str):
        raise Malformed("wav_name")
    start_ms, end_ms = _times(content)
    return Result(
        name=_clean(name),
        text=_clean(text),
        of=_PASSES.get(mode, Pass.NONE),
        mode=mode,
        seq=_seq(content.get("seq")),
        final=content.get("is_final") is True or content.get("is_speaking") is False,
        begins=content.get("is_speaking") is True,
        start_ms=start_ms,
        end_ms=end_ms,
    )


def heard(so_far: Live, result: Result) -> tuple[Live, Heard | None]:
    """The leg after one more result, and what is new; None where nothing is.

    A fragment that comes late (numbered before what was committed) changes nothing. A sentence
    that comes late is new all the same, and leaves the fragments of later ones alone. At the end
    of the stream, fragments nobody committed are: better a rough sentence than a lost one.
    """
    if result.ends or result.begins:
        return Live(), _left_over(so_far)
    if result.of is Pass.NONE:
        return so_far, None
    number = so_far.last + 1 if result.seq is None else result.seq
    last = max(so_far.last, number)
    if result.of is Pass.ONLINE:
        if number <= so_far.committed or not result.text:
            return replace(so_far, last=last), None
        pending = dict(so_far.pending) | {number: result.text}
        kept = tuple(sorted(pending.items()))[-_PENDING_AT_MOST:]
        after = replace(so_far, pending=kept, last=last)
        return after, Heard(text=after.text, committed=False)
    pending_after = tuple(each for each in so_far.pending if each[0] > number)
    after = Live(pending=pending_after, committed=max(so_far.committed, number), last=last)
    if not result.text.strip():
        changed = after.pending != so_far.pending
        return after, Heard(text=after.text, committed=False) if changed else None
    return after, Heard(
        text=result.text.strip(), committed=True, start_ms=result.start_ms, end_ms=result.end_ms
    )


def _left_over(so_far: Live) -> Heard | None:
    text = so_far.text.strip()
    return Heard(text=text, committed=True) if text else None


def _seq(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise Malformed("seq")
    return value


def _times(content: Mapping[str, Any]) -> tuple[int, int]:
    """First and last millisecond; both 0 where they are missing or make no sense."""
    stamps = content.get("timestamp")
    try:
        pairs = json.loads(stamps) if isinstance(stamps, str) and stamps else stamps
        if not pairs:
            pairs = [(one["start"], one["end"]) for one in content.get("stamp_sents") or ()]
        start, end = int(pairs[0][0]), int(pairs[-1][1])
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
        return 0, 0
    return (start, end) if 0 <= start <= end <= _LATEST_MS else (0, 0)


def _clean(text: str) -> str:
    """Without what no database takes: control characters and halves of characters."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(one for one in whole if one >= " " and one != "\x7f")
