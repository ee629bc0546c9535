"""What a unit's staff may enter for a duty, and what is wrong with it otherwise. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.errors import Invalid
from bot.openness.plan.duties import Check, Plan, PlanDuty
from bot.openness.plan.facts import Evidence

MAX_TITLE, MAX_LINK, MAX_NOTE = 200, 500, 500
"""Characters."""


@dataclass(frozen=True, kw_only=True)
class AskedEvidence:
    """What somebody wants entered."""

    duty: str
    unit: str
    on: date
    title: str
    item: str = ""
    link: str = ""
    note: str = ""


def items_of(duty: PlanDuty) -> tuple[str, ...]:
    """What an entry for this duty may be about; empty: nothing in particular."""
    if duty.check is Check.GUIDES:
        return tuple(duty.words)
    return (*duty.items, duty.event) if duty.event else duty.items


def takes_evidence(duty: PlanDuty) -> bool:
    """False where the database knows it all."""
    return duty.check not in {Check.OPINION, Check.RATINGS, Check.DISCLOSURE}


def entered(plan: Plan | None, asked: AskedEvidence, *, id: str, by: str, today: date) -> Evidence:
    """The entry, where it can be one.

    Raises:
        Invalid: naming what is wrong.
    """
    duty = plan.duty(asked.duty) if plan else None
    if plan is None or duty is None:
        raise _wrong("duty", "这一年的工作要点里没有这项任务。")
    if not takes_evidence(duty):
        raise _wrong("duty", "这一项由系统里的记录判断，不用登记。")
    event = bool(duty.event) and asked.item == duty.event
    if asked.unit not in duty.units or (event and asked.unit != plan.office):
        who = f"“{duty.event}”由{plan.office}登记。" if event else "这项任务不由这个单位承担。"
        raise _wrong("unit", who)
    if asked.item not in (items_of(duty) or ("",)):
        raise _wrong("item", f"请选择登记的是哪一种：{'、'.join(items_of(duty))}。")
    _check_words(asked)
    if asked.on > today:
        raise _wrong("on", "日期还没有到，请在做完之后登记。")
    if asked.on.year < today.year - 1:
        raise _wrong("on", "只能登记今年和去年的。")
    return Evidence(
        id=id,
        duty=duty.id,
        unit=asked.unit,
        on=asked.on,
        item=asked.item,
        title=asked.title,
        link=asked.link,
        note=asked.note,
        entered_on=today,
        by=by,
    )


def _check_words(asked: AskedEvidence) -> None:
    if not asked.title:
        raise _wrong("title", "请填写标题。")
    for name, said, text, most in (
        ("title", "标题", asked.title, MAX_TITLE),
        ("link", "链接", asked.link, MAX_LINK),
        ("note", "备注", asked.note, MAX_NOTE),
    ):
        if len(text) > most:
            raise _wrong(name, f"{said}太长了，最多 {most} 个字。")
    if asked.link and not _is_link(asked.link):
        raise _wrong("link", "链接应以 http:// 或 https:// 开头。")


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _wrong(name: str, message: str) -> Invalid:
    return Invalid(message, fields={name: message})
