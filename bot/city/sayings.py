"""The sayings of a city's duties: an id and a sentence a line, as citizens bring the matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.city.reading import Faults, read_text

if TYPE_CHECKING:
    from bot.city.model import Duty

MAX_CHARS = 200


def read(path: Path, duties: Sequence[Duty], faults: Faults) -> tuple[Duty, ...]:
    """The duties with their sayings; as they are where the city has no such file."""
    if not path.exists():
        return tuple(duties)
    ids = {duty.id for duty in duties}
    found: dict[str, list[str]] = defaultdict(list)
    for line, row in enumerate(read_text(path, faults).splitlines(), start=1):
        if not row.strip() or row.startswith("#"):
            continue
        where = f"{path.name} 第 {line} 行"
        duty, _, text = (part.strip() for part in row.partition("\t"))
        if not text:
            faults.add(where, "应为“编号<制表符>说法”")
        elif duty not in ids:
            faults.add(where, f"派单目录中没有“{duty}”")
        elif len(text) > MAX_CHARS:
            faults.add(where, f"超过 {MAX_CHARS} 个字")
        else:
            found[duty].append(text)
    return tuple(replace(duty, sayings=tuple(dict.fromkeys(found[duty.id]))) for duty in duties)


def carried_over(duties: Sequence[Duty], shipped: Sequence[Duty]) -> tuple[Duty, ...]:
    """Duties of another catalogue with the sayings of those that are still the same duty."""
    known = {(duty.id, duty.name): duty.sayings for duty in shipped}
    return tuple(
        replace(duty, sayings=known.get((duty.id, duty.name), duty.sayings)) for duty in duties
    )
