"""A call as its desk shows it, read at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.calls.model import Call, Sentence
from bot.calls.order import Field, OrderDraft
from bot.calls.quality import Finding, FindingKind
from bot.calls.records import CallAction, Draft, SuggestionSet


@dataclass(frozen=True, kw_only=True)
class CallView:
    """What the database holds of a call.

    Args:
        sentences: those after the one asked from, in order.
        suggested: the latest suggestions, or None.
        behind: a sentence was taken that they do not know yet.
    """

    call: Call
    sentences: tuple[Sentence, ...] = field(repr=False)
    suggested: SuggestionSet | None
    draft: Draft = field(repr=False)
    actions: tuple[CallAction, ...]
    behind: bool = False


@dataclass(frozen=True, kw_only=True)
class Fixable:
    """Something wrong with an order, and what would put it right.

    Args:
        fix: what the field `finding.of` should hold; empty where a person has to see to it.
        transfer_to: a number the call should have been transferred to, or empty.
    """

    finding: Finding
    fix: str = field(default="", repr=False)
    transfer_to: str = ""


def fixable(
    finding: Finding,
    draft: OrderDraft,
    said: OrderDraft,
    sentences: Sequence[Sentence],
    content: Mapping[str, object],
) -> Fixable:
    """What would put a finding right, by what was said. Pure.

    Args:
        finding: of `bot.calls.quality`.
        draft: the order as it stands.
        said: the order as what was said alone fills it.
        sentences: of the whole call.
        content: the latest suggestions, as JSON.
    """
    if finding.kind is FindingKind.EMERGENCY_NOT_TRANSFERRED:
        return Fixable(finding=finding, transfer_to=str(content.get("emergency", "")))
    if finding.of is Field.TEXT:
        more = _left_out(finding, sentences, content)
        text = draft.value(Field.TEXT)
        return Fixable(finding=finding, fix=f"{text}\n{more}".strip() if more else "")
    return Fixable(finding=finding, fix=said.value(finding.of) if finding.of else "")


def _left_out(
    finding: Finding, sentences: Sequence[Sentence], content: Mapping[str, object]
) -> str:
    """The demand or promise a finding names, whole."""
    if finding.seq >= 0:
        return next((one.text for one in sentences if one.seq == finding.seq), "")
    named = finding.message.partition("“")[2].partition("”")[0]
    parts = content.get("parts")
    whole = [str(one.get("text", "")) for one in parts] if isinstance(parts, list) else []
    return next((one for one in whole if one.startswith(named)), named)
