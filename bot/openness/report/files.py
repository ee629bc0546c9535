"""A report as a file of either kind, and what it is called."""

from __future__ import annotations

from enum import StrEnum

from bot.openness.report.model import Report


class FileKind(StrEnum):
    """What a report is written as."""

    DOCX = "docx"
    HTML = "html"


CONTENT_TYPES = {
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.HTML: "text/html",
}


def packed(report: Report, kind: FileKind) -> bytes:
    """The file's bytes."""
    if kind is FileKind.HTML:
        from bot.openness.report.html_file import as_html

        return as_html(report)
    from bot.openness.report.docx_file import as_docx  # python-docx is slow to import

    return as_docx(report)


def plain_name(report: Report, kind: FileKind) -> str:
    """Such as report-weekly-2026-03-08.docx."""
    return f"report-{report.span.kind.value}-{report.span.until}.{kind.value}"


def shown_name(report: Report, kind: FileKind) -> str:
    """In Chinese."""
    return f"{report.title}（{report.span.since}至{report.span.until}）.{kind.value}"
