"""`docs/calls.md` says what the code does: its tables are read and held against it."""

from __future__ import annotations

import re
from pathlib import Path

from bot.calls.feeding import LEASE_S as FEED_LEASE_S
from bot.calls.listening import LEASE_S, SENTENCES_READ
from bot.calls.model import CallState
from bot.calls.state import NEXT, PASSED_ON, SILENT_FOR
from bot.calls.wrapping import STATES
from bot.settings import Settings
from bot.storage import call_tables
from bot.storage.tables import metadata
from connectors.calls import CallEventKind

PAGE = Path(__file__).parents[3] / "docs" / "calls.md"
AFTER_A_TRANSFER = "after a transfer"


def table(first_heading: str) -> list[list[str]]:
    """Heading and rows of the page's only table whose first column has this heading."""
    text = PAGE.read_text(encoding="utf-8")
    (found,) = re.findall(
        rf"^(\| {first_heading} \|.*\n)\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE
    )
    rows = "".join(found).splitlines()
    return [[cell.strip(" `") for cell in row[1:-1].split("|")] for row in rows]


def test_states_and_their_names() -> None:
    assert {row[0]: row[1] for row in table("state")[1:]} == {
        state.value: name for state, name in STATES.items()
    }
    assert set(STATES) == set(CallState)


def test_which_event_leads_where() -> None:
    heading, *rows = table("event")
    found = {
        (state, row[0]): after
        for row in rows
        for state, after in zip(heading[1:], row[1:], strict=True)
        if after
    }
    in_code = {
        (state.value, kind.value): after.value
        for state, following in NEXT.items()
        for kind, after in following.items()
    }
    passed_on = {(AFTER_A_TRANSFER, kind.value): after.value for kind, after in PASSED_ON.items()}
    assert found == in_code | passed_on
    assert [row[0] for row in rows] == [kind.value for kind in CallEventKind]


def test_every_table_is_named() -> None:
    ours = {name for name in metadata.tables if name == "calls" or name.startswith("call_")}
    assert {row[0] for row in table("table")[1:]} == ours
    assert call_tables.calls.name in ours


def test_the_numbers_named_are_those_in_force() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    days = Settings.model_fields["transcript_days"].default
    assert f"`POLICYLINE_TRANSCRIPT_DAYS` ({days})" in text
    assert f"a lease of {LEASE_S:.0f} s, renewed" in text
    assert f"a lease of {FEED_LEASE_S:.0f} s" in text
    assert f"The last {SENTENCES_READ} sentences" in text
    assert f"for {SILENT_FOR.total_seconds() / 3600:.0f} hours" in text
