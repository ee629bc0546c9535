"""A list of cases as a workbook that says on every sheet and in every row who took it away. Pure.

A leaked copy then names its source: the mark is in the head, in each printed page's header and
footer, and beside each row, so that a cut-out part carries it too.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from bot.cases.calendar import ZONE
from bot.cases.model import Case

HEADINGS = (
    "编号", "标题", "内容", "诉求类型", "程度", "属地", "地点", "渠道", "承办单位", "状态",
    "来件时间", "答复期限", "答复", "评价", "联系人", "联系电话", "导出标记",
)  # fmt: skip
_WIDTHS = (16, 28, 60, 10, 8, 12, 24, 12, 20, 12, 17, 17, 40, 6, 10, 16, 34)
_MOST_CHARS = 32_000
"""Of a cell; Excel takes 32,767."""


@dataclass(frozen=True, kw_only=True)
class ExportMark:
    """Who took a list away, when, and the entry in the audit that says so.

    Args:
        masked: persons are masked in it.
    """

    city: str
    by: str
    name: str
    at: datetime
    id: str
    reason: str
    masked: bool

    @property
    def short(self) -> str:
        """As it stands in each row."""
        return f"{self.by} {self.at.astimezone(ZONE):%Y%m%d%H%M%S} {self.id}"

    @property
    def said(self) -> str:
        """As it stands above."""
        kind = "已隐去个人信息" if self.masked else "含个人信息，请妥善保管，用后销毁"
        return (
            f"{self.city}12345工单，{self.name}（{self.by}）于"
            f"{self.at.astimezone(ZONE):%Y年%m月%d日%H时%M分}导出，用途：{self.reason}。{kind}。"
            f"标记 {self.id}"
        )


def book_of(
    cases: Iterable[Case],
    mark: ExportMark,
    *,
    channel_name: Callable[[str], str],
    state_name: Callable[[Case], str],
    severity_name: Callable[[Case], str],
) -> bytes:
    """The workbook; every cell is text, so that no program takes one for a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    for at, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(ord("A") + at)].width = width
    for part in (sheet.oddHeader, sheet.oddFooter):
        part.center.text = mark.short.replace("&", "&&")
    sheet.freeze_panes = "B3"

    def text(value: str, *, bold: bool = False) -> WriteOnlyCell:
        cell = WriteOnlyCell(sheet, value=_plain(value))
        cell.data_type = "s"
        cell.font = Font(bold=bold)
        return cell

    sheet.append([text(mark.said, bold=True)])
    sheet.append([text(one, bold=True) for one in HEADINGS])
    for case in cases:
        row = (
            case.number, case.title, case.text, case.demand_type.value, severity_name(case),
            case.territory, case.place, channel_name(case.channel), case.lead_department,
            state_name(case), _when(case.opened_at), _when(case.due_at), case.reply_text,
            str(case.rating or ""), case.contact_name, case.contact_phone, mark.short,
        )  # fmt: skip
        sheet.append([text(one) for one in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _plain(value: str) -> str:
    """Without what a workbook cannot hold."""
    kept = "".join(char for char in value if char >= " " or char in "\n\t")
    return kept if len(kept) <= _MOST_CHARS else f"{kept[:_MOST_CHARS]}……"


def _when(moment: datetime | None) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}" if moment else ""
