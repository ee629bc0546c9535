"""A web page → a document."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.ingest.document import Source, build
from knowledge.ingest.encoding import decode
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.html_links import attachments, linked_policies
from knowledge.ingest.html_main import main_element, prune
from knowledge.ingest.html_pairs import visible_pairs
from knowledge.ingest.html_text import lines
from knowledge.ingest.labels import only_labels, pairs_in_line
from knowledge.ingest.linked_data import article_of
from knowledge.ingest.metadata import from_meta_tags, from_pairs, number_before_labels
from knowledge.ingest.pictures import described, why_empty
from knowledge.ingest.scripted import Scripted, scripted
from knowledge.ingest.tidying import tidy
from knowledge.ingest.titles import Titles, page_title, site_in
from knowledge.model import Attachment, Document, Kind

MAX_DEPTH = 1500
"""Nested elements; the parser's time grows with the square (100,000 deep: 22 s measured)."""
MAX_TAGS = 400_000
"""Some 7 s of parsing (measured); a table of ten thousand rows has half of it."""
MIN_TEXT = 10
FEW_WORDS = 60
"""A page with fewer characters may have its text in a script or in pictures."""

_TAG = re.compile(r"<(/?)([a-z][a-z0-9:_-]*)", re.I)
_UNNESTED = frozenset(
    re.findall(
        r"\S+",
        "area base br col embed hr img input link meta param source track wbr p li td th tr dt dd "
        "option thead tbody tfoot ",
    )
)
_JUNK = re.compile(
    r"(?:【?(?:打印(?:本页|页面|正文)?|关闭(?:本页|窗口|页面)?|收藏(?:本页)?|返回顶部|返回|纠错|内容纠错|下载(?:文字版|图片版)?"
    r"|大|中|小|字体|分享(?:到|至)?|微信|微博|复制链接|二维码)】?[ |：:，,]*)+"
    r"|扫一扫.{0,15}|(?:点击|长按|扫码|关注).{0,6}(?:蓝字|公众号|二维码).{0,12}|相关(?:附件|新闻|文件|解读|链接|稿件|阅读|政策|信息)[：:]?|附件下载[：:]?|.{0,4}上一[篇条].*|.{0,4}下一[篇条].*"
    r"|[【（(]?责任?编辑[：:].{0,20}|(?:浏览|阅读|点击|访问)(?:次数|量|数)?[：:].{0,10}|[-—_=*·\s|]+|您?的?(?:当前)?(?:所在)?位置[：:].*"
    r"|您是第.*位访.*|.{0,20}版权所有.{0,40}|.{0,4}(?:京|赣|粤|沪|浙|苏|鄂|湘|皖|闽|川|鲁|豫|冀)ICP备.*"
)
_MARKUP_HINT = re.compile(r"<(?:html|body|div|p|table|head|meta|title|span|article)\b", re.I)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a page shows.

    Args:
        policies: links shown as the policy an interpretation belongs to.
    """

    tags: tuple[tuple[str, str], ...]
    titles: Titles
    pairs: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    policies: tuple[Attachment, ...]
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
    labelled = from_pairs(page.pairs)
    tagged = from_meta_tags(page.tags)
    title = page_title(page.titles, labelled=labelled.title, meta=tagged.title, lines=page.lines)
    merged = tagged.or_else(labelled)
    document = build(
        Source(
            name=name,
            lines=page.lines,
            metadata=replace(merged, title=title),
            attachments=page.attachments,
            hint=page.column_type,
            site=page.site,
        )
    )
    if document.kind is not Kind.INTERPRETATION:
        return document
    return replace(document, attachments=(*page.attachments, *page.policies))


def _refuse_bomb(markup: str) -> None:
    depth = deepest = 0
    for tags, tag in enumerate(_TAG.finditer(markup), start=1):
        if tag.group(2).lower() not in _UNNESTED:
            depth = max(depth - 1, 0) if tag.group(1) else depth + 1
            deepest = max(deepest, depth)
        if deepest > MAX_DEPTH or tags > MAX_TAGS:
            raise Unreadable("网页嵌套过深或标签过多，不像正常页面，未导入")


def read_page(markup: str) -> Page:
    """Take a page apart.

    Raises:
        Unreadable: it has no text.
    """
    parser = LexborHTMLParser(markup)
    drawn = scripted(parser)
    text, inside = _text_of(LexborHTMLParser(markup))
    if sum(map(len, text)) < FEW_WORDS and drawn is not None:
        return _drawn_page(parser, drawn)
    if sum(map(len, text)) < MIN_TEXT:
        raise Unreadable(why_empty(parser))
    return _page(parser, text, inside, ())


def _drawn_page(parser: LexborHTMLParser, drawn: Scripted) -> Page:
    """A page whose text a script would have drawn."""
    inner = LexborHTMLParser(f"<body><div id=zoom>{drawn.markup}</div></body>")
    files = attachments(inner, "")
    text, inside = _text_of(inner)
    if sum(map(len, text)) < MIN_TEXT:
        raise Unreadable(why_empty(parser))
    page = _page(parser, text, inside, drawn.tags)
    return replace(page, attachments=(*page.attachments, *files))


def _text_of(parser: LexborHTMLParser) -> tuple[list[str], list[tuple[str, str]]]:
    """The lines of a page's text and the metadata inside it; the page is pruned for it."""
    prune(parser)
    if parser.body is None:
        return [], []
    main = main_element(parser.body)
    text, inside = _body_lines(main)
    if sum(map(len, text)) < FEW_WORDS:
        text += [line for line in described(main) if line not in text]
    return text, inside


def _page(
    parser: LexborHTMLParser,
    text: list[str],
    inside: list[tuple[str, str]],
    drawn: tuple[tuple[str, str], ...],
) -> Page:
    tags = [*drawn, *_meta_tags(parser), *article_of(parser)]
    named = {key.lower(): value for key, value in reversed(tags)}
    base = named.get("url") or named.get("og:url") or ""
    files, policies = attachments(parser, base), linked_policies(parser, base)
    head_title = parser.css_first("title")
    title_tag = tidy(head_title.text()) if head_title is not None else ""
    shown, above = visible_pairs(parser)
    prune(parser)
    body = parser.body
    titles = Titles(
        tag=title_tag,
        shared=named.get("og:title", ""),
        headings=tuple(tidy(node.text()) for node in body.css("h1, h2, h3")) if body else (),
        classed=tuple(_classed_titles(body)) if body else (),
        above=above,
        site=named.get("sitename", "") or named.get("og:site_name", ""),
        column=named.get("columnname", ""),
    )
    return Page(
        tags=tuple(tags),
        titles=titles,
        pairs=tuple(shown + inside),
        lines=tuple(text),
        attachments=files,
        policies=tuple(each for each in policies if each.url not in {a.url for a in files}),
        column_type=" ".join(
            [*(named.get(k, "") for k in ("columntype", "columnname")), title_tag]
        ),
        site=titles.site or site_in(title_tag),
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


def _classed_titles(body: LexborNode) -> list[str]:
    found = []
    for node in body.css(
        "[class*=title], [id*=title], [class*=Title], [class*=bt], [class*=_tit], ucaptitle"
    ):
        text = tidy(node.text() or "")
        if 4 <= len(text) <= 150 and node.tag != "a":
            found.append(text)
    return found


def _body_lines(main: LexborNode) -> tuple[list[str], list[tuple[str, str]]]:
    """The text's lines without page furniture, and the metadata that stood at head and foot."""
    kept: list[str] = []
    pairs: list[tuple[str, str]] = []
    for line in lines(main):
        bare = line.removeprefix("· ")
        if _JUNK.fullmatch(bare):
            continue
        if len(kept) < 6 and only_labels(bare) and pairs_in_line(bare):
            pairs += pairs_in_line(bare)
        elif len(kept) < 6 and number_before_labels(bare):
            pairs += [("number", number_before_labels(bare)), *pairs_in_line(bare)]
        else:
            kept.append(line)
    while kept and only_labels(kept[-1]) and pairs_in_line(kept[-1]) and len(kept[-1]) < 60:
        pairs += pairs_in_line(kept.pop())
    return kept, pairs
