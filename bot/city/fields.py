"""The fields of grassroots openness (试点领域) and the duties that belong to each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.city.reading import Faults, read_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.city.model import Duty


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field whose matters are open to all, with the duties of the catalogue in it.

    Source: 国办发〔2019〕54号 (26 个试点领域).
    """

    name: str
    duties: tuple[str, ...] = ()


def read(path: Path, faults: Faults) -> tuple[Field, ...]:
    """The fields of a city; none where it has no such file."""
    if not path.exists():
        return ()
    file = read_toml(path, faults)
    found = []
    for item in file.tables("field"):
        found.append(Field(name=item.text("name"), duties=item.texts("duties", needed=True)))
        item.done()
    file.done()
    return tuple(found)


def check(fields: Sequence[Field], duties: Sequence[Duty], faults: Faults) -> None:
    """Every field once; every duty it names is in the catalogue."""
    ids, seen = {duty.id for duty in duties}, set()
    for field in fields:
        where = f"fields.toml {field.name}"
        if field.name in seen:
            faults.add(where, "写了两次")
        seen.add(field.name)
        unknown = [duty for duty in field.duties if duty not in ids]
        if unknown:
            faults.add(where, f"派单目录中没有：{'、'.join(unknown)}")
