"""Markdown with front matter, and plain text → documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from knowledge.ingest.dates import first_date
from knowledge.ingest.document import Source, build
from knowledge.ingest.encoding import decode
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.fields import form_from, kind_from, life_from, truth_from
from knowledge.ingest.metadata import Metadata, document_number
from knowledge.ingest.tidying import tidy
from knowledge.model import Document

KEYS = frozenset(
    re.findall(
        r"\S+",
        "id title kind form number department issued_on published_on valid_from valid_to "
        "policy_id url sample life index_number replaced_by ",
    )
)
_FENCE = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_NEW_PARAGRAPH = re.compile(
    r"\n(?=[ \t]*(?:\*\*)?(?:[问答QA]\d{0,2}[：:]|[（(][一二三四五六七八九十]{1,3}[）)]"
    r"|[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十百\d]{1,5}[条章节]|[（(]\d{1,2}[）)]))"
)


def read_text(raw: bytes, *, name: str, markdown: bool) -> Document:
    """A text file as a document; `markdown` says whether marks mean headings, lists and tables.

    Raises:
        Unreadable: empty, or front matter with a key or value that means nothing.
    """
    text = decode(raw).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    given, body = _front_matter(text)
    lines = _markdown_lines(body) if markdown else tuple(filter(None, map(tidy, body.split("\n"))))
    if not lines:
        raise Unreadable("文件没有正文" if given else "文件是空的")
    document = build(Source(name=name, lines=lines, metadata=_metadata(given)))
    return _with_given(document, given)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    found = _FENCE.match(text)
    if not found:
        return {}, text
    given: dict[str, str] = {}
    for line in found.group(1).split("\n"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.partition(":")
        key = key.strip()
        if not colon or key not in KEYS:
            raise Unreadable(f"文件头里有不认识的一行：{line.strip()[:40]}")
        given[key] = value.strip().strip("\"'")
    return given, text[found.end() :]


def _metadata(given: Mapping[str, str]) -> Metadata:
    return Metadata(
        title=given.get("title", ""),
        number=document_number(given.get("number", "")) or given.get("number", ""),
        organ=given.get("department", ""),
        index_number=given.get("index_number", ""),
        url=given.get("url", ""),
        issued_on=_date(given, "issued_on"),
        published_on=_date(given, "published_on"),
        valid_from=_date(given, "valid_from"),
        valid_to=_date(given, "valid_to"),
    )


def _date(given: Mapping[str, str], key: str) -> date | None:
    value = given.get(key, "")
    found = first_date(value)
    if value and found is None:
        raise Unreadable(f"文件头里的 {key} 不是日期：{value[:30]}")
    return found


def _with_given(document: Document, given: Mapping[str, str]) -> Document:
    if len(given.get("id", "")) > 120:
        raise Unreadable("文件头里的编号（id）超过 120 个字符")
    return replace(
        document,
        id=given.get("id") or document.id,
        kind=kind_from(given.get("kind", ""), document.kind),
        form=form_from(given.get("form", ""), document.form),
        policy_id=given.get("policy_id", ""),
        replaced_by=given.get("replaced_by", ""),
        sample=truth_from(given.get("sample", "")),
        life=life_from(given["life"]) if given.get("life") else document.life,
    )


def _markdown_lines(body: str) -> tuple[str, ...]:
    from markdown_it import MarkdownIt
    from selectolax.lexbor import LexborHTMLParser

    from knowledge.ingest.html_text import lines

    parted = _NEW_PARAGRAPH.sub("\n\n", body)
    markup = MarkdownIt("commonmark", {"html": False, "maxNesting": 50}).enable("table")
    parser = LexborHTMLParser(f"<body>{markup.render(parted)}</body>")
    return tuple(lines(parser.body)) if parser.body is not None else ()
