"""Codes by RFC 6238's own vectors, sealed keys, recovery codes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from bot.one_time_codes import STEP_S, fitting_step, grouped, plain, recovery_codes, recovery_hash
from bot.sealing import Seal, Unreadable
from tests.fakes.edges import steady_bytes

KEY = base64.b32encode(b"12345678901234567890").decode()
"""RFC 6238, appendix B, the key for SHA-1."""


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_the_standard(seconds: int, eight_digits: str) -> None:
    assert fitting_step(KEY, eight_digits[2:], at(seconds)) == seconds // STEP_S


@pytest.mark.parametrize(("late", "fits"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_one_step_off_is_taken_two_are_not(late: int, fits: bool) -> None:
    now = 1234567890 // STEP_S * STEP_S
    assert (fitting_step(KEY, "005924", at(now + late)) is not None) is fits


@pytest.mark.parametrize("typed", ["００５９２４", " 005 924 ", "005-924"])
def test_a_code_as_people_type_it(typed: str) -> None:
    assert plain(typed) == "005924"


def test_recovery_codes_differ_and_read_as_they_are_shown() -> None:
    codes = list(recovery_codes(steady_bytes()))
    assert len(set(codes)) == 10
    assert {plain(grouped(code).lower()) for code in codes} == set(codes)
    assert len({recovery_hash("wang", code) for code in codes}) == 10
    assert recovery_hash("wang", codes[0]) != recovery_hash("li", codes[0])


def test_a_seal_opens_only_its_own() -> None:
    seal = Seal(b"a secret key of the tests", "second factor")
    sealed = seal.close("JBSWY3DPEHPK3PXP", "wang")
    assert seal.open(sealed, "wang") == "JBSWY3DPEHPK3PXP"
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert seal.close("JBSWY3DPEHPK3PXP", "wang") != sealed
    others = (
        (Seal(b"another secret key of the tests", "second factor"), sealed, "wang"),
        (Seal(b"a secret key of the tests", "something else"), sealed, "wang"),
        (seal, sealed, "li"),
        (seal, sealed[:-8] + "AAAAAAA=", "wang"),
        (seal, "not base64!", "wang"),
        (seal, "", "wang"),
    )
    for opener, words, about in others:
        with pytest.raises(Unreadable):
            opener.open(words, about)
