"""Which of a page's many titles is the document's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.ingest.tidying import tidy


@dataclass(frozen=True, kw_only=True)
class Titles:
    """Where titles stand on a page, each as found.

    Args:
        tag: `<title>`; shared: og:title; headings: h1 to h3; classed: elements named title.
        above: the line above date and source.
        site, column: the site's and the column's name, which are no titles.
    """

    tag: str = ""
    shared: str = ""
    headings: tuple[str, ...] = ()
    classed: tuple[str, ...] = ()
    above: str = ""
    site: str = ""
    column: str = ""


_GENERIC = re.compile(
    r"(?:首页|正文|详情|详细(?:信息|内容)|文章(?:页|详情|内容)?|内容(?:页|详情)?|通知公告|政策文件|政策解读|政策法规|规范性文件"
    r"|新闻(?:动态|中心|资讯)?|工作动态|(?:政府)?信息公开(?:目录|平台|网)?|政务(?:公开|动态|服务)|公示公告|公告公示|办事指南|常见问题|便民问答"
    r"|政策|通知|公告|解读|索引号|当前位置|您(?:当前)?所在的?位置|无标题|untitled|index|home|document"
    r"|相关(?:新闻|文件|解读|链接|政策|附件)|附件|分享到?|扫一扫.*|政策问答|部门文件|其他文件|手机版|正在加载|加载中|请稍候|信息详情|公开信息|查看详情)[：:>\s]*",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"政府|网站?$|门户|平台$|官网|信息公开|\.gov\.cn|公众号$|政务(?:公开|服务)$|网手机版$"
    r"|^[\u4e00-\u9fff]{2,8}[市县区省](?:[\u4e00-\u9fff]{2,12}(?:局|委员会|办公室))?$"
)
_SEPARATORS = re.compile(
    r"\s*[_|｜»]\s*|\s+[-–—]+\s+|\s*[–—]{1,2}\s*|-(?=[^-]*(?:网站?|政府|平台|局|委|办)\s*$)"
)


def page_title(
    titles: Titles, *, labelled: str = "", meta: str = "", lines: Sequence[str] = ()
) -> str:
    """The document's title.

    The standard meta tag first; then what the page shows and its `<title>` both say; then the
    metadata table; headings; og:title; the rest of `<title>` without the site's name; at last the
    text's own first line.
    """
    shown = [text for text in (*titles.headings, *titles.classed) if _fit(text, titles)]
    tag = bare_title(titles)
    agreed = [text for text in shown if titles.tag and _agree(text, titles)]
    candidates = [
        meta if _fit(meta, titles) else "",
        *sorted(agreed, key=len, reverse=True)[:1],
        labelled if _fit(labelled, titles) else "",
        *[text for text in titles.headings[:1] if _fit(text, titles)],
        titles.shared if _fit(titles.shared, titles) else "",
        titles.above if _fit(titles.above, titles) and "关于" in titles.above else "",
        tag if _fit(tag, titles) and not _is_site(tag) else "",
        *shown[:1],
        titles.above if _fit(titles.above, titles) else "",
        tag if titles.site else "",
        *[
            line
            for line in lines[:1]
            if len(line) <= 80 and line[:1] not in "·问答" and line[-1] not in "：:。"
        ],
        tag,
        titles.tag,
    ]
    chosen = next((text for text in candidates if text), "")
    return _whole(chosen, [*shown, labelled, *lines[:8]])


def _fit(text: str, titles: Titles) -> bool:
    if not 3 <= len(text) <= 200 or _GENERIC.fullmatch(text):
        return False
    if text in (titles.site, titles.column):
        return False
    return not re.match(r"(?:您?(?:当前)?(?:所在)?的?位置|搜索热词|索\s*引\s*号)", text)


def _agree(text: str, titles: Titles) -> bool:
    said = [re.sub(r"\s", "", value) for value in (titles.tag, titles.shared) if value]
    return any(re.sub(r"\s", "", text) in value for value in said)


def bare_title(titles: Titles) -> str:
    """`<title>` without the site's name."""
    text = titles.tag
    if titles.site:
        name = re.escape(titles.site)
        text = re.sub(rf"^\s*{name}\s*[-_|–—]+|[-_|–—]+\s*{name}\s*$", "", text)
    parts = [part.strip() for part in _SEPARATORS.split(text) if part and part.strip()]
    good = [part for part in parts if not _GENERIC.fullmatch(part) and not _is_site(part)]
    return tidy(max(good or parts, key=len, default=""))


def site_in(tag: str) -> str:
    """The site's name as `<title>` ends or begins with it behind a separator; or empty."""
    parts = [part.strip() for part in _SEPARATORS.split(tag) if part and part.strip()]
    return next(
        (part for part in (parts[-1:] + parts[:1]) if len(parts) > 1 and _is_site(part)), ""
    )


def _is_site(part: str) -> bool:
    return bool(_SITE.search(part)) and "关于" not in part and len(part) < 30


def _whole(title: str, others: Sequence[str]) -> str:
    """The full form of a title that was cut with dots."""
    cut = re.sub(r"\s*(?:\.{2,}|…+)$", "", title)
    if cut == title:
        return tidy(title)
    longer = [text for text in others if text.startswith(cut) and len(text) > len(cut)]
    return tidy(longer[0] if longer else cut)
