"""A chart as a Word document holds it: drawn by Word itself, its numbers in a sheet beside it.

Source: ECMA-376, parts 1 (DrawingML charts) and 2 (packaging). No picture, so that no font has to
be on the server and the office may still change colours and numbers.
"""

from __future__ import annotations

import io
from xml.sax.saxutils import quoteattr

from docx.document import Document as DocumentObject
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm
from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import Series
from openpyxl.xml.functions import tostring

from bot.openness.report.model import Chart

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHART_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_SHEET_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package"
_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_WIDTH_CM, _UPRIGHT_CM, _ROW_CM, _FRAME_CM = 15.0, 6.5, 0.75, 1.2
_BLUE = "1A6FC4"


def add_chart(document: DocumentObject, chart: Chart, number: int) -> None:
    """Put a chart into a paragraph of its own at the end.

    Args:
        document: the Word document.
        chart: what it shows.
        number: from 1, each once in the document.
    """
    package = document.part.package
    if package is None:
        raise LookupError("a document without a package")
    sheet = Part(
        PackURI(f"/word/embeddings/sheet{number}.xlsx"), _SHEET_TYPE, _sheet(chart), package
    )
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART_TYPE, b"", package)
    data_id = part.relate_to(sheet, _SHEET_LINK)
    part._blob = _chart_xml(chart, data_id)
    chart_id = document.part.relate_to(part, _CHART_LINK)
    height = _UPRIGHT_CM if chart.upright else _FRAME_CM + _ROW_CM * len(chart.points)
    size = f'cx="{Cm(_WIDTH_CM)}" cy="{Cm(height)}"'
    drawing = (
        f"<w:drawing {_NAMES}><wp:inline><wp:extent {size}/>"
        f'<wp:docPr id="{number}" name="图{number}" descr={quoteattr(chart.said)}/>'
        "<wp:cNvGraphicFramePr/>"
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{chart_id}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )
    document.add_paragraph().add_run()._r.append(parse_xml(drawing))


def _chart_xml(chart: Chart, data_id: str) -> bytes:
    made, last = BarChart(), len(chart.points) + 1
    made.type = "col" if chart.upright else "bar"
    made.legend = None
    made.gapWidth = 60
    made.series = [_series(chart, last)]
    made.x_axis.delete = made.y_axis.delete = False
    made.x_axis.title = made.y_axis.title = None
    made.y_axis.majorGridlines = None
    made.y_axis.scaling.min = 0
    made.y_axis.crossBetween = "between"
    made.y_axis.axPos, made.x_axis.axPos = ("l", "b") if chart.upright else ("b", "l")
    made.roundedCorners = False
    if not chart.upright:
        made.x_axis.scaling.orientation = "maxMin"  # the first on top
        made.y_axis.crosses = "max"
    text = tostring(made._write()).decode()
    link = (
        '<externalData xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships" r:id="{data_id}"><autoUpdate val="0"/></externalData>'
    )
    text = text.replace("<plotArea>", '<autoTitleDeleted val="1"/><plotArea>')
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f"{head}{text.replace('</chartSpace>', f'{link}</chartSpace>')}".encode()


def _series(chart: Chart, last: int) -> Series:
    names = [StrVal(idx=at, v=name) for at, (name, _) in enumerate(chart.points)]
    values = [NumVal(idx=at, v=value) for at, (_, value) in enumerate(chart.points)]
    series = Series(
        idx=0,
        order=0,
        cat=AxDataSource(
            strRef=StrRef(
                f=f"Sheet1!$A$2:$A${last}", strCache=StrData(ptCount=len(names), pt=names)
            )
        ),
        val=NumDataSource(
            numRef=NumRef(
                f=f"Sheet1!$B$2:$B${last}",
                numCache=NumData(formatCode="General", ptCount=len(values), pt=values),
            )
        ),
    )
    series.graphicalProperties.solidFill = _BLUE
    series.dLbls = DataLabelList(
        showVal=True,
        showSerName=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        showBubbleSize=False,
    )
    return series


def _sheet(chart: Chart) -> bytes:
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise LookupError("a workbook without a sheet")
    sheet.title = "Sheet1"
    sheet.append([chart.title, chart.unit])
    for name, value in chart.points:
        sheet.append([name, value])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
