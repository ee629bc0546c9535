"""The city's own dispatch catalogues: a file a version, and a pointer to the one in use.

They lie in the folder the service writes (`HOME/catalogue`); the file a city was shipped with is
never changed and is what is used where there is no version.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.city import catalogue_sheet, sheets
from bot.city.model import City, Duty

_log = logging.getLogger(__name__)
_POINTER = "current"
_BUILT_IN = "shipped"
"""Stands in the pointer where the city went back to the file it was shipped with."""


class CatalogueUnreadable(Exception):
    """No such version, or its files are damaged; the message says which, in Chinese."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A stored catalogue.

    Args:
        name: the time it was brought in, to the microsecond; `shipped` for the city's own file.
        who: who brought it in.
        at: when, as ISO 8601 in UTC; empty for the shipped one.
        source: the file it came from.
        duties: how many.
    """

    name: str
    who: str = ""
    at: str = ""
    source: str = ""
    note: str = ""
    duties: int = 0
    in_use: bool = False


def folder_of(home: Path) -> Path:
    """Where an installation keeps them."""
    return home / "catalogue"


def current(home: Path) -> str:
    """The version in use; empty for the shipped one."""
    try:
        name = (folder_of(home) / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    return "" if name == _BUILT_IN else name


def versions(home: Path, city: City) -> tuple[Version, ...]:
    """The shipped catalogue, then the stored ones, oldest first."""
    used = current(home)
    shipped = Version(name=_BUILT_IN, duties=len(city.duties), in_use=not used)
    names = sorted(path.parent.name for path in folder_of(home).glob("*/about.json"))
    stored = [replace(_about(home, name), in_use=name == used) for name in names]
    return (shipped, *stored)


def save(
    home: Path, duties: Sequence[Duty], *, who: str, now: datetime, source: str, note: str = ""
) -> str:
    """Store a catalogue whole or not at all; it is not yet in use. Gives its name."""
    name = f"{now:%Y%m%dT%H%M%S%f}"
    draft = folder_of(home) / f".draft-{name}-{os.getpid()}"
    draft.mkdir(parents=True)
    table = sheets.write_csv(catalogue_sheet.rows_of(duties))
    (draft / "catalogue.csv").write_bytes(table)
    about = {
        "who": who,
        "at": now.isoformat(),
        "source": source,
        "note": note,
        "duties": len(duties),
    }
    (draft / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    draft.rename(folder_of(home) / name)
    return name


def use(home: Path, name: str) -> None:
    """Take a version into use. Raises `CatalogueUnreadable` where there is none of that name."""
    folder = folder_of(home)
    if name != _BUILT_IN and (not name.isalnum() or not (folder / name / "about.json").is_file()):
        raise CatalogueUnreadable(f"没有版本“{name}”")
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{_POINTER}.{os.getpid()}"
    draft.write_text(name + "\n", encoding="utf-8")
    draft.replace(folder / _POINTER)


def load(home: Path, name: str, city: City) -> tuple[Duty, ...]:
    """A version's duties, checked against the units the city has now.

    Raises:
        CatalogueUnreadable: no such version, damaged, or no longer fitting the city.
    """
    if name in ("", _BUILT_IN):
        return city.duties
    try:
        rows = sheets.read((folder_of(home) / name / "catalogue.csv").read_bytes())
    except FileNotFoundError as error:
        raise CatalogueUnreadable(f"没有版本“{name}”") from error
    except (OSError, sheets.SheetUnreadable) as error:
        raise CatalogueUnreadable(f"版本“{name}”的文件已损坏") from error
    checked = catalogue_sheet.read(rows, city)
    if checked.faults:
        said = "；".join(fault.said for fault in checked.faults[:5])
        raise CatalogueUnreadable(f"版本“{name}”与本市现在的单位名单不符：{said}")
    return checked.duties


def with_current(city: City, home: Path) -> City:
    """The city with the catalogue in use. Raises `CatalogueUnreadable`."""
    name = current(home)
    return replace(city, duties=load(home, name, city)) if name else city


def misfit(home: Path, city: City) -> str:
    """Why the catalogue in use would not fit a city, in Chinese; empty where it does."""
    try:
        with_current(city, home)
    except CatalogueUnreadable as error:
        return f"派单目录：{error}"
    return ""


def in_use(city: City, home: Path) -> City:
    """The same for a service, which must run: as it was shipped where the one in use is damaged."""
    try:
        return with_current(city, home)
    except CatalogueUnreadable:
        _log.exception("catalogue in use not readable; the shipped one is used")
        return city


def _about(home: Path, name: str) -> Version:
    try:
        found = json.loads((folder_of(home) / name / "about.json").read_text(encoding="utf-8"))
        return Version(
            name=name,
            who=str(found["who"]),
            at=str(found["at"]),
            source=str(found["source"]),
            note=str(found.get("note", "")),
            duties=int(found["duties"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CatalogueUnreadable(f"版本“{name}”的文件已损坏") from error
