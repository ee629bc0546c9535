"""No bytes break the reading, and none make it cost more than a mail costs."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import InboundKind
from connectors.channels.mailbox.inbound import inbound_of
from connectors.channels.mailbox.letter import MailLetter
from connectors.channels.mailbox.parsing import read

from .mails import MAILS, MATTER, attached, b64, mail, parts, plain, word

NOW = datetime(2026, 7, 22, 1, 0, tzinfo=UTC)
PAYLOADS = [each.raw for each in MAILS]


def is_clean(letter: MailLetter) -> bool:
    lines = (letter.subject, letter.sender, letter.sender_name, *(f.name for f in letter.files))
    said = "".join((*lines, letter.text, letter.quoted))
    said.encode()
    return "\x00" not in said and not any("\n" in line or "\r" in line for line in lines)


@given(st.binary(max_size=3000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_letter(raw: bytes) -> None:
    assert is_clean(read(raw, received_at=NOW))


@given(
    st.sampled_from(PAYLOADS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=12), st.integers(0, 40)), max_size=6),
)
@settings(max_examples=600, deadline=None)
def test_spoilt_mails_are_letters(raw: bytes, changes: list[tuple[float, bytes, int]]) -> None:
    for place, put, cut in changes:
        at = int(place * len(raw))
        raw = raw[:at] + put + raw[at + cut :]
    letter = read(raw, received_at=NOW)
    assert is_clean(letter)
    inbound = inbound_of(letter, raw, box="szxx", to="市长信箱", now=NOW)
    assert len(inbound.external_id) <= 200
    assert len(inbound.conversation_id) <= 200
    assert inbound.sent_at <= NOW


def deep() -> bytes:
    body = MATTER.encode()
    for level in range(1000):
        told = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        body = told + body + b"\r\n--b%d--\r\n" % level
    return b"From: zhang@example.com\r\nSubject: deep\r\n" + body


def many() -> bytes:
    return parts(*[plain("x")] * 5000)


def wide() -> bytes:
    return mail(MATTER.encode(), b"X-Long: " + b"a" * 10_000_000)


def tables() -> bytes:
    page = b"<table><tr><td>" * 20_000 + MATTER.encode()
    return mail(page, kind=b"text/html; charset=utf-8")


@pytest.mark.parametrize(
    "raw", [deep(), many(), wide(), tables()], ids=["deep", "many", "wide", "tables"]
)
def test_what_is_built_to_hurt_is_a_letter_all_the_same(raw: bytes) -> None:
    tracemalloc.start()
    letter = read(raw, received_at=NOW)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert letter.sender == "zhang@example.com"
    assert len(letter.files) <= 200
    assert most < 40_000_000 + 12 * len(raw)


@pytest.mark.parametrize("said", [b"~{", b"<a@b", b"begin 644 a\n", b"<div>", b"@", b"\n> "])
@pytest.mark.parametrize("kind", [b"text/plain", b"text/html"])
def test_what_a_pattern_could_run_over_for_hours_is_read(said: bytes, kind: bytes) -> None:
    raw = mail(said * (1_000_000 // len(said)), kind=kind, encoding=None)
    assert is_clean(read(raw, received_at=NOW))


def test_a_page_nested_deeper_than_any_program_nests_is_read_by_its_tags() -> None:
    page = "<div>" * 5000 + "<script>alert(1)</script>第一行&lt;<p>第二行</p>"
    letter = read(mail(page.encode(), kind=b"text/html; charset=utf-8"), received_at=NOW)
    assert letter.text == "第一行<\n第二行"


def test_a_file_that_never_ends_in_the_text_stays_text() -> None:
    said = "您好。\nbegin 644 a.txt\n没有结尾"
    letter = read(mail(said.encode()), received_at=NOW)
    assert letter.text == said
    assert letter.files == ()


def test_twenty_five_megabytes_are_kept_whole() -> None:
    body = bytes(range(256)) * 100_000
    raw = parts(plain(MATTER), attached(body, b'attachment; filename="big.bin"'))
    letter = read(raw, received_at=NOW)
    assert letter.text == MATTER
    assert letter.files[0].body == body
    assert letter.faults == ()


def test_a_copy_in_another_box_is_the_same_mail() -> None:
    raw = mail(MATTER.encode())
    copied = b"Delivered-To: sj@mail.example\r\nReceived: x\r\n" + raw.replace(b"\r\n", b"\n")
    other = mail(MATTER.encode() + "又坏了。".encode())
    first, second, third = (read(each, received_at=NOW).digest for each in (raw, copied, other))
    assert first == second != third


def test_a_letter_becomes_a_message_with_its_files_and_itself() -> None:
    raw = mail(MATTER.encode(), b"Delivered-To: szxx+20260720000001.abc@mail.fengcheng.example")
    inbound = inbound_of(
        read(raw, received_at=NOW), raw, box="szxx", to="市长信箱", delimiter="+", now=NOW
    )
    assert inbound.kind is InboundKind.LETTER
    assert (inbound.sender_id, inbound.strand) == ("zhang@example.com", "")
    assert inbound.details["tag"] == "20260720000001.abc"
    assert inbound.details["to"] == "市长信箱"
    assert inbound.files[-1].source
    assert inbound.files[-1].body == raw


def test_a_machine_s_mail_is_an_event_of_its_own_conversation() -> None:
    raw = mail(b64(b"x"), b"Auto-Submitted: auto-replied", subject=word("自动回复"))
    inbound = inbound_of(read(raw, received_at=NOW), raw, box="szxx", to="市长信箱", now=NOW)
    assert inbound.kind is InboundKind.EVENT
    assert inbound.details["Event"] == "MAIL_AUTOMATIC"
    assert (inbound.sender_id, inbound.strand) == ("zhang@example.com", "machines")
    assert not inbound.answerable
