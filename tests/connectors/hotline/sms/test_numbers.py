"""Mobile numbers as call centres tell them."""

from __future__ import annotations

import pytest

from connectors.channels.hotline.sms.numbers import mobile, spellings


@pytest.mark.parametrize(
    "told",
    ["13900000001", "013900000001", "+8613900000001", "8613900000001", "0086 139-0000-0001"],
)
def test_a_mobile_number_is_known_however_it_is_told(told: str) -> None:
    assert mobile(told) == "13900000001"


@pytest.mark.parametrize(
    "told",
    [
        "",
        "07956200000",
        "12345",
        "10690000000012345",
        "12900000001",
        "139000000012",
        "１３９００００００01",
    ],
)
def test_landlines_and_all_else_are_none(told: str) -> None:
    assert mobile(told) == ""


def test_every_spelling_leads_back() -> None:
    assert {mobile(each) for each in spellings("13900000001")} == {"13900000001"}
