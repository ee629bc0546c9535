"""Cases as Open311 clients ask for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import Case, DemandType, Move, State
from bot.open311.asked import CHANNEL
from bot.open311.listing import CLOSED, Reader, Wanted
from bot.open311.requests import ENDED, PUBLISHED_PREFIX, CaseRow
from bot.open311.services import OTHER, Service
from bot.storage.case_rows import case_of
from bot.storage.tables import case_events, cases

_AT_ONCE = 500


class Open311Repository:
    """The tables `cases` and `case_events`, read."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def requests(
        self, wanted: Wanted, reader: Reader, categories: Sequence[tuple[str, ...]]
    ) -> tuple[CaseRow, ...]:
        """One page, the newest first.

        Args:
            wanted: which.
            reader: who asks; only what they may see is found.
            categories: those of all services, to tell what belongs to none.
        """
        statement = sa.select(cases)
        if wanted.ids:
            statement = statement.where(_named(wanted.ids, reader))
        else:
            statement = statement.where(
                sa.or_(_followed(reader), cases.c.published_at.is_not(None)),
                cases.c.opened_at >= wanted.start,
                cases.c.opened_at <= wanted.end,
                *_conditions(wanted, categories),
            )
        rows = await self._connection.execute(
            statement.order_by(cases.c.opened_at.desc(), cases.c.id.desc())
            .offset(wanted.skip)
            .limit(wanted.limit)
        )
        return await self._with_events([case_of(row) for row in rows.mappings()])

    async def _with_events(self, found: Sequence[Case]) -> tuple[CaseRow, ...]:
        updated: dict[str, datetime] = {}
        reasons: dict[str, str] = {}
        ids = [case.id for case in found]
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            times = await self._connection.execute(
                sa.select(
                    case_events.c.case_id,
                    sa.func.max(case_events.c.at, type_=case_events.c.at.type),
                )
                .where(case_events.c.case_id.in_(some))
                .group_by(case_events.c.case_id)
            )
            updated |= {str(case_id): at for case_id, at in times}
            refusals = await self._connection.execute(
                sa.select(case_events.c.case_id, case_events.c.reason)
                .where(case_events.c.case_id.in_(some), case_events.c.move == Move.REFUSE.value)
                .order_by(case_events.c.case_id, case_events.c.seq)
            )
            reasons |= {str(case_id): str(reason) for case_id, reason in refusals}
        return tuple(
            CaseRow(
                case=case,
                updated_at=updated.get(case.id, case.opened_at),
                refused_because=reasons.get(case.id, ""),
            )
            for case in found
        )


def _followed(reader: Reader) -> sa.ColumnElement[bool]:
    """As `Reader.sees_as_request`."""
    key = cases.c.course[("details", "key")].as_string()
    own = key == reader.key if reader.key else sa.false()
    public = sa.and_(
        key.in_(sorted(reader.public_keys)),
        cases.c.confidential.is_(False),
        cases.c.demand_type != DemandType.REPORT.value,
    )
    return sa.and_(cases.c.channel == CHANNEL, sa.or_(own, public))


def _named(ids: Sequence[str], reader: Reader) -> sa.ColumnElement[bool]:
    published = [one.removeprefix(PUBLISHED_PREFIX) for one in ids]
    return sa.or_(
        sa.and_(cases.c.number.in_(ids), _followed(reader)),
        sa.and_(cases.c.id.in_(published), cases.c.published_at.is_not(None)),
    )


def _conditions(
    wanted: Wanted, categories: Sequence[tuple[str, ...]]
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if len(wanted.statuses) == 1:
        closed = sa.or_(
            cases.c.state.in_(ENDED),
            sa.and_(cases.c.state == State.MERGED.value, cases.c.reply_text != ""),
        )
        conditions.append(closed if CLOSED in wanted.statuses else ~closed)
    if wanted.services:
        conditions.append(sa.or_(*(_of(service, categories) for service in wanted.services)))
    return conditions


def _of(service: Service, categories: Sequence[tuple[str, ...]]) -> sa.ColumnElement[bool]:
    """As the client chose it; of what came in otherwise, by the category it was judged to have."""
    chosen = cases.c.course[("details", "service_code")].as_string()
    category = sa.cast(cases.c.category, sa.Text)
    judged: sa.ColumnElement[bool]
    if service.code == OTHER:
        judged = category.not_in([_stored(one) for one in categories])
    else:
        judged = category == _stored(service.category)
    return sa.case((cases.c.channel == CHANNEL, chosen == service.code), else_=judged)


def _stored(category: tuple[str, ...]) -> str:
    """A category as its column holds it: see `bot.storage.units`."""
    return json.dumps(list(category), ensure_ascii=False, separators=(",", ":"))
