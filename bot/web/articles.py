"""A published interpretation as a draft article of an official account, and what may go wrong."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from bot.errors import Conflict, PolicylineError, Unavailable
from bot.web.documents import lines_of
from bot.web.words import weblink
from connectors.base import Article
from connectors.errors import ConnectorError, Misconfigured
from knowledge.model import Document, Kind, Life

_DIGEST_CHARACTERS = 120
_SAID = {
    "app_secret": "这个公众号没有设置 AppSecret，不能生成草稿。",
    "draft_cover": "这个公众号没有设置草稿封面：请把封面图片存为永久素材，把它的 media_id 填入 "
    "POLICYLINE_WECHAT_DRAFT_COVER。",
    "article_too_long": "正文超过公众号文章的长度（2 万字），不能生成草稿。",
    "wechat_40007": "公众号里没有草稿封面这个素材，或者它不是永久素材，请核对 media_id。",
    "wechat_48001": "这个公众号没有草稿箱接口的权限。",
    "wechat_45009": "今天的接口调用次数已经用完，请明天再试。",
    "wechat_quota_used_up": "接口调用次数已经用完，请稍后再试。",
    "wechat_45003": "标题超过公众号允许的长度。",
    "wechat_45004": "摘要超过公众号允许的长度。",
    "wechat_45002": "正文超过公众号允许的长度。",
    "token_refused_40013": "公众号的 AppID 不对，请核对设置。",
    "token_refused_40125": "公众号的 AppSecret 不对，请核对设置。",
}


def article_of(document: Document, *, base_url: str) -> Article:
    """The article: paragraphs as they are, the source named and linked below.

    Args:
        document: as published.
        base_url: where our pages are, without a slash at the end.

    Raises:
        Conflict: it is no interpretation, or not published.
    """
    if document.kind is not Kind.INTERPRETATION:
        raise Conflict("只有政策解读可以生成公众号草稿。")
    if document.life is not Life.PUBLISHED:
        raise Conflict("解读还没有发布，不能生成公众号草稿。")
    link = weblink(document.url) or f"{base_url}/documents/{quote(document.id, safe='')}"
    lines = [
        ("".join(piece.text for piece in line.pieces).strip(), line.heading)
        for line in lines_of(document.text)
    ]
    if lines and lines[0][0] == document.title:
        lines = lines[1:]
    body = [f"<h2>{escape(t)}</h2>" if heading else f"<p>{escape(t)}</p>" for t, heading in lines]
    plain = [text for text, heading in lines if not heading]
    return Article(
        title=document.title,
        digest=(plain[0] if plain else document.title)[:_DIGEST_CHARACTERS],
        content="".join((*body, _source(document, link))),
        source_url=link,
    )


def said(error: ConnectorError) -> PolicylineError:
    """What went wrong with a draft, for whoever asked for it."""
    sentence = _SAID.get(error.code)
    if error.retryable:
        return Unavailable(sentence or "微信平台暂时没有响应，草稿没有生成，请稍后再试。")
    if sentence is None:
        what = "设置不对" if isinstance(error, Misconfigured) else "微信平台没有接受这份草稿"
        sentence = f"{what}（{error.code}）。"
    return Conflict(sentence)


def _source(document: Document, link: str) -> str:
    facts = "，".join(
        escape(fact)
        for fact in (
            document.number,
            document.department,
            f"{document.published_on:%Y-%m-%d}" if document.published_on else "",
        )
        if fact
    )
    known = f"（{facts}）" if facts else ""
    named = f'<a href="{escape(link, quote=True)}">《{escape(document.title)}》</a>'
    return f"<p>来源：{named}{known}</p>"
