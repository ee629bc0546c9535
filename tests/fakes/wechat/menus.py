"""The account's menu, and its draft articles.

Source: 微信公众平台 "自定义菜单创建接口", "新建草稿".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .bodies import has_escapes, read_json, text_of
from .errors import PlatformError
from .media import Media

TOP, BELOW = 3, 5
NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
TITLE_CHARACTERS, DIGEST_CHARACTERS, CONTENT_CHARACTERS = 32, 128, 20_000
NEEDS: Mapping[str, str] = {
    "click": "key",
    "view": "url",
    "miniprogram": "url",
    "scancode_push": "key",
    "scancode_waitmsg": "key",
    "pic_sysphoto": "key",
    "pic_photo_or_album": "key",
    "pic_weixin": "key",
    "location_select": "key",
    "media_id": "media_id",
    "article_id": "article_id",
    "article_view_limited": "article_id",
}
_TOP_CODES = {"type": 40017, "name": 40018, "key": 40019, "url": 40020, "domain": 40055}
_SUB_CODES = {"type": 40024, "name": 40025, "key": 40026, "url": 40027, "domain": 40054}


def checked_menu(body: bytes) -> list[dict[str, Any]]:
    r"""The buttons of `menu/create`, as `menu/get` gives them back.

    Raises:
        PlatformError: 40033 written with `\uXXXX`, 47001, 40016 to 40027, 40054, 40055.
    """
    if has_escapes(body):
        raise PlatformError(40033)
    buttons = read_json(body).get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= TOP:
        raise PlatformError(40016)
    return [_top(button) for button in buttons]


def _top(button: object) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise PlatformError(47001)
    below = button.get("sub_button") or []
    if not below:
        return _checked(button, NAME_BYTES, _TOP_CODES)
    _check_name(button, NAME_BYTES, _TOP_CODES["name"])
    if not isinstance(below, list) or len(below) > BELOW:
        raise PlatformError(40023)
    subs = []
    for sub in below:
        if not isinstance(sub, dict):
            raise PlatformError(47001)
        if sub.get("sub_button"):
            raise PlatformError(40022)
        subs.append(_checked(sub, SUB_NAME_BYTES, _SUB_CODES))
    return {"name": button["name"], "sub_button": subs}


def _checked(button: dict[str, Any], name_bytes: int, codes: Mapping[str, int]) -> dict[str, Any]:
    _check_name(button, name_bytes, codes["name"])
    kind = button.get("type")
    if not isinstance(kind, str) or kind not in NEEDS:
        raise PlatformError(codes["type"])
    for name, most in (("key", KEY_BYTES), ("url", URL_BYTES)):
        value = button.get(name)
        if value is None and NEEDS[kind] != name:
            continue
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= most:
            raise PlatformError(codes[name])
    if NEEDS[kind] == "url" and not button["url"].startswith(("http://", "https://")):
        raise PlatformError(codes["domain"])
    if NEEDS[kind] in ("media_id", "article_id"):
        text_of(button, NEEDS[kind], 40007)
    return {**button, "sub_button": []}


def _check_name(button: dict[str, Any], most: int, code: int) -> None:
    if not 1 <= len(text_of(button, "name", code).encode()) <= most:
        raise PlatformError(code)


def checked_draft(read: dict[str, Any], media: Media) -> list[dict[str, Any]]:
    """The articles of `draft/add`.

    Raises:
        PlatformError: 44003 none, 45008 more than eight, 47003 a field is missing, 45003 title,
            45004 digest, 45002 content too long, 40007 the cover is no permanent picture.
    """
    articles = read.get("articles")
    if not isinstance(articles, list) or not articles:
        raise PlatformError(44003)
    if len(articles) > 8:
        raise PlatformError(45008)
    for article in articles:
        _check_article(article, media)
    return articles


def _check_article(article: object, media: Media) -> None:
    if not isinstance(article, dict):
        raise PlatformError(47001)
    title, content = text_of(article, "title", 47003), text_of(article, "content", 47003)
    if not title.strip() or not content.strip():
        raise PlatformError(47003, "hint: title, content")
    if len(title) > TITLE_CHARACTERS:
        raise PlatformError(45003)
    if len(article.get("digest") or "") > DIGEST_CHARACTERS:
        raise PlatformError(45004)
    if len(content) >= CONTENT_CHARACTERS or len(content.encode()) >= 1024 * 1024:
        raise PlatformError(45002)
    if article.get("article_type", "news") == "newspic":
        pictures = (article.get("image_info") or {}).get("image_list") or []
        if not pictures:
            raise PlatformError(47003, "hint: image_info")
        for picture in pictures:
            media.get(picture.get("image_media_id"), "image", permanent=True)
        return
    if not article.get("thumb_media_id"):
        raise PlatformError(40007)
    media.get(article["thumb_media_id"], "image", "thumb", permanent=True)
