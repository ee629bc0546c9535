"""Inputs a parser takes, spoilt: bytes cut, put in, doubled; archives spoilt inside."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from hypothesis import strategies as st

_PIECES = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"&#0;", b"<![CDATA[", b"]]>", b"%00", b"%ED%A0%80",
    b"\\ud800", b"\\u0000", b"1e999", b"-1", b"9" * 40, b"NaN", b"Infinity", b"null", b"[]", b"{}",
    b"0000-00-00", b"9999-12-31T23:59:59.999999-23:59", b"0001-01-01T00:00:00+23:59", b"\n\n",
    b"\r\n", b":", b",", b'"', b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"<", b">", b"=", b"(",
    b"[" * 40,
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds with up to six changes; of an archive, one part of it."""
    raw = draw(st.sampled_from(seeds))
    if not raw.startswith(b"PK") or draw(st.booleans()):
        return _changed(draw, raw)
    source = zipfile.ZipFile(io.BytesIO(raw))
    names = source.namelist()
    chosen, packed = draw(st.sampled_from(names)), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            content = source.read(name)
            archive.writestr(name, _changed(draw, content) if name == chosen else content)
    return packed.getvalue()


def _changed(draw: st.DrawFn, raw: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(raw)))
        cut = draw(st.integers(0, 30))
        put = draw(st.sampled_from(_PIECES) | st.binary(max_size=8))
        doubled = raw[at : at + cut] * draw(st.integers(0, 2))
        raw = raw[:at] + put + doubled + raw[at + cut :]
    return raw
