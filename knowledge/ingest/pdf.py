"""PDF → a document: lines joined to paragraphs, page numbers and running heads left out."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from knowledge.ingest.document import TITLE_END, Source, build
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.markers import ANSWERED, ASKED, marker
from knowledge.ingest.metadata import Metadata
from knowledge.ingest.pdf_layout import Line, Piece, page_lines
from knowledge.ingest.tidying import tidy
from knowledge.model import Document

if TYPE_CHECKING:
    from pypdf import PageObject

MAX_PAGES = 3000
MAX_PAGE_BYTES = 8_000_000
"""Of one page's drawing instructions; a page full of text takes some 20,000."""
MAX_BYTES = 60_000_000
MIN_CHARS_A_PAGE = 5
_TITLE_LINES = 5
"""A title stands in so many first lines; what ends like one there is not carried on."""
_PAGE_NUMBER = re.compile(
    r"[-—–－·\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／，,]?\s*(?:共\s*)?\d{1,4}\s*页?)?[-—–－·\s]*"
)
_ENDS = ("。", "！", "？", "；", "：", "!", "?", ":", ";")
_UNDATED = re.compile(r"\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日$")


def read_pdf(raw: bytes, *, name: str) -> Document:
    """A PDF's bytes as a document.

    Raises:
        Unreadable: damaged, encrypted, built to do harm, or a scan without text.
    """
    pages = [
        [line for line in page if not _PAGE_NUMBER.fullmatch(line.text)] for page in _pages(raw)
    ]
    written = sum(len(line.text) for page in pages for line in page)
    if written < MIN_CHARS_A_PAGE * len(pages):
        raise Unreadable("PDF 是扫描件，没有文字层，请先做文字识别（OCR）")
    lines = tuple(paragraphs(_without_running_heads(pages)))
    return build(Source(name=name, lines=lines, metadata=Metadata()))


def _pages(raw: bytes) -> list[list[Line]]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # each odd font would be a warning
    try:
        reader = PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("PDF 已加密，需要密码才能打开")
        if len(reader.pages) > MAX_PAGES:
            raise Unreadable(f"PDF 超过 {MAX_PAGES} 页，未导入")
        if not reader.pages:
            raise Unreadable("PDF 没有页面")
        return list(_read_pages(reader.pages))
    except DependencyError as error:
        raise Unreadable("PDF 的加密方式无法打开") from error
    except (LimitReachedError, MemoryError) as error:
        raise Unreadable("PDF 解压后过大，不像正常文件，未导入") from error
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
        ArithmeticError,
    ) as error:  # pypdf lets a damaged file's faults through
        raise Unreadable("PDF 已损坏或不是 PDF 文件") from error


def _read_pages(pages: Any) -> Iterator[list[Line]]:
    total = 0
    for page in pages:
        contents = page.get_contents()
        size = len(contents.get_data()) if contents is not None else 0
        total += size
        if size > MAX_PAGE_BYTES or total > MAX_BYTES:
            raise Unreadable("PDF 解压后过大，不像正常文件，未导入")
        yield _page_lines(page)


def _page_lines(page: PageObject) -> list[Line]:
    """A page's lines by where they stand; turned text as it comes."""
    pieces: list[Piece] = []
    turned: list[bool] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if not text.strip():
            return
        across = tm[0] * cm[0] + tm[1] * cm[2]
        up = tm[2] * cm[1] + tm[3] * cm[3]
        turned.append(across <= 0 or up <= 0)
        pieces.append(
            Piece(
                text=text.strip("\n").strip(),
                x=tm[4] * cm[0] + tm[5] * cm[2] + cm[4],
                y=tm[4] * cm[1] + tm[5] * cm[3] + cm[5],
                size=abs(size * up),
            )
        )

    plain = page.extract_text(visitor_text=visit)
    if any(turned) or not pieces:
        return [Line(text=text) for text in map(tidy, plain.split("\n")) if text]
    return page_lines(pieces)


def _without_running_heads(pages: list[list[Line]]) -> list[Line]:
    """Every line but those that stand at the edge of most pages, whatever number is in them."""
    if len(pages) < 3:
        return [line for page in pages for line in page]
    edges = Counter(key for page in pages for key in {*map(_key, [*page[:2], *page[-2:]])})
    running = {key for key, times in edges.items() if times > len(pages) // 2 and len(key) < 60}
    kept: list[Line] = []
    for page in pages:
        for at, line in enumerate(page):
            edge = at < 2 or at >= len(page) - 2
            if not (edge and _key(line) in running):
                kept.append(line)
    return kept


def _key(line: Line) -> str:
    return line.text if line.text.endswith(_ENDS) else re.sub(r"\d+", "0", line.text)


def paragraphs(lines: list[Line]) -> list[str]:
    """Set lines joined to paragraphs: a full line that ends no sentence goes on in the next."""
    if not lines:
        return []
    set_lines = sorted(len(line.text) for line in lines if not line.row) or [0]
    full = set_lines[int(len(set_lines) * 0.9)] * 0.85
    out: list[str] = []
    last = Line(text="", row=True)
    for line in lines:
        titled = len(out) <= _TITLE_LINES and TITLE_END.search(last.text) is not None
        if out and not titled and _goes_on(last, line, full):
            out[-1] = _glued(out[-1], line.text)
        else:
            out.append(line.text)
        last = line
    return out


def _glued(before: str, after: str) -> str:
    """Two lines as one; a word parted by a hyphen is whole again."""
    if re.search(r"[a-z]-$", before) and re.match(r"[a-z]", after):
        return before[:-1] + after
    words = before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha()
    return f"{before} {after}" if words else before + after


def _goes_on(last: Line, line: Line, full: float) -> bool:
    if last.row or line.row or line.indented:
        return False
    if len(last.text) < full or last.text.endswith(_ENDS) or _UNDATED.search(last.text):
        return False
    starts = marker(line.text)
    if ASKED.match(line.text) or ANSWERED.match(line.text):
        return False
    return starts is None or (starts.label.isdecimal() and not line.text[starts.end :])
