"""The only writer of cases: opens them, moves them, splits them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases.department_notices import Directory, Nobody
from bot.cases.filters import CaseFilter, CasePage, OpenCounts
from bot.cases.linked import linked_cases, narrowed, said
from bot.cases.model import (
    CITIZEN,
    SYSTEM,
    Actor,
    Case,
    CaseEvent,
    Move,
    NewCase,
    Published,
    RoutingInput,
    State,
)
from bot.cases.moving import OWED_ONCE, REPLYING, Asked, changed, tidy
from bot.cases.notices import notice, opening
from bot.cases.opening import cleaned, opened, origin
from bot.cases.past import PastCase, as_it_ended
from bot.cases.ports import CaseCity, CaseRouter, CaseStorage, CaseUnit
from bot.cases.published_letters import keep_public
from bot.cases.query_code import QueryCodes, digits
from bot.cases.reading import CaseReading, case_of
from bot.cases.rules import ANSWERED
from bot.cases.writing import (
    AlreadyOpen,
    add_case,
    append_event,
    made_before,
    note_correction,
    tell_moved,
    tell_opened,
)
from bot.errors import Conflict, Invalid
from bot.ports import Clock, Ids, Wakeups
from bot.trail import on_trail, trail_of

log = logging.getLogger(__name__)

__all__ = ["CaseFilter", "CasePage", "CaseService", "OpenCounts", "OpenedCase"]


@dataclass(frozen=True, kw_only=True)
class OpenedCase:
    """A case that stands open under an origin key; `created` is false the second time."""

    case: Case
    query_code: str
    created: bool


class CaseService(CaseReading):
    """Cases.

    Args:
        storage: the database.
        clock: the time.
        ids: new ids.
        router: judges new cases.
        city: limits, wording, units.
        secret: keys query codes; at least 16 bytes.
        wakeups: told of `outbox` and `cases` after a change; None: nobody is.
        directory: which departments and other systems are told of a case, and how.
    """

    def __init__(
        self,
        storage: CaseStorage,
        clock: Clock,
        ids: Ids,
        router: CaseRouter,
        city: CaseCity,
        secret: bytes,
        *,
        wakeups: Wakeups | None = None,
        directory: Directory | None = None,
    ) -> None:
        super().__init__(storage, clock, city, QueryCodes(secret))
        self._ids = ids
        self._router = router
        self._wakeups = wakeups
        self._directory = directory or Nobody()

    async def open_case(self, new: NewCase, *, actor: Actor = CITIZEN) -> OpenedCase:
        """Open a case, judged and routed; the same origin key again gives the case already open.

        Raises:
            Invalid: without any text.
        """
        new = cleaned(new)
        known = await self._open_under(new.origin_key)
        if known is not None:
            return known
        routing = self._router.route(
            RoutingInput(
                text=new.text, title=new.title, place=new.place, demand_hint=new.demand_type
            )
        )
        now = self._clock.now()
        case, events = opened(new, routing, self._city, actor, id=self._ids.new_id(), now=now)
        return await self._add(case, events, new.origin_key, opened_by=actor, tell=new.tell)

    async def known(self, origin_key: str) -> bool:
        """True where a case was opened under this key."""
        return await self._open_under(origin_key) is not None

    async def add_past(self, past: PastCase, *, trial: bool = False) -> OpenedCase:
        """Bring in a case another system kept, as it ended there; twice is once.

        Args:
            past: the case.
            trial: only see whether it could be; nothing is written, and the case has no number.

        Raises:
            Invalid: something in it cannot be; the fields say what.
        """
        case, events, origin_key = as_it_ended(past, self._city, id=self._ids.new_id())
        known = await self._open_under(origin_key)
        if trial and known is None:
            return OpenedCase(case=case, query_code="", created=True)
        return known or await self._add(case, events, origin_key)

    async def move(
        self,
        number: str,
        move: Move,
        actor: Actor,
        *,
        reason: str = "",
        department: str = "",
        text: str = "",
        days: int = 0,
        lead_number: str = "",
        despite: bool = False,
        public: Published | None = None,
        draft_sources: tuple[str, ...] = (),
        seen_version: int | None = None,
        told_as: str = "",
    ) -> Case:
        """Make a move; the citizen's notice goes into the outbox in the same transaction.

        Args:
            number: whose case.
            move: which; not `open`; for `rate` and `split` see the methods of these names.
            actor: who.
            reason: owed for some moves; for a refusal, the statutory way.
            department: for dispatch, reassign, add_support.
            text: for reply and note.
            days: working days more, for extend.
            lead_number: the case this one goes into, for merge.
            despite: for a reply, though the check found something.
            public: for publish, what the public is to read; None: the case, masked.
            draft_sources: see `Asked`.
            seen_version: the version the actor saw; None: whatever it is now.
            told_as: see `Asked`.

        Raises:
            NotFound: no such case.
            Conflict: somebody moved it since `seen_version`, or at the same moment.
            Invalid: something the move needs is missing or wrong.
            bot.cases.model.MoveRefused: the state or the role does not allow it.
        """
        asked = Asked(
            move=move,
            actor=actor,
            reason=reason,
            department=department,
            text=text,
            days=days,
            lead_number=digits(lead_number),
            despite=despite,
            public=public,
            draft_sources=draft_sources,
            told_as=told_as,
        )
        if move in REPLYING:
            asked = replace(asked, demands=await self.demands(number))
        return await self._move(number, asked, seen_version)

    async def demands(self, number: str) -> tuple[str, ...]:
        """The demands a case's text names, where there are several it was not split into.

        Raises:
            NotFound: no such case.
        """
        case = await self.get(number)
        if case.course.part:
            return ()
        item = RoutingInput(text=case.text, title=case.title, place=case.place)
        return tuple(one.text for one in await asyncio.to_thread(self._router.parts, item))

    async def rate(
        self,
        number: str,
        grade: int,
        actor: Actor = CITIZEN,
        *,
        text: str = "",
        seen_version: int | None = None,
        told_as: str = "",
    ) -> Case:
        """The citizen's grade, 1 (非常不满意) to 5 (非常满意); raises as `move` does."""
        asked = Asked(move=Move.RATE, actor=actor, grade=grade, text=text, told_as=told_as)
        return await self._move(number, asked, seen_version)

    async def split(
        self, number: str, actor: Actor, *, seen_version: int | None = None
    ) -> tuple[Case, tuple[OpenedCase, ...]]:
        """Open a case for each demand but the first that the text names; raises as `move` does.

        Returns:
            The case, which keeps the first demand, and the new ones.
        """
        now = self._clock.now()
        before = await self.get(number)
        demands = tuple(
            self._router.parts(
                RoutingInput(text=before.text, title=before.title, place=before.place)
            )
        )
        async with self._storage.begin() as unit:
            before = await case_of(unit, number)
            if seen_version is not None and seen_version != before.version:
                raise _somebody_was_first()
            asked = Asked(move=Move.SPLIT, actor=actor, parts=tuple(one.text for one in demands))
            changed(before, asked, self._city, now)
            made = []
            for linked in linked_cases(before, demands, self._city, actor, ids=self._ids, now=now):
                case = await add_case(
                    unit,
                    self._ids,
                    self._codes,
                    linked.case,
                    linked.events,
                    origin_key=linked.origin_key,
                )
                await tell_opened(unit, self._ids, self._directory, case, actor)
                code = self._codes.code(linked.origin_key)
                made.append(OpenedCase(case=case, query_code=code, created=True))
            asked = replace(asked, numbers=tuple(one.case.number for one in made))
            kept = narrowed(before, demands[0].routing, self._city)
            after = await self._write(unit, kept, asked, now, reply=_told(made))
        await self._wake("cases")
        await self._wake("outbox")
        return after, tuple(made)

    async def opened_under(self, origin_key: str) -> OpenedCase | None:
        """The case that was opened under an origin key, with its query code; None for none."""
        return await self._open_under(origin_key)

    async def _open_under(self, origin_key: str) -> OpenedCase | None:
        async with self._storage.read() as unit:
            case = await unit.cases.by_origin(origin(origin_key))
        if case is None:
            return None
        return OpenedCase(case=case, query_code=self._codes.code(origin_key), created=False)

    async def _add(
        self,
        case: Case,
        events: Iterable[CaseEvent],
        origin_key: str,
        *,
        opened_by: Actor | None = None,
        tell: bool = False,
    ) -> OpenedCase:
        """Write a case; one of the past (`opened_by` None) is told to nobody."""
        code = self._codes.code(origin_key)
        try:
            async with self._storage.begin() as unit:
                case = await add_case(
                    unit, self._ids, self._codes, case, events, origin_key=origin_key
                )
                if opened_by is not None:
                    await tell_opened(unit, self._ids, self._directory, case, opened_by)
                told = opening(case, code, self._city.wording) if tell else None
                if told is not None:
                    await unit.outbox.add(told, id=self._ids.new_id(), now=self._clock.now())
        except AlreadyOpen:
            known = await self._open_under(origin_key)
            if known is None:
                raise
            return known
        with on_trail(case_number=case.number, trail=trail_of(origin_key)):
            log.info("case opened", extra={"state": case.state, "channel": case.channel})
        await self._wake("cases")
        if told is not None:
            await self._wake("outbox")
        return OpenedCase(case=case, query_code=code, created=True)

    async def _move(self, number: str, asked: Asked, seen_version: int | None) -> Case:
        asked = tidy(asked)
        now = self._clock.now()
        async with self._storage.begin() as unit:
            before = await case_of(unit, number)
            if await made_before(unit, before, asked):
                return before
            if seen_version is not None and seen_version != before.version:
                raise _somebody_was_first()
            await self._check_others(unit, before, asked)
            after = await self._write(unit, before, asked, now)
            await note_correction(unit, self._ids, after, asked, now)
            if asked.move is Move.MERGE:
                await self._answer_late(unit, after, now)
            if asked.move in REPLYING and after.state is State.REPLIED:
                await self._answer_merged(unit, after, now)
            began_with = trail_of(await unit.cases.origin_of(number))
        with on_trail(case_number=after.number, trail=began_with):
            log.info("case moved", extra={"move": asked.move, "state": after.state})
        await self._wake("cases")
        await self._wake("outbox")
        return after

    async def _write(
        self, unit: CaseUnit, before: Case, asked: Asked, now: datetime, *, reply: str = ""
    ) -> Case:
        """Make one move inside a transaction: the case, its event, and the citizen's notice."""
        after, details = changed(before, asked, self._city, now)
        after = replace(after, version=before.version + 1)
        if not await unit.cases.update(after, seen_version=before.version):
            raise _somebody_was_first()
        await tell_moved(unit, self._ids, self._directory, before, after, asked, now)
        await append_event(unit, self._ids, before, after, asked, details, now)
        if after.published is not None or before.published is not None:
            events = await unit.cases.events(after.id)
            public_id = self._ids.new_id()
            await keep_public(unit.letters, before, after, events, self._city, id=public_id)
        told = notice(
            after,
            asked.move,
            self._city.wording,
            reason=asked.reason,
            lead_number=asked.lead_number or before.merged_into,
            reply=reply,
        )
        if told is not None:
            await unit.outbox.add(told, id=self._ids.new_id(), now=now)
        return after

    async def _answer_merged(self, unit: CaseUnit, lead: Case, now: datetime) -> None:
        """The reply to a case, given to the citizens of all that were merged into it."""
        for case in await unit.cases.merged_into(lead.number):
            asked = Asked(move=Move.JOIN_REPLY, actor=SYSTEM, text=lead.reply_text)
            await self._write(unit, case, asked, now)

    async def _answer_late(self, unit: CaseUnit, merged: Case, now: datetime) -> None:
        """The reply a case already has, given to the citizen of one merged into it afterwards."""
        lead = await unit.cases.get(merged.merged_into)
        if lead is not None and lead.reply_text and lead.state in ANSWERED:
            asked = Asked(move=Move.JOIN_REPLY, actor=SYSTEM, text=lead.reply_text)
            await self._write(unit, merged, asked, now)

    async def _check_others(self, unit: CaseUnit, case: Case, asked: Asked) -> None:
        """What a move needs beyond the case itself."""
        if asked.move is Move.MERGE and asked.lead_number:
            await _check_merge(unit, case, asked.lead_number)
        if asked.move in OWED_ONCE:
            events = await unit.cases.events(case.id)
            if any(event.move is Move.EXTEND for event in events):
                raise Conflict("这件事已经延期过一次。", code="extended_already")

    async def _wake(self, topic: str) -> None:
        if self._wakeups is not None:
            await self._wakeups.wake(topic)


async def _check_merge(unit: CaseUnit, case: Case, lead_number: str) -> None:
    """Raise `Invalid` where a case cannot go into that one."""
    lead = await unit.cases.get(lead_number)
    if lead is None:
        raise Invalid("没有要并入的编号。", fields={"lead_number": "没有这个编号"})
    if lead.state in {State.MERGED, State.REFUSED}:
        where = f"已并入 {lead.merged_into}" if lead.merged_into else "不予受理"
        raise Invalid(f"要并入的诉求{where}，请另选。", fields={"lead_number": where})
    if await unit.cases.merged_into(case.number):
        raise Invalid(
            "有其他诉求并入了本件，请先撤销并单，或把那一件并入本件。",
            fields={"lead_number": "本件是并单的主件"},
        )


def _told(made: Iterable[OpenedCase]) -> str:
    """The cases split from one, for its citizen: number, query code, matter."""
    return "\n".join(
        f"编号 {one.case.number}（查询码 {one.query_code}）：{said(one.case.text)}" for one in made
    )


def _somebody_was_first() -> Conflict:
    return Conflict("这件事刚刚有人处理过，请刷新后再办。", code="changed_meanwhile")
