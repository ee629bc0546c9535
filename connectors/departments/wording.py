"""A notice in words, for people who read it in a mail or a group chat. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from connectors.departments.base import DepartmentNotice, NoticeKind

BEIJING = timezone(timedelta(hours=8))

KINDS: Mapping[NoticeKind, str] = {
    NoticeKind.DISPATCHED: "新工单",
    NoticeKind.ACCEPTED: "已签收",
    NoticeKind.URGED: "催办",
    NoticeKind.SUPERVISED: "督办",
    NoticeKind.NOTE: "补充说明",
    NoticeKind.RETURN_DECIDED: "退单审核结果",
    NoticeKind.EXTENSION_DECIDED: "延期审核结果",
    NoticeKind.WITHDRAWN: "工单撤回",
    NoticeKind.REPLIED: "答复已发给市民",
    NoticeKind.RATED: "市民评价",
    NoticeKind.CLOSED: "已办结",
}

_SEVERITIES = {"urgent": "紧急", "emergency": "特急"}


def kind_of(notice: DepartmentNotice) -> str:
    """What the notice is, a decision with its outcome."""
    said = KINDS[notice.kind]
    if notice.granted is None:
        return said
    return f"{said}：{'同意' if notice.granted else '不同意'}"


def severity_of(notice: DepartmentNotice) -> str:
    """Urgent or worse in words; empty for what is normal."""
    return _SEVERITIES.get(notice.severity, "")


def day_of(moment: datetime) -> str:
    """A day in China, such as 3月9日."""
    local = moment.astimezone(BEIJING)
    return f"{local.month}月{local.day}日"


def line(text: str, limit: int) -> str:
    """A text on one line, cut where it is too long; without control characters."""
    words = "".join(char if char.isprintable() else " " for char in text)
    one = " ".join(words.split())
    return one if len(one) <= limit else f"{one[: limit - 1]}…"
