"""Pages of cases: their time does not grow with the cases that are not on them.

A list shows cases of several states, led or supported by a department, in one order. For one state
and one side of a department an index holds them in that order, so each such branch gives its first
rows, and the page is the first of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import product
from typing import Any

import sqlalchemy as sa

from bot.cases.filters import AWAITING_REPLY, CaseFilter, CaseSort, Cursor, decode_cursor
from bot.cases.model import State
from bot.storage.tables import cases

_EVERY_STATE = frozenset(State)
Condition = sa.ColumnElement[bool]


def page_of(wanted: CaseFilter, *, now: datetime) -> sa.Select[Any]:
    """The rows of one page and one more.

    Raises:
        bot.errors.Invalid: the cursor is none of such a list.
    """
    keys = _keys(wanted.sort)
    order = [key.desc() for key in keys] if wanted.sort is CaseSort.OPENED else keys
    common = [*_conditions(wanted, now), *_after(wanted, keys)]
    branches = [[*common, *branch] for branch in _branches(wanted)]
    if len(branches) == 1:
        return sa.select(cases).where(*branches[0]).order_by(*order).limit(wanted.limit + 1)
    firsts = [
        sa.select(cases.c.id, *keys[:-1]).where(*branch).order_by(*order).limit(wanted.limit + 1)
        for branch in branches
    ]
    merged = sa.union_all(*(sa.select(first.subquery()) for first in firsts)).subquery()
    places = [merged.c[key.name] for key in keys]
    first = [place.desc() for place in places] if wanted.sort is CaseSort.OPENED else places
    ids = sa.select(merged.c.id).order_by(*first).limit(wanted.limit + 1)
    return sa.select(cases).where(cases.c.id.in_(ids)).order_by(*order)


def is_overdue(now: datetime) -> Condition:
    """Past the deadline, unanswered and not paused; never unknown."""
    return sa.and_(
        cases.c.sort_due_at < now, cases.c.state.in_(AWAITING_REPLY), cases.c.paused_at.is_(None)
    )


def _keys(sort: CaseSort) -> list[sa.Column[Any]]:
    """What a list is ordered by, the id last so that no two cases are equal."""
    if sort is CaseSort.OPENED:
        return [cases.c.opened_at, cases.c.id]
    due = [cases.c.sort_due_at, cases.c.id]
    return [cases.c.gravity, *due] if sort is CaseSort.GRAVITY else due


def _after(wanted: CaseFilter, keys: list[sa.Column[Any]]) -> Iterator[Condition]:
    if wanted.cursor:
        here, last = sa.tuple_(*keys), _values(decode_cursor(wanted.cursor, wanted.sort))
        yield here < last if wanted.sort is CaseSort.OPENED else here > last


def _values(cursor: Cursor) -> sa.Tuple:
    """A cursor's values, in the order of the keys."""
    at = [sa.literal(cursor.value, cases.c.opened_at.type), sa.literal(cursor.id)]
    graver = [sa.literal(cursor.gravity)] if cursor.sort is CaseSort.GRAVITY else []
    return sa.tuple_(*graver, *at)


def _branches(wanted: CaseFilter) -> Iterator[list[Condition]]:
    """Conditions that together cover the list, and no case twice."""
    states: list[list[Condition]]
    if wanted.sender_id:  # one citizen's cases are few, and have an index of their own
        states = [[cases.c.state.in_(wanted.states)] if wanted.states else []]
    elif wanted.sort is CaseSort.OPENED and not wanted.department and _every(wanted.states):
        states = [[]]
    else:
        states = [[cases.c.state == state] for state in sorted(wanted.states or _EVERY_STATE)]
    sides: list[list[Condition]] = [[]]
    if wanted.department:
        lead = cases.c.lead_department == wanted.department
        sides = [[lead]]
        if wanted.with_supporting:
            named = sa.cast(cases.c.supporting, sa.Text).contains(
                f'"{wanted.department}"', autoescape=True
            )
            sides.append([cases.c.supported, ~lead, named])
    for state, side in product(states, sides):
        yield [*state, *side]


def _every(states: frozenset[State]) -> bool:
    return not states or states == _EVERY_STATE


def _conditions(wanted: CaseFilter, now: datetime) -> Iterator[Condition]:
    exact = {
        cases.c.demand_type: wanted.demand_type,
        cases.c.severity: wanted.severity,
        cases.c.territory: wanted.territory,
        cases.c.channel: wanted.channel,
        cases.c.sender_id: wanted.sender_id,
    }
    yield from (column == value for column, value in exact.items() if value)
    if wanted.overdue is not None:
        yield is_overdue(now) if wanted.overdue else ~is_overdue(now)
    if wanted.text:
        fields = (cases.c.number, cases.c.title, cases.c.text, cases.c.place)
        yield sa.or_(*(field.contains(wanted.text, autoescape=True) for field in fields))
    if wanted.opened_from is not None:
        yield cases.c.opened_at >= wanted.opened_from
    if wanted.opened_before is not None:
        yield cases.c.opened_at < wanted.opened_before
