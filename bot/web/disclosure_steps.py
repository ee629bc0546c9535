"""What has become of a request, as its applicant may know it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.disclosure.letters import TO_APPLICANT, Letter
from bot.disclosure.model import Move, RequestEvent

_TITLES: Mapping[Move, str] = {
    Move.REGISTER: "申请已登记",
    Move.ASSIGN: "已转交承办单位",
    Move.EXAMINE: "正在审核",
    Move.ASK_CORRECTION: "请您补正申请",
    Move.CORRECT: "已收到补正，答复期限重新计算",
    Move.GIVE_UP: "逾期没有补正，不再处理",
    Move.WORK: "正在办理",
    Move.CONSULT: "正在征求有关方面的意见，所需时间不计入期限",
    Move.OPINION: "已收到意见",
    Move.EXTEND: "延长答复期限",
    Move.APPROVE: "已作出答复",
    Move.DECIDE: "已作出答复",
    Move.DELIVER: "答复已送达",
    Move.ARCHIVE: "已归档",
    Move.WITHDRAW: "申请已撤回",
}
"""Never what offices write to each other, nor who was asked."""

_BY_LETTER = frozenset({Move.ASK_CORRECTION, Move.GIVE_UP, Move.EXTEND, Move.APPROVE, Move.DECIDE})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step, with the letter it was made by."""

    at: datetime
    title: str
    letter: str = ""


def steps_of(events: Iterable[RequestEvent]) -> tuple[Step, ...]:
    """The steps, oldest first."""
    return tuple(
        Step(at=event.at, title=_TITLES[event.move], letter=_letter(event))
        for event in events
        if event.move in _TITLES
    )


def _letter(event: RequestEvent) -> str:
    kind = event.details.get("letter")
    if event.move not in _BY_LETTER or kind is None or Letter(kind) not in TO_APPLICANT:
        return ""
    return event.details["text"]
