"""Moves by which a request ends: a decision, taken as given up, withdrawn. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.disclosure.asked import Changed, Moving, day_of, invalid, letter_of, words
from bot.disclosure.course import Proposal
from bot.disclosure.letters import Letter
from bot.disclosure.refused import MoveRefused
from bot.disclosure.results import BY_ITSELF, Result


def propose(moving: Moving) -> Changed:
    """A clerk's decision, for the head of the unit."""
    result = _result(moving)
    details = letter_of(moving, Letter.DECISION, result)
    proposal = Proposal(result=result, letter=moving.asked.text, by=moving.asked.actor.id)
    return moving.with_course(proposal=proposal), details | {"result": result.value}


def approve(moving: Moving) -> Changed:
    """The head makes the proposed decision, or another than was proposed."""
    proposal = moving.course.proposal
    if proposal is None:
        raise MoveRefused("state", moving.asked.move, moving.before.state)
    result = moving.asked.result or proposal.result
    return _ended(moving, result, moving.asked.text or proposal.letter)


def reject(moving: Moving) -> Changed:
    """The proposal goes back."""
    return moving.with_course(proposal=None), {}


def decide(moving: Moving) -> Changed:
    """The head decides at once."""
    return _ended(moving, _result(moving), moving.asked.text)


def give_up(moving: Moving) -> Changed:
    """Not corrected in time: taken as given up (art. 30). Raises `MoveRefused` before that."""
    correction = moving.course.correction
    if correction is None or moving.today <= correction.by:
        raise MoveRefused("early", moving.asked.move, moving.before.state)
    return _ended(moving, Result.NOT_CORRECTED, moving.asked.text)


def withdraw(moving: Moving) -> Changed:
    """The applicant takes it back; the yearly table counts that among 其他."""
    day = day_of(moving, not_before=moving.before.received_on)
    after = replace(moving.with_course(proposal=None), result=Result.OTHER, ended_on=day)
    return after, {"day": str(day), "result": Result.OTHER.value} | words(moving)[1]


def _result(moving: Moving) -> Result:
    result = moving.asked.result
    if result is None or result in BY_ITSELF:
        raise invalid("result", "请选择答复的类型。")
    return result


def _ended(moving: Moving, result: Result, text: str) -> Changed:
    moving = replace(moving, asked=replace(moving.asked, text=text))
    details = letter_of(moving, Letter.DECISION, result)
    after = replace(
        moving.with_course(proposal=None, letter=text, asked_days=0),
        result=result,
        ended_on=moving.today,
    )
    return after, details | {"result": result.value, "day": str(moving.today)}
