"""Settings that name roles: which need a second factor, and which a provider's groups give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.cases.model import Role

_STAFF = {role.value: role for role in Role if role not in {Role.CITIZEN, Role.SYSTEM}}
_DEPARTMENT = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where a new account stands: its role, and for department roles its department."""

    role: Role
    department: str = ""


def read_roles(given: object) -> frozenset[Role]:
    """Roles from a list or from words between commas. Raises `ValueError`."""
    words = given.split(",") if isinstance(given, str) else given
    if not isinstance(words, list | tuple | set | frozenset):
        raise ValueError("should be roles separated by commas")  # noqa: TRY004 - pydantic's own
    return frozenset(_role(str(word).strip()) for word in words if str(word).strip())


def read_groups(given: object) -> dict[str, Placed]:
    """Group → place, from a table or its JSON: `{"hotline": "triage"}`; a department role is
    written `department_clerk:市住建局`.

    Raises:
        ValueError: says what is wrong.
    """
    table: Any = given
    if isinstance(given, str):
        try:
            table = json.loads(given) if given.strip() else {}
        except ValueError as error:
            raise ValueError('should be JSON such as {"group": "triage"}') from error
    if not isinstance(table, Mapping):
        raise ValueError("should be a table of groups and roles")  # noqa: TRY004 - pydantic's own
    return {str(group): _placed(words) for group, words in table.items()}


def _placed(words: object) -> Placed:
    if isinstance(words, Placed):
        return words
    name, _, department = str(words).partition(":")
    role = _role(name.strip())
    if (role in _DEPARTMENT) is not bool(department.strip()):
        raise ValueError(f"{name}: department roles, and they alone, name a department")
    return Placed(role=role, department=department.strip())


def _role(word: str) -> Role:
    if word not in _STAFF:
        raise ValueError(f"{word[:40]!r}: not one of {', '.join(_STAFF)}")
    return _STAFF[word]
