"""A report as a Word document, as an office sends it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.openness.report.docx_chart import add_chart
from bot.openness.report.model import Report, Section, Table

_NUMBERS = "一二三四五六七八九十"
_BODY, _HEAD, _TITLE = "仿宋", "黑体", "宋体"
_WIDTH_CM = 15.6


def as_docx(report: Report) -> bytes:
    """The file."""
    document = Document()
    _page(document)
    _line(document, report.title, _TITLE, 22, bold=True, middle=True)
    _line(document, report.span.name, _BODY, 14, middle=True)
    charts = 0
    for number, section in zip(_NUMBERS, report.sections, strict=False):
        charts = _section(document, f"{number}、{section.heading}", section, charts)
    made = report.made_on
    for said in (report.sender, f"{made.year}年{made.month}月{made.day}日"):
        _line(document, said, _BODY, 14).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for note in report.notes:
        _line(document, f"注：{note}", _BODY, 10)
    document.core_properties.title = f"{report.title}（{report.span.name}）"
    document.core_properties.author = report.sender
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: DocumentObject) -> None:
    """A4 with the margins of official documents (GB/T 9704)."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _font(document.styles["Normal"], _BODY, 12)


def _font(styled: Any, name: str, size: float, *, bold: bool = False) -> None:
    styled.font.name, styled.font.size, styled.font.bold = name, Pt(size), bold
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)


def _section(document: DocumentObject, heading: str, section: Section, charts: int) -> int:
    head = document.add_heading(level=1)
    run = head.add_run(heading)
    _font(run, _HEAD, 16)
    run.font.color.rgb = RGBColor(0, 0, 0)
    for said in section.says:
        _line(document, said, _BODY, 14).paragraph_format.first_line_indent = Pt(28)
    for chart in section.charts:
        charts += 1
        _line(
            document, f"{chart.title}（{chart.unit}）", _HEAD, 12
        ).paragraph_format.keep_with_next = True
        add_chart(document, chart, charts)
    for table in section.tables:
        _line(document, table.title, _HEAD, 12).paragraph_format.keep_with_next = True
        _table(document, table)
    return charts


def _line(
    document: DocumentObject,
    text: str,
    font: str,
    size: float,
    *,
    bold: bool = False,
    middle: bool = False,
) -> Any:
    paragraph = document.add_paragraph()
    _font(paragraph.add_run(text), font, size, bold=bold)
    if middle:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _table(document: DocumentObject, table: Table) -> None:
    made = document.add_table(rows=0, cols=len(table.headings))
    made.style = "Table Grid"
    made.autofit = False
    wide = table.wide or (1,) * len(table.headings)
    widths = [Cm(_WIDTH_CM * one / sum(wide)) for one in wide]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    _row(made, table.headings, widths, heading=True)
    for row in table.rows:
        _row(made, row, widths)


def _row(made: Any, cells: Sequence[str], widths: Sequence[Any], *, heading: bool = False) -> None:
    row = made.add_row()
    for cell, text, width in zip(row.cells, cells, widths, strict=True):
        cell.width = width
        _font(cell.paragraphs[0].add_run(text), _HEAD if heading else _BODY, 10)
    if heading:  # again at the top of each page
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)
