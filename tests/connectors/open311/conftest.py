"""A department's Open311 server, and our connector to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from connectors.departments.base import DepartmentNotice, NoticeKind
from connectors.departments.open311.connector import Open311Connector, Sent
from connectors.departments.open311.settings import ServerSettings
from tests.fakes.edges import FakeClock
from tests.fakes.open311_server import JURISDICTION, KEY, Open311Side

NUMBER = "20260302000001"
Connect = Callable[..., Open311Connector]


@pytest.fixture
def side(clock: FakeClock) -> Open311Side:
    return Open311Side(clock.now)


@pytest.fixture
async def server(side: Open311Side) -> AsyncIterator[TestServer]:
    async with TestServer(side.application()) as running:
        yield running


@pytest.fixture
async def connect(server: TestServer, clock: FakeClock) -> AsyncIterator[Connect]:
    """Makes connectors; their settings are the server's but for what is given."""
    made: list[Open311Connector] = []

    def connector(*, sent: Sent | None = None, **given: Any) -> Open311Connector:
        known = {
            "endpoint": str(server.make_url("/v2")),
            "api_key": KEY,
            "jurisdiction": JURISDICTION,
            "services": {"市政/照明": "lamp"},
            "default_service": "other",
        }
        settings = ServerSettings.model_validate(known | given)
        made.append(Open311Connector("open311-lamps", settings, sent=sent, now=clock.now))
        return made[-1]

    yield connector
    for one in made:
        await one.close()


def notice(**given: Any) -> DepartmentNotice:
    known: dict[str, Any] = {
        "idempotency_key": "delivery-1",
        "kind": NoticeKind.DISPATCHED,
        "case_number": NUMBER,
        "department": "市城市管理局",
        "title": "路灯不亮",
        "text": "人民路的路灯坏了",
        "category": ("市政", "照明", "路灯"),
        "place": "人民路 12 号",
        "contact_name": "王小明",
        "contact_phone": "13812345678",
        "opened_at": datetime(2026, 3, 2, 1, 59, tzinfo=UTC),
    }
    return DepartmentNotice(**(known | given))
