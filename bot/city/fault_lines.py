"""Where in a TOML file a fault lies that the loader has named by item. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SYNTAX = re.compile(r"at line (\d+), column (\d+)")
_AT_END = re.compile(r"at end of document")
_ITEM = re.compile(r" 第 (\d+) 项(?: (\w+))?")
_TABLE = re.compile(r" \[(\w+)\]")
_KEY = re.compile(r"“(\w+)”")
_PLAIN = re.compile(r"^\S+\.toml (\w+)：")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault.

    Args:
        said: one sentence in Chinese, as the loader says it.
        line: its line in the changed file, from 1; 0: not known, or in another file.
    """

    said: str
    line: int = 0


def located(said: str, file: str, text: str) -> Fault:
    """A fault with the line it most likely lies on.

    Args:
        said: the loader's sentence; begins with the file it is about.
        file: the changed file's name.
        text: what stands in it.
    """
    lines = text.splitlines()
    if not said.startswith(file):
        return Fault(said=said)
    if match := _SYNTAX.search(said):
        return Fault(said=said, line=int(match[1]))
    if _AT_END.search(said):
        return Fault(said=said, line=len(lines))
    begin, end = _span(said, lines)
    head, _, what = said.partition("：")
    names = _KEY.findall(what)
    if not begin and (match := _PLAIN.match(f"{head}：")):
        names = [match[1], *names]
    at = next((found for name in names if (found := _key(lines, name, begin, end))), begin)
    return Fault(said=said, line=at)


def _span(said: str, lines: list[str]) -> tuple[int, int]:
    """First and last line of the item a sentence names; 0 and the end where it names none, 0
    and 0 where the one it names is not to be found."""
    head = said.partition("：")[0]
    if match := _ITEM.search(head):
        name = re.escape(match[2]) if match[2] else r"\w+"
        marks = [at for at, line in enumerate(lines, 1) if _is_head(line, rf"\[\[{name}\]\]")]
        number = int(match[1])
        if number > len(marks):
            return 0, 0
        return marks[number - 1], _next_head(lines, marks[number - 1])
    if match := _TABLE.search(head):
        for at, line in enumerate(lines, 1):
            if _is_head(line, rf"\[{match[1]}\]"):
                return at, _next_head(lines, at)
    return 0, len(lines)


def _is_head(line: str, head: str) -> bool:
    return re.fullmatch(head, line.split("#")[0].replace(" ", "").strip()) is not None


def _next_head(lines: list[str], after: int) -> int:
    found = (at for at, line in enumerate(lines, 1) if at > after and line.lstrip().startswith("["))
    return next(found, len(lines) + 1) - 1


def _key(lines: list[str], name: str, begin: int, end: int) -> int:
    for at in range(max(begin, 1), min(end, len(lines)) + 1):
        if re.match(rf"\s*{re.escape(name)}\s*=", lines[at - 1]):
            return at
    return 0
