"""The mapping a city writes for its own columns, read from TOML; all its faults at once. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.cases.columns import HEADINGS, ColumnMap
from bot.cases.past import unit_names
from bot.cases.ports import CaseCity
from bot.errors import Invalid

_TABLES = frozenset({"columns", "values", "times"})


def read_map(text: str) -> ColumnMap:
    """The mapping in a TOML text.

    Raises:
        Invalid: it is none; every fault is named.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"对照表不是 TOML：{error}。") from error
    faults = [
        f"不认识“{name}”，只能有 [columns]、[values.…]、[times]"
        for name in sorted(tables.keys() - _TABLES)
    ]
    said = ColumnMap(
        columns=_columns(_table(tables, "columns", faults), faults),
        values=_values(_table(tables, "values", faults), faults),
        formats=_formats(_table(tables, "times", faults), faults),
    )
    if faults:
        raise Invalid(f"对照表有误：{'；'.join(faults)}。")
    return said


def check_departments(said: ColumnMap, city: CaseCity) -> None:
    """Raise `Invalid` where the mapping turns a word into a department that is none."""
    words = (said.values.get(name, {}).values() for name in ("department", "supporting"))
    named = (name for each in words for ours in each for name in unit_names(ours, city))
    wrong = sorted({name for name in named if city.unit(name) is None})
    if wrong:
        raise Invalid(f"对照表有误：没有这个部门：{'、'.join(wrong)}。")


def _table(tables: Mapping[str, Any], name: str, faults: list[str]) -> Mapping[str, Any]:
    found = tables.get(name, {})
    if isinstance(found, dict):
        return found
    faults.append(f"“{name}”应是一张表，写作 [{name}]")
    return {}


def _columns(table: Mapping[str, Any], faults: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for said, value in table.items():
        name = _field(said, faults)
        headings = [value] if isinstance(value, str) else value
        if not _words(headings):
            faults.append(f"[columns] “{said}”应写列名，或一组列名")
        elif name:
            found[name] = tuple(headings)
    return found


def _values(table: Mapping[str, Any], faults: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for said, words in table.items():
        name = _field(said, faults)
        if not isinstance(words, dict):
            faults.append(f"[values] “{said}”应是一张表，写作 [values.{said}]")
        elif name:
            found[name] = {
                theirs.strip(): _word(said, ours, faults) for theirs, ours in words.items()
            }
    return found


def _word(said: str, value: object, faults: list[str]) -> str:
    if isinstance(value, bool):
        return "是" if value else ""
    if isinstance(value, str | int):
        return str(value).strip()
    faults.append(f"[values.{said}] 右边应是文字或数字")
    return ""


def _formats(table: Mapping[str, Any], faults: list[str]) -> tuple[str, ...]:
    others = sorted(table.keys() - {"format"})
    faults += [f"[times] 里不认识“{name}”，只能有 format" for name in others]
    value = table.get("format", [])
    formats = [value] if isinstance(value, str) else value
    if formats and not _words(formats):
        faults.append("[times] format 应是时间格式，或一组时间格式")
        return ()
    faults += [
        f"[times] “{each}”读不出年月日，应写作 %Y-%m-%d %H:%M 这样"
        for each in formats
        if not _tells_the_day(each)
    ]
    return tuple(formats)


def _tells_the_day(written: str) -> bool:
    moment = datetime(2026, 11, 23)  # noqa: DTZ001 - only its day is compared
    try:
        return datetime.strptime(moment.strftime(written), written).date() == moment.date()  # noqa: DTZ007 - as above
    except ValueError:
        return False


def _field(said: str, faults: list[str]) -> str:
    """Our field, named by itself or by our heading; empty where there is none such."""
    for name, headings in HEADINGS.items():
        if said in (name, headings[0]):
            return name
    if said == "承办单位":
        return "department"
    faults.append(f"没有“{said}”这一项，可用的有：{'、'.join(HEADINGS)}")
    return ""


def _words(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, str) and each.strip() for each in value)
    )
