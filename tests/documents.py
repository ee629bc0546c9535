"""What a page of `docs/` says in its tables, for tests that hold it to the code."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


class Document:
    """A page of `docs/`, by its file's name."""

    def __init__(self, name: str) -> None:
        self.text = (DOCS / name).read_text(encoding="utf-8")

    def table(self, first_heading: str) -> list[list[str]]:
        """The rows of the page's only table whose first column has this heading."""
        head = rf"^\| {first_heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)"
        (body,) = re.findall(head, self.text, re.MULTILINE)
        lines = body.splitlines()
        return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in lines]

    def groups(self) -> dict[str, set[str]]:
        """Every group named on the page, of states or roles → what is in it."""
        rows = re.findall(r"^\| \*([^*]+)\* \| (.+) \|$", self.text, re.MULTILINE)
        return {name: set(re.findall(r"`(\w+)`", codes)) for name, codes in rows}

    def meant(self, cell: str) -> set[str]:
        """All codes a cell names, its groups spelt out."""
        named = self.groups()
        of_groups = [named[name] for name in re.findall(r"\*([^*]+)\*", cell)]
        return set(re.findall(r"`(\w+)`", cell)).union(*of_groups)
