"""What a recogniser of speech takes and gives, whichever it is."""

from __future__ import annotations

from typing import Protocol


class Recogniser(Protocol):
    """Turns a recorded message into text."""

    max_s: float
    """Longer recordings are not taken, in seconds."""

    async def recognise(self, audio: bytes, *, name: str) -> str:
        """The words of a recording; empty where there are none.

        Args:
            audio: a whole file (AMR, MP3, WAV); what it is, its bytes tell.
            name: ours, for the recogniser's log; no open id, no words.

        Raises:
            connectors.errors.Retryable: it is away, too slow, or broke off.
            connectors.errors.TooLarge: longer than `max_s`.
            connectors.errors.Refused: no recording, or one it cannot read.
        """
