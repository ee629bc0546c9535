"""What a FunASR server says, message by message, put together into one text. Pure.

`2pass-online` fragments are appended; a `2pass-offline` result replaces them and commits the
sentence; `offline` gives the whole at once. `is_final` only ever marks the end of the stream, and
the last message may have neither mode nor text: FunASR's two servers disagree on both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.errors import Malformed, Retryable

from .live import Pass, parsed


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What was heard so far.

    Args:
        committed: sentences that stay.
        pending: fragments the next committed sentence replaces.
        settled: at least one sentence was committed, be it an empty one.
        ended: nothing more comes.
    """

    committed: str = ""
    pending: str = ""
    settled: bool = False
    ended: bool = False

    @property
    def text(self) -> str:
        """All of it; fragments that were never committed stand as they are."""
        return (self.committed + self.pending).strip()


def heard(so_far: Transcript, message: str) -> Transcript:
    """The transcript after one more message of the server.

    Raises:
        Refused: the server tells an error (`ERROR. …`).
        Retryable: it is no message of the protocol.
    """
    try:
        result = parsed(message)
    except Malformed as error:
        raise Retryable("speech_protocol") from error
    if result.mode == "offline":
        return Transcript(committed=so_far.committed + result.text, settled=True, ended=True)
    if result.of is Pass.OFFLINE:  # its `is_final` may only mean this sentence
        text = so_far.committed + result.text
        return replace(so_far, committed=text, pending="", settled=True)
    if result.of is Pass.ONLINE:
        return replace(so_far, pending=so_far.pending + result.text)
    return replace(so_far, ended=result.final)
