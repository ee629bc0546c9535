"""The actions Rasa may run, by name: each takes the conversation and says what comes of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.actions import case_form, reading, small_forms
from bot.actions.services import ActionServices
from bot.actions.view import Outcome, Slots, Tracker
from bot.cases.calendar import chinese_date
from bot.cases.filters import CaseFilter, CaseSort
from bot.cases.model import CITIZEN, Case, DemandType, MoveRefused, NewCase, State
from bot.errors import Conflict, NotFound, TooMany
from bot.presenting import answer_reply, case_reply
from connectors.base import Reply, ReplyCase, ReplyKind

Action = Callable[[Tracker, ActionServices], Awaitable[Outcome]]

TITLE_CHARS = 30
_RATEABLE = frozenset({State.REPLIED, State.VISITED, State.CLOSED})
_CLAUSE_END = re.compile(r"[，,。；;！!？?\n]")


async def validate_case_form(turn: Tracker, services: ActionServices) -> Outcome:
    """The case form's next step."""
    outcome = case_form.validate(turn, services.knowledge)
    if not outcome.asks:
        return outcome
    answered = await action_answer(turn, services)
    return replace(outcome, said=(*answered.said, *outcome.said))


async def validate_person_form(turn: Tracker, services: ActionServices) -> Outcome:
    """The call-back form's next step."""
    return small_forms.person(turn, services.knowledge)


async def validate_progress_form(turn: Tracker, services: ActionServices) -> Outcome:
    """The progress form's next step; number and code are checked as soon as both are there."""
    outcome = small_forms.progress(turn, services.knowledge)
    if outcome.slots.outcome != "done":
        return outcome
    return await _checked(turn, outcome, services)


async def validate_rate_form(turn: Tracker, services: ActionServices) -> Outcome:
    """The rating's next step; a citizen's own answered case needs no number."""
    if turn.starting and not reading.case_number(turn) and not turn.slots.case_number:
        own = await _own_answered(turn, services)
        if own is not None:
            turn = replace(turn, slots=replace(turn.slots, case_number=own.number, query_code=OWN))
    outcome = small_forms.rate(turn, services.knowledge)
    slots = outcome.slots
    fresh = (slots.case_number, slots.query_code) != (turn.slots.case_number, turn.slots.query_code)
    if slots.outcome == "dropped" or not slots.query_code or not (fresh or turn.starting):
        return outcome
    return await _checked(turn, outcome, services)


async def action_answer(turn: Tracker, services: ActionServices) -> Outcome:
    """Answer a question from published content."""
    context = (turn.slots.matter,) if turn.form == "case_form" and turn.slots.matter else ()
    answer = await services.answers.answered(turn.text, context)
    reply = answer_reply(answer, say=services.knowledge.say, base_url=services.base_url)
    if turn.form:  # the form goes on; ways that lead out of it would only confuse
        reply = replace(reply, options=())
    return Outcome(slots=turn.slots, said=(reply,))


async def action_open_case(turn: Tracker, services: ActionServices) -> Outcome:
    """Open the case that was gathered and confirmed."""
    slots, say = turn.slots, services.knowledge.say
    matter = slots.matter or turn.text
    demand = DemandType(slots.demand_type) if slots.demand_type else None
    opened = await services.cases.open_case(
        await _new_case(
            turn, services, text=matter, title=_title(demand, matter, services), demand=demand
        )
    )
    reply = case_reply(opened.case, query_code=opened.query_code, say=say)
    return Outcome(slots=_after(opened.case, opened.query_code), said=(reply,))


async def action_drop(turn: Tracker, services: ActionServices) -> Outcome:
    """The case form was given up: nothing is kept."""
    kept = Slots(case_number=turn.slots.case_number, query_code=turn.slots.query_code)
    said = (Reply(text=services.knowledge.say("form_cancelled")),)
    return Outcome(slots=kept, said=said if turn.slots.matter is not None else ())


async def action_case_progress(turn: Tracker, services: ActionServices) -> Outcome:
    """Tell where a case stands; inside another form, only what one message is enough for."""
    slots, say = turn.slots, services.knowledge.say
    number = reading.case_number(turn) if turn.form else slots.case_number or ""
    code = reading.query_code(turn) if turn.form else slots.query_code or ""
    if not (number and code):
        return Outcome(slots=slots, said=(Reply(text=say("progress_later")),))
    try:
        case = await services.cases.look_up(number, code, who=turn.conversation_id)
    except (NotFound, TooMany) as error:
        return Outcome(slots=slots, said=(Reply(text=error.message),))
    after = slots if turn.form else Slots(case_number=number, query_code=code)
    return Outcome(slots=after, said=(_progress(case, services),))


async def action_rate(turn: Tracker, services: ActionServices) -> Outcome:
    """Keep the citizen's grade."""
    slots, say = turn.slots, services.knowledge.say
    number, grade = slots.case_number or "", slots.grade or 0
    own = slots.query_code == OWN
    kept = Slots() if own else Slots(case_number=number, query_code=slots.query_code)
    try:
        await services.cases.rate(number, grade, CITIZEN)
    except Conflict as error:
        key = "rate_appealed" if error.code == "appealed" else "rate_not_yet"
        return Outcome(slots=kept, said=(Reply(text=say(key, number=number)),))
    except MoveRefused:
        return Outcome(slots=kept, said=(Reply(text=say("rate_not_yet", number=number)),))
    return Outcome(
        slots=kept, said=(Reply(text=say("rate_sorry" if grade <= 2 else "rate_thanks")),)
    )


async def action_hand_over(turn: Tracker, services: ActionServices) -> Outcome:
    """A person is to call back: a case for them, with all that was said."""
    say = services.knowledge.say
    matter = turn.slots.matter or turn.text
    demand = DemandType(turn.slots.demand_type) if turn.slots.demand_type else None
    text = f"{matter}\n{say('human_wanted')}"
    new = await _new_case(turn, services, text=text, title=say("human_wanted"), demand=demand)
    opened = await services.cases.open_case(replace(new, for_triage=True))
    reply = case_reply(opened.case, query_code=opened.query_code, say=say, key="human_handed_over")
    return Outcome(slots=_after(opened.case, opened.query_code), said=(reply,))


ACTIONS: Mapping[str, Action] = {
    action.__name__: action
    for action in (
        validate_case_form,
        validate_person_form,
        validate_progress_form,
        validate_rate_form,
        action_answer,
        action_open_case,
        action_drop,
        action_case_progress,
        action_rate,
        action_hand_over,
    )
}

OWN = "own"
"""Stands for the code where the case is the sender's own, found by who they are."""


async def _checked(turn: Tracker, outcome: Outcome, services: ActionServices) -> Outcome:
    slots = outcome.slots
    if slots.query_code == OWN:
        return outcome
    try:
        await services.cases.look_up(
            slots.case_number or "", slots.query_code or "", who=turn.conversation_id
        )
    except NotFound as error:
        wrong = replace(turn, slots=replace(slots, misses=turn.slots.misses))
        return small_forms.identity_refused(wrong, error.message, services.knowledge)
    except TooMany as error:
        return small_forms.ended(slots, error.message)
    return outcome


async def _own_answered(turn: Tracker, services: ActionServices) -> Case | None:
    """The citizen's case that was answered last and not rated yet."""
    sender_id = await services.citizens.sender_of(turn.conversation_id)
    if not sender_id:  # an empty filter would give anybody's
        return None
    page = await services.cases.cases(
        CaseFilter(
            states=_RATEABLE,
            channel=turn.channel,
            sender_id=sender_id,
            sort=CaseSort.OPENED,
            limit=5,
        )
    )
    return next((case for case in page.cases if case.rating is None), None)


async def _new_case(
    turn: Tracker, services: ActionServices, *, text: str, title: str, demand: DemandType | None
) -> NewCase:
    slots, sender_id = turn.slots, await services.citizens.sender_of(turn.conversation_id)
    return NewCase(
        origin_key=f"{turn.conversation_id}:{slots.origin or turn.message_id}",
        channel=turn.channel,
        conversation_id=turn.conversation_id,
        sender_id=sender_id,
        title=title,
        text=text,
        demand_type=demand,
        place=slots.place or "",
        occurred_at=slots.occurred_at or "",
        contact_phone=slots.contact_phone or "",
        anonymous=slots.discretion == "anonymous",
        confidential=slots.discretion == "confidential",
    )


def _title(demand: DemandType | None, matter: str, services: ActionServices) -> str:
    clause = next((part for part in _CLAUSE_END.split(matter) if len(part) >= 4), matter)
    summary = clause[:TITLE_CHARS].strip()
    if demand is None or demand.value in summary:
        return summary
    return services.knowledge.say("case_title", demand_type=demand.value, summary=summary)


def _after(case: Case, query_code: str) -> Slots:
    """Nothing of the form stays but what its own progress can be asked with."""
    return Slots(case_number=case.number, query_code=query_code)


def _progress(case: Case, services: ActionServices) -> Reply:
    say = services.knowledge.say
    state = say(f"state_{case.state.value}")
    department = case.lead_department or say("department_pending")
    if case.reply_text:
        text = say(
            "progress_replied",
            number=case.number,
            state=state,
            department=department,
            reply=case.reply_text,
        )
    else:
        due_on = chinese_date(case.due_at) or say("due_pending")
        text = say(
            "progress", number=case.number, state=state, department=department, due_on=due_on
        )
    return Reply(
        kind=ReplyKind.CASE,
        text=text,
        case=ReplyCase(
            number=case.number,
            state=case.state.value,
            department=case.lead_department,
            due_at=case.due_at.isoformat() if case.due_at else "",
        ),
    )
