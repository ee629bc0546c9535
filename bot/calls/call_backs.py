"""Missed callers are called back: what may be noted of it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.calls.records import CallBack
from bot.calls.wrapping import CallBackOutcome, WrapUp
from bot.cases.model import Actor
from bot.errors import Invalid
from bot.privacy import mask_phone, may_see_caller


def checked_wrap_up(
    code: str, call_back_at: datetime | None, now: datetime, before: datetime | None = None
) -> WrapUp:
    """The code. Raises `Invalid` for an unknown one, and for a promise that is owed or past.

    Args:
        code: as chosen.
        call_back_at: the promise, or None.
        now: the time.
        before: the promise that stands; it may be past where the rest is corrected.
    """
    try:
        wrapped = WrapUp(code)
    except ValueError as error:
        raise Invalid("请选择通话结果。", fields={"code": "没有这一项"}) from error
    if wrapped is WrapUp.CALL_AGAIN and call_back_at is None:
        raise Invalid("请填写回电时间。", fields={"call_back_at": "不能为空"})
    if call_back_at is not None and call_back_at <= now and call_back_at != before:
        raise Invalid("回电时间已经过去，请另选。", fields={"call_back_at": "应晚于现在"})
    return wrapped


def checked_outcome(outcome: str) -> CallBackOutcome:
    """The outcome. Raises `Invalid` for an unknown one."""
    try:
        return CallBackOutcome(outcome)
    except ValueError as error:
        raise Invalid("请选择回电结果。", fields={"outcome": "没有这一项"}) from error


def call_back_as_seen_by(entry: CallBack, reader: Actor) -> CallBack:
    """The entry as this reader may see it: the number masked for who has no right."""
    return entry if may_see_caller(reader) else replace(entry, caller=mask_phone(entry.caller))
