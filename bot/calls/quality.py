"""The order held against the call, before it is wrapped up. Pure.

Source: 国办函〔2025〕66号 (demands are taken as they are brought; emergencies are transferred at
once), GB/T 33358-2016 (what an order holds).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.calls.emergency import Alarm
from bot.calls.filling import Heard
from bot.calls.missing import missing
from bot.calls.order import NO, YES, Field, OrderDraft, Source
from bot.calls.promising import by_when, promises
from bot.cases.model import DemandType
from nlu.text import bigrams, words

_WEIGHT = {
    DemandType.CONSULTATION: 0,
    DemandType.SUGGESTION: 1,
    DemandType.HELP: 1,
    DemandType.COMPLAINT: 2,
    DemandType.REPORT: 2,
}
"""What a department owes: the less, the lighter."""
_WRITTEN = 0.35
"""Of a demand's pairs of characters that an order must hold to be about it too."""
_SHOWN = 40


class FindingKind(StrEnum):
    """What is wrong with an order."""

    EMERGENCY_NOT_TRANSFERRED = "emergency_not_transferred"
    DOWNGRADED = "demand_downgraded"
    LEFT_OUT = "demand_left_out"
    CONTACT_MISSING = "contact_missing"
    CONTACT_DIFFERS = "contact_differs"
    PLACE_MISSING = "place_missing"
    WISH_IGNORED = "wish_ignored"
    PROMISE_MISSING = "promise_missing"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something an operator should look at.

    Args:
        message: in polite Chinese, for the operator.
        seq: the sentence it rests on; -1 where there is none.
        of: the field concerned, or None.
    """

    kind: FindingKind
    message: str = field(repr=False)
    seq: int = -1
    of: Field | None = None


def quality(
    draft: OrderDraft,
    heard: Heard,
    said: OrderDraft,
    *,
    parts: Sequence[str] = (),
    alarm: Alarm | None = None,
    transferred_to: str = "",
) -> tuple[Finding, ...]:
    """What the order lacks of what was said; the gravest first.

    Args:
        draft: the order as it is to be kept.
        heard: the call.
        said: the order as what was said alone fills it.
        parts: the demands of the call, where there were several.
        alarm: danger the call told of, or None.
        transferred_to: where the call was transferred to, or empty.
    """
    found: list[Finding] = []
    if alarm is not None and alarm.number != transferred_to:
        message = f"来电中说到紧急情况，没有转接 {alarm.number}，请确认是否需要立即转接。"
        found.append(
            Finding(kind=FindingKind.EMERGENCY_NOT_TRANSFERRED, message=message, seq=alarm.seq)
        )
    found += _downgraded(draft, said)
    found += _left_out(draft, parts)
    found += _contact(draft, said)
    found += _place(draft, said)
    found += _wishes(draft, said)
    found += _promises(draft, heard)
    return tuple(found)


def _downgraded(draft: OrderDraft, said: OrderDraft) -> list[Finding]:
    kinds = {kind.value: kind for kind in DemandType}
    mine, theirs = (kinds.get(each.value(Field.DEMAND_TYPE)) for each in (draft, said))
    if mine not in _WEIGHT or theirs not in _WEIGHT or _WEIGHT[mine] >= _WEIGHT[theirs]:
        return []
    message = f"来电人说的是{theirs.value}，工单登记为{mine.value}，请核对诉求类型。"
    seq = _seq(said, Field.DEMAND_TYPE)
    return [Finding(kind=FindingKind.DOWNGRADED, message=message, seq=seq, of=Field.DEMAND_TYPE)]


def _left_out(draft: OrderDraft, parts: Sequence[str]) -> list[Finding]:
    written = set(bigrams(f"{draft.value(Field.TITLE)}，{draft.value(Field.TEXT)}"))
    found = []
    for part in parts:
        pairs = set(bigrams(part))
        if pairs and len(pairs & written) < _WRITTEN * len(pairs):
            message = f"来电人还说到“{part[:_SHOWN]}”，工单里没有写，请补充或者另外登记。"
            found.append(Finding(kind=FindingKind.LEFT_OUT, message=message, of=Field.TEXT))
    return found


def _contact(draft: OrderDraft, said: OrderDraft) -> list[Finding]:
    if draft.value(Field.ANONYMOUS) == YES:
        return []
    found = []
    for name, title in ((Field.CONTACT_PHONE, "联系电话"), (Field.CONTACT_NAME, "姓名")):
        given, kept = said.fields.get(name), draft.value(name)
        if given is None or given.source is not Source.HEARD:
            continue
        seq = _seq(said, name)
        if not kept:
            message = f"来电人说了{title}，工单里没有登记。"
            found.append(
                Finding(kind=FindingKind.CONTACT_MISSING, message=message, seq=seq, of=name)
            )
        elif name is Field.CONTACT_PHONE and _digits(kept) != _digits(given.value):
            message = "工单里的联系电话与来电人说的不一样，请核对。"
            found.append(
                Finding(kind=FindingKind.CONTACT_DIFFERS, message=message, seq=seq, of=name)
            )
    return found


def _place(draft: OrderDraft, said: OrderDraft) -> list[Finding]:
    if draft.value(Field.PLACE):
        return []
    if said.value(Field.PLACE):
        message = f"来电人说的地点是“{said.value(Field.PLACE)}”，工单里没有登记。"
    elif any(each.field is Field.PLACE for each in missing(_untyped(draft))):
        message = "工单里没有地点，承办单位可能无法到场，请补问。"
    else:
        return []
    seq = _seq(said, Field.PLACE)
    return [Finding(kind=FindingKind.PLACE_MISSING, message=message, seq=seq, of=Field.PLACE)]


def _untyped(draft: OrderDraft) -> OrderDraft:
    """The order without the mark that its place was emptied on purpose."""
    return OrderDraft(
        fields={name: each for name, each in draft.fields.items() if name is not Field.PLACE}
    )


def _wishes(draft: OrderDraft, said: OrderDraft) -> list[Finding]:
    found = []
    for name, title in ((Field.ANONYMOUS, "匿名"), (Field.CONFIDENTIAL, "保密")):
        if said.value(name) == YES and draft.value(name) in {"", NO}:
            message = f"来电人要求{title}，工单里没有勾选。"
            seq = _seq(said, name)
            found.append(Finding(kind=FindingKind.WISH_IGNORED, message=message, seq=seq, of=name))
    return found


def _promises(draft: OrderDraft, heard: Heard) -> list[Finding]:
    """A promise with a time in it binds; it must stand in the order."""
    if draft.value(Field.DEMAND_TYPE) == DemandType.CONSULTATION.value:
        return []  # 镇政府二十个工作日内答复 tells how it is done
    text = draft.value(Field.TEXT)
    written = set(words(text))
    found = []
    for promise in promises(heard.spoken):
        times = by_when(promise.text)
        if not times or any(time in text for time in times):
            continue
        said = set(words(promise.text))
        if len(said & written) < _WRITTEN * len(said):
            message = f"您在通话中说过“{promise.text[:_SHOWN]}”，请写进工单，让承办单位知道。"
            found.append(
                Finding(
                    kind=FindingKind.PROMISE_MISSING,
                    message=message,
                    seq=promise.seq,
                    of=Field.TEXT,
                )
            )
    return found


def _seq(said: OrderDraft, name: Field) -> int:
    filled = said.fields.get(name)
    return -1 if filled is None or filled.seq is None else filled.seq


def _digits(value: str) -> str:
    return "".join(char for char in value if char.isdigit())
