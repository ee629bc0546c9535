"""The parts of a desk's page, each by itself: what is sent when it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from bot.calls.missing import missing
from bot.calls.model import CallState, Sentence
from bot.calls.order import Field
from bot.calls.records import Draft
from bot.calls.suggesting import order_draft
from bot.calls.suggestions import ToAsk
from bot.calls.switchboard import Reach
from bot.calls.transferring import hand_over
from bot.web.desk_state import Desk, query_code
from bot.web.words import SHANGHAI

if TYPE_CHECKING:
    from datetime import datetime

    from bot.web.rendering import Pages

TEMPLATE = "desk_parts.html"
PARTS = ("head", "alarm", "reading", "answers", "ask", "route", "case", "wrap", "findings")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part's HTML, and what it is known by."""

    html: Markup = field(repr=False)
    hash: str


def parts_of(
    pages: Pages, desk: Desk, *, reach: Reach, secret: bytes, now: datetime
) -> dict[str, Part]:
    """Every part of a call's page.

    Args:
        pages: renders.
        desk: as the reader may see it.
        reach: what its call centre does.
        secret: of query codes.
        now: for dates to choose from.
    """
    given: Mapping[str, tuple[object, ...]] = {
        "head": (desk.call, reach),
        "alarm": (
            desk.call,
            desk.emergency,
            desk.content.get("refuse", ""),
            reach,
            desk.attempts,
            hand_over(desk.draft, desk.sentences),
        ),
        "reading": (desk.reading, desk.source),
        "answers": (desk.content, desk.answers, desk.marks),
        "ask": (to_ask(desk),),
        "route": (desk.content, desk.call.case_number),
        "case": (desk.call, query_code(desk, secret)),
        "wrap": (desk.call, desk.over, desk.summary, _likely(desk), _soonest(now)),
        "findings": (desk.over, desk.findings),
    }
    return {name: _part(pages.part(TEMPLATE, name, *given[name])) for name in PARTS}


def _part(html: str) -> Part:
    return Part(html=Markup(html), hash=hashlib.sha256(html.encode()).hexdigest()[:12])  # noqa: S704 - a template's own, escaped there


def to_ask(desk: Desk) -> tuple[ToAsk, ...]:
    """What the form still lacks, typed fields counted; in danger only where; nothing once over."""
    if desk.over or desk.call.case_number or desk.suggested is None or desk.content.get("refuse"):
        return ()
    found = missing(order_draft(desk.draft))
    return tuple(one for one in found if not desk.emergency or one.field is Field.PLACE)


def _likely(desk: Desk) -> str:
    """The wrap-up code that what happened suggests."""
    if desk.call.wrap_up:
        return desk.call.wrap_up
    if desk.call.case_number:
        return "case_opened" if desk.opened_here else "case_joined"
    if desk.call.transferred_to:
        return "transferred"
    if not desk.sentences:
        return "silent"
    return "answered" if desk.reading else ""


def _soonest(now: datetime) -> str:
    return f"{now.astimezone(SHANGHAI):%Y-%m-%d}"


def said(pages: Pages, sentences: tuple[Sentence, ...]) -> Iterator[Markup]:
    """Sentences of the transcript."""
    for one in sentences:
        yield Markup(pages.part(TEMPLATE, "sentence", one))  # noqa: S704 - as above


def fields_of(desk: Desk) -> dict[str, dict[str, object]]:
    """The order form as JSON: field → value, where it comes from, and the sentence heard."""
    quotes = {one.seq: one.text for one in desk.sentences}
    return {name.value: _field(desk.draft, name, quotes) for name in Field}


def _field(draft: Draft, name: Field, quotes: Mapping[int, str]) -> dict[str, object]:
    known = draft.get(name.value)
    if known is None:
        return {"value": "", "source": "", "quote": ""}
    quote = quotes.get(known.seq, "") if known.seq is not None else ""
    return {"value": known.value, "source": known.source.value, "quote": quote}


def is_live(state: CallState) -> bool:
    """Somebody is on the line."""
    return state in {CallState.RINGING, CallState.TALKING, CallState.HELD}
