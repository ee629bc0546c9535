"""`docs/cases.md` says what the code does: its tables are read and held against it."""

from __future__ import annotations

import ast
import inspect

from bot.cases import replying, rules
from bot.cases.model import Move, Role, State
from bot.cases.rules import RULES
from bot.cases.sweeping import AlertKind
from bot.web.words import ALERTS, MOVES, STATES
from tests.documents import Document

PAGE = Document("cases.md")
WEIGHTS = {"_blocking": "blocking", "_advice": "advice"}


def code(cell: str) -> str:
    """What stands in backquotes."""
    return cell.strip("`")


def weights_in_the_code() -> dict[str, set[str]]:
    """Each finding's code → the weights `replying.py` gives it."""
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(replying)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in WEIGHTS
    ]
    found: dict[str, set[str]] = {}
    for call in calls:
        name = ast.literal_eval(call.args[0])
        found.setdefault(name, set()).add(WEIGHTS[call.func.id])  # type: ignore[attr-defined] # a Name, see above
    return found


def test_states_and_their_names() -> None:
    found = {code(row[0]): row[1] for row in PAGE.table("state")}
    assert found == {state.value: name for state, name in STATES.items()}


def test_every_move_and_its_name() -> None:
    found = {code(row[0]): row[1] for row in PAGE.table("move")}
    assert found == {move.value: MOVES[move] for move in RULES}
    assert set(Move) - RULES.keys() == {Move.OPEN}


def test_from_which_states_a_move_is_made_by_whom_and_where_it_leads() -> None:
    found = {
        code(row[0]): (PAGE.meant(row[2]), PAGE.meant(row[3]), row[4].strip("`"))
        for row in PAGE.table("move")
    }
    assert found == {
        move.value: (set(rule.sources), set(rule.roles), rule.target or "stays")
        for move, rule in RULES.items()
    }


def test_which_moves_owe_a_reason_and_have_a_further_condition() -> None:
    found = {
        code(row[0]): (row[5], bool(row[6]), "(supporting)" in row[3]) for row in PAGE.table("move")
    }
    assert found == {
        move.value: (
            "yes" if rule.needs_reason else "",
            move in rules._ONLY_WHILE,
            rule.of_supporting,
        )
        for move, rule in RULES.items()
    }


def test_the_groups_hold_nothing_unknown() -> None:
    assert set().union(*PAGE.groups().values()) == set(State) | set(Role)


def test_alerts_and_their_names() -> None:
    found = {code(row[0]): row[1] for row in PAGE.table("alert")}
    assert found == {kind.value: ALERTS[kind] for kind in AlertKind}


def test_every_finding_of_a_reply_and_its_weight() -> None:
    found = {code(row[0]): set(row[1].split(", ")) for row in PAGE.table("finding")}
    assert found == weights_in_the_code()


def test_what_no_reply_is_sent_despite() -> None:
    assert {code(row[0]) for row in PAGE.table("finding") if row[2] == "never"} == replying.PRIVATE
