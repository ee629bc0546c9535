"""The tables of `docs/roles.md`, from the code: rights × roles, and routes × roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.cases.model import Role
from bot.web.rights import STAFF_ROLES, Right, allowed
from bot.web.routes import Route
from bot.web.words import ROLES as ROLE_NAMES

BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
"""Between these lines of the document the tables stand."""

_YES, _NO = "●", ""


def staff_roles() -> tuple[Role, ...]:
    """The columns, in the order of the roles."""
    return tuple(role for role in Role if role in STAFF_ROLES)


def rights_table() -> str:
    """Which role has which right."""
    head = ["right", *(f"{ROLE_NAMES[role]}<br>`{role.value}`" for role in staff_roles())]
    rows = [[f"`{right.value}`", *_marks(right)] for right in Right if right is not Right.PUBLIC]
    return _table(head, rows)


def routes_table(routes: Iterable[Route]) -> str:
    """Which role gets where; routes open to everybody are left out."""
    head = ["route", "", "right", *(ROLE_NAMES[role] for role in staff_roles())]
    asked = [route for route in routes if route.right is not Right.PUBLIC]
    rows = [
        [f"`{route.path}`", route.method, f"`{route.right.value}`", *_marks(route.right)]
        for route in sorted(asked, key=lambda route: (route.path, route.method))
    ]
    return _table(head, rows)


def public_list(routes: Iterable[Route]) -> str:
    """Routes that look for nobody who is signed in, by path."""
    methods: dict[str, list[str]] = {}
    for route in routes:
        if route.right is Right.PUBLIC:
            methods.setdefault(route.path, []).append(route.method)
    rows = [[f"`{path}`", " ".join(sorted(found))] for path, found in sorted(methods.items())]
    return _table(["route", ""], rows)


def tables(routes: Sequence[Route]) -> str:
    """Everything that stands between the two lines."""
    return "\n\n".join(
        (
            "## Rights",
            rights_table(),
            "## Routes of staff",
            routes_table(routes),
            "## Routes open to everybody",
            public_list(routes),
        )
    )


def with_tables(document: str, routes: Sequence[Route]) -> str:
    """The document with its tables as the code has them. Raises ValueError without the lines."""
    before, begun, rest = document.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"the document lacks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables(routes)}\n\n{END}{after}"


def _marks(right: Right) -> list[str]:
    return [_YES if allowed(right, role) else _NO for role in staff_roles()]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
