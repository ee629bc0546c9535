"""The dispatch catalogue as a spreadsheet: read with every fault named by row and column. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.cases.model import DemandType
from bot.city.duties import category_cycles
from bot.city.model import TERRITORY_LEAD, City, Duty, TerritoryRule
from bot.city.sayings import MAX_CHARS, carried_over
from bot.city.sheets import Row, letter

HEADINGS = {
    "id": "编号",
    "duty": "事项",
    "cat1": "一级分类",
    "cat2": "二级分类",
    "cat3": "三级分类",
    "lead": "主办单位",
    "supporting": "协办单位",
    "territory_rule": "属地规则",
    "keywords": "关键词",
    "demand_types": "诉求类型",
    "basis": "依据",
    "working_days": "时限（工作日）",
    "see": "参见",
    "sayings": "市民说法",
}
"""Column → heading; a file may use either."""
WIDTHS = (10, 28, 12, 12, 12, 24, 28, 12, 60, 18, 40, 14, 10, 80)
_OPTIONAL = frozenset({"cat2", "cat3", "supporting", "territory_rule", "demand_types", "basis"}) | {
    "working_days",
    "see",
    "sayings",
}
RULES = {
    TerritoryRule.DEPARTMENT: "部门",
    TerritoryRule.TOWN: "镇街",
    TerritoryRule.EITHER: "部门或镇街",
}
_BY_RULE = {name: rule for rule, name in RULES.items()} | {rule.value: rule for rule in RULES}
_ALSO = {"职责": "duty", "主办": "lead", "协办": "supporting", "时限": "working_days"}
_LIST = re.compile(r"[、,，;；\n]")
_SENTENCES = re.compile(r"[｜|\n]")
_BLANKS = re.compile(r"\s+")
MAX_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class CellFault:
    """What is wrong, and in which cell; `row` 0 where it is the table as a whole."""

    row: int
    column: str = ""
    letter: str = ""
    what: str

    @property
    def said(self) -> str:
        """One sentence in Chinese."""
        if not self.row:
            return self.what
        where = f"“{self.column}”（{self.letter} 列）" if self.column else ""
        return f"第 {self.row} 行{where}：{self.what}"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A catalogue and its faults; with a fault it must not be taken into use."""

    duties: tuple[Duty, ...]
    faults: tuple[CellFault, ...]


class _Reading:
    """One sheet being read."""

    def __init__(self, headings: Row, unit: Callable[[str], str | None]) -> None:
        self.unit = unit
        self.faults: list[CellFault] = []
        self.at: dict[str, int] = {}
        names = {heading: name for name, heading in HEADINGS.items()} | _ALSO
        for at, cell in enumerate(headings.cells):
            said = _BLANKS.sub("", cell).replace("(", "（").replace(")", "）")
            name = names.get(said, said if said in HEADINGS else "")
            if name in self.at:
                self._fault(headings.number, name, f"“{cell}”这一列有两个", at)
            elif name:
                self.at[name] = at
        missing = [name for name in HEADINGS if name not in self.at and name not in _OPTIONAL]
        if missing:
            said = "、".join(HEADINGS[name] for name in missing)
            self.faults.append(
                CellFault(row=headings.number, what=f"缺少列：{said}（第一行应是列名）")
            )

    def fault(self, row: Row | int, name: str, what: str) -> None:
        """Note a fault of a cell."""
        number = row if isinstance(row, int) else row.number
        self._fault(number, name, what, self.at.get(name, -1))

    def _fault(self, row: int, name: str, what: str, at: int) -> None:
        self.faults.append(
            CellFault(
                row=row,
                column=HEADINGS.get(name, name),
                letter=letter(at) if at >= 0 else "",
                what=what,
            )
        )

    def cell(self, row: Row, name: str) -> str:
        """The text of a column in a row."""
        return row.cell(self.at.get(name, -1))

    def listed(self, row: Row, name: str) -> tuple[str, ...]:
        """The parts of a cell that holds a list."""
        parts = (part.strip() for part in _LIST.split(self.cell(row, name)))
        return tuple(dict.fromkeys(part for part in parts if part))


def read(rows: Sequence[Row], city: City) -> Checked:
    """A catalogue for this city; units may go by any of their names.

    Args:
        rows: as `sheets.read` gives them; without a column of sayings, each duty that is still
            the same keeps those it has.
        city: whose units may lead.
    """
    reading = _Reading(rows[0], city.unit)
    if reading.faults:
        return Checked(duties=(), faults=tuple(reading.faults))
    lines: dict[str, int] = {}
    duties = []
    for row in rows[1:]:
        duty = _duty(reading, row)
        if duty.id and duty.id in lines:
            reading.fault(row, "id", f"编号“{duty.id}”在第 {lines[duty.id]} 行已经用过")
        lines.setdefault(duty.id, row.number)
        duties.append(duty)
    if not duties:
        reading.faults.append(CellFault(row=0, what="一条事项也没有"))
    _check_references(reading, duties, lines)
    for cycle in category_cycles(tuple(duties)):
        first = next(
            duty for duty in duties if set(cycle[:2]) <= set(duty.category)
        )  # a cycle is made of neighbouring levels, so two of its names share a row
        reading.fault(lines[first.id], "cat1", f"分类首尾相接：{' → '.join(cycle)}")
    if "sayings" not in reading.at:
        duties = list(carried_over(duties, city.duties))
    return Checked(
        duties=tuple(duties), faults=tuple(sorted(reading.faults, key=lambda f: (f.row, f.letter)))
    )


def _duty(reading: _Reading, row: Row) -> Duty:
    for name in ("id", "duty", "cat1", "keywords"):
        if not reading.cell(row, name):
            reading.fault(row, name, "不能为空")
    for name in reading.at:
        if reading.cell(row, name).startswith("#") and reading.cell(row, name).endswith(("!", "A")):
            reading.fault(row, name, f"是表格的错误值 {reading.cell(row, name)}")
    lead = _lead(reading, row)
    rule = _rule(reading, row, lead)
    keywords = reading.listed(row, "keywords")
    if reading.cell(row, "keywords") and not any(word.strip("+ ") for word in keywords):
        reading.fault(row, "keywords", "没有一个可用的词")
    return Duty(
        id=reading.cell(row, "id"),
        name=reading.cell(row, "duty"),
        category=tuple(
            said for level in ("cat1", "cat2", "cat3") if (said := reading.cell(row, level))
        ),
        lead=lead,
        supporting=_supporting(reading, row, lead),
        territory_rule=rule,
        keywords=tuple(word for word in keywords if word.strip("+ ")),
        demand_types=_demand_types(reading, row),
        basis=reading.cell(row, "basis"),
        working_days=_days(reading, row),
        see=reading.cell(row, "see"),
        sayings=_sayings(reading, row),
    )


def _sayings(reading: _Reading, row: Row) -> tuple[str, ...]:
    said = [part.strip() for part in _SENTENCES.split(reading.cell(row, "sayings"))]
    if any(len(part) > MAX_CHARS for part in said):
        reading.fault(row, "sayings", f"一句不能超过 {MAX_CHARS} 个字，各句之间用“｜”或换行分开")
    return tuple(dict.fromkeys(part for part in said if part))


def _lead(reading: _Reading, row: Row) -> str:
    said = reading.cell(row, "lead")
    if not said:
        reading.fault(row, "lead", "没有主办单位")
        return ""
    if len(reading.listed(row, "lead")) > 1:
        reading.fault(row, "lead", f"主办单位只能有一个：{said}；其余写在协办单位")
        return ""
    if said == TERRITORY_LEAD:
        return said
    found = reading.unit(said)
    if found is None:
        reading.fault(row, "lead", f"“{said}”不在本市单位名单中")
    return found or ""


def _supporting(reading: _Reading, row: Row, lead: str) -> tuple[str, ...]:
    found = []
    for said in reading.listed(row, "supporting"):
        name = said if said == TERRITORY_LEAD else reading.unit(said)
        if name is None:
            reading.fault(row, "supporting", f"“{said}”不在本市单位名单中")
        elif name == lead:
            reading.fault(row, "supporting", f"“{said}”不能既主办又协办")
        else:
            found.append(name)
    return tuple(dict.fromkeys(found))


def _rule(reading: _Reading, row: Row, lead: str) -> TerritoryRule:
    said = reading.cell(row, "territory_rule")
    default = TerritoryRule.TOWN if lead == TERRITORY_LEAD else TerritoryRule.DEPARTMENT
    rule = _BY_RULE.get(said, None) if said else default
    if rule is None:
        reading.fault(row, "territory_rule", f"应为：{'、'.join(RULES.values())}")
        return default
    if lead == TERRITORY_LEAD and rule is TerritoryRule.DEPARTMENT:
        reading.fault(row, "territory_rule", "主办单位为“属地”时不能是“部门”")
    if lead and lead != TERRITORY_LEAD and rule is TerritoryRule.TOWN:
        reading.fault(row, "territory_rule", "部门主办的事项不能写“镇街”：部门职责不得派给镇街")
    return rule


def _demand_types(reading: _Reading, row: Row) -> tuple[DemandType, ...]:
    known = {kind.value: kind for kind in DemandType}
    found = []
    for said in reading.listed(row, "demand_types"):
        kind = known.get(said.removesuffix("类"))
        if kind is None:
            reading.fault(row, "demand_types", f"不认识“{said}”，应为：{'、'.join(known)}")
        else:
            found.append(kind)
    return tuple(found)


def _days(reading: _Reading, row: Row) -> int | None:
    said = reading.cell(row, "working_days")
    if not said:
        return None
    if said.isascii() and said.isdecimal() and 0 < int(said) <= MAX_DAYS:
        return int(said)
    reading.fault(row, "working_days", f"“{said}”应为 1 到 {MAX_DAYS} 的整数")
    return None


def _check_references(reading: _Reading, duties: Sequence[Duty], lines: dict[str, int]) -> None:
    """参见: to a duty that exists, and never round in a circle."""
    refers = {duty.id: duty.see for duty in duties if duty.see}
    for at, see in refers.items():
        if see not in lines:
            reading.fault(lines[at], "see", f"没有编号“{see}”")
    for cycle in reference_cycles(refers):
        reading.fault(lines[cycle[0]], "see", f"互相参见，首尾相接：{' → '.join(cycle)}")


def reference_cycles(refers: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    """Circles of references, each once, from its smallest id round to itself."""
    found = set()
    for start in refers:
        path = [start]
        while (following := refers.get(path[-1])) is not None:
            if following in path:
                circle = path[path.index(following) :]
                first = circle.index(min(circle))
                found.add((*circle[first:], *circle[: first + 1]))
                break
            path.append(following)
    return tuple(sorted(found))


def rows_of(duties: Sequence[Duty]) -> list[tuple[str, ...]]:
    """The catalogue as an office edits it: the headings, then a duty a row."""
    rows: list[tuple[str, ...]] = [tuple(HEADINGS.values())]
    for duty in duties:
        levels = (*duty.category, "", "", "")[:3]
        rows.append(
            (
                duty.id,
                duty.name,
                *levels,
                duty.lead,
                "、".join(duty.supporting),
                RULES[duty.territory_rule],
                "、".join(duty.keywords),
                "、".join(kind.value for kind in duty.demand_types),
                duty.basis,
                str(duty.working_days or ""),
                duty.see,
                "｜".join(duty.sayings),
            )
        )
    return rows


def gaps(duties: Sequence[Duty], city: City) -> tuple[str, ...]:
    """What a catalogue leaves open, in Chinese: no fault, but worth knowing."""
    leads = {duty.lead for duty in duties}
    idle = [unit.name for unit in city.departments if unit.name not in leads]
    ids = {duty.id for duty in duties}
    bare = [field.name for field in city.fields if not ids.intersection(field.duties)]
    told = []
    if idle:
        told.append(f"没有主办事项的单位：{'、'.join(idle)}")
    if TERRITORY_LEAD not in leads:
        told.append("没有由属地（镇街）主办的事项")
    if bare:
        told.append(f"没有事项的公开领域：{'、'.join(bare)}")
    without = [duty.id for duty in duties if not duty.basis]
    if without:
        some = "、".join(without[:10]) + ("…" if len(without) > 10 else "")
        told.append(f"{len(without)} 项没有写依据：{some}")
    return tuple(told)
