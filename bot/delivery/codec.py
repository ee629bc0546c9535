"""Notices and updates as JSON, for the database.

A replica of an earlier version leaves out what it does not know; fields added since may be absent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from connectors.departments.base import DepartmentNotice, DepartmentUpdate

Json = dict[str, Any]

_NOTICE = TypeAdapter(DepartmentNotice)
_UPDATE = TypeAdapter(DepartmentUpdate)


def notice_to_json(notice: DepartmentNotice) -> Json:
    """The notice; its idempotency key is its row's id and is not kept twice."""
    kept: Json = _NOTICE.dump_python(replace(notice, idempotency_key=""), mode="json")
    return kept


def notice_from_json(kept: Json) -> DepartmentNotice:
    """The notice from what `notice_to_json` made."""
    return _NOTICE.validate_python(kept)


def update_to_json(update: DepartmentUpdate) -> Json:
    """What another system told."""
    kept: Json = _UPDATE.dump_python(update, mode="json")
    return kept


def update_from_json(kept: Json) -> DepartmentUpdate:
    """What another system told, from what `update_to_json` made."""
    return _UPDATE.validate_python(kept)
