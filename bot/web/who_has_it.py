"""Who has a case now, in a sentence for the citizen it belongs to. Pure."""

from __future__ import annotations

from bot.cases.model import Case, State


def who_has_it(case: Case, hotline: str) -> str:
    """Such as 现在由市城市管理局办理. Offices only; never a name of staff."""
    lead = case.lead_department
    office = f"{hotline}工作人员"
    with_others = f"，{'、'.join(case.supporting)}协办" if case.supporting and lead else ""
    if case.paused_at is not None and lead:
        return f"现在由{lead}办理{with_others}，计时暂停中"
    match case.state:
        case State.RECEIVED | State.TRIAGE | State.RETURNED:
            return f"现在由{office}确定承办单位"
        case State.DISPATCHED:
            return f"已转{lead}{with_others}，等待签收"
        case State.ACCEPTED | State.IN_PROGRESS | State.REOPENED:
            return f"现在由{lead or office}办理{with_others}"
        case State.REPLIED:
            return f"{lead or office}已答复，由{office}回访"
        case State.MERGED:
            return f"与同一件事的工单合并，由{lead or office}办理"
        case State.VISITED | State.CLOSED | State.REFUSED:
            return f"{lead or office}已办结" if case.state is not State.REFUSED else ""
