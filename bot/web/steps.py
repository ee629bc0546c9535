"""What has become of a case, as the citizen it belongs to may know it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.cases.model import CaseEvent, Move, Role
from bot.cases.rules import GRADES


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: never a name of staff, nor what offices write to each other."""

    seq: int
    at: datetime
    title: str
    text: str = ""


_TITLES = {
    Move.OPEN: "诉求已登记",
    Move.TO_TRIAGE: "正在确定承办单位",
    Move.WORK: "正在办理",
    Move.REPLY: "已答复",
    Move.VISIT: "已回访",
    Move.CLOSE: "已办结",
    Move.RETURN: "正在重新确定承办单位",
    Move.EXTEND: "经批准延期",
    Move.URGE: "已催办",
    Move.MERGE: "与同一件事的工单合并办理",
    Move.REFUSE: "不予受理",
    Move.UNMERGE: "恢复单独办理",
    Move.JOIN_REPLY: "合并办理的工单已答复",
    Move.PAUSE: "暂停计时",
    Move.RESUME: "继续办理",
    Move.APPROVE_REPLY: "已答复",
    Move.REOPEN: "重新办理",
    Move.SPLIT: "几件事分开办理",
    Move.AGREE_PUBLISH: "您同意公开",
    Move.PUBLISH: "已公开",
    Move.WITHDRAW: "已撤下公开",
}


def steps_of(events: Iterable[CaseEvent]) -> tuple[Step, ...]:
    """The steps, oldest first."""
    told = ((event, _told(event)) for event in events)
    return tuple(
        Step(seq=event.seq, at=event.at, title=title, text=text)
        for event, (title, text) in told
        if title
    )


def _told(event: CaseEvent) -> tuple[str, str]:
    """Title and text; an empty title where the step is the offices' own business."""
    details, by_citizen = event.details, event.actor.role is Role.CITIZEN
    match event.move:
        case Move.DISPATCH | Move.REASSIGN:
            return f"已转{details.get('to_department', '')}办理", ""
        case Move.ACCEPT:
            return f"{event.actor.department}已签收", ""
        case Move.REPLY if "second_reading" in details:
            return "", ""
        case Move.REPLY | Move.APPROVE_REPLY | Move.JOIN_REPLY:
            return _TITLES[event.move], details.get("text", "")
        case Move.SPLIT:
            return _TITLES[event.move], f"另有编号 {details.get('numbers', '')}"
        case Move.REFUSE | Move.PAUSE:
            return _TITLES[event.move], event.reason
        case Move.NOTE:
            return ("您补充了说明", details.get("text", "")) if by_citizen else ("", "")
        case Move.RATE:
            grade = details.get("grade", "")
            return "您作了评价", GRADES.get(int(grade), "") if grade.isdigit() else ""
        case _:
            return _TITLES.get(event.move, ""), ""
