"""What a FunASR server says, message by message, put together into one text. Pure.

`2pass-online` fragments are appended; a `2pass-offline` result replaces them and commits the
sentence; `offline` gives the whole at once. `is_final` only ever marks the end of the stream, and
the last message may have neither mode nor text: FunASR's two servers disagree on both.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from connectors.errors import Refused, Retryable

_ERROR = "ERROR"


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
        content = json.loads(message)
        text = content.get("text", "")
        mode, final = content.get("mode", ""), content.get("is_final") is True
    except (ValueError, AttributeError) as error:
        raise Retryable("speech_protocol") from error
    if not isinstance(text, str):
        raise Retryable("speech_protocol")
    if text.lstrip().upper().startswith(_ERROR):
        raise Refused("speech_error")
    if mode == "offline":
        return Transcript(committed=so_far.committed + text, settled=True, ended=True)
    if mode == "2pass-offline":  # its `is_final` may only mean this sentence
        return replace(so_far, committed=so_far.committed + text, pending="", settled=True)
    if mode in {"2pass-online", "online"}:
        return replace(so_far, pending=so_far.pending + text)
    return replace(so_far, ended=final)
