"""What a desk shows of a call at a moment, and as whom it is shown to may see it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.calls.model import Call, CallState, Sentence
from bot.calls.order import Field
from bot.calls.records import (
    ActionKind,
    CallAction,
    Draft,
    DraftField,
    Suggested,
    SuggestionSet,
)
from bot.calls.transferring import Attempt, attempts
from bot.calls.view import Fixable
from bot.cases.model import Actor, Role
from bot.cases.query_code import QueryCodes
from bot.privacy import (
    call_as_seen_by,
    mask_name,
    mask_phone,
    mask_text,
    may_see_caller,
    sentence_as_seen_by,
)
from connectors.calls import Leg

if TYPE_CHECKING:
    from bot.calls.service import Calls

_MARKS = frozenset({ActionKind.ADOPT, ActionKind.EDIT, ActionKind.IGNORE})
_USED = frozenset({ActionKind.ADOPT, ActionKind.EDIT})


class Key:
    """What is the same for two desks that differ in words of the moment alone."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Desk:
    """A call as it stands.

    Args:
        partials: words that may still change.
        alarm: 110, 119, 120 or 122 heard in those words, or empty.
        source: the answer being read out as it was suggested, with its citations; empty where it
            was looked up by hand.
        findings, summary: what is wrong with the order, and what was said in short; only once
            the call is over.
    """

    call: Call
    sentences: tuple[Sentence, ...] = field(repr=False)
    suggested: SuggestionSet | None = None
    draft: Draft = field(default_factory=dict, repr=False)
    actions: tuple[CallAction, ...] = ()
    partials: Mapping[Leg, str] = field(default_factory=dict, repr=False)
    alarm: str = ""
    source: Mapping[str, object] = field(default_factory=dict, repr=False)
    findings: tuple[Fixable, ...] = ()
    summary: str = field(default="", repr=False)
    behind: bool = False
    key: Key = field(default_factory=Key)

    @property
    def last_seq(self) -> int:
        """The last sentence, or -1."""
        return self.sentences[-1].seq if self.sentences else -1

    @functools.cached_property
    def content(self) -> Mapping[str, object]:
        """The latest suggestions as JSON; empty before the first."""
        return self.suggested.content if self.suggested else {}

    @property
    def emergency(self) -> str:
        """The number to be called, by what was said or is being said; empty: none."""
        return self.alarm or str(self.content.get("emergency", ""))

    @property
    def marks(self) -> Mapping[str, ActionKind]:
        """Suggested answer → what was last done with it."""
        return {one.suggestion_id: one.kind for one in self.actions if one.kind in _MARKS}

    @property
    def reading(self) -> CallAction | None:
        """The answer last adopted, as it is read out."""
        return next((one for one in reversed(self.actions) if one.kind in _USED), None)

    @functools.cached_property
    def attempts(self) -> Mapping[str, Attempt]:
        """Number → how it last went when the call centre was asked to send the call there."""
        return attempts(self.actions)

    @property
    def opened_here(self) -> bool:
        """The call's case was opened from it, not joined."""
        cases = [one for one in self.actions if one.kind in _CASES]
        return bool(cases) and cases[-1].kind is ActionKind.OPEN_CASE

    @property
    def over(self) -> bool:
        """Answered, and to be wrapped up or corrected."""
        return self.call.state in {CallState.ENDED, CallState.WRAPPED_UP}

    @property
    def answers(self) -> Sequence[Mapping[str, object]]:
        """The answers suggested now."""
        return listed(self.content, "answers")

    def answer(self, suggestion_id: str) -> Mapping[str, object]:
        """A suggested answer; empty where it is no longer suggested."""
        for one in self.answers:
            if one.get("id") == suggestion_id:
                return one
        return {}


_CASES = frozenset({ActionKind.OPEN_CASE, ActionKind.JOIN_CASE})


def topics(call_id: str) -> tuple[str, str]:
    """What wakes a desk: anything of the call, or just its words of the moment."""
    return f"call:{call_id}", f"words:{call_id}"


async def read(calls: Calls, call_id: str, woken: frozenset[str], before: Desk | None) -> Desk:
    """The call now: one read of the database, none where only words of the moment changed.

    Raises:
        NotFound: no such call.
    """
    partials = await calls.partials(call_id)
    if before is not None and woken == {topics(call_id)[1]}:
        return _with_words(calls, before, partials)
    known = before.sentences if before else ()
    view = await calls.view(call_id, after=known[-1].seq if known else -1)
    view = replace(view, sentences=(*known, *view.sentences))
    desk = Desk(
        call=view.call,
        sentences=view.sentences,
        suggested=view.suggested,
        draft=view.draft,
        actions=view.actions,
        behind=view.behind,
    )
    desk = replace(desk, source=await _source(calls, desk, before))
    if desk.over:
        summary = view.call.summary or await calls.summary(call_id)
        desk = replace(desk, findings=await calls.findings(view), summary=summary)
    return _with_words(calls, desk, partials)


async def _source(calls: Calls, desk: Desk, before: Desk | None) -> Mapping[str, object]:
    """The answer being read out; it may have been suggested before the latest sentence."""
    reading = desk.reading
    if reading is None:
        return {}
    known = desk.answer(reading.suggestion_id)
    if known:
        return known
    if before is not None and before.reading == reading:
        return before.source
    return suggested_before(
        await calls.suggestions(desk.call.id, history=True), reading.suggestion_id
    )


def suggested_before(told: Suggested, suggestion_id: str) -> Mapping[str, object]:
    """An answer by its id, as it was last suggested; empty where it never was."""
    for each in reversed(told.history):
        for one in listed(each.content, "answers"):
            if one.get("id") == suggestion_id:
                return one
    return {}


def _with_words(calls: Calls, desk: Desk, partials: Mapping[Leg, str]) -> Desk:
    said = partials.get(Leg.CITIZEN, "")
    before = next((s.text for s in reversed(desk.sentences) if s.leg is Leg.CITIZEN), "")
    alarm = calls.danger(said, before) if said else ""
    return replace(desk, partials=partials, alarm=alarm)


def as_seen_by(desk: Desk, reader: Actor) -> Desk:
    """The desk as this reader may see it: numbers and names masked for who has no right."""
    if may_see_caller(reader):
        return desk
    return replace(
        desk,
        call=call_as_seen_by(desk.call, reader),
        sentences=tuple(sentence_as_seen_by(one, reader) for one in desk.sentences),
        suggested=desk.suggested and _masked_set(desk.suggested),
        draft={name: _masked_field(one) for name, one in desk.draft.items()},
        actions=tuple(replace(one, text=mask_text(one.text)) for one in desk.actions),
        partials={leg: mask_text(words) for leg, words in desk.partials.items()},
        findings=tuple(_masked_finding(one) for one in desk.findings),
        summary=mask_text(desk.summary),
    )


def _masked_set(suggested: SuggestionSet) -> SuggestionSet:
    content = dict(suggested.content)
    content["question"] = mask_text(str(content.get("question", "")))
    for name, word in (("parts", "text"), ("similar", "title")):
        rows = content.get(name)
        content[name] = [
            {**one, word: mask_text(str(one.get(word, "")))}
            for one in (rows if isinstance(rows, list) else ())
        ]
    return replace(suggested, content=content)


def _masked_finding(one: Fixable) -> Fixable:
    finding = replace(one.finding, message=mask_text(one.finding.message))
    return replace(one, finding=finding, fix=_masked(finding.of or Field.TEXT, one.fix))


def _masked_field(one: DraftField) -> DraftField:
    known = next((name for name in Field if name.value == one.name), Field.TEXT)
    return replace(one, value=_masked(known, one.value))


def _masked(name: Field, value: str) -> str:
    if name is Field.CONTACT_NAME:
        return mask_name(value)
    return mask_phone(value) if name is Field.CONTACT_PHONE else mask_text(value)


def query_code(desk: Desk, secret: bytes) -> str:
    """The code of the case opened from the call, to be read out; empty where it was joined."""
    if not desk.call.case_number or not desk.opened_here:
        return ""
    return QueryCodes(secret).code(f"call:{desk.call.id}")


def may_open(call: Call, reader: Actor) -> bool:
    """Operators have their own calls and those nobody has; supervisors all."""
    if reader.role is not Role.OPERATOR:
        return True
    return call.operator in {"", reader.id}


def listed(content: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    """A list of the suggestions' JSON; empty where it is not there."""
    found = content.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
