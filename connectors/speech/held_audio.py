"""The audio of one leg that may still be needed: not sent yet, or not yet part of a sentence. Pure.

Positions are bytes since the leg began, of 16-bit samples.
"""

from __future__ import annotations


class HeldAudio:
    """A bounded stretch of audio; what is older than the bound is dropped, oldest first.

    Args:
        rate_hz: samples a second.
        kept_s: seconds held at most.
        starts_ms: where on the leg the first audio is.

    Attributes:
        lost: bytes that were dropped before anybody was sent them.
    """

    def __init__(self, *, rate_hz: int, kept_s: float, starts_ms: int = 0) -> None:
        self._bytes_a_second = rate_hz * 2
        self._at_most = int(kept_s * rate_hz) * 2
        self._audio = bytearray()
        self._start = self.position(starts_ms)
        self._sent = self._start
        self.lost = 0

    @property
    def start_ms(self) -> int:
        """Where what is held begins."""
        return self.ms(self._start)

    @property
    def end_ms(self) -> int:
        """Where the next audio will be."""
        return self.ms(self._start + len(self._audio))

    @property
    def sent_ms(self) -> int:
        """Where the audio ends that was taken since the last rewind."""
        return self.ms(self._sent)

    @property
    def waiting_s(self) -> float:
        """Seconds that were not taken yet."""
        return (self._start + len(self._audio) - self._sent) / self._bytes_a_second

    def ms(self, position: int) -> int:
        """A position in milliseconds."""
        return position * 1000 // self._bytes_a_second

    def position(self, at_ms: int) -> int:
        """The position of a millisecond, between two samples."""
        return at_ms * self._bytes_a_second // 1000 // 2 * 2

    def append(self, audio: bytes) -> None:
        """More of it."""
        self._audio += audio
        self._drop(len(self._audio) - self._at_most)

    def take(self, at_most: int) -> bytes:
        """The next audio that was not taken yet; empty where there is none."""
        at = self._sent - self._start
        whole = len(self._audio) // 2 * 2
        piece = bytes(self._audio[at : min(at + at_most, whole)])
        self._sent += len(piece)
        return piece

    def release(self, until_ms: int) -> None:
        """What is before this is needed no more."""
        reached = min(self.position(until_ms), self._sent)
        self._drop(reached - self._start)

    def rewind(self) -> int:
        """Everything held is to be taken again; gives where it begins, in milliseconds."""
        self._sent = self._start
        return self.start_ms

    def _drop(self, count: int) -> None:
        if count <= 0:
            return
        count = (count + 1) // 2 * 2
        del self._audio[:count]
        self._start += count
        if self._start > self._sent:
            self.lost += self._start - self._sent
            self._sent = self._start
