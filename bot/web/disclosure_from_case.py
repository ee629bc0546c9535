"""An application made from a case: begun by triage, linked both ways."""

from __future__ import annotations

from aiohttp import web

from bot.cases.model import Case, Move
from bot.disclosure.from_case import asks_for_information, origin_of
from bot.disclosure.model import Request
from bot.disclosure.rules import concerns
from bot.errors import Forbidden
from bot.privacy import may_see_person
from bot.web.rights import Right, allowed
from bot.web.routes import services_of, session_of


async def case_to_begin_with(request: web.Request, number: str) -> Case:
    """The case an application is made of.

    Raises:
        Forbidden: the reader does not decide in triage, or may not see who brought it.
        NotFound: there is no such case.
    """
    session = session_of(request)
    if not allowed(Right.TRIAGE_DECIDE, session.role):
        raise Forbidden("只有研判人员能把工单登记为政府信息公开申请。")
    case = await services_of(request).cases.get(number)
    if not may_see_person(case, session.actor):
        raise Forbidden("这件工单的联系人您没有查看的权限。")
    return case


async def note_on_case(request: web.Request, case: Case, made: Request) -> None:
    """Note on the case what became of it; done again, nothing more."""
    await services_of(request).cases.move(
        case.number,
        Move.NOTE,
        session_of(request).actor,
        text=f"其中的政府信息公开申请已单独登记，编号 {made.number}。",
        told_as=f"disclosure:{made.number}",
    )


async def became(request: web.Request, case: Case) -> Request | None:
    """The application a case became, where it is the reader's business."""
    found = await services_of(request).disclosures.under(origin_of(case.number))
    return found if found and concerns(found, session_of(request).actor) else None


def offers_disclosure(request: web.Request, case: Case) -> bool:
    """True where the case really asks for information and the reader may register that."""
    session = session_of(request)
    may = allowed(Right.TRIAGE_DECIDE, session.role) and may_see_person(case, session.actor)
    return may and asks_for_information(f"{case.title}\n{case.matter}")
