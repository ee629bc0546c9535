"""Passive replies, read as the platform reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .custom import TEXT_BYTES
from .errors import PlatformError
from .media import Media

ACKNOWLEDGEMENTS = (b"", b"success")


class BadReply(Exception):
    """The platform cannot read a reply; the citizen is told that the account is out of service."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """A reply: its kind, what can be read of it, and its fields."""

    kind: str
    text: str
    fields: dict[str, Any]


def elements(xml: str | bytes) -> Element:
    """A message's `<xml>` element.

    Raises:
        BadReply: not XML, or another element.
    """
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BadReply("not XML") from error
    if root.tag != "xml":
        raise BadReply(f"<{root.tag}> is not <xml>")
    return root


def judge(xml: str | bytes, *, citizen: str, account: str, media: Media) -> Read:
    """Check a reply in plain XML.

    Args:
        xml: the reply.
        citizen: the open id the message came from.
        account: the account's original id the message went to.
        media: the files the account may name.

    Raises:
        BadReply: says why.
    """
    root = elements(xml)
    for name, expected in (("ToUserName", citizen), ("FromUserName", account)):
        if root.findtext(name) != expected:
            raise BadReply(f"{name} is not {expected}")
    if not root.findtext("CreateTime", "").isdigit():
        raise BadReply("CreateTime is no number")
    kind = root.findtext("MsgType", "")
    if kind not in ("text", "image", "voice", "video", "music", "news"):
        raise BadReply(f"MsgType {kind!r}")
    if kind == "text":
        text = _text(root)
    elif kind == "news":
        text = _article(root)
    elif kind == "music":
        text = f"[music {_needed(root, 'Music/ThumbMediaId')}]"
    else:
        text = _medium(root, kind, media)
    fields = {e.tag: e.text or "" for e in root.iter() if e is not root and not len(e)}
    return Read(kind=kind, text=text, fields=fields)


def _text(root: Element) -> str:
    text = _needed(root, "Content")
    if len(text.encode()) > TEXT_BYTES:
        raise BadReply(f"{len(text.encode())} bytes of text")
    return text


def _article(root: Element) -> str:
    count, items = root.findtext("ArticleCount"), root.findall("Articles/item")
    if count != "1" or len(items) != 1:
        raise BadReply(f"{count} articles, {len(items)} items")
    if not items[0].findtext("Url", "").startswith(("http://", "https://")):
        raise BadReply("an article without an address")
    description = items[0].findtext("Description", "")
    return "\n".join(filter(None, (_needed(items[0], "Title"), description)))


def _medium(root: Element, kind: str, media: Media) -> str:
    media_id = _needed(root, f"{kind.capitalize()}/MediaId")
    try:
        media.get(media_id, kind)
    except PlatformError as error:
        raise BadReply(str(error)) from error
    return f"[{kind} {media_id}]"


def _needed(element: Element, path: str) -> str:
    text = element.findtext(path, "")
    if not text.strip():
        raise BadReply(f"no {path}")
    return text
