"""Load a city's folder, check all of it, and say every fault at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import time
from pathlib import Path
from typing import Any

from bot.cases.deadlines import Allowance, StepLimits
from bot.cases.model import ClockUnit, DemandType, Severity
from bot.city import contacts as contacts_file
from bot.city import disclosure as disclosure_file
from bot.city import duties as duties_file
from bot.city import fields as fields_file
from bot.city import mailbox as mailbox_file
from bot.city import marks as marks_in
from bot.city import menu as menu_file
from bot.city import plan as plan_file
from bot.city import sayings as sayings_file
from bot.city import switches
from bot.city.model import (
    OFFICE_HOURS,
    Area,
    AreaKind,
    City,
    Department,
    EmergencyRule,
    Landmark,
    Limit,
    Limits,
    Places,
    PublicOpinionLimits,
    Rules,
    StatutoryRule,
    Wording,
    placeholders,
)
from bot.city.reading import Faults, Table, read_toml

DEFAULT = Path(__file__).resolve().parent / "fengcheng"
"""Its wording holds every key the service uses; another city's file need only hold what differs."""

EMERGENCY_NUMBERS = ("110", "119", "120", "122")


class CityError(Exception):
    """The city's folder cannot be used; `faults` has one line a fault, naming file and item."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def load(folder: Path) -> City:
    """Read a city.

    Args:
        folder: holds city.toml, departments.toml, places.toml, catalogue.csv, limits.toml,
            rules.toml, wording.toml and menu.toml, and may hold fields.toml,
            sayings.tsv, contacts.toml, disclosure.toml, plan.toml and features.toml.

    Raises:
        CityError: with every fault found, in plain words.
    """
    faults = Faults()
    facts = read_toml(folder / "city.toml", faults)
    name, code = facts.text("name"), facts.text("code")
    area_code, hotline = facts.text("area_code"), facts.text("hotline")
    facts.done()
    always = {"city": name, "area_code": area_code, "hotline": hotline}
    departments = _departments(read_toml(folder / "departments.toml", faults))
    city = City(
        name=name,
        code=code,
        area_code=area_code,
        hotline=hotline,
        departments=departments,
        places=_places(read_toml(folder / "places.toml", faults)),
        duties=duties_file.read(folder / "catalogue.csv", faults),
        limits=_limits(read_toml(folder / "limits.toml", faults)),
        rules=_rules(read_toml(folder / "rules.toml", faults)),
        wording=_wording(folder / "wording.toml", always, faults),
        menu=menu_file.read(folder / "menu.toml", faults),
        fields=fields_file.read(folder / "fields.toml", faults),
        mailbox=mailbox_file.read(folder / "mailbox.toml", faults),
        off=switches.read(folder / switches.FILE, faults),
    )
    city = replace(city, duties=sayings_file.read(folder / "sayings.tsv", city.duties, faults))
    contacts = contacts_file.read(folder / "contacts.toml", city.units_by_name, faults)
    city = replace(city, contacts=contacts)
    disclosure, letters = disclosure_file.read(
        folder / "disclosure.toml", DEFAULT / "disclosure.toml", faults
    )
    city = replace(city, disclosure=disclosure, letters=letters)
    city = replace(city, plans=plan_file.read(folder, city, faults))
    _check_names(city, faults)
    duties_file.check(city, faults)
    fields_file.check(city.fields, city.duties, faults)
    if faults.lines:
        raise CityError(faults.lines)
    return city


def _departments(file: Table) -> tuple[Department, ...]:
    found = []
    for item in file.tables("department"):
        found.append(
            Department(
                name=item.text("name"),
                aliases=item.texts("aliases"),
                duties=item.texts("duties"),
                phone=item.text("phone", needed=False),
            )
        )
        item.done()
    if not found:
        file.faults.add(file.where, "一个部门也没有")
    file.done()
    return tuple(found)


def _places(file: Table) -> Places:
    areas = []
    for item in file.tables("area"):
        name = item.text("name")
        areas.append(
            Area(
                name=name,
                kind=item.word("kind", AreaKind),
                government=item.text("government"),
                aliases=item.texts("aliases"),
            )
        )
        item.done()
    landmarks = []
    for item in file.tables("landmark"):
        landmarks.append(
            Landmark(
                name=item.text("name"),
                area=item.text("area", needed=False),
                aliases=item.texts("aliases"),
                checked=item.flag("checked"),
            )
        )
        item.done()
    patterns = file.texts("patterns")
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            file.faults.add(file.where, f"“patterns”中的“{pattern}”写法有误（{error}）")
    superior = file.text("superior")
    file.done()
    return Places(
        areas=tuple(areas), landmarks=tuple(landmarks), patterns=patterns, superior=superior
    )


_UNITS = {
    "working_days": ClockUnit.DAYS,
    "working_hours": ClockUnit.HOURS,
    "clock_hours": ClockUnit.CLOCK,
}
"""What a limit may be given in; exactly one of them."""


def _allowance(item: Table) -> Allowance:
    given = [key for key in _UNITS if key in item.values]
    if len(given) != 1:
        item.faults.add(item.where, f"应有且只有一项：{'、'.join(_UNITS)}")
        for key in given:
            item.whole(key, least=1)
        return Allowance(amount=1)
    return Allowance(amount=item.whole(given[0], least=1), unit=_UNITS[given[0]])


def _steps(table: Table) -> StepLimits:
    """What is not given stays as it is by default."""
    whole = [each.name for each in fields(StepLimits) if each.name != "second_reading"]
    given: dict[str, Any] = {
        name: table.whole(name, least=0 if name == "amber_days" else 1)
        for name in whole
        if name in table.values
    }
    read = table.texts("second_reading")
    known = {kind.value: kind for kind in DemandType}
    for name in read:
        if name not in known:
            table.faults.add(table.where, f"“second_reading”不认识“{name}”")
    given["second_reading"] = frozenset(known[name] for name in read if name in known)
    table.done()
    return StepLimits(**given)


def _public_opinion(table: Table) -> PublicOpinionLimits:
    names = [each.name for each in fields(PublicOpinionLimits)]
    given = {name: table.whole(name, least=1) for name in names if name in table.values}
    table.text("source", needed=False)
    table.done()
    return PublicOpinionLimits(**given)


_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


def _office_hours(table: Table) -> tuple[tuple[time, time], ...]:
    found: list[tuple[time, time]] = []
    for text in table.texts("office_hours"):
        match = _SPAN.fullmatch(text)
        try:
            one, two, three, four = map(int, match.groups()) if match else (99, 0, 0, 0)
            begins, ends = time(one, two), time(three, four)
        except ValueError:
            table.faults.add(table.where, f"“office_hours”中的“{text}”应写作 08:30-12:00")
            continue
        if begins >= ends or (found and begins < found[-1][1]):
            table.faults.add(table.where, f"“office_hours”中的“{text}”先后不对")
            continue
        found.append((begins, ends))
    return tuple(found) or OFFICE_HOURS


def _limits(file: Table) -> Limits:
    limits = []
    for item in file.tables("limit"):
        limits.append(
            Limit(
                demand_type=item.word("demand_type", DemandType),
                severity=item.word("severity", Severity),
                allowance=_allowance(item),
                source=item.text("source"),
                as_of=item.day("as_of"),
            )
        )
        item.done()
    given = Counter((limit.demand_type, limit.severity) for limit in limits)
    for demand_type in DemandType:
        for severity in Severity:
            count = given[demand_type, severity]
            if count != 1:
                file.faults.add(
                    file.where, f"“{demand_type}、{severity}”的时限有 {count} 条，应有 1 条"
                )
    calendar = file.table("calendar")
    days_off, workdays = calendar.days("days_off"), calendar.days("workdays")
    if days_off & workdays:
        file.faults.add(calendar.where, "同一天既列为休息日又列为工作日")
    office_hours = _office_hours(calendar)
    calendar.done()
    steps = _steps(file.table("steps"))
    public_opinion = _public_opinion(file.table("public_opinion"))
    file.done()
    return Limits(
        limits=tuple(limits),
        steps=steps,
        public_opinion=public_opinion,
        office_hours=office_hours,
        extra_days_off=days_off,
        extra_workdays=workdays,
    )


def _rules(file: Table) -> Rules:
    emergencies = []
    for item in file.tables("emergency"):
        number = item.text("number")
        if number not in EMERGENCY_NUMBERS:
            file.faults.add(item.where, f"“number”应为：{'、'.join(EMERGENCY_NUMBERS)}")
        emergencies.append(
            EmergencyRule(
                number=number,
                words=item.texts("words", needed=True),
                except_phrases=item.texts("except_phrases"),
            )
        )
        item.done()
    statutory = []
    for item in file.tables("statutory"):
        statutory.append(
            StatutoryRule(
                kind=item.text("kind"),
                way=item.text("way"),
                words=item.texts("words", needed=True),
                except_phrases=item.texts("except_phrases"),
            )
        )
        item.done()
    words = file.table("demand_words")
    demand_words = {kind: words.texts(kind.value, needed=True) for kind in DemandType}
    words.done()
    rules = Rules(
        emergencies=tuple(emergencies),
        statutory=tuple(statutory),
        urgent_words=file.texts("urgent_words"),
        negations=file.texts("negations"),
        not_now=file.texts("not_now"),
        demand_words=demand_words,
        marks=marks_in.read(file if marks_in.given(file) else _default_rules(file.faults)),
    )
    file.done()
    return rules


def _default_rules(faults: Faults) -> Table:
    """The words of moods and wishes are Chinese, not one city's: a city need not repeat them."""
    return read_toml(DEFAULT / "rules.toml", faults)


def _wording(path: Path, always: Mapping[str, str], faults: Faults) -> Wording:
    """The default city's texts with this city's over them."""
    base = _texts(read_toml(DEFAULT / "wording.toml", faults), faults)
    if path.resolve() == DEFAULT / "wording.toml":
        return Wording(texts=base, always=always)
    own = _texts(read_toml(path, faults), faults) if path.exists() else {}
    for key, text in own.items():
        if key not in base:
            faults.add(f"{path.name} {key}", "没有这个键")
        elif extra := placeholders(text) - placeholders(base[key]) - always.keys():
            faults.add(f"{path.name} {key}", f"用了这里没有的值：{'、'.join(sorted(extra))}")
    return Wording(texts={**base, **own}, always=always)


def _texts(file: Table, faults: Faults) -> dict[str, str]:
    texts = {}
    for key in file.values:
        text = file.text(key)
        try:
            placeholders(text)
        except ValueError as error:
            faults.add(f"{file.where} {key}", f"花括号写法有误（{error}）")
            continue
        texts[key] = text
    return texts


def _check_names(city: City, faults: Faults) -> None:
    """No name stands for two units; every area a landmark names exists."""
    owners: dict[str, set[str]] = {}
    for unit in city.departments:
        for name in (unit.name, *unit.aliases):
            owners.setdefault(name, set()).add(unit.name)
    for area in city.places.areas:
        for name in {area.name, area.government, *area.aliases}:
            owners.setdefault(name, set()).add(area.government)
    for name, units in owners.items():
        if len(units) > 1:
            faults.add("名称", f"“{name}”同时指：{'、'.join(sorted(units))}")
    twice = Counter(unit.name for unit in city.departments)
    twice.update(area.name for area in city.places.areas)
    for name, count in twice.items():
        if count > 1:
            faults.add("名称", f"“{name}”写了 {count} 次")
    for landmark in city.places.landmarks:
        if landmark.area and landmark.area not in city.area_by_name:
            faults.add(f"places.toml {landmark.name}", f"没有“{landmark.area}”这个镇街")
    if city.places.superior and city.unit(city.places.superior) is None:
        faults.add("places.toml", f"“superior”所指的“{city.places.superior}”不在部门名单中")
