"""Which part of a page is its text, and what of that is no text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.ingest.html_tables import is_data_table
from knowledge.ingest.html_text import SKIPPED, walk

_HINTS = re.compile(
    r"(?:zoom(?:con)?|ucap-?content|info_cont|js_content|vsb_content\w*|artibody|trs_?editor\w*"
    r"|trs_ueditor|trs_web|view|article[-_]?(?:content|con|body|text|detail|main|box)\w*"
    r"|content[-_]?(?:article|body|text|main|html|txt|detail|zw)|pages_content|contenttext"
    r"|news[-_]?(?:content|con|text|body|main|detail)|newsmain|wznr|zhengwen|zw[-_]?(?:con|content"
    r"|nr)?|entry-content|post-content|xxgk[-_]?(?:content|con|detail|zw)|bt[-_]content"
    r"|ewb-article-info|con_main|j-fontcontent|fontzoom|main-?text|mainbody|detail[-_]?"
    r"(?:content|con|text|body|main)|rich[-_]?text|richmedia|editor[-_]?content|text-?content"
    r"|gkwj[-_]?(?:content|con)|p_content|lmtj|arc_?(?:con|content|body)|cont(?:ent)?|nr|conTxt)$",
    re.IGNORECASE,
)
"""Ids and classes under which the usual portal systems keep the text (TRS, 开普, 大汉, 新点,
博达, 蓝凌, WordPress and their like)."""

_NOISE = re.compile(
    r"(?:^|[-_ ])(?:nav\w*|menu\w*|header|top(?:bar|nav)?|foot\w*|bottom|copyright|crumbs?|bread\w*"
    r"|position|location|side\w*|aside|share\w*|bdshare\w*|fenxiang|print\w*|qr\w*|ewm|erweima"
    r"|search\w*|login|tool\w*|related|relate\w*|recommend\w*|hot\w*|comment\w*|pager?|pagination"
    r"|prev\w*|next|xgxw\w*|xgwj|xgyd|xgjd|links?|friend\w*|banner|float\w*|dialog|modal\w*|popup"
    r"|mask|tips|font-?size|others|extended|attr_r|hits?|view-?count|content_slide|accessib\w*"
    r"|wza|barrier\w*|kefu|robot)(?:$|[-_ \d])",
    re.IGNORECASE,
)
_NOISE_TAGS = frozenset({"nav", "footer", "aside", "header"})
_FOLDS = re.compile(
    r"(?:^|[-_ ])(?:answer|question|quest|faq\w*|tab\w*|pane\w*|panel\w*|collapse\w*|accordion\w*"
    r"|fold\w*|toggle\w*|swiper-slide|da|wen)(?:$|[-_ \d])",
    re.IGNORECASE,
)
"""Names of parts that a reader unfolds: answers below their questions, panes behind tabs."""
_MAX_FOLDED = 500
_COPIED = 60
"""A hidden part whose beginning stands elsewhere on the page too is a copy."""
_PUNCTUATION = re.compile(r"[，。；：、！？]")
_MIN_CHARS = 30
_FEW_CHARS = 100
_KEEP_SHARE = 0.4
"""A part named like noise that holds more of the page's text than this is the text after all."""


def prune(parser: LexborHTMLParser) -> None:
    """Take scripts, menus, footers, share bars and hidden copies out of the page."""
    for node in parser.css(",".join(sorted(SKIPPED - {"title", "head", "meta", "link"}))):
        node.decompose()
    body = parser.body
    if body is None:
        return
    sizes = _prose(body)
    total = max(sizes.get(body.mem_id, 0), 1)
    whole = re.sub(r"\s", "", body.text() or "")
    doomed = [
        node
        for node, entering in walk(body)
        if entering and node.mem_id != body.mem_id and _is_noise(node)
        and (sizes.get(node.mem_id, 0) <= total * _KEEP_SHARE or _is_hidden(node))
    ]  # fmt: skip
    folded = 0
    for node in doomed:
        if _is_hidden(node) and folded < _MAX_FOLDED and sizes.get(node.mem_id, 0):
            folded += 1
            if _is_folded(node, whole):
                continue
        if not _holds_title(node):
            node.remove()


def _is_folded(node: LexborNode, whole: str) -> bool:
    """Whether a hidden part is the page's own text, folded away, and no copy and no dialogue."""
    text = re.sub(r"\s", "", node.text() or "")
    if not text or whole.count(text[:_COPIED]) > 1:
        return False
    return bool(_FOLDS.search(_names(node))) or any(
        before is not None and bool(_FOLDS.search(_names(before)))
        for before in (node.prev, node.prev.prev if node.prev is not None else None)
    )


def _holds_title(node: LexborNode) -> bool:
    return node.tag == "header" and node.css_first("h1") is not None


def _is_noise(node: LexborNode) -> bool:
    if node.tag in _NOISE_TAGS:
        return True
    if not node.is_element_node or node.tag == "body":
        return False
    return _is_hidden(node) or bool(_NOISE.search(_names(node)))


def _is_hidden(node: LexborNode) -> bool:
    style = (node.attributes.get("style") or "").replace(" ", "").lower()
    return "display:none" in style


def _names(node: LexborNode) -> str:
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}"


def _prose(root: LexborNode) -> dict[int, int]:
    """Characters of prose in each element: text outside links, in pieces that read like text."""
    sizes: dict[int, int] = {}
    open_sizes: list[int] = []
    links = 0
    for node, entering in walk(root):
        if node.is_text_node:
            if entering and not links:
                text = (node.text_content or "").strip()
                if open_sizes and (len(text) >= 12 or _PUNCTUATION.search(text)):
                    open_sizes[-1] += len(text)
            continue
        links += (1 if entering else -1) if node.tag == "a" else 0
        if entering:
            open_sizes.append(0)
        else:
            size = open_sizes.pop()
            sizes[node.mem_id] = size
            if open_sizes:
                open_sizes[-1] += size
    return sizes


def main_element(body: LexborNode) -> LexborNode:
    """The element that holds the page's text.

    Among the elements named as portals name it, the innermost that holds nearly all the prose of
    the fullest; where none is so named, the innermost that holds most of the page's prose.
    """
    sizes = _prose(body)
    named = [node for node in _elements(body) if _named(node)]
    fullest = max((sizes.get(node.mem_id, 0) for node in named), default=0)
    if fullest >= max(_MIN_CHARS, sizes.get(body.mem_id, 0) * 0.25):
        good = [node for node in named if sizes.get(node.mem_id, 0) >= fullest * 0.85]
        return good[-1]
    pictured = [node for node in named if node.css_first("img") is not None]
    if pictured and sizes.get(body.mem_id, 0) < _FEW_CHARS:
        return pictured[-1]
    if sizes.get(body.mem_id, 0) < _FEW_CHARS:
        telling = max(named, key=_unlinked, default=None)
        if telling is not None and _unlinked(telling) >= _MIN_CHARS:
            return telling
    if sizes.get(body.mem_id, 0) < _MIN_CHARS:
        return _fullest_list(body)
    node = body
    while True:
        inner = max(_children(node), key=lambda child: sizes.get(child.mem_id, 0), default=None)
        if inner is None or sizes.get(inner.mem_id, 0) < sizes.get(node.mem_id, 0) * 0.75:
            return node
        if inner.tag in ("p", "ul", "ol", "span", "a") or (
            inner.tag == "table" and is_data_table(inner)
        ):
            return node
        node = inner


def _unlinked(node: LexborNode) -> int:
    """Characters of an element outside links, however short the pieces (cells of a table)."""
    linked = sum(len((link.text() or "").strip()) for link in node.css("a"))
    return len(re.sub(r"\s", "", node.text() or "")) - linked


def _named(node: LexborNode) -> bool:
    if node.tag in ("ucapcontent", "article"):
        return True
    names = [*(node.attributes.get("class") or "").split(), node.attributes.get("id") or ""]
    return any(_HINTS.match(name) for name in names if name)


def _elements(root: LexborNode) -> Iterable[LexborNode]:
    return (node for node, entering in walk(root) if entering and node.is_element_node)


def _children(node: LexborNode) -> Iterable[LexborNode]:
    return node.iter()


def _fullest_list(body: LexborNode) -> LexborNode:
    """For a page of links only: the list with the most text."""
    return max(body.css("ul, ol, table, dl"), key=lambda node: len(node.text() or ""), default=body)
