"""Cases in CSV and JSONL files: past ones read, ours written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from bot.cases.calendar import ZONE
from bot.cases.model import Case, DemandType
from bot.cases.past import PastCase
from bot.errors import Invalid

FIELDS = {
    "number": "编号",
    "external_number": "外部编号",
    "channel": "渠道",
    "title": "标题",
    "text": "内容",
    "demand_type": "诉求类型",
    "severity": "紧急程度",
    "place": "地点",
    "territory": "属地",
    "occurred_at": "发生时间",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "anonymous": "匿名",
    "confidential": "保密",
    "state": "状态",
    "department": "承办单位",
    "supporting": "协办单位",
    "reply_text": "答复",
    "rating": "评价",
    "opened_at": "受理时间",
    "due_at": "答复期限",
    "closed_at": "办结时间",
}
"""Columns of an export, in order, with the heading an import takes as well."""

_BY_HEADING = {heading: name for name, heading in FIELDS.items()}
_YES = {"true", "1", "yes", "y", "是"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_GUARD = "'"


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A row that cannot be brought in: its line in the file, from 1, and why, in Chinese."""

    line: int
    reason: str


def read_past(path: Path) -> Iterator[tuple[int, PastCase | RefusedRow]]:
    """The past cases of a `.csv` or `.jsonl` file with their line; bad rows are said, not fatal.

    Raises:
        Invalid: the file as a whole cannot be used.
    """
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Invalid("只能导入 .csv 或 .jsonl 文件。")
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise Invalid(f"读不了这个文件：{path}。") from error
    for line, row in reader(text):
        try:
            yield line, row if isinstance(row, RefusedRow) else _past(row)
        except Invalid as error:
            yield line, RefusedRow(line=line, reason=reason_of(error))


def reason_of(error: Invalid) -> str:
    """An error about a row in one sentence."""
    faults = [f"{FIELDS.get(name, name)}：{what}" for name, what in error.fields.items()]
    return "；".join(faults) or error.message


def write_cases(cases: Iterable[Case], target: TextIO, *, as_csv: bool, heading: bool) -> int:
    """Write cases, one a row; gives how many.

    Cells a spreadsheet would run as a formula get an apostrophe before them (OWASP, CSV
    Injection); an import takes it off again.

    Args:
        cases: already masked where they must be.
        target: a text file opened with `newline=""`.
        as_csv: CSV, else JSON lines.
        heading: for CSV, write the headings first.
    """
    writer = csv.writer(target)
    if as_csv and heading:
        writer.writerow(FIELDS.values())
    count = 0
    for case in cases:
        row = _row(case)
        if as_csv:
            writer.writerow([guarded(value) for value in row.values()])
        else:
            target.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


def guarded(cell: str) -> str:
    """The cell, safe for a spreadsheet."""
    return _GUARD + cell if cell.startswith(_FORMULA) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith(_FORMULA) else cell


def _row(case: Case) -> dict[str, str]:
    def time(moment: datetime | None) -> str:
        return moment.astimezone(ZONE).isoformat(timespec="seconds") if moment else ""

    values = {
        "department": case.lead_department,
        "supporting": "、".join(case.supporting),
        "anonymous": "是" if case.anonymous else "",
        "confidential": "是" if case.confidential else "",
        "rating": str(case.rating or ""),
        "opened_at": time(case.opened_at),
        "due_at": time(case.due_at),
        "closed_at": time(case.closed_at),
    }
    return {name: values.get(name) or str(getattr(case, name, "")) for name in FIELDS} | values


def _decoded(raw: bytes) -> str:
    """UTF-8, or GB 18030 as spreadsheets in China write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("文件编码无法识别，请存为 UTF-8。")


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, str] | RefusedRow]]:
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        names = [_BY_HEADING.get(cell.strip(), cell.strip()) for cell in next(rows, [])]
        if "text" not in names or "opened_at" not in names:
            raise Invalid("第一行应是列名，至少有“内容”和“受理时间”。")
        for cells in rows:
            if any(cells):
                cut = (_unguarded(cell) for cell in cells)
                yield rows.line_num, dict(zip(names, cut, strict=False))
    except csv.Error as error:
        raise Invalid(f"第 {rows.line_num} 行不是 CSV。") from error


def _jsonl_rows(text: str) -> Iterator[tuple[int, dict[str, str] | RefusedRow]]:
    for line, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            value = json.loads(raw)
        except ValueError:
            value = None
        if isinstance(value, dict):
            yield line, {_BY_HEADING.get(str(k), str(k)): _said(v) for k, v in value.items()}
        else:
            yield line, RefusedRow(line=line, reason="不是 JSON 对象")


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _past(row: Mapping[str, str]) -> PastCase:
    def cell(name: str) -> str:
        return row.get(name, "").strip()

    opened_at = _time(row, "opened_at")
    if opened_at is None:
        raise Invalid("", fields={"opened_at": "不能为空"})
    return PastCase(
        text=cell("text"),
        opened_at=opened_at,
        external_number=cell("external_number") or cell("number"),
        title=cell("title"),
        demand_type=_demand_type(cell("demand_type")),
        place=cell("place"),
        territory=cell("territory"),
        occurred_at=cell("occurred_at"),
        contact_name=cell("contact_name"),
        contact_phone=cell("contact_phone"),
        department=cell("department"),
        reply_text=cell("reply_text"),
        rating=_rating(cell("rating")),
        closed_at=_time(row, "closed_at"),
        anonymous=cell("anonymous").lower() in _YES,
        confidential=cell("confidential").lower() in _YES,
    )


def _time(row: Mapping[str, str], name: str) -> datetime | None:
    """A time; without a zone it is China's."""
    text = row.get(name, "").strip().replace("/", "-")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("", fields={name: "应写作 2026-03-02 10:00"}) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)


def _demand_type(text: str) -> DemandType | None:
    """咨询, 咨询类: both are meant."""
    if not text:
        return None
    try:
        return DemandType(text.removesuffix("类"))
    except ValueError as error:
        known = "、".join(kind.value for kind in DemandType)
        raise Invalid("", fields={"demand_type": f"应是 {known} 之一"}) from error


def _rating(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise Invalid("", fields={"rating": "应是 1 到 5"})
    return int(text)
