"""Questions and answers that only the markup tells: icons, definition lists, folded panels."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from knowledge.ingest.tidying import tidy

SPEAKER = re.compile(r"(?:[问答QA]\d{0,3}|问题\d{1,3}|答案\d{1,3})[：:.]?")
"""A whole line, or an icon, that says only who speaks next."""

_QUESTION_CLASS = re.compile(
    r"(?:^|[-_ ])(?:question|quest|faq-?q|q-?title|wenti|wd-?q|ask)(?:$|[-_ \d])", re.IGNORECASE
)
_ANSWER_CLASS = re.compile(
    r"(?:^|[-_ ])(?:answer|faq-?a|a-?con(?:tent)?|huida|dafu|wd-?a|reply)(?:$|[-_ \d])",
    re.IGNORECASE,
)
_ASKING = re.compile(r"如何|怎么|怎样|怎办|什么|哪|多少|多久|几|是否|能否|可否|吗|呢|谁|为何")
_OPENED = re.compile(r"[【\[（(]?(?:[问答QA]|\d|[一二三四五六七八九十]+、|[（(])")
_MAX_QUESTION = 120


def speaker_of(node: LexborNode) -> str:
    """`问：` or `答：` for an element that its place in the markup makes one; else empty."""
    if node.tag == "summary":
        return "问：" if _asks(node) else ""
    if node.tag == "dt":
        return "问：" if _asks(node) and _next(node, "dd") is not None else ""
    if node.tag == "dd":
        before = _before(node)
        told = before is not None and before.tag == "dt" and _asks(before)
        return "答：" if told and not _opens(node) else ""
    names = _names(node)
    if _ANSWER_CLASS.search(names):
        before = _before(node)
        told = before is not None and bool(_QUESTION_CLASS.search(_names(before)))
        return "答：" if told and not _opens(node) else ""
    if _QUESTION_CLASS.search(names):
        after = _next(node, "")
        told = after is not None and bool(_ANSWER_CLASS.search(_names(after)))
        return "问：" if told and not _opens(node) else ""
    return ""


def _asks(node: LexborNode) -> bool:
    text = tidy(node.text() or "")
    if not 4 <= len(text) <= _MAX_QUESTION or text.endswith(("：", ":")) or _OPENED.match(text):
        return False
    return text.endswith(("？", "?")) or bool(_ASKING.search(text))


def _opens(node: LexborNode) -> bool:
    """Whether the text itself says who speaks, or is numbered."""
    return bool(_OPENED.match(tidy((node.text() or "")[:40])))


def _names(node: LexborNode) -> str:
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}"


def _next(node: LexborNode, tag: str) -> LexborNode | None:
    after = node.next
    while after is not None and not after.is_element_node:
        after = after.next
    return after if after is not None and (not tag or after.tag == tag) else None


def _before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    return before
