"""The city's `disclosure.toml`: times and letters of requests for information."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.city.model import placeholders
from bot.city.reading import Faults, Table, read_toml
from bot.disclosure.clock import DisclosureLimits
from bot.disclosure.letters import KEYS, VALUES, Templates
from bot.disclosure.results import Result

_FLAG = "electronic_on_submission"


def read(path: Path, default: Path, faults: Faults) -> tuple[DisclosureLimits, Templates]:
    """A city's times and letters; what it does not say is as the default city has it.

    Args:
        path: the city's file; need not exist.
        default: the default city's file, which has every letter.
        faults: what is wrong is added here.
    """
    base = read_toml(default, faults)
    limits, letters, decisions = _limits(base), _texts(base, "letters"), _texts(base, "decisions")
    base.done()
    for name, found, owed in (
        ("letters", letters, KEYS),
        ("decisions", decisions, {one.value for one in Result}),
    ):
        for key in owed - found.keys():
            faults.add(f"{default.name} [{name}]", f"缺少“{key}”")
    if path.resolve() == default.resolve() or not path.exists():
        return limits, Templates(letters=letters, decisions=decisions)
    own = read_toml(path, faults)
    limits = _limits(own)
    letters = letters | _known(own, "letters", letters)
    decisions = decisions | _known(own, "decisions", decisions)
    own.done()
    return limits, Templates(letters=letters, decisions=decisions)


def _limits(file: Table) -> DisclosureLimits:
    table = file.table("limits")
    whole = [one.name for one in fields(DisclosureLimits) if one.name != _FLAG]
    given: dict[str, Any] = {
        name: table.whole(name, least=1) for name in whole if name in table.values
    }
    if _FLAG in table.values:
        given[_FLAG] = table.flag(_FLAG)
    table.done()
    return DisclosureLimits(**given)


def _texts(file: Table, name: str) -> dict[str, str]:
    table, found = file.table(name), {}
    for key in table.values:
        text = table.text(key)
        try:
            unknown = placeholders(text) - VALUES
        except ValueError as error:
            file.faults.add(f"{table.where} {key}", f"花括号写法有误（{error}）")
            continue
        if unknown:
            said = "、".join(sorted(unknown))
            file.faults.add(f"{table.where} {key}", f"用了这里没有的值：{said}")
            continue
        found[key] = text
    return found


def _known(file: Table, name: str, base: Mapping[str, str]) -> dict[str, str]:
    found = _texts(file, name)
    for key in found.keys() - base.keys():
        file.faults.add(f"{file.where} [{name}] {key}", "没有这个键")
    return {key: text for key, text in found.items() if key in base}
