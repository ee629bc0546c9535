"""A call in a few sentences, put together from what was said in it. Pure; no model."""

from __future__ import annotations

from collections.abc import Sequence

from bot.calls.filling import Heard
from bot.calls.order import YES, Field, OrderDraft
from bot.calls.promising import promises, told_by_operator
from bot.calls.spoken import Said
from bot.cases.model import DemandType

_MATTER_CHARS, _TOLD_CHARS, _QUESTIONS = 160, 90, 4


def summary(heard: Heard, draft: OrderDraft) -> str:
    """Who called, what about, where and when, what they were told and promised.

    Empty where the citizen told nothing. What stands in the order goes before what was heard.
    """
    text = draft.value(Field.TEXT) or heard.text
    if not text:
        return ""
    demand = draft.value(Field.DEMAND_TYPE) or DemandType.HELP.value
    parts = [f"{_who(draft)}来电{_VERBS.get(demand, '反映')}：{_matter(heard, text, demand)}"]
    place, when = draft.value(Field.PLACE), draft.value(Field.OCCURRED_AT)
    if place:
        parts.append(f"地点：{place}。")
    if when and demand != DemandType.CONSULTATION.value:
        parts.append(f"时间：{when}。")
    told = [each for each in told_by_operator(heard.spoken) if each not in promises(heard.spoken)]
    if told:
        parts.append(f"话务员告知：{_joined(told)}")
    promised = promises(heard.spoken)
    if promised:
        parts.append(f"话务员答应：{_joined(promised)}")
    if draft.value(Field.CONFIDENTIAL) == YES:
        parts.append("来电人要求保密。")
    return "".join(parts)


_VERBS = {
    DemandType.CONSULTATION.value: "咨询",
    DemandType.COMPLAINT.value: "投诉",
    DemandType.REPORT.value: "举报",
    DemandType.SUGGESTION.value: "建议",
    DemandType.PRAISE.value: "表扬",
    DemandType.HELP.value: "求助",
}


def _who(draft: OrderDraft) -> str:
    name = draft.value(Field.CONTACT_NAME)
    if draft.value(Field.ANONYMOUS) == YES:
        return "市民（匿名）"
    return f"市民（{name}）" if name else "市民"


def _matter(heard: Heard, text: str, demand: str) -> str:
    if demand == DemandType.CONSULTATION.value and heard.asked and len(text) > _MATTER_CHARS:
        asked = "；".join(each.question.rstrip("？") for each in heard.asked[:_QUESTIONS])
        return f"{asked}。"
    return _cut(text, _MATTER_CHARS)


def _joined(told: Sequence[Said]) -> str:
    return _cut("".join(f"{each.text.rstrip('。，')}。" for each in told), _TOLD_CHARS)


def _cut(text: str, most: int) -> str:
    """Whole clauses, as many as fit."""
    text = text if text.endswith("？") else text.rstrip("。，") + "。"
    if len(text) <= most:
        return text
    end = max(text.rfind(mark, 0, most) for mark in "。，；？")
    return text[: end if end > most // 2 else most].rstrip("，；。") + "……"
