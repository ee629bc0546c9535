"""What acts, lists and signs are called on the editors' pages, and how their days are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from bot.content_course import Act, Step
from bot.content_lists import Listed, ListName
from knowledge.differing import Sign
from knowledge.review import Change

ACTS: Mapping[Act, str] = {
    Act.IMPORTED: "导入",
    Act.WRITTEN: "撰写",
    Act.CHANGED: "修改",
    Act.LINKED: "关联到所解读的政策",
    Act.CHECKED: "审核通过",
    Act.SENT_BACK: "退回修改",
    Act.PUBLISHED: "发布",
    Act.REPLACED: "标为被替代",
    Act.REPEALED: "废止",
    Act.REVIEW_SET: "定下复核日期",
}

CHANGES: Mapping[Change, str] = {
    Change.ADDED: "新文件",
    Change.CHANGED: "内容有变，存为新版本",
    Change.UNCHANGED: "已有，没有变化",
}

SIGNS: Mapping[Sign, str] = {
    Sign.SAME: "未变",
    Sign.ADDED: "新增",
    Sign.REMOVED: "删去",
    Sign.CHANGED: "改动",
}

LISTS: Mapping[ListName, str] = {
    ListName.WAITING: "待审核",
    ListName.CHECKED: "待发布",
    ListName.EXPIRING: "快到期",
    ListName.REVIEW: "该复核",
    ListName.EXPIRED: "已过期，近期仍被引用",
    ListName.UNINTERPRETED: "缺解读的政策",
    ListName.REFUTATIONS: "辟谣",
}


def step_title(step: Step) -> str:
    """Such as 审核通过, with a word where its writer did it alone."""
    return f"{ACTS[step.act]}（本人，未经另一人）" if step.alone else ACTS[step.act]


def days_between(before: date, after: date) -> int:
    """Whole days from one to the other."""
    return (after - before).days


def age(since: datetime, now: datetime) -> str:
    """How long something waits, such as 3 天."""
    hours = int((now - since).total_seconds() // 3600)
    if hours < 1:
        return "不到 1 小时"
    return f"{hours} 小时" if hours < 48 else f"{hours // 24} 天"


def left(day: date, today: date) -> str:
    """How long until a day, such as 还有 3 天 or 已过 2 天."""
    days = (day - today).days
    if days == 0:
        return "今天"
    return f"还有 {days} 天" if days > 0 else f"已过 {-days} 天"


def published(row: Listed, today: date) -> str:
    """Since when a policy is out, such as 已发布 12 天."""
    document = row.document
    day = document.published_on or document.issued_on
    if day is None:
        return "日期不明"
    return f"已发布 {(today - day).days} 天" if day <= today else "尚未到发布日期"
