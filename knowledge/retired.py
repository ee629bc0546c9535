"""Questions about what is no longer, or not yet, valid: what stands in its place."""

from __future__ import annotations

import re
from datetime import date

from knowledge.asking import Sought, sought
from knowledge.index import Index
from knowledge.model import Document, Life
from knowledge.search import Found, Hit

AHEAD = 1.05
"""A retired document is meant where its score is so far above the best valid one's."""
NEARER = 0.05
"""It must also hold so much more of the question: a word both hold points at neither."""
NEAR = 0.4
"""Where its year or its force is asked for, so near to the best valid one's score is enough."""
STILL_MATCH = 0.2
"""And so much of the question it must hold."""
MAX_STEPS = 10
"""A chain of replacements longer than this is a circle."""

_YEAR = re.compile("((?:19|20)\\d{2})年?")


def meant(found: Found, question: str = "") -> Hit | None:
    """The retired document a question is about, or None.

    Args:
        found: what the search found.
        question: as the citizen put it; one that asks whether something is still in force, or
            names the year of the retired document and no other's, means the retired one.
    """
    if not found.retired:
        return None
    first = found.retired[0]
    asked = _still_asked(question, found)
    if asked is not None:
        return asked
    if first.document.id in found.named or not found.valid:
        return first
    rival = found.valid[0]
    nearer = first.match > rival.match + NEARER or first.title_match > rival.title_match + NEARER
    return first if nearer and first.score > AHEAD * rival.score else None


def _still_asked(question: str, found: Found) -> Hit | None:
    """The retired document near enough to be the one whose force or year is asked for."""
    force = Sought.FORCE in sought(question)
    years = set(_YEAR.findall(question))
    best = found.valid[0].score if found.valid else 0.0
    today_has = any(_year(hit) in years for hit in found.valid[:3] if hit.score >= NEAR * best)
    for hit in found.retired:
        if hit.score < NEAR * best or hit.match < STILL_MATCH:
            continue
        if _year(hit) in years and (force or not today_has):
            return hit
        if force and not years:
            return hit
    return None


def _year(hit: Hit) -> str:
    day = hit.document.issued_on or hit.document.published_on
    return str(day.year) if day else ""


def successor(index: Index, document: Document, today: date) -> Document | None:
    """The document that took its place and may be quoted today, over any number of steps."""
    following = document
    for _ in range(MAX_STEPS):
        found = index.document(following.replaced_by) if following.replaced_by else None
        if found is None:
            return None
        if found.quotable_on(today):
            return found
        following = found
    return None


def note(document: Document, replacement: Document | None, today: date) -> str:
    """A sentence for the citizen about a document that may not be quoted."""
    named = _named(document)
    if replacement is not None:
        now = f"现行文件是{_named(replacement)}，请以现行文件为准。"
    else:
        now = "这里不再引用它的内容。"
    return f"您问的{named}{_state(document, today)}，{now}"


def _named(document: Document) -> str:
    number = f"（{document.number}）" if document.number else ""
    return f"《{document.title}》{number}"


def _state(document: Document, today: date) -> str:
    if document.life is Life.REPEALED:
        return "已废止"
    if document.life is Life.REPLACED:
        return "已被新文件替代"
    if document.valid_from is not None and document.valid_from > today:
        day = document.valid_from
        return f"自{day.year}年{day.month}月{day.day}日起施行，目前尚未生效"
    return "已失效"
