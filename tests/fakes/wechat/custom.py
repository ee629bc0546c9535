"""Customer-service messages: what may be sent, and what the citizen sees of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .accounts import Account
from .bodies import text_of
from .errors import PlatformError
from .media import Media

TEXT_BYTES = 2047


def shown(message: dict[str, Any], account: Account, media: Media) -> str:
    """Check a message and give what can be read of it.

    Raises:
        PlatformError: 40008 unknown type, 47001 its part is missing, 44004 empty, 45002 too long,
            40007 no such media, 44003 and 45008 no article and more than one, 40200 msgmenu from
            an account that may not send it.
    """
    kind = message.get("msgtype")
    checks: dict[str, Callable[[dict[str, Any]], str]] = {
        "text": lambda part: checked_text(text_of(part, "content")),
        "image": lambda part: _medium(part, media, "image"),
        "voice": lambda part: _medium(part, media, "voice"),
        "news": _article,
        "msgmenu": lambda part: _menu(part, account),
    }
    if not isinstance(kind, str) or kind not in checks:
        raise PlatformError(40008)
    part = message.get(kind)
    if not isinstance(part, dict):
        raise PlatformError(47001, f"hint: {kind}")
    return checks[kind](part)


def checked_text(text: str) -> str:
    """A text that may be sent.

    Raises:
        PlatformError: 44004 empty, 45002 longer than 2,047 bytes of UTF-8.
    """
    if not text.strip():
        raise PlatformError(44004)
    if len(text.encode()) > TEXT_BYTES:
        raise PlatformError(45002)
    return text


def _medium(part: dict[str, Any], media: Media, kind: str) -> str:
    return f"[{kind} {media.get(part.get('media_id'), kind).media_id}]"


def _article(part: dict[str, Any]) -> str:
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles:
        raise PlatformError(44003)
    if len(articles) > 1:
        raise PlatformError(45008)
    title = text_of(articles[0], "title")
    if not title.strip():
        raise PlatformError(44003)
    return "\n".join(filter(None, (title, articles[0].get("description"))))


def _menu(part: dict[str, Any], account: Account) -> str:
    if account.kind != "service":
        raise PlatformError(40200)
    choices = part.get("list")
    if not isinstance(choices, list) or not choices:
        raise PlatformError(40035, "hint: list")
    lines = []
    for choice in choices:
        if not text_of(choice, "id", 40035).strip():
            raise PlatformError(40035, "hint: id")
        lines.append(text_of(choice, "content", 40035))
    if not all(line.strip() for line in lines) or len({c["id"] for c in choices}) < len(choices):
        raise PlatformError(40035, "hint: list")
    around = [part.get(name) or "" for name in ("head_content", "tail_content")]
    return checked_text("\n".join(filter(None, (around[0], *lines, around[1]))))
