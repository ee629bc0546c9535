"""What an operator does in a call: the order form, suggested answers, cases, wrapping up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from bot.calls.call_backs import checked_outcome, checked_wrap_up
from bot.calls.lacking import NOTHING_ASKED, Lacking
from bot.calls.listening import SENTENCES_READ, Listening
from bot.calls.listing import lacking_in, list_lacking
from bot.calls.model import Call, CallState
from bot.calls.order_case import CHANNEL, new_case, note_of
from bot.calls.ports import CallCases, CallStorage, CallUnit, Passing, Suggesting
from bot.calls.reading import CallReading, held
from bot.calls.records import ActionKind, CallAction, DraftField, KeptCall, Source
from bot.calls.remembering import TOPIC
from bot.calls.state import told_of
from bot.calls.suggesting import order_draft
from bot.calls.transferring import under_way
from bot.calls.view import CallView, Fixable, fixable
from bot.calls.wrapping import CallBackOutcome, WrapUp
from bot.cases.model import Actor, Case, Move
from bot.cases.query_code import digits
from bot.cases.service import OpenedCase
from bot.clean import clean_text
from bot.errors import Conflict
from bot.ports import Clock, Ids

_FIELD_CHARS = 20_000
_NOT_YET = frozenset({CallState.WAITING, CallState.RINGING, CallState.ABANDONED})


class DeskWork(CallReading):
    """Keeps what operators do.

    Args:
        storage: the database.
        clock: the time.
        ids: new ids.
        passing: words of the moment, and wake-ups.
        listening: computes suggestions.
        cases: opens and joins cases.
    """

    def __init__(
        self,
        storage: CallStorage,
        clock: Clock,
        ids: Ids,
        passing: Passing,
        listening: Listening,
        cases: CallCases,
    ) -> None:
        super().__init__(storage, clock, ids, passing, listening)
        self._cases = cases

    async def type_field(self, call_id: str, field: str, value: str, by: Actor) -> DraftField:
        """What the operator typed into the order form; nothing heard is written over it.

        Args:
            call_id: whose form.
            field: as in `bot.calls.order.Field`.
            value: what stands there now; empty: it was emptied, and stays empty.
            by: who.

        Raises:
            NotFound: no such call.
        """
        typed = DraftField(
            name=field[:40],
            value=clean_text(value).strip()[:_FIELD_CHARS],
            source=Source.TYPED,
            by=by.id,
            at=self._clock.now(),
        )
        async with self._storage.begin() as unit:
            await held(unit, call_id)
            await unit.call_work.type_field(call_id, typed)
        await self._passing.wake(f"call:{call_id}")
        return typed

    async def adopt(self, call_id: str, suggestion_id: str, text: str, by: Actor) -> None:
        """A suggested answer was used as it stood; twice is once. Raises `NotFound`."""
        await self._did(call_id, ActionKind.ADOPT, by, suggestion_id=suggestion_id, text=text)

    async def edit(self, call_id: str, suggestion_id: str, text: str, by: Actor) -> None:
        """A suggested answer was used as `text`; twice is once. Raises `NotFound`."""
        await self._did(call_id, ActionKind.EDIT, by, suggestion_id=suggestion_id, text=text)

    async def ignore(self, call_id: str, suggestion_id: str, by: Actor) -> None:
        """A suggested answer was put aside; twice is once. Raises `NotFound`."""
        await self._did(call_id, ActionKind.IGNORE, by, suggestion_id=suggestion_id)

    async def searched(self, call_id: str, words: str, by: Actor) -> None:
        """The operator searched by hand. Raises `NotFound`."""
        await self._did(call_id, ActionKind.SEARCH, by, text=words)

    async def begin_transfer(self, call_id: str, to: str, by: Actor) -> bool:
        """Note that the call centre is asked to send the call on, before it is.

        Returns:
            False where a transfer is under way: it is not to be asked.

        Raises:
            NotFound: no such call.
        """
        async with self._storage.begin() as unit:
            await held(unit, call_id)
            done, told = await unit.call_work.actions(call_id), await unit.calls.events(call_id)
            if under_way(done, told, self._clock.now()):
                return False
            await unit.call_work.act(
                self._action(call_id, ActionKind.TRANSFER, by, suggestion_id=to)
            )
        await self._passing.wake(f"call:{call_id}")
        return True

    async def transfer_refused(self, call_id: str, to: str, code: str, by: Actor) -> None:
        """Note why the call centre did not send the call on. Raises `NotFound`."""
        await self._did(call_id, ActionKind.TRANSFER_REFUSED, by, suggestion_id=to, text=code)

    async def open_case(self, call_id: str, by: Actor) -> OpenedCase:
        """Open the call's case from the order form; again, it is the one already open.

        Raises:
            NotFound: no such call.
            Invalid: neither the form nor the call has any words.
        """
        call, draft = await self.get(call_id), await self.draft(call_id)
        told_in = await self._storage.conversation_id(CHANNEL, call.caller) if call.caller else ""
        new = new_case(call, draft, await self.summary(call_id), told_in)
        opened = await self._cases.open_case(new, actor=by)
        await self._with_case(call_id, ActionKind.OPEN_CASE, opened.case.number, by)
        return opened

    async def join_case(self, call_id: str, number: str, by: Actor) -> Case:
        """Note the call on a case that is open already; joined twice, it is noted once.

        Raises:
            NotFound: no such call, or no such case.
        """
        call, draft = await self.get(call_id), await self.draft(call_id)
        number = digits(number)
        events = await self._cases.events(number)
        note, mark = note_of(call, draft, await self.summary(call_id))
        case = await self._cases.get(number)
        if not any(mark in str(event.details.get("text", "")) for event in events):
            case = await self._cases.move(number, Move.NOTE, by, text=note)
        await self._with_case(call_id, ActionKind.JOIN_CASE, case.number, by)
        return case

    async def wrap_up(
        self,
        call_id: str,
        code: WrapUp | str,
        by: Actor,
        *,
        summary: str = "",
        call_back_at: datetime | None = None,
    ) -> Call:
        """How the call ended; it is over, whether or not its end was told. May be corrected.

        Args:
            call_id: which.
            code: of `bot.calls.wrapping`.
            by: who.
            summary: in the operator's words; empty: the one made from the transcript.
            call_back_at: when the citizen was promised a call; owed for `call_again`.

        Raises:
            NotFound: no such call.
            Invalid: an unknown code, or a call promised for a time that is past.
            Conflict: nobody has answered it.
        """
        now = self._clock.now()
        promised = (await self.get(call_id)).call_back_at
        wrapped = checked_wrap_up(code, call_back_at, now, promised)
        words = clean_text(summary).strip()[:_FIELD_CHARS] or await self.summary(call_id)
        lacked = () if wrapped in NOTHING_ASKED else await self._lacked(call_id)
        async with self._storage.begin() as unit:
            kept = await held(unit, call_id)
            if kept.call.state in _NOT_YET:
                raise Conflict("这通电话还没有人接听。", code="not_answered")
            await unit.call_work.wrap_up(
                call_id, code=wrapped.value, summary=words, call_back_at=call_back_at, now=now
            )
            await self._wrapped(unit, kept, now)
            await list_lacking(
                unit,
                lacked,
                await unit.call_work.actions(call_id),
                self._ids.new_id,
                lambda id_, said: self._action(
                    call_id, ActionKind.LISTED, by, suggestion_id=id_, text=said
                ),
                now,
            )
            await unit.call_work.act(
                self._action(call_id, ActionKind.WRAP_UP, by, text=wrapped.value)
            )
        await self._passing.wake(f"call:{call_id}", "desk")
        return await self.get(call_id)

    async def called_back(self, call_id: str, by: Actor, outcome: CallBackOutcome | str) -> None:
        """A citizen was called back; with `nobody`, it stays on the list.

        Raises:
            NotFound: no such call.
            Invalid: an unknown outcome.
            Conflict: somebody did it before.
        """
        came = checked_outcome(outcome)
        async with self._storage.begin() as unit:
            kept = await held(unit, call_id)
            noted = await unit.call_counts.called_back(
                kept.call,
                by=by.id,
                outcome=came.value,
                done=came is not CallBackOutcome.NOBODY,
                now=self._clock.now(),
            )
            if not noted:
                raise Conflict("已经有人回过这个电话。", code="called_back_already")
            await unit.call_work.act(
                self._action(call_id, ActionKind.CALL_BACK, by, text=came.value)
            )
        await self._passing.wake(f"call:{call_id}", "desk")

    async def summary(self, call_id: str) -> str:
        """The call in a few sentences; empty where nothing was said, or nobody sums up."""
        suggesting = self._listening.suggesting
        if suggesting is None:
            return ""
        sentences, draft = await self.sentences(call_id), await self.draft(call_id)
        return await asyncio.to_thread(suggesting.summary, sentences, draft)

    async def findings(self, view: CallView) -> tuple[Fixable, ...]:
        """What the order lacks of what was said, the gravest first; empty where nobody judges.

        Args:
            view: the call with all its sentences.
        """
        suggesting = self._listening.suggesting
        if suggesting is None or not view.sentences:
            return ()
        return await asyncio.to_thread(_findings, suggesting, view)

    async def _lacked(self, call_id: str) -> tuple[Lacking, ...]:
        suggesting = self._listening.suggesting
        return await lacking_in(self._storage, suggesting, call_id, last=SENTENCES_READ)

    async def _wrapped(self, unit: CallUnit, kept: KeptCall, now: datetime) -> None:
        wrapped_up_at = kept.wrapped_up_at or now
        events = await unit.calls.events(kept.call.id)
        began = kept.heard_at or kept.call.offered_at
        told = told_of(
            events, heard_at=kept.heard_at if events else began, wrapped_up_at=wrapped_up_at
        )
        if kept.forgotten_at is not None:
            told = replace(told, caller="")
        await unit.calls.put_told(
            kept.call.id, told, feed=kept.call.feed, nth=kept.nth, last_at=kept.last_at
        )

    async def _with_case(self, call_id: str, kind: ActionKind, number: str, by: Actor) -> None:
        """Note the case on the call; pressed twice it is noted once."""
        async with self._storage.begin() as unit:
            kept = await held(unit, call_id)
            if kept.call.case_number == number:
                return
            await unit.call_work.set_case(call_id, number)
            await unit.call_work.act(self._action(call_id, kind, by, text=number))
        await self._passing.wake(f"call:{call_id}", "desk")

    async def _did(
        self, call_id: str, kind: ActionKind, by: Actor, *, suggestion_id: str = "", text: str = ""
    ) -> None:
        async with self._storage.begin() as unit:
            await held(unit, call_id)
            await unit.call_work.act(
                self._action(call_id, kind, by, suggestion_id=suggestion_id[:120], text=text)
            )
        learned = () if kind is ActionKind.SEARCH else (TOPIC,)
        await self._passing.wake(f"call:{call_id}", *learned)

    def _action(
        self, call_id: str, kind: ActionKind, by: Actor, *, suggestion_id: str = "", text: str = ""
    ) -> CallAction:
        return CallAction(
            id=self._ids.new_id(),
            call_id=call_id,
            kind=kind,
            suggestion_id=suggestion_id,
            text=clean_text(text).strip()[:_FIELD_CHARS],
            by=by.id,
            at=self._clock.now(),
        )


def _findings(suggesting: Suggesting, view: CallView) -> tuple[Fixable, ...]:
    call = view.call
    found = suggesting.quality(
        view.sentences, view.draft, caller=call.caller, transferred_to=call.transferred_to
    )
    said = suggesting.draft(view.sentences, call.caller)
    content = view.suggested.content if view.suggested else {}
    kept = order_draft(view.draft)
    return tuple(fixable(one, kept, said, view.sentences, content) for one in found)
