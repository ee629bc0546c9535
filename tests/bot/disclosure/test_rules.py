"""Every state × move × role, against the law written down once more by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bot.cases.model import Actor, Role
from bot.disclosure.course import Correction, Outcome, Remedy, RemedyKind
from bot.disclosure.model import Move, State
from bot.disclosure.refused import MoveRefused
from bot.disclosure.rules import RULES, moves_open_to, next_state
from tests.bot.disclosure.world import ELSEWHERE, HEAD, LIGHTS, MONDAY, TRIAGE, request

CLERK, CHIEF = {"department_clerk"}, {"department_head"}
UNIT = CLERK | CHIEF
OFFICE = {"triage", "supervisor", "administrator", "system"}
ANY = UNIT | OFFICE

ALLOWED: dict[str, dict[str, tuple[set[str], str]]] = {
    "registered": {
        "assign": (OFFICE, "registered"),
        "examine": (UNIT, "examining"),
        "withdraw": (ANY | {"citizen"}, "withdrawn"),
    },
    "examining": {
        "assign": (OFFICE, "registered"),
        "ask_correction": (UNIT, "awaiting_correction"),
        "work": (UNIT, "working"),
        "ask_extension": (CLERK, "examining"),
        "extend": (CHIEF, "examining"),
        "propose": (CLERK, "proposed"),
        "decide": (CHIEF, "decided"),
        "withdraw": (ANY | {"citizen"}, "withdrawn"),
    },
    "awaiting_correction": {
        "correct": (ANY | {"citizen"}, "examining"),
        "give_up": (CHIEF, "given_up"),
        "withdraw": (ANY | {"citizen"}, "withdrawn"),
    },
    "working": {
        "consult": (UNIT, "consulting"),
        "ask_extension": (CLERK, "working"),
        "extend": (CHIEF, "working"),
        "propose": (CLERK, "proposed"),
        "decide": (CHIEF, "decided"),
        "withdraw": (ANY | {"citizen"}, "withdrawn"),
    },
    "consulting": {
        "consult": (UNIT, "consulting"),
        "inquiry_received": (UNIT, "consulting"),
        "opinion": (UNIT, "working"),
        "ask_extension": (CLERK, "consulting"),
        "extend": (CHIEF, "consulting"),
        "withdraw": (ANY | {"citizen"}, "withdrawn"),
    },
    "proposed": {
        "approve": (CHIEF, "decided"),
        "reject": (CHIEF, "working"),
        "withdraw": (ANY | {"citizen"}, "withdrawn"),
    },
    "decided": {"deliver": (UNIT, "delivered")},
    "delivered": {"archive": (ANY, "archived")},
    "withdrawn": {"archive": (ANY, "archived")},
    "given_up": {"archive": (ANY, "archived")},
    "archived": {},
}
EVERYWHERE = {"remedy": ANY, "note": ANY}


def allowed(state: State, move: Move) -> tuple[set[str], str]:
    """Who may, and where it leads; nobody, to nowhere."""
    if move.value in EVERYWHERE:
        return EVERYWHERE[move.value], state.value
    return ALLOWED[state.value].get(move.value, (set(), ""))


@pytest.mark.parametrize("state", list(State))
def test_every_move_by_every_role(state: State) -> None:
    one = request(state)
    found, meant = {}, {}
    for move, role in itertools.product(Move, Role):
        actor = Actor(id="x", role=role, department=LIGHTS)
        who, target = allowed(state, move)
        meant[move.value, role.value] = target if role.value in who else None
        try:
            found[move.value, role.value] = next_state(one, move, actor, "理由").value
        except MoveRefused:
            found[move.value, role.value] = None
    assert found == meant


def test_another_unit_moves_nothing() -> None:
    for state, move in itertools.product(State, Move):
        with pytest.raises(MoveRefused):
            next_state(request(state), move, ELSEWHERE, "理由")
    assert moves_open_to(request(unit=""), replace(HEAD, department="")) == ()


@pytest.mark.parametrize("move", [move for move, rule in RULES.items() if rule.needs_reason])
def test_a_reason_is_owed(move: Move) -> None:
    state = next(iter(RULES[move].sources))
    role = next(iter(RULES[move].roles))
    one = request(state)
    one = replace(one, course=replace(one.course, asked_days=5 * (move is Move.REFUSE_EXTENSION)))
    with pytest.raises(MoveRefused) as caught:
        next_state(one, move, Actor(id="x", role=role, department=LIGHTS), " ")
    assert caught.value.code == "reason"


def test_a_correction_is_asked_for_once() -> None:
    one = request(State.EXAMINING)
    asked = Correction(asked_on=MONDAY, by=MONDAY, received_on=MONDAY)
    again = replace(one, course=replace(one.course, correction=asked))
    assert Move.ASK_CORRECTION in moves_open_to(one, HEAD)
    assert Move.ASK_CORRECTION not in moves_open_to(again, HEAD)


def test_an_extension_is_given_once() -> None:
    one = request(State.WORKING)
    extended = replace(one, course=replace(one.course, extension_days=5))
    assert Move.EXTEND in moves_open_to(one, HEAD)
    assert Move.EXTEND not in moves_open_to(extended, HEAD)


def test_a_wish_for_an_extension_may_be_refused_while_it_stands() -> None:
    one = request(State.WORKING)
    wished = replace(one, course=replace(one.course, asked_days=5))
    assert Move.REFUSE_EXTENSION not in moves_open_to(one, HEAD)
    assert Move.REFUSE_EXTENSION in moves_open_to(wished, HEAD)


def test_a_remedy_ends_once() -> None:
    going_on = Remedy(kind=RemedyKind.REVIEW, filed_on=MONDAY)
    over = replace(going_on, outcome=Outcome.UPHELD, ended_on=MONDAY)
    one = request(State.DELIVERED)
    for remedies, is_open in (((), False), ((over,), False), ((over, going_on), True)):
        held = replace(one, course=replace(one.course, remedies=remedies))
        assert (Move.REMEDY_ENDED in moves_open_to(held, TRIAGE)) is is_open


def test_with_two_opinions_awaited_one_answer_does_not_end_the_waiting() -> None:
    one = request(State.CONSULTING)
    (first,) = one.course.consultations
    both = (first, replace(first, name="另一家公司"))
    two = replace(one, course=replace(one.course, consultations=both))
    assert next_state(two, Move.OPINION, HEAD) is State.CONSULTING
