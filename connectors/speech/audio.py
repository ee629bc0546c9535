"""What a recording is, by its bytes, and how long it lasts. Pure.

Sources: RFC 4867, section 5 (AMR and AMR-WB files: a magic line, then frames of 20 ms, each with
its type in bits 3 to 6 of its first byte); 3GPP TS 26.101 and 26.201 (octets a frame).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from connectors.errors import Refused

_NARROW, _WIDE = b"#!AMR\n", b"#!AMR-WB\n"
_FRAME_S = 0.02
_NARROW_OCTETS = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)
_WIDE_OCTETS = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)
_MP3_LEAST_BYTES_A_SECOND = 1000
"""8 kbit/s, the lowest rate of the format: what a file of unknown rate may last at most."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A recording.

    Args:
        format: as a recogniser's decoder names it: `amr`, `mp3`, `wav`.
        rate_hz: samples a second; 0: stands in the file.
        lasts_s: how long, in seconds; at most so long where its rate is unknown.
    """

    format: str
    rate_hz: int
    lasts_s: float


def recording(audio: bytes) -> Recording:
    """What a file is. Raises `Refused` for what is no recording, or a broken one."""
    if audio.startswith(_WIDE):
        seconds = _amr_s(audio, len(_WIDE), _WIDE_OCTETS)
        return Recording(format="amr", rate_hz=16_000, lasts_s=seconds)
    if audio.startswith(_NARROW):
        seconds = _amr_s(audio, len(_NARROW), _NARROW_OCTETS)
        return Recording(format="amr", rate_hz=8_000, lasts_s=seconds)
    if audio.startswith(b"ID3") or audio[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"}:
        return Recording(format="mp3", rate_hz=0, lasts_s=len(audio) / _MP3_LEAST_BYTES_A_SECOND)
    if audio.startswith(b"RIFF") and audio[8:12] == b"WAVE":
        return _wave(audio)
    raise Refused("speech_format")


def _amr_s(audio: bytes, at: int, octets: tuple[int, ...]) -> float:
    frames = 0
    while at < len(audio):
        at += 1 + octets[audio[at] >> 3 & 0x0F]
        frames += 1
    if not frames:
        raise Refused("speech_empty")
    return frames * _FRAME_S


def _wave(audio: bytes) -> Recording:
    if audio[12:16] != b"fmt " or len(audio) < 36:
        raise Refused("speech_format")
    rate_hz, bytes_a_second = struct.unpack_from("<II", audio, 24)
    if not bytes_a_second:
        raise Refused("speech_format")
    return Recording(format="wav", rate_hz=rate_hz, lasts_s=(len(audio) - 44) / bytes_a_second)
