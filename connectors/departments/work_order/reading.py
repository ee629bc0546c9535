"""A platform's mapping from its TOML file; all its faults at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.errors import Misconfigured

from .fields import FIELDS, NEEDED, NUMBERS, SHOULD_BE, TELL, TOLD, VALUES
from .mapping import EPOCH_MS, EPOCH_S, Answers, News, PlatformMapping, Times
from .paths import Json, clashes

_TABLES = frozenset(
    {"message", "constants", "fields", "told", "tell", "statuses", "values", "send", "times",
     "answers", "news", "paths"}
)  # fmt: skip


def read_mapping(path: Path, units: Mapping[str, str]) -> PlatformMapping:
    """The mapping in a file.

    Args:
        path: the file.
        units: every name a unit goes by → its official name; empty: units are not checked.

    Raises:
        Misconfigured: it cannot be used; every fault is named.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise Misconfigured(f"读不了工单平台对照表：{path}") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path.name}：应存为 UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path.name}：不是 TOML（{error}）") from None
    reader = _Reader(tables, units)
    mapping = reader.mapping()
    if reader.faults:
        raise Misconfigured(f"{path.name}：{'；'.join(reader.faults)}")
    return mapping


class _Reader:
    """One file, being read."""

    def __init__(self, tables: Mapping[str, Any], units: Mapping[str, str]) -> None:
        self._tables, self._units = tables, units
        self.faults = [f"不认识 [{name}]" for name in sorted(tables.keys() - _TABLES)]

    def mapping(self) -> PlatformMapping:
        """What the file says, as far as it can be read."""
        message = self._texts("message", known={"event", "events"})
        fields = self._fields()
        constants = self._constants()
        event = message.get("event", "")
        places = {name: f"{event}.{place}" if event else place for name, place in fields.items()}
        for one, other in clashes(places | {place: place for place in constants}):
            self._fault("fields", f"“{one}”和“{other}”在同一个位置，或一个在另一个里面")
        return PlatformMapping(
            event=event,
            events=message.get("events", ""),
            constants=constants,
            fields=fields,
            told=self._told(),
            tell=self._tell(),
            statuses=self._texts("statuses", known=set(TELL)),
            values=self._values(),
            numbers=self._numbers(),
            times=self._times(),
            answers=self._answers(),
            news=self._news(),
            paths=self._paths(),
        )

    def _fault(self, table: str, what: str) -> None:
        self.faults.append(f"[{table}] {what}")

    def _table(self, name: str) -> Mapping[str, Any]:
        found = self._tables.get(name, {})
        if isinstance(found, dict):
            return found
        self._fault(name, "应是一张表")
        return {}

    def _texts(self, table: str, *, known: set[str] | None = None) -> dict[str, str]:
        """A table of texts; what is not known, or no text, is a fault."""
        found = {}
        for key, value in self._table(table).items():
            if known is not None and key not in known:
                self._fault(table, f"不认识“{key}”，可用的有：{'、'.join(sorted(known))}")
            elif not isinstance(value, str):
                self._fault(table, f"“{key}”应是文字")
            else:
                found[key] = value.strip()
        return found

    def _fields(self) -> dict[str, str]:
        by_name = {said: ours for ours, said in FIELDS.items()}
        found = {}
        for key, place in self._texts("fields").items():
            ours = by_name.get(key, key)
            if ours not in FIELDS:
                self._fault("fields", f"没有“{key}”这一项，可用的有：{'、'.join(FIELDS)}")
            elif not place or not all(step.strip() for step in place.split(".")):
                self._fault("fields", f"“{key}”应写位置，如 order.number")
            elif ours in found:
                self._fault("fields", f"“{key}”写了两次")
            else:
                found[ours] = place
        for name in NEEDED:
            if name not in found:
                self._fault("fields", f"缺少“{name}”（{FIELDS[name]}）")
        return found

    def _constants(self) -> Json:
        found = {}
        for place, value in self._table("constants").items():
            if isinstance(value, str | int | float | bool):
                found[place] = value
            else:
                self._fault("constants", f"“{place}”应是文字、数字或 true、false")
        return found

    def _told(self) -> dict[str, str]:
        found = self._texts("told")
        for their, ours in found.items():
            if ours and ours not in TOLD:
                self._fault("told", f"“{their}”右边应是：{'、'.join(sorted(TOLD))}，或空")
        if not any(found.values()):
            self._fault("told", "一个也没有写")
        return found

    def _tell(self) -> dict[str, str]:
        found = self._texts("tell", known=set(TELL))
        for kind, said in TELL.items():
            if kind not in self._table("tell"):
                self._fault("tell", f"缺少“{kind}”（{said}）；不告知对方的写作空")
        return found

    def _values(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, words in self._table("values").items():
            if name not in VALUES:
                self._fault("values", f"“{name}”不能对照，可用的有：{'、'.join(VALUES)}")
            elif not isinstance(words, dict):
                self._fault("values", f"“{name}”应是一张表，写作 [values.{name}]")
            else:
                read = {their.strip(): self._word(name, ours) for their, ours in words.items()}
                found[name] = read
        return found

    def _word(self, name: str, ours: object) -> str:
        word = str(ours).lower() if isinstance(ours, bool) else str(ours).strip()
        if isinstance(ours, dict | list) or not VALUES[name](word):
            self._fault(f"values.{name}", f"“{word}”应是：{SHOULD_BE[name]}")
        if name == "department" and self._units:
            if word not in self._units:
                self._fault(f"values.{name}", f"没有“{word}”这个部门或镇街")
            return self._units.get(word, word)
        return word

    def _numbers(self) -> frozenset[str]:
        names = self._strings("send", self._table("send").get("numbers", []), "numbers")
        for name in self._table("send").keys() - {"numbers"}:
            self._fault("send", f"不认识“{name}”，只能有 numbers")
        for name in names:
            if name not in NUMBERS | VALUES.keys():
                self._fault("send", f"“{name}”不能写成数字")
            words = self._table("values").get(name, {})
            if not all(str(word).lstrip("-").isdigit() for word in words):
                self._fault("send", f"“{name}”在 [values.{name}] 里的写法不是数字")
        return frozenset(names)

    def _times(self) -> Times:
        table = self._table("times")
        for name in table.keys() - {"formats", "zone"}:
            self._fault("times", f"不认识“{name}”，只能有 formats、zone")
        formats = self._strings("times", table.get("formats", list(Times().formats)), "formats")
        for written in formats:
            if written not in (EPOCH_S, EPOCH_MS) and not _tells_the_day(written):
                self._fault("times", f"“{written}”读不出年月日")
        try:
            zone = ZoneInfo(str(table.get("zone", "Asia/Shanghai")))
        except (ValueError, OSError, KeyError):
            self._fault("times", "没有这个时区，应写作 Asia/Shanghai 这样")
            zone = ZoneInfo("Asia/Shanghai")
        if not formats:
            self._fault("times", "“formats”是空的")
        return Times(formats=formats or Times().formats, zone=zone)

    def _answers(self) -> Answers:
        table = self._table("answers")
        for name in table.keys() - {"code", "ok", "duplicate", "retry", "number"}:
            self._fault("answers", f"不认识“{name}”")
        code, number = str(table.get("code", "")), str(table.get("number", ""))
        lists = {
            name: self._strings("answers", table.get(name, []), name)
            for name in ("ok", "duplicate", "retry")
        }
        if code and not lists["ok"]:
            self._fault("answers", "写了 code 就要写 ok：哪些代码表示成功")
        return Answers(code=code, number=number, **lists)

    def _news(self) -> News:
        table, usual = self._table("news"), News()
        given: dict[str, Any] = {}
        for name, value in table.items():
            kind = type(getattr(usual, name, None))
            if name not in News.__dataclass_fields__:
                self._fault("news", f"不认识“{name}”")
            elif type(value) is not kind:
                self._fault("news", f"“{name}”的写法不对")
            else:
                given[name] = value
        if not 1 <= given.get("page", usual.page) <= 500:
            self._fault("news", "“page”应在 1 到 500 之间")
        return News(**given)

    def _paths(self) -> dict[str, str]:
        found = self._texts("paths", known={"tell", "news", *TELL})
        for name, path in found.items():
            if not path.startswith("/") or not path.isascii() or set(path) & set("?# %"):
                self._fault("paths", f"“{name}”应以 / 开头，不带 ? # % 和空格")
        if "tell" not in found:
            self._fault("paths", "缺少“tell”：我们的消息发到哪里")
        return found

    def _strings(self, table: str, value: object, name: str) -> tuple[str, ...]:
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str | int) and not isinstance(each, bool) for each in values):
            self._fault(table, f"“{name}”应是文字，或一组文字")
            return ()
        return tuple(str(each).strip() for each in values)


def _tells_the_day(written: str) -> bool:
    moment = datetime(2026, 11, 23)  # noqa: DTZ001 - only its day is compared
    try:
        return datetime.strptime(moment.strftime(written), written).date() == moment.date()  # noqa: DTZ007 - as above
    except ValueError:
        return False
