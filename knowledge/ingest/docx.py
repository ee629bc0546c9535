"""Word (.docx) → a document, tables in their place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from knowledge.ingest.cells import rows_as_lines
from knowledge.ingest.document import Source, build
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.metadata import Metadata
from knowledge.ingest.tidying import tidy
from knowledge.model import Document

MAX_UNPACKED = 400 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0"


def read_docx(raw: bytes, *, name: str) -> Document:
    """A Word file as a document.

    Raises:
        Unreadable: encrypted, an old .doc, damaged, or without text.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if raw.startswith(_OLE):
        raise Unreadable("Word 文件已加密，或是旧的 .doc 格式，请另存为不加密的 .docx")
    _refuse_bomb(raw)
    try:
        opened = docx.Document(io.BytesIO(raw))
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise Unreadable("Word 文件已损坏或不是 .docx") from error
    lines = tuple(_lines(opened))
    if not lines:
        raise Unreadable("Word 文件没有文字")
    title = opened.core_properties.title or ""
    title = title if title in lines[:6] else ""
    return build(Source(name=name, lines=lines, metadata=Metadata(title=title)))


def _refuse_bomb(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
    except zipfile.BadZipFile as error:
        raise Unreadable("Word 文件已损坏或不是 .docx") from error
    if unpacked > MAX_UNPACKED:
        raise Unreadable("Word 文件解压后过大，未导入")


def _lines(opened: Any) -> Iterator[str]:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for block in opened.iter_inner_content():
        if isinstance(block, Paragraph):
            yield from filter(None, map(tidy, block.text.split("\n")))
        elif isinstance(block, Table):
            rows = [
                [tidy(cell.text.replace("\n", " ")) for cell in row.cells] for row in block.rows
            ]
            width = max((len(row) for row in rows), default=0)
            even = [row + [""] * (width - len(row)) for row in rows if any(row)]
            if width == 1:
                yield from (row[0] for row in even)
            else:
                yield from rows_as_lines(even)
