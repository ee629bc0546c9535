"""Where an opinion item stands, read from what was done about it, and what may be done next. Pure.

Every duty's clock runs from the opening of the item, or from its reopening where that began a new
one. Hours of the clock: nothing here knows of working days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from bot.errors import Conflict, Invalid
from bot.openness.opinion import NOT_ALWAYS_NEEDED, OpinionHours, near_from, owed
from bot.openness.records import (
    HotIssue,
    OpinionAct,
    OpinionAlertKind,
    OpinionItem,
    OpinionStep,
)

MAX_NOTE, MAX_LINK = 2000, 500
"""Characters."""


class Standing(StrEnum):
    """How something owed stands."""

    OWED = "owed"
    DONE = "done"
    WAIVED = "waived"


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One thing owed of an item.

    Args:
        name: such as 发布权威信息.
        since: when its clock began.
        step: what made it done or waived; None while it is owed.
    """

    name: str
    since: datetime
    due_at: datetime
    step: OpinionStep | None = None

    @property
    def standing(self) -> Standing:
        """How it stands."""
        if self.step is None:
            return Standing.OWED
        return Standing.DONE if self.step.act is OpinionAct.DONE else Standing.WAIVED

    @property
    def in_time(self) -> bool | None:
        """Whether it was done by its hour; None where it was not done."""
        if self.step is None or self.step.done_at is None:
            return None
        return self.step.done_at <= self.due_at

    @property
    def may_be_waived(self) -> bool:
        """Owed, and may be found not to be needed."""
        return self.step is None and self.name in NOT_ALWAYS_NEEDED

    def pressing(self, now: datetime) -> OpinionAlertKind | None:
        """What has to be told of it by now, if anything."""
        if self.step is not None:
            return None
        if now > self.due_at:
            return OpinionAlertKind.LATE
        near = now >= near_from(self.since, self.due_at)
        return OpinionAlertKind.SOON if near else None


@dataclass(frozen=True, kw_only=True)
class Course:
    """An item as it stands.

    Args:
        owed: what is owed of it, done or not, soonest first.
        closed: the closing; None while it is open.
    """

    owed: tuple[Owed, ...]
    closed: OpinionStep | None = None

    @property
    def next(self) -> Owed | None:
        """What is due next; None where nothing is owed any more."""
        return next((one for one in self.owed if one.step is None), None)

    @property
    def may_close(self) -> bool:
        """Open, with everything done or waived."""
        return self.closed is None and self.next is None

    def of(self, name: str) -> Owed | None:
        """The thing owed of this name."""
        return next((one for one in self.owed if one.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody wants written down.

    Args:
        done_at: for `DONE`, when it was done; None: now.
        afresh: for `REOPENED`, everything is owed anew, its hours counted from now.
    """

    act: OpinionAct
    name: str = ""
    note: str = ""
    link: str = ""
    done_at: datetime | None = None
    afresh: bool = False


def course(item: OpinionItem) -> Course:
    """Where an item stands after all its steps."""
    owing = {
        name: Owed(name=name, since=item.opened_at, due_at=due) for name, due in item.due_at.items()
    }
    closed: OpinionStep | None = None
    for step in item.steps:
        if step.act is OpinionAct.CLOSED:
            closed = step
        elif step.act is OpinionAct.REOPENED:
            closed = None
            for name, due in step.due_at.items():
                owing[name] = Owed(name=name, since=step.at, due_at=due)
        elif step.act is OpinionAct.OWED_AGAIN:
            owing[step.name] = replace(owing[step.name], step=None)
        else:
            owing[step.name] = replace(owing[step.name], step=step)
    return Course(owed=tuple(sorted(owing.values(), key=lambda one: one.due_at)), closed=closed)


def entered(
    item: OpinionItem, asked: Asked, *, at: datetime, by: str, hours: OpinionHours
) -> OpinionStep:
    """What is to be written down where the item's state allows what was asked.

    Raises:
        Invalid: a note is missing, or the link or the time cannot be right.
        Conflict: the item does not stand so that this could be done.
    """
    now_at = course(item)
    _check_words(asked)
    step = OpinionStep(act=asked.act, at=at, by=by, note=asked.note)
    if asked.act is OpinionAct.REOPENED:
        if now_at.closed is None:
            raise Conflict("这个舆情事项没有办结，不用重新启动。", code="opinion_not_closed")
        again = owed(at, hours, major=item.major) if asked.afresh else {}
        return replace(step, due_at=again)
    if now_at.closed is not None:
        raise Conflict("这个舆情事项已经办结，请先重新启动。", code="opinion_closed")
    if asked.act is OpinionAct.CLOSED:
        left = "、".join(one.name for one in now_at.owed if one.step is None)
        if left:
            raise Conflict(f"还有要求没有完成：{left}，不能办结。", code="opinion_owed")
        return step
    one = now_at.of(asked.name)
    if one is None:
        raise Invalid("这个舆情事项没有这项要求。", fields={"name": "没有这项要求"})
    return _of_one(step, one, asked)


def in_order(issues: Iterable[HotIssue]) -> tuple[HotIssue, ...]:
    """Issues with an open opinion item first, the nearest hour first; then the hottest."""

    def key(issue: HotIssue) -> tuple[int, float, float, str]:
        if issue.opinion is None:
            return 2, 0.0, -issue.heat, issue.id
        stands = course(issue.opinion)
        if stands.closed is not None:
            return 2, 0.0, -issue.heat, issue.id
        due = stands.next.due_at.timestamp() if stands.next else 0.0
        return 0 if stands.next else 1, due, -issue.heat, issue.id

    return tuple(sorted(issues, key=key))


def _of_one(step: OpinionStep, one: Owed, asked: Asked) -> OpinionStep:
    step = replace(step, name=one.name)
    if asked.act is OpinionAct.OWED_AGAIN:
        if one.step is None:
            raise Conflict(f"“{one.name}”本来就没有完成。", code="opinion_still_owed")
        return step
    if one.step is not None:
        raise Conflict(f"“{one.name}”已经有人登记过，请刷新页面。", code="opinion_settled")
    if asked.act is OpinionAct.WAIVED:
        if not one.may_be_waived:
            raise Conflict(f"“{one.name}”是必须完成的，不能免除。", code="opinion_needed")
        return step
    done_at = asked.done_at or step.at
    if done_at > step.at:
        raise Invalid("完成时间不能晚于现在。", fields={"done_at": "晚于现在"})
    if asked.done_at is not None and done_at < one.since:
        message = (
            "完成时间不能早于开始计时的时间；此前已经完成的，请填开始计时的时间并在说明中写明。"
        )
        raise Invalid(message, fields={"done_at": "早于开始计时"})
    return replace(step, done_at=done_at, link=asked.link)


_ASKED_FOR = {
    OpinionAct.DONE: "说明",
    OpinionAct.WAIVED: "不需要的理由",
    OpinionAct.OWED_AGAIN: "理由",
    OpinionAct.CLOSED: "办结小结",
    OpinionAct.REOPENED: "理由",
}


def _check_words(asked: Asked) -> None:
    what = _ASKED_FOR[asked.act]
    if not asked.note.strip():
        raise Invalid(f"请填写{what}。", fields={"note": "必须填写"})
    if len(asked.note) > MAX_NOTE:
        raise Invalid(f"{what}最多 {MAX_NOTE} 个字。", fields={"note": "太长"})
    if asked.link and not _is_link(asked.link):
        message = f"链接应以 http:// 或 https:// 开头，最多 {MAX_LINK} 个字符。"
        raise Invalid(message, fields={"link": "格式不对"})


def _is_link(link: str) -> bool:
    if len(link) > MAX_LINK or any(sign.isspace() for sign in link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
