"""How each unit is told of cases beside our own pages: the city's `contacts.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.city.reading import Faults, Table, read_toml

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,185}\.[A-Za-z]{2,63}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_NAME = re.compile(r"[\w.:-]{1,80}")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """The ways to tell one unit; all empty: it works on our pages alone.

    Args:
        unit: official name.
        email: addresses.
        sms: mobile numbers of whom the unit put on duty.
        wecom, dingtalk: names of group robots, as the connectors' settings name them.
        work_order, open311: name of the unit's own system, as the connector is called in the
            registry; empty: it has none.
    """

    unit: str
    email: tuple[str, ...] = ()
    sms: tuple[str, ...] = ()
    wecom: tuple[str, ...] = ()
    dingtalk: tuple[str, ...] = ()
    work_order: str = ""
    open311: str = ""

    @property
    def by_person(self) -> Mapping[str, tuple[str, ...]]:
        """Sender → addresses where people read it."""
        return {
            "email": self.email,
            "sms": self.sms,
            "wecom": self.wecom,
            "dingtalk": self.dingtalk,
        }

    @property
    def systems(self) -> tuple[str, ...]:
        """The unit's own systems."""
        return tuple(name for name in (self.work_order, self.open311) if name)


def read(path: Path, units: Mapping[str, str], faults: Faults) -> tuple[Contact, ...]:
    """The contacts of a city; none where it has no such file.

    Args:
        path: the file; a table `[[unit]]` for each.
        units: every name a unit goes by → its official name.
        faults: what is wrong is added here.
    """
    if not path.exists():
        return ()
    file = read_toml(path, faults)
    found, seen = [], set[str]()
    for item in file.tables("unit"):
        contact = _contact(item, units)
        if contact.unit and contact.unit in seen:
            faults.add(item.where, f"“{contact.unit}”写了两次")
        seen.add(contact.unit)
        found.append(contact)
    file.done()
    return tuple(found)


def senders_named(contacts: Sequence[Contact]) -> Iterator[tuple[str, str]]:
    """The senders the contacts need, each with the unit that needs it."""
    for contact in contacts:
        for sender, addresses in contact.by_person.items():
            if addresses:
                yield sender, contact.unit
        for system in contact.systems:
            yield system, contact.unit


def _contact(item: Table, units: Mapping[str, str]) -> Contact:
    name = item.text("name")
    unit = units.get(name, "")
    if name and not unit:
        item.faults.add(item.where, f"没有“{name}”这个部门或镇街")
    contact = Contact(
        unit=unit,
        email=_checked(item, "email", _MAIL, "不是邮箱地址"),
        sms=_checked(item, "sms", _MOBILE, "不是 11 位手机号码"),
        wecom=_checked(item, "wecom", _NAME, "不能用作机器人名称"),
        dingtalk=_checked(item, "dingtalk", _NAME, "不能用作机器人名称"),
        work_order=_system(item, "work_order"),
        open311=_system(item, "open311"),
    )
    item.done()
    return contact


def _checked(item: Table, key: str, pattern: re.Pattern[str], wrong: str) -> tuple[str, ...]:
    """A list of texts of one form, each once."""
    values = item.texts(key)
    for place, value in enumerate(values, start=1):
        if not pattern.fullmatch(value):
            item.faults.add(item.where, f"“{key}”的第 {place} 个{wrong}")
    if len(set(values)) < len(values):
        item.faults.add(item.where, f"“{key}”中有写了两次的")
    return values


def _system(item: Table, key: str) -> str:
    name = item.text(key, needed=False)
    if name and not _NAME.fullmatch(name):
        item.faults.add(item.where, f"“{key}”不能用作系统名称")
    return name
