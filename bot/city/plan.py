"""The city's plan of openness: `plan.toml`, and `plan-2027.toml` for a year of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.city.reading import Faults, Table, read_toml
from bot.openness.plan.duties import (
    FIELDS_OF_OPENNESS,
    Check,
    Every,
    Plan,
    PlanDuty,
)
from knowledge.model import Form

if TYPE_CHECKING:
    from bot.city.model import City

ALL, DEPARTMENTS, TOWNS = "@all", "@departments", "@towns"
_BY = re.compile(r"(\d{2})-(\d{2})")
_LEAP_YEAR = 2024
_TWO = frozenset({Check.WITH_POLICY, Check.ANSWERED})
_NAMED = frozenset({Check.SPREAD, Check.LIST, Check.SUBJECTS})


@dataclass(frozen=True, kw_only=True)
class _Names:
    """What the names in the file stand for."""

    city: City
    groups: dict[str, tuple[str, ...]]


def read(folder: Path, city: City, faults: Faults) -> tuple[Plan, ...]:
    """The plans of a city, by year; none where it has no such file."""
    files = [folder / "plan.toml", *sorted(folder.glob("plan-*.toml"))]
    plans = [_plan(file, city, faults) for file in files if file.exists()]
    years = [plan.year for plan in plans]
    for year in sorted({year for year in years if years.count(year) > 1}):
        faults.add("plan.toml", f"{year}年的计划写了两份")
    return tuple(sorted(plans, key=lambda plan: plan.year))


def _plan(path: Path, city: City, faults: Faults) -> Plan:
    file = read_toml(path, faults)
    names = _Names(city=city, groups=_groups(file, city))
    office = file.text("office")
    if office and city.unit(office) is None:
        faults.add(file.where, f"“office”所指的“{office}”不在单位名单中")
    events = file.table("events")
    plan = Plan(
        year=file.whole("year", least=2000),
        title=file.text("title"),
        office=city.unit(office) or office,
        near_days=file.whole("near_days", least=1) if "near_days" in file.values else 10,
        begins_on=file.day("begins_on") if "begins_on" in file.values else None,
        events={name: tuple(sorted(events.days(name))) for name in events.values},
        duties=tuple(_duty(item, names) for item in file.tables("duty")),
    )
    events.done()
    file.done()
    ids = [duty.id for duty in plan.duties]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        faults.add(f"{file.where} {id}", "编号用了两次")
    if not ids:
        faults.add(file.where, "一项任务也没有")
    return plan


def _groups(file: Table, city: City) -> dict[str, tuple[str, ...]]:
    left_out = set()
    for name in file.texts("not_bound"):
        if (unit := city.unit(name)) is None:
            file.faults.add(file.where, f"“not_bound”中的“{name}”不在单位名单中")
        left_out.add(unit)
    departments = tuple(one.name for one in city.departments if one.name not in left_out)
    governments = dict.fromkeys(area.government for area in city.places.areas)
    towns = tuple(name for name in governments if name not in left_out)
    return {ALL: departments + towns, DEPARTMENTS: departments, TOWNS: towns}


def _duty(item: Table, names: _Names) -> PlanDuty:
    check = item.word("check", Check)
    words = item.table("words")
    duty = PlanDuty(
        id=item.text("id"),
        name=item.text("name"),
        paragraph=item.text("paragraph"),
        says=item.text("says"),
        units=_units(item, names),
        check=check,
        todo=item.text("todo"),
        number=item.whole("number", least=1) if "number" in item.values else 1,
        days=item.whole("days", least=0) if "days" in item.values else 0,
        working=item.flag("working"),
        every=item.word("every", Every, Every.YEAR),
        by=_by(item),
        event=item.text("event", needed=False),
        items=_items(item, names.city),
        words={part: words.texts(part, needed=True) for part in words.values},
        set_by_city=item.flag("set_by_city"),
    )
    words.done()
    item.done()
    _complete(duty, item)
    return duty


def _units(item: Table, names: _Names) -> tuple[str, ...]:
    found: list[str] = []
    for name in item.texts("units", needed=True):
        if name in names.groups:
            found += names.groups[name]
        elif (unit := names.city.unit(name)) is not None:
            found.append(unit)
        else:
            item.faults.add(item.where, f"“units”中的“{name}”不在单位名单中")
    return tuple(dict.fromkeys(found))


def _items(item: Table, city: City) -> tuple[str, ...]:
    found: list[str] = []
    for name in item.texts("items"):
        found += [one.name for one in city.fields] if name == FIELDS_OF_OPENNESS else [name]
    if len(set(found)) < len(found):
        item.faults.add(item.where, "“items”中有重复的")
    return tuple(found)


def _by(item: Table) -> tuple[int, int] | None:
    text = item.text("by", needed=False)
    if not text:
        return None
    match = _BY.fullmatch(text)
    try:
        day = date(_LEAP_YEAR, int(match[1]), int(match[2])) if match else None
    except ValueError:
        day = None
    if day is None or (day.month, day.day) == (2, 29):
        item.faults.add(item.where, "“by”应写作 01-31 这样的月和日")
        return None
    return day.month, day.day


def _complete(duty: PlanDuty, item: Table) -> None:
    """What a check cannot do without."""
    wanted = {
        "by": duty.check is Check.BY_DATE and duty.by is None,
        "event": duty.check is Check.AFTER and not duty.event,
        "items": (duty.check in _NAMED and not duty.items)
        or (duty.check in _TWO and len(duty.items) < 2),
        "words": duty.check is Check.GUIDES and not duty.words,
    }
    for key, missing in wanted.items():
        if missing:
            item.faults.add(item.where, f"检查方式“{duty.check}”需要“{key}”")
    if duty.check is Check.FORMS:
        if duty.number > 100:
            item.faults.add(item.where, "“number”是百分数，不能大于 100")
        if Form.TEXT.value in duty.items:
            item.faults.add(item.where, "“items”中不能有 text：文字不算多元化")
