"""The yearly tables as an Excel workbook, its header cells merged as on the form."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from bot.city.sheets import letter
from bot.disclosure.course import RemedyKind
from bot.disclosure.yearly import COLUMNS, Yearly
from bot.disclosure.yearly_file import (
    BALANCE,
    COLUMN_HEADINGS,
    LABEL_COLUMNS,
    OUTCOME_HEADINGS,
    REMEDIES,
    TITLE_FOUR,
    TITLE_THREE,
    lines,
    name_of,
)

_FIRST_LINE = 5
"""The row of the sheet under the headings of table three."""


def as_workbook(yearly: Yearly) -> bytes:
    """Both tables, a sheet each."""
    book = Workbook()
    _write_three(_Sheet(book.active, "表三"), yearly)
    _write_four(_Sheet(book.create_sheet(), "表四"), yearly)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


class _Sheet:
    """A sheet of cells that may span others, each with a border around."""

    def __init__(self, sheet: Any, title: str) -> None:
        self._sheet = sheet
        self._sheet.title = title
        side = Side(style="thin")
        self._border = Border(left=side, right=side, top=side, bottom=side)

    def put(
        self,
        row: int,
        column: int,
        value: str | int,
        *,
        rows: int = 1,
        columns: int = 1,
        bold: bool = False,
    ) -> None:
        """Write a cell, merged over so many rows and columns."""
        last_row, last_column = row + rows - 1, column + columns - 1
        for line in self._sheet.iter_rows(row, last_row, column, last_column):
            for one in line:
                one.border = self._border
        cell = self._sheet.cell(row, column, value)
        cell.font = Font(bold=bold)
        middle = "center" if isinstance(value, int) or row < _FIRST_LINE else "left"
        cell.alignment = Alignment(horizontal=middle, vertical="center", wrap_text=True)
        if rows > 1 or columns > 1:
            self._sheet.merge_cells(
                start_row=row, end_row=last_row, start_column=column, end_column=last_column
            )

    def widths(self, widths: Sequence[int]) -> None:
        """Set the columns' widths, in characters."""
        for at, width in enumerate(widths):
            self._sheet.column_dimensions[letter(at)].width = width


def _write_three(sheet: _Sheet, yearly: Yearly) -> None:
    first, width = LABEL_COLUMNS + 1, LABEL_COLUMNS + len(COLUMN_HEADINGS)
    sheet.put(1, 1, f"{name_of(yearly)}：{TITLE_THREE}", columns=width, bold=True)
    sheet.put(2, 1, f"（{BALANCE}）", rows=3, columns=LABEL_COLUMNS)
    sheet.put(2, first, "申请人情况", columns=len(COLUMN_HEADINGS))
    sheet.put(3, first, COLUMN_HEADINGS[0], rows=2)
    sheet.put(3, first + 1, "法人或其他组织", columns=len(COLUMNS) - 1)
    for at, heading in enumerate(COLUMN_HEADINGS[1:-1], start=1):
        sheet.put(4, first + at, heading)
    sheet.put(3, width, COLUMN_HEADINGS[-1], rows=2)
    for row, line in enumerate(lines(yearly), start=_FIRST_LINE):
        # The labels of a line end where its numbers begin.
        column = first - sum(label.columns for label in line.labels)
        for label in line.labels:
            sheet.put(row, column, label.text, rows=label.rows, columns=label.columns)
            column += label.columns
        for at, number in enumerate(line.cells):
            sheet.put(row, first + at, number)
    sheet.widths([12, 18, 40, *([12] * len(COLUMN_HEADINGS))])


def _write_four(sheet: _Sheet, yearly: Yearly) -> None:
    span = len(OUTCOME_HEADINGS)
    sheet.put(1, 1, f"{name_of(yearly)}：{TITLE_FOUR}", columns=3 * span, bold=True)
    sheet.put(2, 1, REMEDIES[RemedyKind.REVIEW], rows=2, columns=span)
    sheet.put(2, span + 1, "行政诉讼", columns=2 * span)
    for at, (kind, name) in enumerate(REMEDIES.items()):
        if at:
            sheet.put(3, at * span + 1, name, columns=span)
        for place, heading in enumerate(OUTCOME_HEADINGS):
            sheet.put(4, at * span + 1 + place, heading)
            sheet.put(5, at * span + 1 + place, yearly.remedy_cells(kind)[place])
    sheet.widths([10] * 3 * span)
