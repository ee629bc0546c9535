"""Recognised words that a call centre pushes to us: FunASR's messages, each for one leg of a call.

`wav_name` is the call's id and the leg, as `<call>-citizen`; between them stands one of `-_:/.@`.
Beside FunASR's fields a message may have `seq`, the sender's own number of it on its leg.
A sentence is acknowledged once it is stored; what was not, a sender sends again.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.calls import Leg, SpeechFragment
from connectors.errors import Malformed, Refused
from connectors.speech.live import Heard, Live, Pass, Result, heard, parsed, result_of

_NAME = re.compile(r"(?P<call>[^\s\x00-\x1f]{1,128})[-_:/.@](?P<leg>[^-_:/.@\s]{1,32})")
_LEGS_AT_MOST = 2_000
"""Of one connection: 50 calls have 100. The leg that was silent longest is forgotten first."""

Take = Callable[[SpeechFragment], Awaitable[object]]
"""Stores a committed sentence and shows a partial; when it returns, a committed one is safe."""

_REPEATS_AT_MOST = 2_000
"""Sentences without number and time that are remembered, to tell one said twice."""

FAULTS = {
    "json": "这条消息不是 JSON，没有处理。",
    "object": "这条消息应为一个 JSON 对象，没有处理。",
    "text": "这条消息的 text、mode 应为文字，没有处理。",
    "too_long": "这条消息的文字太长，没有处理。",
    "wav_name": "wav_name 应为“通话编号-说话方”，如 1700000000.42-citizen，没有处理。",
    "leg": "看不出是哪一方在说话：wav_name 应以 -citizen 或 -operator 结尾，没有处理。",
    "seq": "seq 应为不小于 0 的整数，没有处理。",
    "leg_taken": "这通电话的这一方已经由另一条更新的连接发送，这条消息没有处理。",
    "speech_error": "收到了识别服务的错误消息，没有处理。",
    "too_large": "这条消息太大，没有处理。",
    "binary": "这里只收文字消息，不收音频。",
    "not_stored": "这句话暂时没有保存，请稍后重新连接并重发。",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the sender is told of one message.

    Args:
        fault: a key of `FAULTS`, or empty.
        acknowledged: the sentence is safe.
    """

    name: str = ""
    seq: int | None = None
    acknowledged: bool = False
    fault: str = ""

    def as_json(self) -> Mapping[str, object] | None:
        """The message that goes back; None where nothing does."""
        if self.fault:
            error = {"code": self.fault, "message": FAULTS[self.fault]}
            return {"error": error, "wav_name": self.name, "seq": self.seq}
        if self.acknowledged:
            return {"ack": self.seq, "wav_name": self.name}
        return None


class Owners:
    """Which sender speaks for a leg: the newest, so that one that reconnects is not shut out."""

    def __init__(self) -> None:
        self._owners: OrderedDict[tuple[str, Leg], int] = OrderedDict()
        self._count = 0

    def arrive(self) -> int:
        """A number for a sender, higher than all before."""
        self._count += 1
        return self._count

    def may(self, leg: tuple[str, Leg], number: int) -> bool:
        """Whether the sender may speak for the leg; it is the leg's from now on, if it may."""
        if self._owners.get(leg, 0) > number:
            return False
        self._owners[leg] = number
        self._owners.move_to_end(leg)
        if len(self._owners) > _LEGS_AT_MOST:
            self._owners.popitem(last=False)
        return True

    def leave(self, number: int) -> None:
        """The sender is gone; its legs are anybody's."""
        for leg in [leg for leg, owner in self._owners.items() if owner == number]:
            del self._owners[leg]


@dataclass(kw_only=True)
class _Leg:
    live: Live = field(default_factory=Live)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Transcripts:
    """One sender's messages, in the order they come.

    Args:
        legs: names of legs, in lower case.
        take: stores sentences and shows partials.
        now: the time, aware, UTC.
        owners: of all senders of one process.
    """

    def __init__(
        self,
        legs: Mapping[str, Leg],
        take: Take,
        now: Callable[[], datetime],
        owners: Owners,
    ) -> None:
        self._names = legs
        self._take = take
        self._now = now
        self._owners = owners
        self._number = owners.arrive()
        self._legs: OrderedDict[tuple[str, Leg], _Leg] = OrderedDict()
        self._repeats: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def hear(self, message: str | bytes) -> Told:
        """Take one message; when it is acknowledged, its sentence is stored.

        Raises what `take` raises where a sentence could not be stored; the message may come again.
        """
        return await self._hear(lambda: parsed(message))

    async def hear_content(self, content: object) -> Told:
        """As `hear`, of JSON that was read."""
        return await self._hear(lambda: result_of(content))

    def leave(self) -> None:
        """The sender is gone; its legs are anybody's."""
        self._owners.leave(self._number)

    async def _hear(self, read: Callable[[], Result]) -> Told:
        try:
            result = read()
            leg = self._leg_of(result.name)
        except (Malformed, Refused) as error:
            return Told(fault=error.code)
        name, seq = result.name, result.seq
        if not self._owners.may(leg, self._number):
            return Told(name=name, seq=seq, fault="leg_taken")
        state = self._state_of(leg)
        async with state.turn:  # posts of one leg come at once
            state.live, new = heard(state.live, result)
            if new is not None:
                await self._take(self._fragment(leg, result, new))
        if result.ends:
            self._legs.pop(leg, None)
        committed = new is not None and new.committed
        return Told(name=name, seq=seq, acknowledged=committed or result.of is Pass.OFFLINE)

    def _leg_of(self, name: str) -> tuple[str, Leg]:
        found = _NAME.fullmatch(name)
        if found is None:
            raise Malformed("wav_name")
        leg = self._names.get(found["leg"].lower())
        if leg is None:
            raise Malformed("leg")
        return found["call"], leg

    def _state_of(self, leg: tuple[str, Leg]) -> _Leg:
        state = self._legs.setdefault(leg, _Leg())
        self._legs.move_to_end(leg)
        if len(self._legs) > _LEGS_AT_MOST:
            self._legs.popitem(last=False)
        return state

    def _fragment(self, leg: tuple[str, Leg], result: Result, new: Heard) -> SpeechFragment:
        call_id, who = leg
        return SpeechFragment(
            call_id=call_id,
            leg=who,
            text=new.text,
            committed=new.committed,
            external_id=self._id_of(call_id, who, result, new) if new.committed else "",
            start_ms=new.start_ms,
            end_ms=new.end_ms,
            at=self._now(),
        )

    def _id_of(self, call_id: str, leg: Leg, result: Result, new: Heard) -> str:
        bare = sentence_id(leg, new, result.seq)
        if result.seq is not None or new.end_ms:
            return bare
        # Nothing but the words tells it: said twice on one connection, they are two sentences.
        key = (call_id, bare)
        times = self._repeats.pop(key, 0) + 1
        self._repeats[key] = times
        if len(self._repeats) > _REPEATS_AT_MOST:
            self._repeats.popitem(last=False)
        return bare if times == 1 else f"{bare}:{times}"


def sentence_id(leg: Leg, sentence: Heard, seq: int | None) -> str:
    """The same whenever a sentence is told again, and another for another sentence.

    The words count even where the sender numbers its messages: a sender that was started again may
    count from 0 again, and its sentences are new ones.
    """
    told = f"{leg.value}|{sentence.start_ms}|{sentence.end_ms}|{sentence.text}"
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    return digest if seq is None else f"{seq}:{digest}"
