"""A file of past cases: .csv, .xlsx or .jsonl, row by row, however long."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TextIO

from bot.cases.columns import ColumnMap, Columns, columns_of
from bot.cases.files import FIELDS, unguarded
from bot.cases.past import PastCase
from bot.cases.past_values import past_case
from bot.city import sheets
from bot.errors import Invalid

MOST_ROWS = 200_000
"""Rows of a workbook; a longer list comes as CSV, which is read row by row."""
MOST_UNPACKED = 512 * 1024 * 1024
"""Bytes of a workbook's parts; 200,000 cases of 400 characters take some 350 MB of XML."""
_TITLE_ROWS = 10
"""Above the headings may stand a title and notes."""
_CHUNK = 1 << 20
_RAW = "原文"


@dataclass(frozen=True, kw_only=True)
class PastRow:
    """One row.

    Args:
        line: in the file, from 1.
        cells: as the file has them, by its headings.
        past: the case it tells of; None where it tells of none.
        reason: why not, in Chinese.
        done: how much of the file is behind us, 0 to 1.
    """

    line: int
    cells: Mapping[str, str]
    past: PastCase | None
    reason: str = ""
    done: float = 0.0


class _Source(Protocol):
    """A file's headings and rows: line, cells by heading or a reason, part of the file read."""

    @property
    def headings(self) -> tuple[str, ...]: ...

    def rows(self) -> Iterator[tuple[int, dict[str, str], str, float]]: ...


@dataclass(frozen=True, kw_only=True)
class PastFile:
    """A file that can be used: its columns, and its rows."""

    columns: Columns
    headings: tuple[str, ...]
    _source: _Source
    _formats: tuple[str, ...]

    @property
    def formats(self) -> tuple[str, ...]:
        """How times are written, tried before the usual ways."""
        return self._formats

    def raw_rows(self) -> Iterator[tuple[int, dict[str, str], str, float]]:
        """Every row as the file has it: line, cells by heading, why it is none, part of the file.

        Raises:
            Invalid: from here on the file is no table.
        """
        return self._source.rows()

    def rows(self) -> Iterator[PastRow]:
        """Every row, first to last; a bad one says why.

        Raises:
            Invalid: from here on the file is no table.
        """
        for line, cells, reason, done in self._source.rows():
            past = None
            if not reason:
                try:
                    past = past_case(self.columns.cells(cells), self._formats)
                except Invalid as error:
                    reason = reason_of(error)
            yield PastRow(line=line, cells=cells, past=past, reason=reason, done=done)


def open_past(path: Path, said: ColumnMap | None = None) -> PastFile:
    """A file of past cases.

    Args:
        path: .csv (UTF-8 or GB 18030), .xlsx, or .jsonl.
        said: what the city says about its columns.

    Raises:
        Invalid: the file as a whole cannot be used.
    """
    said = said or ColumnMap()
    kinds: Mapping[str, Callable[[Path, ColumnMap], _Source]] = {
        ".csv": _CsvFile,
        ".xlsx": _Workbook,
        ".jsonl": _JsonLines,
    }
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise Invalid("只能导入 .csv、.xlsx 或 .jsonl 文件。")
    try:
        source = kind(path, said)
    except OSError as error:
        raise Invalid(f"读不了这个文件：{path}。") from error
    return PastFile(
        columns=columns_of(source.headings, said),
        headings=source.headings,
        _source=source,
        _formats=said.formats,
    )


def reason_of(error: Invalid) -> str:
    """An error about a row in one sentence."""
    named = FIELDS | {"replied_at": "答复时间", "due_at": "办理时限"}
    faults = [f"{named.get(name, name)}：{what}" for name, what in error.fields.items()]
    return "；".join(faults) or error.message


class _CsvFile:
    """Read once for its headings, once for its rows; never held whole."""

    def __init__(self, path: Path, said: ColumnMap) -> None:
        self._path, self._encoding = path, _encoding(path)
        first = [cells for _, cells, _ in self._cells(_TITLE_ROWS)]
        self._above, self.headings = _headings(first, said)

    def rows(self) -> Iterator[tuple[int, dict[str, str], str, float]]:
        for at, (line, cells, done) in enumerate(self._cells()):
            if at > self._above:
                yield line, _by_heading(self.headings, cells), "", done

    def _cells(self, most: int | None = None) -> Iterator[tuple[int, list[str], float]]:
        size = max(1, self._path.stat().st_size)
        with _opened(self._path, self._encoding) as (raw, text):
            reader = csv.reader(text)
            line, count = 1, 0
            try:
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        yield line, [unguarded(cell) for cell in cells], raw.tell() / size
                        count += 1
                    if count == most:
                        return
                    line = reader.line_num + 1
            except csv.Error as error:
                raise Invalid(f"第 {reader.line_num} 行不是 CSV。") from error


class _Workbook:
    """The first sheet of an .xlsx."""

    def __init__(self, path: Path, said: ColumnMap) -> None:
        raw = path.read_bytes()
        if not raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise Invalid("不是 .xlsx 文件，或文件已损坏。")
        try:
            self._rows = sheets.read(raw, most_rows=MOST_ROWS, most_unpacked=MOST_UNPACKED)
        except sheets.SheetUnreadable as error:
            raise Invalid(f"{error}。") from error
        first = [list(row.cells) for row in self._rows[:_TITLE_ROWS]]
        self._above, self.headings = _headings(first, said)

    def rows(self) -> Iterator[tuple[int, dict[str, str], str, float]]:
        for at, row in enumerate(self._rows):
            if at > self._above:
                cells = [unguarded(cell) for cell in row.cells]
                yield row.number, _by_heading(self.headings, cells), "", (at + 1) / len(self._rows)


class _JsonLines:
    """One JSON object a line; its keys are the headings."""

    def __init__(self, path: Path, said: ColumnMap) -> None:
        del said
        self._path, self._encoding = path, _encoding(path)
        found: dict[str, None] = {}
        for _, cells, _, _ in self.rows():
            found |= dict.fromkeys(cells)
        self.headings = tuple(heading for heading in found if heading != _RAW)

    def rows(self) -> Iterator[tuple[int, dict[str, str], str, float]]:
        size = max(1, self._path.stat().st_size)
        with _opened(self._path, self._encoding) as (raw, text):
            for line, said in enumerate(text, start=1):
                if not said.strip():
                    continue
                try:
                    value = json.loads(said)
                except (ValueError, RecursionError):
                    value = None
                done = raw.tell() / size
                if isinstance(value, dict):
                    yield line, {str(key): _said(cell) for key, cell in value.items()}, "", done
                else:
                    yield line, {_RAW: said.rstrip("\r\n")}, "不是 JSON 对象", done


def _headings(rows: Sequence[Sequence[str]], said: ColumnMap) -> tuple[int, tuple[str, ...]]:
    """Where the headings stand and what they are; the first row where none of them fits."""
    for at, cells in enumerate(rows):
        names = _distinct(cells)
        try:
            columns_of(names, said)
        except Invalid:
            continue
        return at, names
    return 0, _distinct(rows[0]) if rows else ()


def _distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings, a second one of the same name with its count behind."""
    seen: dict[str, int] = {}
    names = []
    for cell in cells:
        name = cell.strip()
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 or not name else f"{name}#{seen[name]}")
    return tuple(names)


def _by_heading(headings: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found = dict.fromkeys((name for name in headings if name), "")
    return found | {name: cell for name, cell in zip(headings, cells, strict=False) if name}


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(_said, value))
    if isinstance(value, bool):
        return "是" if value else ""
    return "" if value is None else str(value)


def _encoding(path: Path) -> str:
    """UTF-8, or GB 18030 as spreadsheets in China write; told by reading all of it."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as raw:
                while chunk := raw.read(_CHUNK):
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Invalid("文件编码无法识别，请存为 UTF-8。")


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[tuple[BinaryIO, TextIO]]:
    """The bytes, to see how far we are, and the text, its line ends kept for the CSV reader."""
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
        yield raw, text
