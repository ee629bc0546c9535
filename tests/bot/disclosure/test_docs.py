"""`docs/disclosure.md` says what the code does: its tables are read and held against it."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.cases.model import Role
from bot.disclosure.alerting import AlertKind
from bot.disclosure.application import Way
from bot.disclosure.asked import AskedMove
from bot.disclosure.model import Move, State
from bot.disclosure.moving import changed
from bot.disclosure.refused import MoveRefused
from bot.disclosure.rules import ONLY_WHILE, RULES
from bot.errors import PolicylineError
from bot.web.disclosure_words import ALERTS, MOVES, STATES
from tests.bot.disclosure.world import AT, CITY, CLERK, HEAD, request
from tests.documents import Document

PAGE = Document("disclosure.md")


def code(cell: str) -> str:
    """What stands in backquotes first; the cell where nothing does."""
    found = re.match(r"`(\w+)`", cell)
    return found[1] if found else cell


def refused_for_time(days_later: int) -> set[tuple[str, str]]:
    """Every move and code with which its time refuses it, so many days after receipt."""
    found = set()
    for move, rule in RULES.items():
        for state in rule.sources:
            asked = AskedMove(
                move=move,
                actor=HEAD if Role.DEPARTMENT_HEAD in rule.roles else CLERK,
                reason="理由",
                text="正文",
                days=5,
                name="某公司",
                way=Way.POST,
            )
            try:
                changed(request(state), asked, CITY, AT + timedelta(days=days_later))
            except MoveRefused as refused:
                found.add((move.value, refused.code))
            except PolicylineError:
                continue
    return {(move, why) for move, why in found if why in {"late", "early"}}


def test_states_and_their_names() -> None:
    found = {code(row[0]): row[1] for row in PAGE.table("state")}
    assert found == {state.value: name for state, name in STATES.items()}


def test_every_move_and_its_name() -> None:
    found = {code(row[0]): row[1] for row in PAGE.table("move")}
    assert found == {move.value: MOVES[move] for move in RULES}
    assert set(Move) - RULES.keys() == {Move.REGISTER}


def test_from_which_states_a_move_is_made_by_whom_and_where_it_leads() -> None:
    found = {
        code(row[0]): (PAGE.meant(row[2]), PAGE.meant(row[3]), code(row[4]))
        for row in PAGE.table("move")
    }
    assert found == {
        move.value: (set(rule.sources), set(rule.roles), rule.target or "stays")
        for move, rule in RULES.items()
    }


def test_which_moves_owe_a_reason_and_have_a_further_condition() -> None:
    found = {code(row[0]): (row[5], bool(row[6])) for row in PAGE.table("move")}
    assert found == {
        move.value: ("yes" if rule.needs_reason else "", move in ONLY_WHILE)
        for move, rule in RULES.items()
    }


def test_which_moves_have_a_time() -> None:
    found = {(code(row[0]), code(row[1])) for row in PAGE.table("not at every time")}
    assert found == refused_for_time(0) | refused_for_time(300)


def test_the_groups_hold_nothing_unknown() -> None:
    assert set().union(*PAGE.groups().values()) <= set(State) | set(Role)


def test_alerts_and_their_names() -> None:
    found = {code(row[0]): row[1] for row in PAGE.table("alert")}
    assert found == {kind.value: ALERTS[kind] for kind in AlertKind}
