"""What is shown of a case, and to whom."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.cases.model import (
    SYSTEM,
    Actor,
    Case,
    Course,
    NewCase,
    Role,
    RoutingInput,
    State,
)
from bot.cases.opening import cleaned, opened
from bot.errors import PolicylineError
from bot.open311.asked import new_case, read, token
from bot.open311.listing import Reader
from bot.open311.requests import CaseRow, shown
from bot.open311.services import Services
from bot.privacy import as_seen_by
from tests.bot.web.open311 import LAMP, small_city
from tests.fakes.town import ANGRY, TownRouter

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CITY = small_city()
SERVICES = Services(CITY)
ALL = Reader(public_keys=frozenset({"app"}))
OWN = replace(ALL, key="app")
SECRET = b"a secret of the tests"


def case(**fields: str) -> Case:
    asked = read((LAMP | fields).items(), SERVICES)
    new = cleaned(new_case(asked, "app", token=token(asked, "app", SECRET, AT), sender=""))
    routing = TownRouter().route(RoutingInput(text=new.text))
    made, _ = opened(new, routing, CITY, SYSTEM, id="1", now=AT)
    return replace(made, number="20260302000001")


def test_the_words_of_a_sensitive_matter_are_the_senders_alone() -> None:
    made = case()
    assert made.routing is not None
    marked = replace(made.routing, marks=ANGRY)
    sensitive = replace(made, routing=marked, state=State.REPLIED, reply_text="灯泡已更换")
    row = CaseRow(case=sensitive, updated_at=AT)
    seen, own = (shown(row, reader, SERVICES, CITY.wording) for reader in (ALL, OWN))
    assert seen is not None
    assert own is not None
    assert (seen.description, seen.address) == (None, None)
    assert "已更换" not in str(seen.status_notes)
    assert own.description is not None
    assert "已更换" in str(own.status_notes)


def test_a_clerk_who_may_not_see_the_person_sees_no_coordinates_either() -> None:
    made = case()
    clerk = Actor(id="c", role=Role.DEPARTMENT_CLERK, department="别的局")
    assert made.course.details
    assert as_seen_by(made, clerk).course.details == {}


def test_what_was_beside_the_words_is_for_staff_and_not_told() -> None:
    made = case(**{"attribute[note]": "门口有狗"})
    assert "门口有狗" in made.course.details["beside"]
    own = shown(CaseRow(case=made, updated_at=AT), OWN, SERVICES, CITY.wording)
    assert "门口有狗" not in str(own)


def test_an_ended_case_is_closed_and_a_reopened_one_is_not() -> None:
    made = case()
    statuses = {
        state: shown(
            CaseRow(case=replace(made, state=state), updated_at=AT), OWN, SERVICES, CITY.wording
        )
        for state in State
    }
    closed = {state for state, seen in statuses.items() if seen and seen.status == "closed"}
    assert closed == {State.CLOSED, State.REFUSED}


def test_cases_of_other_channels_are_not_shown() -> None:
    other = replace(case(), channel="wechat", course=Course())
    assert shown(CaseRow(case=other, updated_at=AT), OWN, SERVICES, CITY.wording) is None


_NAMES = st.sampled_from([*LAMP, "device_id", "attribute[TITLE]", "attribute[x][]", "attribute["])


def taken(pairs: list[tuple[str, str]]) -> NewCase | None:
    with suppress(PolicylineError):
        asked = read([*LAMP.items(), *pairs], SERVICES)
        return cleaned(new_case(asked, "app", token=token(asked, "app", SECRET, AT), sender=""))
    return None


@given(st.lists(st.tuples(_NAMES, st.text(max_size=60)), max_size=15))
def test_any_form_is_a_request_or_a_told_fault(pairs: list[tuple[str, str]]) -> None:
    assert isinstance(taken(pairs), NewCase | None)
