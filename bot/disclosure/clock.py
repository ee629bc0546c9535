"""The clock of a request: when it is due, how many days are used, since when it stands. Pure.

国令711号: 20 working days from receipt, at most 20 more (art. 33); the time in which a third party
or another agency is asked does not count (art. 33); a correction begins the clock anew (art. 30);
the day of receipt by how an application came (art. 31). The first day is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.cases.calendar import CalendarLimits, add_working_days, is_working_day
from bot.disclosure.application import Channel
from bot.disclosure.model import Request, State
from bot.errors import Invalid

ONE_DAY = timedelta(days=1)
_FAR_DAYS = 4000
"""No deadline lies further off; a city without a single working day must not hang us."""


@dataclass(frozen=True, kw_only=True)
class DisclosureLimits:
    """How long each step may take, in working days; the law's numbers.

    Args:
        answer_days: the reply (art. 33).
        most_extension_days: an extension at most (art. 33).
        correction_days: to ask for a correction, from receipt (art. 30).
        correct_within_days: for the applicant to correct; the law says "reasonable".
        opinion_days: for a third party (art. 32) or another agency (art. 34).
        archive_days: to put an answered and delivered request into the archive; no law says so.
        amber_days: so many days left to answer, the list warns.
        short_amber_days: the same of the shorter times: asking for a correction, correcting,
            archiving.
        electronic_on_submission: what came over the page, by mail or fax counts as received on the
            day it was sent; else on the day both sides confirmed it.
    """

    answer_days: int = 20
    most_extension_days: int = 20
    correction_days: int = 7
    correct_within_days: int = 15
    opinion_days: int = 15
    archive_days: int = 10
    amber_days: int = 5
    short_amber_days: int = 2
    electronic_on_submission: bool = True


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Days after `since` up to and with `until` do not count."""

    since: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Term:
    """What a request is allowed.

    Args:
        begins_on: the day it is counted from, itself not counted.
        days: working days.
    """

    begins_on: date
    days: int
    pauses: tuple[Pause, ...] = ()


class Tone(StrEnum):
    """How urgent it is."""

    RUNNING = "running"
    SOON = "soon"
    LATE = "late"
    PAUSED = "paused"
    """An opinion is awaited."""
    STOPPED = "stopped"
    """A correction is awaited; the clock begins anew with it."""
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the clock says on a day.

    Args:
        due_on: the last day; while paused, if the opinion came today; None: it does not run.
        used: working days counted.
        days: working days allowed.
        paused_since: None: it is not.
        in_time: for what ended: by its due day.
    """

    tone: Tone
    due_on: date | None
    used: int
    days: int
    paused_since: date | None = None
    in_time: bool = True

    @property
    def left(self) -> int:
        """Working days left; below 0: so many too late."""
        return self.days - self.used


def received_day(
    channel: Channel,
    arrived_on: date,
    confirmed_on: date | None,
    limits: DisclosureLimits,
    *,
    signed: bool,
) -> date:
    """The day of receipt (art. 31). Raises `Invalid` where a confirmation is owed and missing."""
    by_wire = channel in {Channel.WEB, Channel.EMAIL, Channel.FAX}
    owed = (channel is Channel.POST and not signed) or (
        by_wire and not limits.electronic_on_submission
    )
    if not owed:
        return arrived_on
    if confirmed_on is None:
        message = "这种方式以与申请人确认之日为收到之日，请填写确认日期。"
        raise Invalid(message, fields={"confirmed_on": message})
    return confirmed_on


def counts(day: date, term: Term, limits: CalendarLimits) -> bool:
    """True where a day uses up one of those allowed."""
    paused = any(pause.since < day <= pause.until for pause in term.pauses)
    return day > term.begins_on and not paused and is_working_day(day, limits)


def due_on(term: Term, limits: CalendarLimits) -> date:
    """The last day: the one that uses up what is allowed. Raises `ValueError` without an end."""
    day, left = term.begins_on, term.days
    for _ in range(_FAR_DAYS):
        day += ONE_DAY
        left -= counts(day, term, limits)
        if left <= 0:
            return day
    raise ValueError("the calendar has no working days left")


def used_days(term: Term, today: date, limits: CalendarLimits) -> int:
    """Days counted by the end of a day."""
    ahead = range(1, (today - term.begins_on).days + 1)
    return sum(counts(term.begins_on + timedelta(days=one), term, limits) for one in ahead)


def term_of(request: Request, today: date, limits: DisclosureLimits) -> Term:
    """What a request is allowed, as it stands on a day.

    An opinion still awaited stops the clock until today, and no longer than until it is due.
    """
    pauses = (
        Pause(since=one.asked_on, until=min(one.answered_on or today, one.due_on))
        for one in request.course.consultations
    )
    return Term(
        begins_on=request.course.begins_on,
        days=limits.answer_days + request.course.extension_days,
        pauses=tuple(pauses),
    )


def read(
    request: Request, today: date, limits: DisclosureLimits, calendar: CalendarLimits
) -> Reading:
    """What the clock of a request says on a day."""
    until = request.ended_on or today
    term = term_of(request, until, limits)
    used, due = used_days(term, until, calendar), due_on(term, calendar)
    if request.ended_on is not None:
        return _reading(term, used, due, Tone.ENDED, in_time=until <= due)
    if request.state is State.AWAITING_CORRECTION:
        asked_on = request.course.correction.asked_on if request.course.correction else until
        used = used_days(term, asked_on, calendar)
        return _reading(term, used, None, Tone.STOPPED, since=asked_on)
    since = _paused_since(request, today)
    if since is not None and today <= due:
        return _reading(term, used, due, Tone.PAUSED, since=since)
    tone = Tone.RUNNING if term.days - used > limits.amber_days else Tone.SOON
    return _reading(term, used, due, Tone.LATE if today > due else tone)


def correction_open_until(
    request: Request, limits: DisclosureLimits, calendar: CalendarLimits
) -> date:
    """The last day to ask for a correction."""
    return add_working_days(request.received_on, limits.correction_days, calendar)


def late_first(readings: Iterable[tuple[Request, Reading]]) -> list[tuple[Request, Reading]]:
    """Requests by their clocks: the least time first, what does not run last."""

    def place(one: tuple[Request, Reading]) -> tuple[int, date, str]:
        request, reading = one
        stands = {Tone.PAUSED: 1, Tone.STOPPED: 2, Tone.ENDED: 3}
        return stands.get(reading.tone, 0), reading.due_on or date.max, request.number

    return sorted(readings, key=place)


def _paused_since(request: Request, today: date) -> date | None:
    awaited = [
        one.asked_on
        for one in request.course.open_consultations
        if one.asked_on <= today <= one.due_on
    ]
    return min(awaited, default=None)


def _reading(
    term: Term,
    used: int,
    due: date | None,
    tone: Tone,
    *,
    since: date | None = None,
    in_time: bool = True,
) -> Reading:
    return Reading(
        tone=tone, due_on=due, used=used, days=term.days, paused_since=since, in_time=in_time
    )
