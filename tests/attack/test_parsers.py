"""No bytes make a parser raise what it does not say, or cost more than their size allows."""

from __future__ import annotations

import io
import resource
import time
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attack.parsers import READERS, Reader, docx_of, workbook_of
from tests.attack.spoiling import spoilt

FLOOR_S = 15.0
"""Beside it, each kilobyte may cost what its reader says; a busy machine stands still."""
PEAK_FLOOR, PEAK_PER_BYTE = 24 * 1024 * 1024, 300
MB = 1024 * 1024


def costs(reader: Reader, raw: bytes) -> float:
    """Seconds of this process's own time, so that a busy machine is no finding."""
    began = time.process_time()
    reader(raw)
    return time.process_time() - began


@pytest.mark.parametrize("name", READERS)
def test_a_seed_is_taken(name: str) -> None:
    """So that what is spoilt below was whole before."""
    reader = READERS[name]
    assert reader.read(reader.seeds[0]) is not None


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_else_is_raised_and_it_does_not_take_long(name: str, data: st.DataObject) -> None:
    reader = READERS[name]
    raw = data.draw(st.binary(max_size=600) | spoilt(reader.seeds))
    assert costs(reader, raw) < FLOOR_S + reader.s_per_kb * len(raw) / 1024


LARGE = {
    "wechat-xml": b"<xml>" + b"<a><b>c</b></a>" * 20_000 + b"</xml>",
    "mail-html": b"<div>" * 100_000 + b"x" * 100_000,
    "page": b"<html><body>" + b"<p>\xe9\x97\xae\xef\xbc\x9a</p>" * 8_000 + b"</body></html>",
    "markdown": b"[" * 8_000 + b"*a_" * 4_000 + b"> " * 2_000 + b"`" * 20_000,
    "funasr": b'{"mode":"2pass-online","text":"' + b"a" * 4_900 + b'"}\n' * 400,
    "ami": b"Event: QueueCallerJoin\nUniqueid: 1\nQueue: 1\n" + b"A: b\n" * 20_000,
    "esl": b"a: %25%25%25%25\n" * 10_000,
    "esl-frames": b"a: b\n" * 12_000 + b"\n",
    "work-order": b'{"data":{"list":[' + b"[" * 200_000,
    "open311-xml": b"<a>" * 30_000,
    "open311-json": b"[" * 400_000,
    "open311-form": b"attribute[a][]=1&" * 8_000,
    "orders-csv": b'"' * 200_000,
    "orders-jsonl": b'{"a":' * 50_000,
    "catalogue": b"\xe7\xbc\x96\xe5\x8f\xb7," * 30_000 + b"\n",
    "cursors": b"[" * 6_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_input_costs_what_its_size_allows(name: str) -> None:
    reader, raw = READERS[name], LARGE[name]
    assert costs(reader, raw) < FLOOR_S + reader.s_per_kb * len(raw) / 1024
    tracemalloc.start()
    try:
        reader(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < PEAK_FLOOR + PEAK_PER_BYTE * len(raw)


def bomb(name: str, whole: bytes, mb: int) -> bytes:
    """The archive, a part of it replaced with so many MB of one letter."""
    packed, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(whole))
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            if part != name:
                archive.writestr(part, source.read(part))
        archive.writestr(name, b"<a>" + b"x" * (mb * MB))
    return packed.getvalue()


def lying(raw: bytes, size: int) -> bytes:
    """The same archive, telling that each part unpacks to so few bytes."""
    told, at = bytearray(raw), 0
    while (at := raw.find(b"PK\x01\x02", at)) >= 0:
        told[at + 24 : at + 28] = size.to_bytes(4, "little")
        at += 4
    return bytes(told)


def newer(raw: bytes) -> bytes:
    """The archive, telling that a reader of a version to come is needed."""
    at = raw.index(b"PK\x01\x02") + 6
    return raw[:at] + b"\xa8" + raw[at + 1 :]


@pytest.mark.parametrize("name", ["catalogue", "orders-xlsx", "docx"])
def test_an_archive_for_another_reader_is_refused(name: str) -> None:
    reader = READERS[name]
    with pytest.raises(reader.raises):
        reader.read(newer(reader.seeds[0]))


SHEET = "xl/worksheets/sheet1.xml"
BOMBS = {
    ("docx", "whole"): lambda: bomb("word/document.xml", docx_of("a"), 120),
    ("docx", "lying"): lambda: lying(bomb("word/document.xml", docx_of("a"), 120), 100),
    ("catalogue", "whole"): lambda: bomb(SHEET, workbook_of(("a",)), 220),
    ("catalogue", "lying"): lambda: lying(bomb(SHEET, workbook_of(("a",)), 220), 100),
    ("orders-xlsx", "lying"): lambda: lying(bomb(SHEET, workbook_of(("a",)), 220), 100),
    ("pdf", "whole"): lambda: pdf_bomb(220),
}


def pdf_bomb(mb: int) -> bytes:
    """A page whose content unpacks to so many MB, packed twice."""
    packed = zlib.compress(zlib.compress(b"(a) Tj " * (mb * MB // 7), 9), 9)
    head = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n" % len(packed)
    whole = READERS["pdf"].seeds[0]
    start, end = whole.index(b"<< /Length"), whole.index(b"\nendstream")
    return whole[:start] + head + packed + whole[end:]


@pytest.mark.parametrize("which", BOMBS, ids="-".join)
def test_a_bomb_is_refused_before_it_is_unpacked(which: tuple[str, str]) -> None:
    reader, raw = READERS[which[0]], BOMBS[which]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(reader.raises):
        reader.read(raw)
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 250 * 1024
