"""The case a call becomes, and what is noted on one it is joined to. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.calls.model import Call
from bot.calls.records import Draft
from bot.cases.model import DemandType, NewCase

CHANNEL = "hotline"
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_SUMMED_UP = "通话摘要："


def new_case(call: Call, draft: Draft, summary: str, conversation_id: str) -> NewCase:
    """What the order form holds, as a case; one a call, whoever opens it however often.

    The text is the form's, then what the call was about; the number to call is the form's, else
    the caller's, unless the citizen wants to stay unnamed.

    Args:
        call: as it stands.
        draft: the order form.
        summary: what the call was about, or empty.
        conversation_id: the caller's by text message; empty for a hidden number.
    """
    anonymous = _ticked(draft, "anonymous")
    phone = _value(draft, "contact_phone") or ("" if anonymous else call.caller)
    return NewCase(
        origin_key=f"call:{call.id}",
        channel=CHANNEL,
        conversation_id=conversation_id,
        sender_id=call.caller,
        title=_value(draft, "title"),
        text=_text(draft, summary),
        demand_type=_demand_type(draft),
        place=_value(draft, "place"),
        occurred_at=_value(draft, "occurred_at"),
        contact_name=_value(draft, "contact_name"),
        contact_phone=phone,
        anonymous=anonymous,
        confidential=_ticked(draft, "confidential"),
        tell=True,
    )


def note_of(call: Call, draft: Draft, summary: str) -> tuple[str, str]:
    """What is noted on a case the call is joined to, and the mark in it by which it is known."""
    mark = f"通话 {call.id}"
    at = f"{call.offered_at.astimezone(_SHANGHAI):%Y-%m-%d %H:%M}"
    words = _text(draft, summary) or "来电人再次反映同一件事。"
    return f"{at} 来电（{mark}）：{words}", mark


def _text(draft: Draft, summary: str) -> str:
    text = _value(draft, "text")
    if not summary or summary == text:
        return text
    return f"{text}\n\n{_SUMMED_UP}{summary}" if text else summary


def _demand_type(draft: Draft) -> DemandType | None:
    said = _value(draft, "demand_type")
    return next((one for one in DemandType if one.value == said), None)


def _value(draft: Draft, name: str) -> str:
    return draft[name].value if name in draft else ""


def _ticked(draft: Draft, name: str) -> bool:
    return _value(draft, name) not in {"", "false", "否", "0"}
