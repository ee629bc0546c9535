"""What another system told, as moves of a case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cases.department_notices import Directory, system_actor
from bot.cases.model import Actor, Case, DemandType, Move, NewCase, Role, State
from bot.cases.ports import CaseCity
from bot.cases.query_code import digits
from bot.cases.rules import IN_HAND
from bot.cases.service import CaseService
from bot.cases.writing import TOLD_AS
from bot.delivery.ports import DepartmentStorage
from bot.errors import NotFound
from bot.ports import Clock
from connectors.departments.base import DepartmentUpdate, UpdateKind


class Held(Exception):
    """It cannot be applied; a person must look. One sentence in Chinese."""


class Unknown(Held):
    """No case of ours is known under the number; perhaps not yet."""


@dataclass(frozen=True, kw_only=True)
class Applying:
    """An update on its way to a case.

    Args:
        told_as: names it for ever, so that each of its moves is made once.
        unit: for whom it acts; empty: for the system that opened the case.
    """

    told_as: str
    case: Case
    update: DepartmentUpdate
    actor: Actor
    unit: str


class Applier:
    """Makes the moves.

    Args:
        directory: which systems act for which units.
        city: the units' names.
    """

    def __init__(
        self,
        storage: DepartmentStorage,
        cases: CaseService,
        directory: Directory,
        city: CaseCity,
        clock: Clock,
    ) -> None:
        self._storage, self._cases, self._clock = storage, cases, clock
        self._directory, self._city = directory, city
        self._moves: Mapping[UpdateKind, Callable[[Applying], Awaitable[object]]] = {
            UpdateKind.ACCEPTED: self._accepted,
            UpdateKind.NOTE: self._note,
            UpdateKind.RETURNED: self._returned,
            UpdateKind.EXTENSION_ASKED: self._extension_asked,
            UpdateKind.REPLIED: self._replied,
            UpdateKind.RATED: self._rated,
            UpdateKind.CLOSED: self._closed,
            UpdateKind.URGED: self._urged,
            UpdateKind.WITHDRAWN: self._withdrawn,
        }

    async def case_number(self, update: DepartmentUpdate) -> str:
        """Which case of ours it is about; empty for one that is to be opened.

        Raises:
            Unknown: none is known.
        """
        if update.kind is UpdateKind.OPENED:
            return ""
        if update.case_number.strip():
            return digits(update.case_number)
        async with self._storage.read() as unit:
            number = await unit.deliveries.case_number_of(update.source, update.external_number)
        if not number:
            raise Unknown("没有找到对应的工单")
        return number

    async def apply(self, told_as: str, number: str, update: DepartmentUpdate) -> str:
        """Make its moves; the same again makes none. Gives the case's number.

        Raises:
            Held: it cannot be applied.
            bot.cases.model.MoveRefused, bot.errors.PolicylineError: the case does not take it.
        """
        if update.kind is UpdateKind.OPENED:
            return await self._open(told_as, update)
        try:
            case = await self._cases.get(number)
        except NotFound as error:
            raise Unknown("没有找到对应的工单") from error
        made = await self._cases.events(number)
        if any(event.details.get(TOLD_AS) == told_as for event in made):
            return case.number  # the process ended before it could note that
        await self._moves[update.kind](self._acting(told_as, case, update))
        return case.number

    def _acting(self, told_as: str, case: Case, update: DepartmentUpdate) -> Applying:
        """For whom the system acts on the case.

        Raises:
            Held: it has no part in it.
        """
        name = system_actor(update.source)
        unit = self._unit(case, update)
        actor = Actor(id=name, role=Role.SYSTEM)
        if unit:
            actor = Actor(id=name, role=Role.DEPARTMENT_CLERK, department=unit)
        return Applying(told_as=told_as, case=case, update=update, actor=actor, unit=unit)

    def _unit(self, case: Case, update: DepartmentUpdate) -> str:
        involved = [unit for unit in (case.lead_department, *case.supporting) if unit]
        served = [unit for unit in involved if self._serves(update.source, unit)]
        named = ""
        if update.department.strip():
            named = self._city.unit(update.department) or ""
        if named in served:
            return named
        if case.channel == update.source and not (served and update.kind in _OF_UNITS):
            return ""
        if update.department.strip() and not named:
            raise Held("不认识对方写的单位")
        if served and not named:
            return served[0]
        raise Held("这个系统的单位现在不承办这件工单")

    def _serves(self, source: str, unit: str) -> bool:
        ways = self._directory.of_unit(unit)
        return any(way.sender == source and not way.person for way in ways)

    async def _open(self, told_as: str, update: DepartmentUpdate) -> str:
        number = update.external_number.strip()
        if not number:
            raise Held("对方没有给出工单编号")
        order = update.order
        if not order.get("text", "").strip():
            raise Held("对方没有写诉求内容")
        kinds = {kind.value: kind for kind in DemandType}
        new = NewCase(
            origin_key=f"{update.source}:{number}",
            channel=update.source,
            conversation_id="",
            sender_id="",
            title=order.get("title", ""),
            text=order.get("text", ""),
            demand_type=kinds.get(order.get("demand_type", "").strip()),
            place=order.get("place", ""),
            occurred_at=order.get("occurred_at", ""),
            contact_name=order.get("contact_name", ""),
            contact_phone=order.get("contact_phone", ""),
            anonymous=order.get("anonymous", "") == "yes",
            confidential=order.get("confidential", "") == "yes",
            external_number=number,
            due_by=_moment(order.get("due_at", "")),
            received_at=_moment(order.get("opened_at", "")),
        )
        actor = Actor(id=system_actor(update.source), role=Role.SYSTEM)
        case = (await self._cases.open_case(new, actor=actor)).case
        async with self._storage.begin() as unit:
            await unit.deliveries.note_number(update.source, number, case.number, self._clock.now())
        await self._as_assigned(told_as, case, update, actor)
        return case.number

    async def _as_assigned(
        self, told_as: str, case: Case, update: DepartmentUpdate, actor: Actor
    ) -> None:
        """Whom the other system chose has it, where our router left it to a person to choose."""
        unit = self._city.unit(update.order.get("department", ""))
        lawful_way = case.routing.statutory_way if case.routing else ""
        if unit and case.state is State.TRIAGE and not lawful_way:
            await self._cases.move(
                case.number,
                Move.DISPATCH,
                actor,
                department=unit,
                reason="来单平台指定承办单位",
                told_as=f"{told_as}:dispatch",
            )

    async def _move(self, acting: Applying, move: Move, **given: object) -> None:
        await self._cases.move(
            acting.case.number,
            move,
            acting.actor,
            told_as=acting.told_as,
            **given,  # type: ignore[arg-type] # words of several types, each move's own
        )

    async def _accepted(self, acting: Applying) -> None:
        _of_a_unit(acting)
        leads, words = acting.unit == acting.case.lead_department, acting.update.words.strip()
        if leads and acting.case.state not in {State.ACCEPTED, State.IN_PROGRESS}:
            told_as = f"{acting.told_as}:accept" if words else acting.told_as
            await self._cases.move(acting.case.number, Move.ACCEPT, acting.actor, told_as=told_as)
        if words:
            await self._move(acting, Move.NOTE, text=words)

    async def _note(self, acting: Applying) -> None:
        await self._move(acting, Move.NOTE, text=acting.update.words)

    async def _returned(self, acting: Applying) -> None:
        _of_a_unit(acting)
        await self._move(acting, Move.RETURN, reason=acting.update.words)

    async def _extension_asked(self, acting: Applying) -> None:
        _of_a_unit(acting)
        update = acting.update
        await self._move(acting, Move.ASK_EXTENSION, reason=update.words, days=update.days)

    async def _replied(self, acting: Applying) -> None:
        """A reply takes the case on, where nobody said so before."""
        _of_a_unit(acting)
        words = acting.update.words
        if acting.unit != acting.case.lead_department:
            await self._move(acting, Move.SUPPORT_REPLY, text=words)
            return
        if acting.case.state is State.DISPATCHED:
            await self._cases.move(
                acting.case.number,
                Move.ACCEPT,
                acting.actor,
                told_as=f"{acting.told_as}:accept",
            )
        await self._move(acting, Move.REPLY, text=words)

    async def _rated(self, acting: Applying) -> None:
        _of_the_origin(acting)
        update = acting.update
        await self._cases.rate(
            acting.case.number,
            update.grade,
            acting.actor,
            text=update.words,
            told_as=acting.told_as,
        )

    async def _closed(self, acting: Applying) -> None:
        """The system that opened it closes it; a unit's own is done with it, which is a reply."""
        if not acting.unit:
            if acting.case.state is not State.CLOSED:
                await self._move(acting, Move.CLOSE)
        elif acting.case.state in IN_HAND and not acting.case.course.draft_reply:
            if not acting.update.words.strip():
                raise Held("对方已结案，但没有写办理结果")
            await self._replied(acting)

    async def _urged(self, acting: Applying) -> None:
        _of_the_origin(acting)
        await self._move(acting, Move.URGE, text=acting.update.words)

    async def _withdrawn(self, acting: Applying) -> None:
        _of_the_origin(acting)
        raise Held("对方撤回了这件工单，请与对方核实后办结或不予受理")


_OF_UNITS = frozenset(
    {
        UpdateKind.ACCEPTED,
        UpdateKind.RETURNED,
        UpdateKind.EXTENSION_ASKED,
        UpdateKind.REPLIED,
    }
)
"""Only who works on a case can tell this."""


def _moment(text: str) -> datetime | None:
    """A time as it was told; None for none.

    Raises:
        Held: it cannot be read.
    """
    try:
        moment = datetime.fromisoformat(text) if text.strip() else None
    except ValueError:
        moment = None
    if text.strip() and (moment is None or moment.tzinfo is None):
        raise Held("对方写的受理时间或办理时限读不懂")
    return moment


def _of_a_unit(acting: Applying) -> None:
    if not acting.unit:
        raise Held("这个系统的单位现在不承办这件工单")


def _of_the_origin(acting: Applying) -> None:
    if acting.unit:
        raise Held("这件工单不是这个系统转来的")
