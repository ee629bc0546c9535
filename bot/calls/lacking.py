"""Questions of a call that the content did not answer, or not well: for the editors. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.calls.asking import Asked
from bot.calls.records import ActionKind, CallAction, Draft, SuggestionSet
from bot.calls.wrapping import WrapUp
from bot.inbox import UnansweredQuestion
from bot.privacy import mask_text
from bot.records import Reason
from bot.remarks import unanswered

NOTHING_ASKED = frozenset({WrapUp.WRONG_NUMBER, WrapUp.SILENT, WrapUp.HARASSING})
"""After these nobody needs to write anything."""
_DONE = frozenset({ActionKind.ADOPT, ActionKind.EDIT, ActionKind.IGNORE})
_CHARS = 5000


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """A question for the editors' list.

    Args:
        question: as the list keeps it, with the reason, private data masked.
        said: what the operator said instead, masked; or empty.
    """

    question: UnansweredQuestion
    said: str = field(default="", repr=False)


def lacking(
    asked: Sequence[Asked],
    history: Sequence[SuggestionSet],
    actions: Sequence[CallAction],
    draft: Draft,
) -> tuple[Lacking, ...]:
    """What a call leaves for the editors, each question once.

    A question belongs on the list where nothing was suggested for it, where all that was suggested
    last was put aside, or where what was adopted had to be put in other words. In danger, and for
    what has its statutory way, nothing needs to have been suggested.

    Args:
        asked: the questions as understood at the call's end.
        history: all suggestions, the first first.
        actions: what operators did, in order.
        draft: the order form; the names and numbers in it are masked.
    """
    found: dict[str, Lacking] = {}
    private = _private(draft)
    for one in asked:
        shown = [each for each in history if one.first <= _asked_in(each) <= one.seq]
        if not shown:
            continue
        done = [act for act in actions if act.kind in _DONE and _set_of(act, history) in shown]
        judged = _judged(shown, done)
        if judged is None:
            continue
        reason, said = judged
        question = unanswered(mask_text(one.whole, private))
        found.setdefault(
            question.key,
            Lacking(
                question=UnansweredQuestion(key=question.key, text=question.text, reason=reason),
                said=mask_text(said, private)[:_CHARS],
            ),
        )
    return tuple(found.values())


def _judged(
    shown: Sequence[SuggestionSet], done: Sequence[CallAction]
) -> tuple[Reason, str] | None:
    """Why a question goes on the list, and what was said instead; None where it does not."""
    edited = [act for act in done if act.kind is ActionKind.EDIT and act.text]
    if edited:
        return Reason.DESK_EDITED, edited[-1].text
    if any(act.kind is not ActionKind.IGNORE for act in done):
        return None
    last = shown[-1]
    answers = set(_answers(last))
    if not answers:
        elsewhere = last.content.get("emergency") or last.content.get("refuse")
        return None if elsewhere else (Reason.DESK_NO_ANSWER, "")
    ignored = {act.suggestion_id for act in done}
    return (Reason.DESK_IGNORED, "") if answers <= ignored else None


def _set_of(act: CallAction, history: Sequence[SuggestionSet]) -> SuggestionSet | None:
    """The suggestions in which the operator saw the answer."""
    seen = [one for one in history if one.at <= act.at and act.suggestion_id in _answers(one)]
    return seen[-1] if seen else None


def _asked_in(shown: SuggestionSet) -> int:
    asked_in = shown.content.get("asked_in")
    return asked_in if isinstance(asked_in, int) else -1


def _answers(shown: SuggestionSet) -> Mapping[str, object]:
    answers = shown.content.get("answers")
    rows = answers if isinstance(answers, list | tuple) else ()
    return {str(one["id"]): one for one in rows if isinstance(one, dict) and "id" in one}


def _private(draft: Draft) -> tuple[str, ...]:
    """What the form knows of the citizen: name, number, and a place with a house number in it."""
    told = {name: field.value.strip() for name, field in draft.items()}
    place = told.get("place", "")
    at_home = place if any(char.isdigit() for char in place) else ""
    return tuple(
        filter(None, (told.get("contact_name", ""), told.get("contact_phone", ""), at_home))
    )
