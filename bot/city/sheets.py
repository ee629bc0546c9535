"""A spreadsheet's first sheet as rows of text, whatever wrote it: .xlsx, or .csv. Pure."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes; ten thousand duties take some 10 MB of XML."""
MAX_ROWS = 20_000
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""Full-width signs too: a spreadsheet set to Chinese or Japanese begins a formula with them."""


class SheetUnreadable(Exception):
    """The file is no spreadsheet we can read; the message says why, in Chinese."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row with something in it: its number in the file, from 1, and its cells from the left."""

    number: int
    cells: tuple[str, ...]

    def cell(self, at: int) -> str:
        """The text of a column, counted from 0; empty beyond the row's end."""
        return self.cells[at] if 0 <= at < len(self.cells) else ""


def read(
    raw: bytes, *, most_rows: int | None = None, most_unpacked: int | None = None
) -> tuple[Row, ...]:
    """Rows that hold something, the headings first.

    Args:
        raw: the file.
        most_rows: more are refused; None: `MAX_ROWS`.
        most_unpacked: bytes of a workbook's parts together; None: `MAX_UNPACKED`.

    Raises:
        SheetUnreadable: neither .xlsx nor text, damaged, encrypted, or built to do harm.
    """
    if raw.startswith(_OLE):
        raise SheetUnreadable("文件已加密，或是旧的 .xls 格式，请另存为不加密的 .xlsx")
    most_rows, most_unpacked = most_rows or MAX_ROWS, most_unpacked or MAX_UNPACKED
    rows = _of_workbook(raw, most_rows, most_unpacked) if raw.startswith(_ZIP) else _of_text(raw)
    if len(rows) > most_rows:
        raise SheetUnreadable(f"超过 {most_rows} 行")
    if not rows:
        raise SheetUnreadable("表里什么也没有")
    return rows


def _of_workbook(raw: bytes, most_rows: int, most_unpacked: int) -> tuple[Row, ...]:
    from openpyxl import load_workbook  # here, for the service never reads a workbook

    if _unpacked(raw) > most_unpacked:
        raise SheetUnreadable("文件展开后太大")
    found: list[Row] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles, which are not read
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            for number, values in enumerate(
                book.worksheets[0].iter_rows(values_only=True), start=1
            ):
                cells = tuple(map(_said, values))
                if any(cells):
                    found.append(Row(number=number, cells=cells))
                if len(found) > most_rows:
                    break
            book.close()
    except _DAMAGED as error:
        raise SheetUnreadable(_NO_WORKBOOK) from error
    return tuple(found)


_NO_WORKBOOK = "不是 .xlsx 文件，或文件已损坏"
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
)
"""What the reader raises over damaged or hostile parts; XML errors are syntax errors."""


def _unpacked(raw: bytes) -> int:
    """Bytes of all parts together, as the archive gives them."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            return sum(part.file_size for part in packed.infolist())
    except _DAMAGED as error:
        raise SheetUnreadable(_NO_WORKBOOK) from error


def _said(value: object) -> str:
    """A cell's value as somebody typed it: 5, not 5.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _of_text(raw: bytes) -> tuple[Row, ...]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetUnreadable("认不出文件的编码，请另存为 .xlsx 或 UTF-8 的 CSV")
    if "\x00" in text:
        raise SheetUnreadable("不是表格文件")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, number = [], 1
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                found.append(Row(number=number, cells=tuple(map(_typed, cells))))
            number = lines.line_num + 1
    except csv.Error as error:
        raise SheetUnreadable(f"第 {lines.line_num} 行写法有误（{error}）") from error
    return tuple(found)


def _typed(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def letter(at: int) -> str:
    """What a spreadsheet calls the column at a place from 0: A, B, …, AA."""
    name = ""
    while at >= 0:
        name, at = chr(ord("A") + at % 26) + name, at // 26 - 1
    return name


def write_workbook(rows: Iterable[Sequence[str]], widths: Sequence[int], title: str) -> bytes:
    """An .xlsx of one sheet; the first row is the headings and stays in sight."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.title = title
    for at, width in enumerate(widths):
        sheet.column_dimensions[letter(at)].width = width
    for row in rows:
        sheet.append(list(row))
    for line in sheet.iter_rows():
        for cell in line:
            cell.data_type = "s"  # a text that begins with = is a text
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV that a spreadsheet opens: UTF-8 with a mark; formulas made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")
