"""Notices as senders are handed them, and what they remember."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.departments.base import DepartmentNotice, NoticeKind

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)


def notice(key: str = "01JNOTICE", **values: object) -> DepartmentNotice:
    given: dict[str, object] = {
        "kind": NoticeKind.DISPATCHED,
        "case_number": "20260302000001",
        "department": "市城市管理局",
        "title": "新城大道路灯不亮",
        "text": "新城大道的路灯三天没亮了",
        "demand_type": "求助",
        "place": "新城大道 8 号",
        "due_at": DUE,
        "link": "https://12345.example.com/cases/20260302000001",
    }
    return DepartmentNotice(idempotency_key=key, **(given | values))  # type: ignore[arg-type] # values of several types


class Memory:
    """What replicas share, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get_token(self, name: str) -> str | None:
        return self.kept.get(name)

    async def set_token(self, name: str, value: str, ttl_s: float) -> None:
        assert ttl_s > 0
        self.kept[name] = value
