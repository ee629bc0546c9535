"""Recorded calls: events and recognised words with their times, read from JSON lines. Pure.

The first line is `{"call": name, "title": …}`; each other line is one moment, oldest first:
`{"at_ms", "event", "caller"?, "queue"?, "operator"?, "to"?}` or
`{"at_ms", "leg", "text", "committed", "start_ms"?, "end_ms"?}`. The form is described for those who
record their own calls in docs/hotline-speech.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from connectors.calls import CallEventKind, Leg

FOLDER = Path(__file__).resolve().parent / "recordings"
_EVENT_WORDS = ("caller", "queue", "operator", "to")


class RecordingUnreadable(ValueError):
    """The file is no recorded call; the message names the line, in Chinese."""


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """Something that happened to the call, `at_ms` since it began."""

    at_ms: int
    kind: CallEventKind
    caller: str = ""
    queue: str = ""
    operator: str = ""
    to: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordedWords:
    """Words on one leg.

    Args:
        at_ms: since the call began, when the recogniser gave them.
        text: for a partial, the whole of the sentence so far.
        start_ms, end_ms: of a committed sentence, since the leg began (the call was answered).
    """

    at_ms: int
    leg: Leg
    text: str
    committed: bool
    start_ms: int = 0
    end_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class RecordedCall:
    """A whole call; `moments` are in the order of their times."""

    name: str
    title: str
    moments: tuple[RecordedEvent | RecordedWords, ...]

    @property
    def lasts_ms(self) -> int:
        """From the first ring to its end."""
        return self.moments[-1].at_ms

    @property
    def caller(self) -> str:
        """The number that called; empty where it is withheld."""
        told = (each.caller for each in self.moments if isinstance(each, RecordedEvent))
        return next(filter(None, told), "")

    @property
    def operator(self) -> str:
        """Whoever it rang at first, as the call centre told; empty where nobody had it."""
        told = (each.operator for each in self.moments if isinstance(each, RecordedEvent))
        return next(filter(None, told), "")

    def at_desk_of(self, operator: str) -> RecordedCall:
        """The same call, at another operator's desk."""
        first = self.operator
        return replace(
            self,
            moments=tuple(
                replace(each, operator=operator)
                if isinstance(each, RecordedEvent) and each.operator == first != ""
                else each
                for each in self.moments
            ),
        )

    @property
    def sentences(self) -> tuple[RecordedWords, ...]:
        """The committed ones, in the order they were committed."""
        words = (each for each in self.moments if isinstance(each, RecordedWords))
        return tuple(each for each in words if each.committed)


def shipped() -> tuple[str, ...]:
    """Names of the calls that come with the service."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.jsonl")))


def open_recording(file: str) -> RecordedCall:
    """A call by a shipped recording's name or a path.

    Raises:
        RecordingUnreadable: it is neither, or the file is not in this form.
    """
    path = FOLDER / f"{file}.jsonl" if file in shipped() else Path(file)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingUnreadable(
            f"打不开“{file}”：既不是自带录音的名称，也不是可读的文件。"
        ) from error
    return read(text)


def read(text: str) -> RecordedCall:
    """A call from the text of its file. Raises `RecordingUnreadable`."""
    lines = [
        (number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()
    ]
    if len(lines) < 2:
        raise RecordingUnreadable("文件里没有内容：第一行应为通话名称，其后每行一个时刻。")
    head = _object(*lines[0])
    name, title = head.get("call"), head.get("title")
    if not isinstance(name, str) or not name or not isinstance(title, str):
        raise RecordingUnreadable(f"第 {lines[0][0]} 行应有通话名称 call 和标题 title。")
    moments: list[RecordedEvent | RecordedWords] = []
    for number, line in lines[1:]:
        moment = _moment(number, _object(number, line))
        if moments and moment.at_ms < moments[-1].at_ms:
            raise RecordingUnreadable(f"第 {number} 行的时间早于上一行。")
        moments.append(moment)
    return RecordedCall(name=name, title=title, moments=tuple(moments))


def _object(number: int, line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise RecordingUnreadable(f"第 {number} 行不是 JSON。") from error
    if not isinstance(found, dict):
        raise RecordingUnreadable(f"第 {number} 行应为一个 JSON 对象。")
    return found


def _moment(number: int, row: Mapping[str, Any]) -> RecordedEvent | RecordedWords:
    at_ms = _whole(number, row, "at_ms")
    if "event" in row:
        try:
            kind = CallEventKind(row["event"])
        except ValueError as error:
            raise RecordingUnreadable(f"第 {number} 行的事件 event 不认识。") from error
        _only(number, row, {"at_ms", "event", *_EVENT_WORDS})
        words = {name: _text(number, row, name) for name in _EVENT_WORDS if name in row}
        return RecordedEvent(at_ms=at_ms, kind=kind, **words)
    try:
        leg = Leg(row["leg"])
    except (KeyError, ValueError) as error:
        raise RecordingUnreadable(
            f"第 {number} 行应有事件 event，或说话方 leg（citizen、operator）。"
        ) from error
    _only(number, row, {"at_ms", "leg", "text", "committed", "start_ms", "end_ms"})
    if not isinstance(row.get("committed"), bool):
        raise RecordingUnreadable(f"第 {number} 行的 committed 应为 true 或 false。")
    start_ms, end_ms = (_whole(number, row, name, 0) for name in ("start_ms", "end_ms"))
    if end_ms < start_ms:
        raise RecordingUnreadable(f"第 {number} 行的 end_ms 早于 start_ms。")
    return RecordedWords(
        at_ms=at_ms,
        leg=leg,
        text=_text(number, row, "text"),
        committed=row["committed"],
        start_ms=start_ms,
        end_ms=end_ms,
    )


def _only(number: int, row: Mapping[str, Any], allowed: set[str]) -> None:
    more = sorted(row.keys() - allowed)
    if more:
        raise RecordingUnreadable(f"第 {number} 行有不认识的项：{'、'.join(more)}。")


def _text(number: int, row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise RecordingUnreadable(f"第 {number} 行的 {name} 应为文字。")
    return value


def _whole(number: int, row: Mapping[str, Any], name: str, unless: int | None = None) -> int:
    value = row.get(name, unless)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RecordingUnreadable(f"第 {number} 行的 {name} 应为不小于 0 的整数（毫秒）。")
    return value
