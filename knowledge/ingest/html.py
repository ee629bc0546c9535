"""A web page → a document."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.ingest.document import Source, build
from knowledge.ingest.encoding import decode
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.html_main import main_element, prune
from knowledge.ingest.html_text import lines, tidy
from knowledge.ingest.labels import field_of, only_labels, pairs_in_line
from knowledge.ingest.linked_data import article_of
from knowledge.ingest.metadata import from_meta_tags, from_pairs
from knowledge.ingest.titles import Titles, page_title
from knowledge.model import Attachment, Document

MAX_DEPTH = 1500
"""Nested elements; the parser's time grows with the square (100,000 deep: 22 s measured)."""
MAX_TAGS = 1_000_000
MIN_TEXT = 10

_TAG = re.compile(
    r"<(/?)(div|span|table|font|b|i|em|strong|ul|ol|section|a|blockquote|form)\b", re.I
)
_FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|7z|csv|txt)(?:$|[?#])", re.I)
_ATTACHMENT_AREA = "[class*=fj], [id*=fj], [class*=attach], [class*=annex], [class*=accessory]"
_JUNK = re.compile(
    r"(?:【?(?:打印(?:本页|页面|正文)?|关闭(?:本页|窗口|页面)?|收藏(?:本页)?|返回顶部|返回|纠错|内容纠错|下载(?:文字版|图片版)?"
    r"|大|中|小|字体|分享(?:到|至)?|微信|微博|复制链接|二维码)】?[ |：:，,]*)+"
    r"|扫一扫.{0,15}|相关(?:附件|新闻|文件|解读|链接|稿件|阅读|政策|信息)[：:]?|附件下载[：:]?|.{0,4}上一[篇条].*|.{0,4}下一[篇条].*"
    r"|[【（(]?责任?编辑[：:].{0,20}|(?:浏览|阅读|点击|访问)(?:次数|量|数)?[：:].{0,10}|[-—_=*·\s|]+|您?的?(?:当前)?(?:所在)?位置[：:].*"
    r"|您是第.*位访.*|.{0,20}版权所有.{0,40}|.{0,4}(?:京|赣|粤|沪|浙|苏|鄂|湘|皖|闽|川|鲁|豫|冀)ICP备.*"
)
_MARKUP_HINT = re.compile(r"<(?:html|body|div|p|table|head|meta|title|span|article)\b", re.I)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a page shows."""

    tags: tuple[tuple[str, str], ...]
    titles: Titles
    pairs: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    column_type: str
    site: str


def read_html(raw: bytes, *, name: str) -> Document:
    """A page's bytes as a document.

    Args:
        raw: the file's bytes.
        name: the file's name, which stands in for an address the page does not tell.

    Raises:
        Unreadable: no page, no text, or one built to do harm.
    """
    markup = decode(raw)
    if not markup.strip():
        raise Unreadable("文件是空的")
    if not _MARKUP_HINT.search(markup):
        raise Unreadable("文件不是网页")
    _refuse_bomb(markup)
    page = read_page(markup)
    if sum(map(len, page.lines)) < MIN_TEXT:
        raise Unreadable("页面没有正文")
    labelled = from_pairs(page.pairs)
    tagged = from_meta_tags(page.tags)
    title = page_title(page.titles, labelled=labelled.title, meta=tagged.title, lines=page.lines)
    merged = tagged.or_else(labelled)
    return build(
        Source(
            name=name,
            lines=page.lines,
            metadata=replace(merged, title=title),
            attachments=page.attachments,
            hint=page.column_type,
            site=page.site,
        )
    )


def _refuse_bomb(markup: str) -> None:
    depth = deepest = 0
    for tags, tag in enumerate(_TAG.finditer(markup), start=1):
        depth = max(depth - 1, 0) if tag.group(1) else depth + 1
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH or tags > MAX_TAGS:
            raise Unreadable("网页嵌套过深或标签过多，不像正常页面，未导入")


def read_page(markup: str) -> Page:
    """Take a page apart."""
    parser = LexborHTMLParser(markup)
    tags = _meta_tags(parser) + article_of(parser)
    named = {key.lower(): value for key, value in reversed(tags)}
    base = named.get("url") or named.get("og:url") or ""
    attachments = _attachments(parser, base)
    head_title = parser.css_first("title")
    title_tag = tidy(head_title.text()) if head_title is not None else ""
    shown = _visible_pairs(parser)
    prune(parser)
    body = parser.body
    if body is None:
        raise Unreadable("页面没有正文")
    main = main_element(body)
    titles = Titles(
        tag=title_tag,
        shared=named.get("og:title", ""),
        headings=tuple(tidy(node.text()) for node in body.css("h1, h2, h3")),
        classed=tuple(_classed_titles(body)),
        site=named.get("sitename", "") or named.get("og:site_name", ""),
        column=named.get("columnname", ""),
    )
    text, inside = _body_lines(main)
    return Page(
        tags=tuple(tags),
        titles=titles,
        pairs=tuple(shown + inside),
        lines=tuple(text),
        attachments=attachments,
        column_type=" ".join(named.get(key, "") for key in ("columntype", "columnname")),
        site=titles.site,
    )


def _meta_tags(parser: LexborHTMLParser) -> list[tuple[str, str]]:
    found = []
    for node in parser.css("meta"):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
        value = tidy(attributes.get("content") or "")
        if name and value:
            found.append((name.strip(), value))
    canonical = parser.css_first("link[rel=canonical]")
    if canonical is not None and (canonical.attributes.get("href") or "").startswith("http"):
        found.append(("url", canonical.attributes["href"] or ""))
    return found


def _visible_pairs(parser: LexborHTMLParser) -> list[tuple[str, str]]:
    """Labelled values anywhere on the page, from cells and definition lists first, then lines."""
    body = parser.body
    if body is None:
        return []
    for node in parser.css("script, style, noscript"):
        node.decompose()
    pairs = []
    for row in body.css("tr, dl, ul, li, div"):
        cells = [child for child in row.iter() if child.is_element_node]
        if 2 <= len(cells) <= 60 and len(row.text() or "") < 2000:
            pairs += _neighbours(cells)
    pages_lines = lines(body)
    for at, line in enumerate(pages_lines):
        if len(line) < 400:
            pairs += pairs_in_line(line)
        following = pages_lines[at + 1] if at + 1 < len(pages_lines) else ""
        if line.endswith(("：", ":")) and field_of(line) and len(following) < 100:
            pairs.append((field_of(line), following))
    return pairs


def _neighbours(cells: list[LexborNode]) -> list[tuple[str, str]]:
    texts = [tidy(cell.text() or "") for cell in cells]
    found = []
    for label, value in pairwise(texts):
        field = field_of(label) if len(label) <= 12 else ""
        plain = label.endswith(("：", ":")) or cells[0].tag in ("td", "th", "dt")
        if field and plain and value and not field_of(value) and len(value) < 300:
            found.append((field, value))
    return found


def _classed_titles(body: LexborNode) -> list[str]:
    found = []
    for node in body.css("[class*=title], [id*=title], [class*=Title], [class*=bt], ucaptitle"):
        text = tidy(node.text() or "")
        if 4 <= len(text) <= 150 and node.tag != "a":
            found.append(text)
    return found


def _body_lines(main: LexborNode) -> tuple[list[str], list[tuple[str, str]]]:
    """The text's lines without page furniture, and the metadata that stood at their head."""
    kept: list[str] = []
    pairs: list[tuple[str, str]] = []
    for line in lines(main):
        if _JUNK.fullmatch(line):
            continue
        if len(kept) < 6 and only_labels(line) and pairs_in_line(line):
            pairs += pairs_in_line(line)
            continue
        kept.append(line)
    return kept, pairs


def _attachments(parser: LexborHTMLParser, base: str) -> tuple[Attachment, ...]:
    found: dict[str, Attachment] = {}
    areas = {link.mem_id for link in parser.css(_attachment_links())}
    for link in parser.css("a[href]"):
        href = (link.attributes.get("href") or "").strip()
        name = tidy(link.text() or "") or tidy(link.attributes.get("title") or "")
        is_file = bool(_FILE.search(urlsplit(href).path) if _splits(href) else False)
        if not is_file and not (link.mem_id in areas and name.startswith("附件")):
            continue
        url = urljoin(base, href) if base else href
        if url.startswith(("http://", "https://", "/", "./", "../")) or "://" not in url:
            found.setdefault(url, Attachment(name=name or url.rsplit("/", 1)[-1], url=url))
    return tuple(found.values())


def _attachment_links() -> str:
    return ", ".join(f"{area.strip()} a[href]" for area in _ATTACHMENT_AREA.split(","))


def _splits(href: str) -> bool:
    try:
        urlsplit(href)
    except ValueError:
        return False
    return not href.lower().startswith(("javascript:", "data:", "mailto:"))
