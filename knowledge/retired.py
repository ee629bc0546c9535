"""Questions about what is no longer, or not yet, valid: what stands in its place."""

from __future__ import annotations

from datetime import date

from knowledge.index import Index
from knowledge.model import Document, Life
from knowledge.search import Found, Hit

AHEAD = 1.05
"""A retired document is meant where its score is so far above the best valid one's."""
NEARER = 0.05
"""It must also hold so much more of the question: a word both hold points at neither."""
MAX_STEPS = 10
"""A chain of replacements longer than this is a circle."""


def meant(found: Found) -> Hit | None:
    """The retired document a question is about, or None."""
    if not found.retired:
        return None
    first = found.retired[0]
    if first.document.id in found.named or not found.valid:
        return first
    rival = found.valid[0]
    nearer = first.match > rival.match + NEARER or first.title_match > rival.title_match + NEARER
    return first if nearer and first.score > AHEAD * rival.score else None


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
