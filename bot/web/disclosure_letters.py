"""Letters of a request: drafted for a form, or as a page and a text to print."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.calendar import add_working_days, local_day
from bot.disclosure.clock import due_on, term_of
from bot.disclosure.letters import NAMES, Facts, Letter, draft
from bot.disclosure.model import Request
from bot.disclosure.privacy import as_seen_by, may_see_applicant, names_in
from bot.disclosure.results import Result
from bot.errors import NotFound
from bot.privacy import mask_text
from bot.web.disclosure_access import request_for
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

DRAFTED = frozenset({Letter.RECEIPT, Letter.DELIVERY})
"""Letters that no move is made by: printed from the request as it stands."""


class _LetterQuery(BaseModel):
    text: bool = Field(default=False, title="文本")


def drafted(
    request: web.Request,
    one: Request,
    letter: Letter,
    *,
    result: Result | None = None,
) -> str:
    """A letter with what is known of the request, as it stands today."""
    city, today = services_of(request).city, local_day(services_of(request).clock.now())
    limits, calendar, course = city.disclosure, city.limits, one.course
    term = term_of(one, today, limits)
    days = course.asked_days or limits.most_extension_days
    correct_by = course.correction.by if course.correction else None
    facts = Facts(
        city=city.name,
        today=today,
        due_on=due_on(term, calendar),
        correct_by=correct_by or add_working_days(today, limits.correct_within_days, calendar),
        extension_days=days,
        extended_to=add_working_days(due_on(term, calendar), days, calendar),
        opinion_days=limits.opinion_days,
    )
    return draft(letter, one, facts, city.letters, result=result)


async def show(request: web.Request) -> web.Response:
    """A letter to print: `receipt`, `delivery`, or the number of the event that sent it."""
    one = await request_for(request)
    which, actor = request.match_info["id"], session_of(request).actor
    if which in {letter.value for letter in DRAFTED}:
        letter = Letter(which)
        text = drafted(request, as_seen_by(one, actor), letter)
    else:
        letter, text = await _sent(request, one, which)
    if may_see_applicant(one, actor):
        record = services_of(request).staff.record
        await record(actor.id, "disclosure.letter", one.number, letter=letter.value)
    else:
        text = mask_text(text, names_in(one))
    if read_query(request, _LetterQuery).text:
        name = quote(f"{NAMES[letter]}{one.number}.txt")
        plain = f'attachment; filename="{one.number}-{letter.value}.txt"'
        return web.Response(
            text=text,
            content_type="text/plain",
            charset="utf-8",
            headers={"Content-Disposition": f"{plain}; filename*=UTF-8''{name}"},
        )
    title, _, body = text.partition("\n")
    return page(
        request, "disclosure_letter.html", one=one, which=which, heading=title, body=body.strip()
    )


async def _sent(request: web.Request, one: Request, which: str) -> tuple[Letter, str]:
    events = await services_of(request).disclosures.events(one.number)
    for event in events:
        if str(event.seq) == which and "letter" in event.details:
            return Letter(event.details["letter"]), event.details["text"]
    raise NotFound("没有这份文书。")
