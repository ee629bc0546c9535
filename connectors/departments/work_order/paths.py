"""Places inside JSON, written `a.b.c`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

Json = dict[str, Any]


def at(message: object, path: str) -> object:
    """What stands at a place; None where nothing does; the whole for an empty path."""
    for step in path.split(".") if path else ():
        if not isinstance(message, Mapping):
            return None
        message = message.get(step)
    return message


def put(message: Json, path: str, value: object) -> None:
    """Put a value at a place, with what has to stand above it."""
    *above, last = path.split(".")
    for step in above:
        message = message.setdefault(step, {})
    message[last] = value


def clashes(paths: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names whose places cannot both hold a value: the same, or one inside the other."""
    for (name, path), (other, taken) in combinations(paths.items(), 2):
        if f"{path}.".startswith(f"{taken}.") or f"{taken}.".startswith(f"{path}."):
            yield name, other


def text(value: object) -> str:
    """A value as text that can be kept: without what no database takes; a list's with 、
    between, and nothing of lists inside it."""
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "、".join(filter(None, (text(one) for one in value if not isinstance(one, list))))
    said = str(value).replace("\x00", "")
    return said.encode("utf-8", "replace").decode().strip()
