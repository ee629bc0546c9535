"""Word (.docx) → a document: paragraphs with their numbers, tables, text boxes and notes in place.

After ECMA-376 part 1, of which only what carries text is read; nothing is unpacked to disk.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from knowledge.ingest.document import Source, build
from knowledge.ingest.docx_body import Body
from knowledge.ingest.docx_numbers import Numbering
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.metadata import Metadata
from knowledge.ingest.tidying import tidy
from knowledge.model import Document

MAX_PART = 60 * 1024 * 1024
"""Bytes of one unpacked part; the text of a thousand pages takes some 10 MB of XML."""
MAX_PARTS = 20_000
_OLE = b"\xd0\xcf\x11\xe0"
_BODY = "word/document.xml"
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
"""What the archive's reader raises over places and sizes that are not so."""
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def read_docx(raw: bytes, *, name: str) -> Document:
    """A Word file as a document.

    Raises:
        Unreadable: encrypted, an old .doc, damaged, built to do harm, or without text.
    """
    if raw.startswith(_OLE):
        raise Unreadable("Word 文件已加密，或是旧的 .doc 格式，请另存为不加密的 .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if len(packed.infolist()) > MAX_PARTS:
                raise Unreadable("Word 文件内部的部件过多，未导入")
            lines, title = _read(packed)
    except _DAMAGED as error:
        if isinstance(error, RecursionError):
            raise Unreadable("Word 文件嵌套过深，未导入") from error
        raise Unreadable("Word 文件已损坏或不是 .docx") from error
    if not lines:
        raise Unreadable("Word 文件没有文字")
    return build(Source(name=name, lines=lines, metadata=Metadata(title=title)))


def _read(packed: zipfile.ZipFile) -> tuple[tuple[str, ...], str]:
    root = _part(packed, _BODY)
    if root is None:
        raise Unreadable("Word 文件已损坏或不是 .docx")
    numbering = Numbering(_part(packed, "word/numbering.xml"), _part(packed, "word/styles.xml"))
    notes = [_part(packed, f"word/{kind}.xml") for kind in ("footnotes", "endnotes")]
    lines = Body(numbering, notes).lines(root)
    core = _part(packed, "docProps/core.xml")
    named = tidy(core.findtext(_TITLE) or "") if core is not None else ""
    return tuple(lines), named if named in lines[:6] else ""


def _part(packed: zipfile.ZipFile, name: str) -> Element | None:
    """One part of the file as XML; None where the file has none."""
    if name not in packed.namelist():
        return None
    with packed.open(name) as part:
        content = part.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise Unreadable("Word 文件解压后过大，未导入")
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable("Word 文件里有不允许的实体定义，未导入") from error
    except (ParseError, ValueError) as error:
        raise Unreadable("Word 文件已损坏或不是 .docx") from error
    return root
