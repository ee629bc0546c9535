"""PDF → a document: lines joined to paragraphs, page numbers and running heads left out."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter

from knowledge.ingest.document import Source, build
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.markers import ANSWERED, ASKED, marker
from knowledge.ingest.metadata import Metadata
from knowledge.ingest.tidying import tidy
from knowledge.model import Document

MAX_PAGES = 3000
MIN_CHARS_A_PAGE = 5
_PAGE_NUMBER = re.compile(
    r"[-—–－\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／]\s*(?:共\s*)?\d{1,4}\s*页?)?[-—–－\s]*"
)
_ENDS = ("。", "！", "？", "；", "：", "!", "?", ":", ";")
_UNDATED = re.compile(r"\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日$")


def read_pdf(raw: bytes, *, name: str) -> Document:
    """A PDF's bytes as a document.

    Raises:
        Unreadable: damaged, encrypted, or a scan without text.
    """
    pages = [_page_lines(text) for text in _texts(raw)]
    written = sum(len(line) for page in pages for line in page)
    if written < MIN_CHARS_A_PAGE * len(pages):
        raise Unreadable("PDF 是扫描件，没有文字层，请先做文字识别（OCR）")
    lines = tuple(paragraphs(_without_running_heads(pages)))
    return build(Source(name=name, lines=lines, metadata=Metadata()))


def _texts(raw: bytes) -> list[str]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # each odd font would be a warning
    try:
        reader = PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("PDF 已加密，需要密码才能打开")
        if len(reader.pages) > MAX_PAGES:
            raise Unreadable(f"PDF 超过 {MAX_PAGES} 页，未导入")
        if not reader.pages:
            raise Unreadable("PDF 没有页面")
        return [page.extract_text() for page in reader.pages]
    except DependencyError as error:
        raise Unreadable("PDF 的加密方式无法打开") from error
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        AssertionError,
    ) as error:  # pypdf lets a damaged file's faults through
        raise Unreadable("PDF 已损坏或不是 PDF 文件") from error  # fmt: skip


def _page_lines(text: str) -> list[str]:
    found = [tidy(_close(line)) for line in text.split("\n")]
    return [line for line in found if line and not _PAGE_NUMBER.fullmatch(line)]


def _close(line: str) -> str:
    """Without the blanks that justified setting puts between Chinese characters."""
    cjk = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
    return re.sub(rf"(?<=[{cjk}])[ \u00a0](?=[{cjk}])", "", line) if " " in line else line


def _without_running_heads(pages: list[list[str]]) -> list[str]:
    if len(pages) < 3:
        return [line for page in pages for line in page]
    edges = Counter(line for page in pages for line in {*page[:1], *page[-1:]})
    running = {line for line, times in edges.items() if times > len(pages) // 2 and len(line) < 60}
    return [line for page in pages for line in page if line not in running]


def paragraphs(lines: list[str]) -> list[str]:
    """Set lines joined to paragraphs: a full line that ends no sentence goes on in the next."""
    if not lines:
        return []
    full = sorted(map(len, lines))[int(len(lines) * 0.9)] * 0.85
    out: list[str] = []
    last = ""
    for line in lines:
        if out and _goes_on(last, line, full):
            glue = " " if last[-1:].isascii() and line[:1].isascii() and last[-1:].isalpha() else ""
            out[-1] += glue + line
        else:
            out.append(line)
        last = line
    return out


def _goes_on(last: str, line: str, full: float) -> bool:
    if len(last) < full or last.endswith(_ENDS) or _UNDATED.search(last):
        return False
    starts = marker(line)
    if ASKED.match(line) or ANSWERED.match(line):
        return False
    return starts is None or (starts.label.isdecimal() and not last.endswith(("；", "。")) and
                              len(last) >= full and not line[starts.end :])  # fmt: skip
