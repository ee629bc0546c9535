"""The HTML part of a mail as plain text."""

from __future__ import annotations

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div",
        "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table",
        "tbody", "tfoot", "thead", "tr", "ul", "br",
    }
)  # fmt: skip
_SKIPPED = frozenset(
    {
        "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "select",
        "option", "button", "input", "textarea", "audio", "video", "head", "title", "link",
        "meta",
    }
)  # fmt: skip
_QUOTES = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite-prefix|qmbox|ntes-mailmaster-quote|isReplyContent"
)
_DIVIDERS = frozenset({"divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION", "isReplyContent"})
_SPACES = re.compile(r"[ \t\r\f\v\xa0\u3000]+")
_MOST_NODES = 200_000
_MOST_CHARS = 1_000_000
_MOST_DEPTH = 400
_NESTING = re.compile(
    r"<(/?)(?:div|span|table|tbody|tr|td|blockquote|font|center|section|article|a|b|i|u|em|strong"
    r"|ul|ol|li|dl|dd|p|form|fieldset|small|big|h[1-6])\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_UNSEEN = re.compile(r"<(script|style)\b[^<]{0,100000}</\1\s{0,5}>", re.IGNORECASE)


def plain(html: str) -> tuple[str, bool]:
    """The text, one line a paragraph, table cells parted; lines of quoted mail begin with `> `.

    Returns:
        The text, and whether all of it was read: what comes after a million characters or 200,000
        nodes is left out. What is nested deeper than any program nests is read by its tags alone:
        the parser's time grows with the square of the depth.
    """
    short = html[:_MOST_CHARS]
    if _deep(short):
        return _by_tags(short), len(short) == len(html)
    root = LexborHTMLParser(short).root
    if root is None:
        return "", True
    writer = _Writer()
    whole = writer.write(root)
    return writer.text(), whole and len(short) == len(html)


def _deep(html: str) -> bool:
    depth = 0
    for found in _NESTING.finditer(html):
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > _MOST_DEPTH:
            return True
    return False


def _by_tags(html: str) -> str:
    """The text between the tags, a line at each; neither quotes nor tables are told."""
    said = unescape(_TAG.sub("\n", _UNSEEN.sub(" ", html)))
    lines = (_SPACES.sub(" ", line).strip() for line in said.split("\n"))
    return "\n".join(line for line in lines if line)


class _Writer:
    """Walks the tree without recursion: mails nest tables by the hundred."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._parts: list[str] = []
        self._quoting = 0

    def write(self, root: LexborNode) -> bool:
        stack: list[tuple[LexborNode, bool]] = [(root, True)]
        seen = 0
        while stack:
            node, entering = stack.pop()
            seen += 1
            if seen > _MOST_NODES:
                self._end_line()
                return False
            if not entering:
                self._leave(node)
                continue
            if node.is_text_node:
                self._parts.append(_SPACES.sub(" ", node.text_content or "").replace("\n", " "))
                continue
            if (node.tag or "") in _SKIPPED or node.is_comment_node:
                continue
            self._enter(node)
            stack.append((node, False))
            children = []
            child = node.first_child
            while child is not None:
                children.append((child, True))
                child = child.next
            stack.extend(reversed(children))
        self._end_line()
        return True

    def text(self) -> str:
        """All lines, never two empty ones in a row."""
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

    def _enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _BLOCKS:
            self._end_line(empty=tag == "p")
        if tag == "li":
            self._parts.append("· ")
        if tag in {"td", "th"} and self._parts:
            self._parts.append("  ")
        if _is_quote(node):
            self._quoting += 1
        elif (node.attributes or {}).get("id") in _DIVIDERS:
            self._lines.append("-----原始邮件-----")

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "a":
            target = (node.attributes or {}).get("href") or ""
            shown = (node.text() or "").strip()
            if target.startswith(("http://", "https://")) and target.rstrip("/") not in shown:
                self._parts.append(f"（{target[:300]}）")
        if tag in _BLOCKS:
            self._end_line()
        if _is_quote(node):
            self._quoting = max(0, self._quoting - 1)

    def _end_line(self, *, empty: bool = False) -> None:
        said = _SPACES.sub(" ", "".join(self._parts)).strip()
        self._parts.clear()
        if said:
            self._lines.append("> " * min(self._quoting, 3) + said)
        elif empty and self._lines and self._lines[-1]:
            self._lines.append("")


def _is_quote(node: LexborNode) -> bool:
    attributes = node.attributes or {}
    if node.tag == "blockquote":
        return True
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return node.tag == "div" and _QUOTES.search(named) is not None
