"""Cases kept in memory, for the conversation's side of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.cases.filters import CaseFilter, CasePage
from bot.cases.model import CITIZEN, Actor, Case, DemandType, Move, MoveRefused, NewCase, State
from bot.errors import NotFound, TooMany
from tests.fakes.town import LIGHTS

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 9, 15, 59, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A case and its code."""

    case: Case
    query_code: str


@dataclass
class MemoryCases:
    """Opens a case once a key, shows it for its code, keeps its grade when it is answered.

    Args:
        away: the database cannot be reached.
    """

    opened: list[NewCase] = field(default_factory=list)
    by_key: dict[str, Opened] = field(default_factory=dict)
    looked_up: int = 0
    wrong: int = 0
    away: bool = False

    async def open_case(self, new: NewCase, *, actor: Actor = CITIZEN) -> Opened:
        del actor
        if self.away:
            raise ConnectionError
        if new.origin_key not in self.by_key:
            self.opened.append(new)
            count = len(self.opened)
            case = Case(
                id=str(count),
                number=f"20260302{count:06d}",
                channel=new.channel,
                conversation_id=new.conversation_id,
                sender_id=new.sender_id,
                title=new.title,
                text=new.text,
                state=State.TRIAGE if new.for_triage else State.DISPATCHED,
                demand_type=new.demand_type or DemandType.HELP,
                place=new.place,
                lead_department="" if new.for_triage else LIGHTS,
                opened_at=AT,
                due_at=DUE,
            )
            self.by_key[new.origin_key] = Opened(case=case, query_code=f"{count:06d}")
        return self.by_key[new.origin_key]

    async def look_up(self, number: str, query_code: str, *, who: str) -> Case:
        del who
        self.looked_up += 1
        if self.wrong >= 5:
            raise TooMany("输错次数太多", retry_after_s=60)
        for one in self.by_key.values():
            if (one.case.number, one.query_code) == (number, query_code):
                return one.case
        self.wrong += 1
        raise NotFound("编号或查询码不对")

    async def cases(self, wanted: CaseFilter) -> CasePage:
        found = [
            one.case
            for one in self.by_key.values()
            if one.case.state in wanted.states
            and wanted.channel in {"", one.case.channel}  # as the database's: empty is everybody's
            and wanted.sender_id in {"", one.case.sender_id}
        ]
        return CasePage(cases=tuple(found[: wanted.limit]))

    async def rate(self, number: str, grade: int, actor: Actor) -> Case:
        del actor
        key, one = next((k, o) for k, o in self.by_key.items() if o.case.number == number)
        if one.case.state is not State.REPLIED:
            raise MoveRefused("state", Move.RATE, one.case.state)
        rated = replace(one.case, rating=grade)
        self.by_key[key] = replace(one, case=rated)
        return rated

    def reply_to(self, number: str, text: str) -> None:
        """The department answers."""
        key, one = next((k, o) for k, o in self.by_key.items() if o.case.number == number)
        case = replace(one.case, state=State.REPLIED, reply_text=text)
        self.by_key[key] = replace(one, case=case)
