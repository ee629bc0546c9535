"""Read a city's TOML and CSV files; faults are gathered in plain words, not raised one by one."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

Word = TypeVar("Word", bound=StrEnum)
MOST = 10_000
"""Days or hours; who meant more has hit a key twice, and days are counted one by one."""


@dataclass(kw_only=True)
class Faults:
    """What is wrong with a city's files, one sentence each."""

    lines: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Note one fault: `where` is the file and the item."""
        self.lines.append(f"{where}：{what}")


@dataclass(kw_only=True)
class Table:
    """One table of a file. A missing or wrong value is noted and an empty one is given back."""

    values: Mapping[str, Any]
    where: str
    faults: Faults
    read: set[str] = field(default_factory=set)

    def _get(self, key: str) -> Any:
        self.read.add(key)
        return self.values.get(key)

    def text(self, key: str, *, needed: bool = True) -> str:
        """A text, without blanks at its ends."""
        value = self._get(key)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or (needed and not value.strip()):
            self.faults.add(self.where, f"缺少“{key}”，或“{key}”不是文字")
            return ""
        return value.strip()

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of texts without empty ones."""
        value = self._get(key)
        if value is None and not needed:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.faults.add(self.where, f"“{key}”应为一组文字")
            return ()
        found = tuple(item.strip() for item in value if item.strip())
        if needed and not found:
            self.faults.add(self.where, f"“{key}”不能为空")
        return found

    def whole(self, key: str, *, least: int) -> int:
        """A whole number, at least `least` and at most `MOST`."""
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.faults.add(self.where, f"“{key}”应为不小于 {least} 的整数")
            return least
        if value > MOST:
            self.faults.add(self.where, f"“{key}”应为不大于 {MOST} 的整数")
            return least
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where it is not given."""
        value = self._get(key)
        if value is not None and not isinstance(value, bool):
            self.faults.add(self.where, f"“{key}”应为 true 或 false")
        return value is True

    def day(self, key: str) -> date:
        """A date."""
        value = self._get(key)
        if type(value) is not date:
            self.faults.add(self.where, f"“{key}”应为日期，如 2022-01-31")
            return date.min
        return value

    def days(self, key: str) -> frozenset[date]:
        """A list of dates."""
        value = self._get(key)
        if value is None:
            return frozenset()
        if not isinstance(value, list) or not all(type(item) is date for item in value):
            self.faults.add(self.where, f"“{key}”应为一组日期")
            return frozenset()
        return frozenset(value)

    def word(self, key: str, words: type[Word], default: Word | None = None) -> Word:
        """One of a fixed set of words."""
        value = self._get(key)
        if value is None and default is not None:
            return default
        first = next(iter(words))
        if value not in [word.value for word in words]:
            self.faults.add(self.where, f"“{key}”应为：{'、'.join(words)}")
            return first
        return words(value)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of an array, each knowing its number from 1."""
        value = self._get(key)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.faults.add(self.where, f"“{key}”应写成 [[{key}]]")
            return
        for number, item in enumerate(value, start=1):
            name = item.get("name") or item.get("kind") or item.get("number") or ""
            where = f"{self.where} 第 {number} 项 {key} {name}".rstrip()
            yield Table(values=item, where=where, faults=self.faults)

    def table(self, key: str) -> Table:
        """A table inside this one; empty where it is not there."""
        value = self._get(key)
        if value is not None and not isinstance(value, dict):
            self.faults.add(self.where, f"“{key}”应写成 [{key}]")
            value = None
        return Table(values=value or {}, where=f"{self.where} [{key}]", faults=self.faults)

    def done(self) -> None:
        """Note keys nobody asked for: mostly slips of the pen."""
        for key in self.values.keys() - self.read:
            self.faults.add(self.where, f"不认识“{key}”")


def read_text(path: Path, faults: Faults) -> str:
    """A UTF-8 file, with or without a byte-order mark; empty where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.add(path.name, "文件不存在")
    except UnicodeDecodeError:
        faults.add(path.name, "不是 UTF-8 编码的文本")
    except OSError as error:
        faults.add(path.name, f"无法读取（{type(error).__name__}）")
    return ""


def read_toml(path: Path, faults: Faults) -> Table:
    """A TOML file as a table."""
    try:
        values = tomllib.loads(read_text(path, faults))
    except tomllib.TOMLDecodeError as error:
        faults.add(path.name, f"写法有误（{error}）")
        values = {}
    except RecursionError:
        faults.add(path.name, "写法有误（套得太深）")
        values = {}
    return Table(values=values, where=path.name, faults=faults)


def read_csv(
    path: Path, columns: tuple[str, ...], faults: Faults
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file with their line numbers; a missing column is noted."""
    reader = csv.DictReader(io.StringIO(read_text(path, faults)), strict=True)
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        faults.add(path.name, f"缺少列：{'、'.join(missing)}")
        return
    try:
        for row in reader:
            yield reader.line_num, {column: (row[column] or "").strip() for column in columns}
    except csv.Error as error:
        faults.add(f"{path.name} 第 {reader.line_num} 行", f"写法有误（{error}）")
