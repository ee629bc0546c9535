"""Lengths of text messages, surrogate pairs among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.channels.hotline.sms import parts
from tests.fakes.sms_gateway import parts_of

_WORDS = st.text(alphabet="丰城路灯，a1😀𠮷", min_size=1, max_size=400)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("灯" * 70, 1),
        ("灯" * 71, 2),
        ("灯" * 134, 2),
        ("灯" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("灯" * 66 + "😀" + "灯" * 66, 3),  # the pair would be torn: the first part holds 66
        ("灯" * 65 + "😀" + "灯" * 67, 2),
        ("", 0),
    ],
)
def test_parts_of_seventy_or_sixty_seven(text: str, count: int) -> None:
    assert parts.parts(text) == count


@given(_WORDS)
def test_a_gateway_that_counts_octets_counts_the_same(text: str) -> None:
    assert parts.parts(text) == parts_of(text)


@given(_WORDS, st.integers(min_value=2, max_value=120))
def test_what_is_cut_fits_and_begins_the_same(text: str, most: int) -> None:
    shown = parts.cut(text, most)
    assert parts.units(shown) <= most
    assert shown == text or text.startswith(shown.removesuffix("…"))
    assert (shown == text) == (parts.units(text) <= most)
