"""A call that is over leaves what the content lacked on the editors' list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.calls.lacking import Lacking, lacking
from bot.calls.ports import CallStorage, CallUnit, Suggesting
from bot.calls.records import ActionKind, CallAction


async def lacking_in(
    storage: CallStorage, suggesting: Suggesting | None, call_id: str, *, last: int
) -> tuple[Lacking, ...]:
    """What a call lacked, by the questions of its last sentences."""
    if suggesting is None:
        return ()
    async with storage.read() as unit:
        sentences = await unit.calls.sentences(call_id, last=last)
        history = await unit.call_work.suggestions(call_id)
        actions = await unit.call_work.actions(call_id)
        draft = await unit.call_work.draft(call_id)
    if not sentences or not history:
        return ()
    asked = await asyncio.to_thread(suggesting.questions, sentences)
    return lacking(asked, history, actions, draft)


async def list_lacking(
    unit: CallUnit,
    found: Sequence[Lacking],
    actions: Sequence[CallAction],
    new_id: Callable[[], str],
    listed: Callable[[str, str], CallAction],
    now: datetime,
) -> None:
    """Count questions on the list, each once a call; the call is held.

    Args:
        unit: the transaction the call is wrapped up in.
        found: the call's.
        actions: what was done in it, in which stands what was listed before.
        new_id: for questions asked for the first time.
        listed: the act of listing, of a question's id and what was said instead.
        now: the time.
    """
    before = {act.suggestion_id for act in actions if act.kind is ActionKind.LISTED}
    for one in found:
        if await unit.unanswered.id_of(one.question.key) in before:
            continue
        noted = await unit.unanswered.note(
            id=new_id(),
            question_key=one.question.key,
            question=one.question.text,
            now=now,
            reason=one.question.reason,
        )
        await unit.call_work.act(listed(noted.id, one.said))
