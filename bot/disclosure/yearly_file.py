"""The yearly tables as the form prints them: lines with labels, CSV, JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.city.sheets import write_csv
from bot.disclosure.application import ApplicantKind
from bot.disclosure.course import Outcome, RemedyKind
from bot.disclosure.results import GROUPS, RESULTS, Group, Result
from bot.disclosure.yearly import COLUMNS, OUTCOMES, Row, Yearly

TITLE_THREE = "三、收到和处理政府信息公开申请情况"
TITLE_FOUR = "四、政府信息公开行政复议、行政诉讼情况"
BALANCE = "本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和"
LABEL_COLUMNS = 3

KINDS: Mapping[ApplicantKind, str] = {
    ApplicantKind.PERSON: "自然人",
    ApplicantKind.BUSINESS: "商业企业",
    ApplicantKind.RESEARCH: "科研机构",
    ApplicantKind.CHARITY: "社会公益组织",
    ApplicantKind.LEGAL: "法律服务机构",
    ApplicantKind.OTHER: "其他",
}
OUTCOME_NAMES: Mapping[Outcome, str] = {
    Outcome.UPHELD: "结果维持",
    Outcome.CORRECTED: "结果纠正",
    Outcome.OTHER: "其他结果",
    Outcome.PENDING: "尚未审结",
}
REMEDIES: Mapping[RemedyKind, str] = {
    RemedyKind.REVIEW: "行政复议",
    RemedyKind.SUIT: "未经复议直接起诉",
    RemedyKind.SUIT_AFTER_REVIEW: "复议后起诉",
}
COLUMN_HEADINGS = (*KINDS.values(), "总计")
OUTCOME_HEADINGS = (*(OUTCOME_NAMES[one] for one in OUTCOMES), "总计")

_ENDED = "三、本年度办理结果"


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label of a line, over so many rows and columns."""

    text: str
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of table three: the labels that begin on it, and its numbers."""

    labels: tuple[Label, ...]
    cells: tuple[int, ...]
    path: tuple[str, str, str]


def lines(yearly: Yearly) -> tuple[Line, ...]:
    """Table three, top to bottom."""
    return (
        _alone("一、本年新收政府信息公开申请数量", yearly.new),
        _alone("二、上年结转政府信息公开申请数量", yearly.carried_in),
        *_ended(yearly),
        _alone("四、结转下年度继续办理", yearly.carried_out),
    )


def name_of(yearly: Yearly) -> str:
    """Such as 2026年依申请公开情况（市城市管理局）."""
    return f"{yearly.year}年政府信息依申请公开情况" + (f"（{yearly.unit}）" if yearly.unit else "")


def as_csv(yearly: Yearly) -> bytes:
    """Both tables for a spreadsheet, one under the other."""
    blank = [""] * (LABEL_COLUMNS - 1)
    rows: list[Sequence[str]] = [[TITLE_THREE], ["", *blank, *COLUMN_HEADINGS]]
    rows += [[*line.path, *map(str, line.cells)] for line in lines(yearly)]
    rows += [[], [TITLE_FOUR], ["", *blank, *OUTCOME_HEADINGS]]
    for kind, name in REMEDIES.items():
        rows.append([name, *blank, *map(str, yearly.remedy_cells(kind))])
    return write_csv(rows)


def as_json(yearly: Yearly) -> str:
    """Both tables for a program, by code."""

    def row(of: Row) -> dict[str, int]:
        return {kind.value: of.by_kind.get(kind, 0) for kind in COLUMNS} | {"total": of.total}

    outcomes = (*(outcome.value for outcome in OUTCOMES), "total")
    said = {
        "year": yearly.year,
        "unit": yearly.unit,
        "new": row(yearly.new),
        "carried_in": row(yearly.carried_in),
        "ended": {result.value: row(yearly.ended[result]) for result in Result},
        "ended_total": row(yearly.ended_total),
        "carried_out": row(yearly.carried_out),
        "remedies": {
            kind.value: dict(zip(outcomes, yearly.remedy_cells(kind), strict=True))
            for kind in RemedyKind
        },
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _alone(text: str, row: Row) -> Line:
    label = Label(text=text, columns=LABEL_COLUMNS)
    return Line(labels=(label,), cells=row.cells, path=(text, "", ""))


def _ended(yearly: Yearly) -> Iterator[Line]:
    section: tuple[Label, ...] = (Label(text=_ENDED, rows=len(Result) + 1),)
    for group, results in groupby(Result, key=lambda result: RESULTS[result].group):
        members = list(results)
        title = GROUPS[group]
        alone = group in {Group.GRANTED, Group.PARTIAL}
        head: tuple[Label, ...] = (Label(text=title, rows=len(members), columns=2 if alone else 1),)
        for result in members:
            item = "" if alone else RESULTS[result].title
            own = (Label(text=item),) if item else ()
            yield Line(
                labels=(*section, *head, *own),
                cells=yearly.ended[result].cells,
                path=(_ENDED, title, item),
            )
            section, head = (), ()
    total = "（七）总计"
    label = Label(text=total, columns=2)
    yield Line(labels=(label,), cells=yearly.ended_total.cells, path=(_ENDED, total, ""))
