"""A reply in WeChat's words: plain text with links, in parts that fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from connectors.base import Reply, ReplyCitation, ReplyOption

_LINK = re.compile(r"<a\s[^>]*>.*?</a>|https?://[^\s，。；、）)]+", re.DOTALL)
_MARKS = (
    (re.compile(r"^ {0,3}```[\w-]*[ \t]*$\n?", re.MULTILINE), ""),
    (re.compile(r"^ {0,3}#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^ {0,3}>[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^( {0,6})[-*+][ \t]+(?=\S)", re.MULTILINE), r"\1· "),
    (re.compile(r"!?\[([^\[\]\n]+)\]\((https?://[^\s()]+)\)"), r"\1（\2）"),
    (re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<!\w)__(?=\S)([^_\n]+?)(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)
"""Markdown: fences, headings, quotes, lists, links, bold, code."""
_ANCHOR = re.compile(r"<a\s[^>]*>(.*?)</a>", re.DOTALL)
_TOO_LONG = "（网址过长，此处略去）"
_SENTENCE_END = re.compile(r"(?<=[。！？；\n])")


def render(reply: Reply) -> str:
    """The whole reply as text; options as links that send their words when touched."""
    blocks = [escape(reply.text).strip()]
    if reply.rephrased:
        plainer = "\n".join(escape(sentence.text) for sentence in reply.rephrased)
        blocks = [f"根据以下原文整理：\n{plainer}", f"原文：\n{blocks[0]}"]
    if reply.citations:
        blocks.append("\n".join(_citation(c) for c in reply.citations))
    if reply.options:
        blocks.append(options_as_links(reply.options))
    return "\n\n".join(block for block in blocks if block)


def options_as_links(options: Sequence[ReplyOption]) -> str:
    """Choices as links, a line each; touched, a link sends the option's words."""
    return "\n".join(_option(option, number) for number, option in enumerate(options))


def escape(text: str) -> str:
    """Words as they are shown: no Markdown, and no links of citizens' or documents'."""
    return plain(text).replace("<a ", "＜a ").replace("</a>", "＜/a>")


def plain(text: str) -> str:
    """The same words without Markdown's marks, which the platform shows as they stand.

    Only pairs and beginnings of lines are marks: `*` and `_` inside a line, as in forms and
    addresses, stay.
    """
    for mark, kept in _MARKS:
        text = mark.sub(kept, text)
    return text


def _citation(citation: ReplyCitation) -> str:
    facts = [citation.number, citation.department, citation.published_on]
    named = f"《{escape(citation.title)}》"
    if citation.url.startswith(("http://", "https://")):
        named = f'<a href="{quote(citation.url, safe=":/?#&=%@!$()*+,;~.-_")}">{named}</a>'
    place = f" {escape(citation.place)}" if citation.place else ""
    known = "，".join(escape(fact) for fact in facts if fact)
    return f"来源：{named}{place}" + (f"（{known}）" if known else "")


def _option(option: ReplyOption, number: int) -> str:
    content = quote(option.text, safe="")
    return (
        f'<a href="weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={number}">'
        f"{escape(option.label)}</a>"
    )


def split(text: str, limit: int) -> list[str]:
    """Cut into parts of at most `limit` bytes of UTF-8, at sentence ends where there is one.

    A link is never cut, nor is a character: one that alone is longer than the limit becomes the
    words it stands on, or a note in its place.
    """
    parts: list[str] = []
    current = ""
    for piece in _pieces(text, limit):
        if len((current + piece).encode()) <= limit:
            current += piece
            continue
        if current.strip():
            parts.append(current.strip())
        current = ""
        for chunk in _chunks(piece, limit):
            if current.strip():
                parts.append(current.strip())
            current = chunk
    if current.strip():
        parts.append(current.strip())
    return parts


def _short_enough(link: str, limit: int) -> str:
    if len(link.encode()) <= limit:
        return link
    words = _ANCHOR.fullmatch(link)
    return words[1] if words else _TOO_LONG


def _pieces(text: str, limit: int) -> list[str]:
    pieces: list[str] = []
    position = 0
    for link in _LINK.finditer(text):
        pieces.extend(_SENTENCE_END.split(text[position : link.start()]))
        pieces.append(_short_enough(link.group(), limit))
        position = link.end()
    pieces.extend(_SENTENCE_END.split(text[position:]))
    return [piece for piece in pieces if piece]


def _chunks(piece: str, limit: int) -> list[str]:
    chunks: list[str] = []
    current, size = "", 0
    for character in piece:
        width = len(character.encode())
        if size + width > limit:
            chunks.append(current)
            current, size = "", 0
        current, size = current + character, size + width
    return [*chunks, current]


def joined_in_one(replies: Sequence[Reply], limit: int) -> tuple[str, int]:
    """As many of the first replies as fit in one text.

    Returns:
        The text and how many replies it carries; ("", 0) where not even the first fits.
    """
    text, carried = "", 0
    for reply in replies:
        longer = "\n\n".join(part for part in (text, render(reply)) if part)
        if len(longer.encode()) > limit:
            break
        text, carried = longer, carried + 1
    return text, carried
