"""JSON lines → documents: `{id, title, text, kind, url, published, department, number}` a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from knowledge.ingest.dates import first_date
from knowledge.ingest.document import derived_id, kind_of
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.fields import form_from, kind_from, life_from, truth_from
from knowledge.ingest.metadata import document_number, from_lines
from knowledge.model import Document

MAX_LINE_CHARS = 20_000_000


def read_jsonl(path: Path) -> Iterator[Document | Unreadable]:
    """Each line's document, or why the line is none; the ids are kept as given.

    Raises:
        Unreadable: the file is no UTF-8 text or has no lines.
    """
    seen = False
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for at, line in enumerate(_lines(file), start=1):
                if line.strip():
                    seen = True
                    yield _read_line(line, at)
    except UnicodeDecodeError as error:
        raise Unreadable("文件不是 UTF-8 编码的文本") from error
    except PermissionError as error:
        raise Unreadable("没有权限读取这个文件") from error
    except OSError as error:
        raise Unreadable("文件无法读取") from error
    if not seen:
        raise Unreadable("文件里没有内容")


def _lines(file: TextIO) -> Iterator[str]:
    """The file's lines; of one that is too long only so much that it is known to be."""
    while line := file.readline(MAX_LINE_CHARS + 1):
        yield line
        part = line
        while part and not part.endswith("\n"):
            part = file.readline(MAX_LINE_CHARS)


def _read_line(line: str, at: int) -> Document | Unreadable:
    place = f"第 {at} 行"
    if len(line) > MAX_LINE_CHARS:
        return Unreadable("这一行太长，未读取", place=place)
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Unreadable("不是合法的 JSON", place=place)
    if not isinstance(record, dict):
        return Unreadable("这一行不是一条记录", place=place)
    try:
        return document_from(record)
    except Unreadable as error:
        return Unreadable(error.reason_zh, place=place)


def document_from(record: Mapping[str, Any]) -> Document:
    """One record's document; what it does not name is sought in its text.

    Raises:
        Unreadable: no text, or a field that cannot be understood.
    """
    text = _text(record, "text").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise Unreadable("没有正文（text）")
    lines = tuple(line.strip() for line in text.split("\n") if line.strip())
    title = _text(record, "title") or lines[0][:80]
    published = _date(record, "published") or _date(record, "published_on")
    issued = _date(record, "issued_on")
    own = from_lines(lines, title=title, issued_on=issued or published)
    number = document_number(_text(record, "number")) or _text(record, "number") or own.number
    guessed, guessed_form = kind_of(title, lines, number=number)
    document = Document(
        id=_id(record) or derived_id(f"{title}\n{text}"),
        title=title,
        text=text,
        kind=kind_from(_text(record, "kind"), guessed),
        form=form_from(_text(record, "form"), guessed_form),
        url=_text(record, "url"),
        department=_text(record, "department") or own.organ or own.source,
        number=number,
        index_number=_text(record, "index_number"),
        issued_on=issued or own.issued_on,
        published_on=published or own.published_on,
        valid_from=_date(record, "valid_from") or own.valid_from,
        valid_to=_date(record, "valid_to") or own.valid_to,
        policy_id=_text(record, "policy_id"),
        replaced_by=_text(record, "replaced_by"),
        sample=truth_from(str(record.get("sample", ""))),
    )
    return replace(document, life=life_from(_text(record, "life")))


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise Unreadable(f"字段 {key} 不是文字")
    return str(value).strip()


def _id(record: Mapping[str, Any]) -> str:
    given = _text(record, "id")
    if len(given) > 120:
        raise Unreadable("编号（id）超过 120 个字符")
    return given


def _date(record: Mapping[str, Any], key: str) -> date | None:
    value = _text(record, key)
    found = first_date(value)
    if value and found is None:
        raise Unreadable(f"字段 {key} 不是日期：{value[:30]}")
    return found
