"""Our cases written into CSV and JSONL files; `bot.cases.past_file` reads such files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from bot.cases.calendar import ZONE
from bot.cases.model import Case

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

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""Full-width signs too: a spreadsheet set to Chinese or Japanese begins a formula with them."""
_GUARD = "'"


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
        row = row_of(case)
        if as_csv:
            writer.writerow([guarded(value) for value in row.values()])
        else:
            target.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


def guarded(cell: str) -> str:
    """The cell, safe for a spreadsheet."""
    return _GUARD + cell if cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before it was guarded."""
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith(_FORMULA) else cell


def row_of(case: Case) -> dict[str, str]:
    """A case as text, by the columns of `FIELDS`."""

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
