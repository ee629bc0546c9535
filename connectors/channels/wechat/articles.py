"""Draft articles (草稿箱): an interpretation, ready to be looked over and published."""

from __future__ import annotations

from connectors.base import Article
from connectors.errors import Misconfigured, Refused

from .api import WeChatApi
from .settings import WeChatSettings

DRAFT_ADD = "/cgi-bin/draft/add"
TITLE_CHARACTERS, DIGEST_CHARACTERS, CONTENT_CHARACTERS = 32, 128, 20_000
CONTENT_BYTES = 1024 * 1024
"""Limits of `draft/add` (新建草稿)."""


async def add(api: WeChatApi | None, settings: WeChatSettings, article: Article) -> str:
    """Leave a draft; gives its media_id. Title and digest are cut to their limits.

    Raises:
        Misconfigured: no secret or no cover is set.
        Retryable, Refused: as the platform's code says; `article_too_long` without asking it.
    """
    if api is None:
        raise Misconfigured("app_secret")
    if not settings.draft_cover:
        raise Misconfigured("draft_cover")
    content = article.content
    if len(content) >= CONTENT_CHARACTERS or len(content.encode()) >= CONTENT_BYTES:
        raise Refused("article_too_long")
    draft = {
        "article_type": "news",
        "title": _cut(article.title, TITLE_CHARACTERS),
        "author": settings.draft_author,
        "digest": _cut(article.digest, DIGEST_CHARACTERS),
        "content": content,
        "content_source_url": article.source_url,
        "thumb_media_id": settings.draft_cover,
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
    }
    answer = await api.call(DRAFT_ADD, {"articles": [draft]})
    return str(answer.get("media_id", ""))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
