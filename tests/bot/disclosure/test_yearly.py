"""The yearly tables, against counting that knows nothing of how they are made."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.disclosure.application import ApplicantKind
from bot.disclosure.course import Outcome, Remedy, RemedyKind
from bot.disclosure.results import Result
from bot.disclosure.yearly import COLUMNS, OUTCOMES, Fact, tables

DAYS = st.dates(min_value=date(2023, 1, 1), max_value=date(2027, 12, 31))
YEARS = st.integers(2022, 2028)


@st.composite
def remedies(draw: st.DrawFn) -> Remedy:
    filed = draw(DAYS)
    kind = draw(st.sampled_from(RemedyKind))
    if draw(st.booleans()):
        return Remedy(kind=kind, filed_on=filed)
    ended = filed + timedelta(days=draw(st.integers(0, 500)))
    outcome = draw(st.sampled_from([Outcome.UPHELD, Outcome.CORRECTED, Outcome.OTHER]))
    return Remedy(kind=kind, filed_on=filed, outcome=outcome, ended_on=ended)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    received = draw(DAYS)
    kind = draw(st.sampled_from(ApplicantKind))
    suits = tuple(draw(st.lists(remedies(), max_size=2)))
    if draw(st.booleans()):
        return Fact(kind=kind, received_on=received, remedies=suits)
    return Fact(
        kind=kind,
        received_on=received,
        ended_on=received + timedelta(days=draw(st.integers(0, 500))),
        result=draw(st.sampled_from(Result)),
        remedies=suits,
    )


@given(st.lists(facts(), max_size=40), YEARS)
def test_new_and_carried_in_are_ended_and_carried_out_in_every_column(
    known: list[Fact], year: int
) -> None:
    found = tables(known, year)
    assert found.balanced
    for place, kind in enumerate(COLUMNS):
        mine = [one for one in known if one.kind is kind]
        new = sum(one.received_on.year == year for one in mine)
        there = sum(
            one.received_on.year < year and (one.ended_on is None or one.ended_on.year >= year)
            for one in mine
        )
        ended = sum(one.ended_on is not None and one.ended_on.year == year for one in mine)
        left = sum(
            one.received_on.year <= year and (one.ended_on is None or one.ended_on.year > year)
            for one in mine
        )
        rows = (found.new, found.carried_in, found.ended_total, found.carried_out)
        assert tuple(row.cells[place] for row in rows) == (new, there, ended, left)


@given(st.lists(facts(), max_size=40), YEARS)
def test_every_result_is_in_its_row(known: list[Fact], year: int) -> None:
    found = tables(known, year)
    for result in Result:
        mine = [
            one
            for one in known
            if one.result is result and one.ended_on and one.ended_on.year == year
        ]
        assert found.ended[result].total == len(mine)


@given(st.lists(facts(), max_size=40), YEARS)
def test_what_is_carried_out_of_a_year_is_carried_into_the_next(
    known: list[Fact], year: int
) -> None:
    assert tables(known, year).carried_out.cells == tables(known, year + 1).carried_in.cells


@given(st.lists(facts(), max_size=40), YEARS)
def test_reviews_and_suits(known: list[Fact], year: int) -> None:
    found = tables(known, year)
    every = [one for fact in known for one in fact.remedies]
    for kind in RemedyKind:
        mine = [one for one in every if one.kind is kind]
        ended = [one.outcome for one in mine if one.ended_on and one.ended_on.year == year]
        going_on = [
            one
            for one in mine
            if one.filed_on.year <= year and (one.ended_on is None or one.ended_on.year > year)
        ]
        counts = [ended.count(outcome) for outcome in OUTCOMES[:3]]
        assert found.remedy_cells(kind) == (*counts, len(going_on), sum(counts) + len(going_on))


def test_a_year_by_hand() -> None:
    known = [
        Fact(kind=ApplicantKind.PERSON, received_on=date(2025, 12, 30)),
        Fact(
            kind=ApplicantKind.PERSON,
            received_on=date(2025, 12, 31),
            ended_on=date(2026, 1, 9),
            result=Result.NOT_HELD,
        ),
        Fact(
            kind=ApplicantKind.LEGAL,
            received_on=date(2026, 5, 6),
            ended_on=date(2026, 5, 6),
            result=Result.GRANTED,
        ),
        Fact(kind=ApplicantKind.BUSINESS, received_on=date(2026, 12, 31)),
        Fact(kind=ApplicantKind.BUSINESS, received_on=date(2027, 1, 1)),
    ]
    found = tables(known, 2026)
    assert found.new.cells == (0, 1, 0, 0, 1, 0, 2)
    assert found.carried_in.cells == (2, 0, 0, 0, 0, 0, 2)
    assert found.ended[Result.NOT_HELD].cells == (1, 0, 0, 0, 0, 0, 1)
    assert found.ended[Result.GRANTED].cells == (0, 0, 0, 0, 1, 0, 1)
    assert found.ended_total.cells == (1, 0, 0, 0, 1, 0, 2)
    assert found.carried_out.cells == (1, 1, 0, 0, 0, 0, 2)
