"""Letters: drafted from the city's words, checked before they go out. Pure.

What a letter must hold: no blank left, the request's number, the articles it rests on; a
decision also what can be done against it (行政复议法 2023, articles 20 and 23; 行政诉讼法, articles
45 and 46).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.disclosure.model import Move, Request
from bot.disclosure.results import RESULTS, Group, Result, name_of

MAX_LETTER_CHARS = 10_000

VALUES = frozenset(
    {
        "number", "applicant", "unit", "city", "received_on", "content", "today", "due_on",
        "correct_by", "extension_days", "extended_to", "opinion_days", "party", "title",
    }
)  # fmt: skip
"""What a template may name in braces."""


class Letter(StrEnum):
    """What a letter is."""

    RECEIPT = "receipt"
    CORRECTION = "correction"
    EXTENSION = "extension"
    THIRD_PARTY = "third_party"
    AGENCY = "agency"
    DECISION = "decision"
    DELIVERY = "delivery"


NAMES: Mapping[Letter, str] = {
    Letter.RECEIPT: "登记回执",
    Letter.CORRECTION: "补正告知书",
    Letter.EXTENSION: "延期答复告知书",
    Letter.THIRD_PARTY: "征求第三方意见书",
    Letter.AGENCY: "征求意见函",
    Letter.DECISION: "答复告知书",
    Letter.DELIVERY: "送达回证",
}

TO_APPLICANT = frozenset({Letter.RECEIPT, Letter.CORRECTION, Letter.EXTENSION, Letter.DECISION})
"""The applicant reads them on their page."""

LETTER_OF: Mapping[Move, Letter] = {
    Move.ASK_CORRECTION: Letter.CORRECTION,
    Move.EXTEND: Letter.EXTENSION,
    Move.GIVE_UP: Letter.DECISION,
    Move.PROPOSE: Letter.DECISION,
    Move.APPROVE: Letter.DECISION,
    Move.DECIDE: Letter.DECISION,
}
"""Moves that are made by a letter; that of `consult` depends on who is asked."""

_ARTICLES = {
    Letter.CORRECTION: ("第三十条",),
    Letter.EXTENSION: ("第三十三条",),
    Letter.THIRD_PARTY: ("第三十二条",),
    Letter.AGENCY: ("第三十四条",),
}

KEYS = frozenset(
    {*(one.value for one in Letter if one is not Letter.DECISION), "decision_head", "remedy"}
    | {"remedy_review_first"}
)
"""The templates a city has, beside one for each result."""

_INDENTED = "\n　　"
_REVIEW = re.compile(r"(?:60|六十)\s*日内[^。]*行政复议")
_SUIT = re.compile(r"(?:(?:6|六)\s*个月|(?:15|十五)\s*日)内[^。]*行政诉讼")
_FIRST = re.compile(r"先[^。]*申请行政复议")


@dataclass(frozen=True, kw_only=True)
class Templates:
    """The city's words for letters.

    Args:
        letters: by `KEYS`.
        decisions: by result's value.
    """

    letters: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a letter is filled with beside the request itself; None and empty stay a blank.

    Args:
        party: whose opinion is asked.
    """

    city: str
    today: date
    due_on: date | None = None
    correct_by: date | None = None
    extended_to: date | None = None
    extension_days: int = 0
    opinion_days: int = 0
    party: str = ""


def draft(
    letter: Letter,
    request: Request,
    facts: Facts,
    templates: Templates,
    *,
    result: Result | None = None,
) -> str:
    """A letter with what is known filled in; 【】 marks what a person writes.

    Args:
        letter: which.
        request: whose.
        facts: what it is filled with.
        templates: the city's words.
        result: for a decision, owed.
    """
    if letter is Letter.DECISION:
        if result is None:
            raise ValueError("a decision without a result")
        group = RESULTS[result].group
        remedy = "remedy_review_first" if group is Group.REFUSED else "remedy"
        parts = ("decision_head", templates.letters), (result.value, templates.decisions)
        text = _INDENTED.join(found[key] for key, found in (*parts, (remedy, templates.letters)))
    else:
        text = templates.letters[letter.value]
    return text.format_map(_values(request, facts, result))


def check(letter: Letter, text: str, request: Request, result: Result | None = None) -> list[str]:
    """What is wrong with a letter, in sentences for whoever wrote it; empty: it may go out."""
    found = []
    if not text.strip():
        return ["文书还没有内容。"]
    if len(text) > MAX_LETTER_CHARS:
        found.append(f"文书太长，最多 {MAX_LETTER_CHARS} 个字。")
    if "【" in text or "】" in text:
        found.append("【】里的内容还没有写完。")
    if request.number not in text:
        found.append(f"没有写登记编号 {request.number}。")
    articles = RESULTS[result].articles if result else _ARTICLES.get(letter, ())
    if articles and not any(one in text for one in articles):
        found.append(f"没有引用依据的条款（条例{'或'.join(articles)}）。")
    if letter is Letter.DECISION:
        found += _remedy_faults(text, result)
    return found


def _remedy_faults(text: str, result: Result | None) -> list[str]:
    if not (_REVIEW.search(text) and _SUIT.search(text)):
        return ["没有写明救济途径：60日内申请行政复议，以及提起行政诉讼的期限。"]
    refused = result is not None and RESULTS[result].group is Group.REFUSED
    if refused and not _FIRST.search(text):
        return ["不予公开的，应写明先申请行政复议（行政复议法第二十三条）。"]
    return []


def chinese(day: date | None) -> str:
    """Such as 2026年3月5日; a blank for None."""
    return "【年月日】" if day is None else f"{day.year}年{day.month}月{day.day}日"


def _values(request: Request, facts: Facts, result: Result | None) -> dict[str, str]:
    return {
        "number": request.number,
        "applicant": request.applicant.name or "【申请人】",
        "unit": request.unit or "【承办单位】",
        "city": facts.city,
        "received_on": chinese(request.received_on),
        "content": " ".join(request.content.split()).rstrip("。"),
        "today": chinese(facts.today),
        "due_on": chinese(facts.due_on),
        "correct_by": chinese(facts.correct_by),
        "extension_days": str(facts.extension_days or "【几】"),
        "extended_to": chinese(facts.extended_to),
        "opinion_days": str(facts.opinion_days),
        "party": facts.party or "【被征求意见的一方】",
        "title": f"政府信息公开申请答复告知书（{name_of(result)}）" if result else "",
    }
