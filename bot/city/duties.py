"""The dispatch catalogue's file: one duty a line, kept as CSV so that an office can edit it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bot.cases.model import DemandType
from bot.city.model import TERRITORY_LEAD, City, Duty, TerritoryRule
from bot.city.reading import Faults, read_csv

COLUMNS = (
    "id",
    "duty",
    "cat1",
    "cat2",
    "cat3",
    "lead",
    "supporting",
    "territory_rule",
    "keywords",
    "demand_types",
    "basis",
    "working_days",
)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("、") if part.strip())


def read(path: Path, faults: Faults) -> tuple[Duty, ...]:
    """Duties in the order of the file; lists in a cell are separated by 、."""
    found = []
    for line, row in read_csv(path, COLUMNS, faults):
        where = f"{path.name} 第 {line} 行 {row['id']}"
        for column in ("id", "duty", "cat1", "lead", "keywords"):
            if not row[column]:
                faults.add(where, f"缺少“{column}”")
        rule = row["territory_rule"] or TerritoryRule.DEPARTMENT
        if rule not in list(TerritoryRule):
            faults.add(where, f"“territory_rule”应为：{'、'.join(TerritoryRule)}")
            rule = TerritoryRule.DEPARTMENT
        kinds = _split(row["demand_types"])
        if unknown := [kind for kind in kinds if kind not in list(DemandType)]:
            faults.add(where, f"不认识诉求类型：{'、'.join(unknown)}")
        days = row["working_days"]
        if days and not (days.isdecimal() and int(days) > 0):
            faults.add(where, "“working_days”应为正整数")
            days = ""
        found.append(
            Duty(
                id=row["id"],
                name=row["duty"],
                category=tuple(row[level] for level in ("cat1", "cat2", "cat3") if row[level]),
                lead=row["lead"],
                supporting=_split(row["supporting"]),
                territory_rule=TerritoryRule(rule),
                keywords=_split(row["keywords"]),
                demand_types=tuple(DemandType(kind) for kind in kinds if kind not in unknown),
                basis=row["basis"],
                working_days=int(days) if days else None,
            )
        )
    if not found:
        faults.add(path.name, "一条职责也没有")
    return tuple(found)


def check(city: City, faults: Faults) -> None:
    """Ids once; leads and supporting units known; no unit supports itself; no category cycle."""
    for duty_id, count in Counter(duty.id for duty in city.duties).items():
        if count > 1:
            faults.add("catalogue.csv", f"编号“{duty_id}”用了 {count} 次")
    for duty in city.duties:
        where = f"catalogue.csv {duty.id}"
        if duty.lead == TERRITORY_LEAD:
            if duty.territory_rule is TerritoryRule.DEPARTMENT:
                faults.add(where, "主办为“属地”时，“territory_rule”不能是 department")
        elif duty.lead and city.unit(duty.lead) != duty.lead:
            faults.add(where, f"主办“{duty.lead}”不在单位名单中")
        for name in duty.supporting:
            if name != TERRITORY_LEAD and city.unit(name) != name:
                faults.add(where, f"协办“{name}”不在单位名单中")
        if duty.lead in duty.supporting:
            faults.add(where, f"“{duty.lead}”不能既主办又协办")
    for cycle in category_cycles(city.duties):
        faults.add("catalogue.csv", f"分类首尾相接：{' → '.join(cycle)}")


def category_cycles(duties: tuple[Duty, ...]) -> tuple[tuple[str, ...], ...]:
    """Categories that lie under themselves, each cycle once, from its smallest name.

    A name with the same name below it ("其他" under "其他") is no cycle: the levels differ.
    """
    below: dict[str, set[str]] = {}
    for duty in duties:
        for upper, lower in zip(duty.category, duty.category[1:], strict=False):
            if upper != lower:
                below.setdefault(upper, set()).add(lower)
    found: set[tuple[str, ...]] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            cycle = path[path.index(name) :]
            first = cycle.index(min(cycle))
            found.add((*cycle[first:], *cycle[:first], cycle[first]))
            return
        for lower in below.get(name, ()):
            walk(lower, (*path, name))

    for name in below:
        walk(name, ())
    return tuple(sorted(found))
