"""The fake is a GeoReport v2 server: a client that is not ours finds its way in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from georeport import GeoReport

from tests.fakes.open311_server import JURISDICTION, KEY, Open311Side

FORM = {"api_key": KEY, "service_code": "lamp", "address_string": "人民路", "description": "坏了"}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_georeport_finds_its_way(
    side: Open311Side, server: TestServer, http: aiohttp.ClientSession
) -> None:
    url = server.make_url("/v2/requests.xml")
    for _ in range(2):
        assert (await http.post(url, data=FORM)).status == 200
    side.say("1000", "closed", "修好了")
    client = GeoReport(str(server.make_url("/v2")), jurisdiction=JURISDICTION, output_format="xml")
    services = await asyncio.to_thread(client.get_service_list)
    assert [one["service_code"] for one in services] == ["lamp", "other"]
    definition = await asyncio.to_thread(client.get_service_definition, "lamp")
    assert definition["service_code"] == "lamp"
    one = await asyncio.to_thread(client.get_service_request, "1000")
    assert (one["status"], one["status_notes"]) == ("closed", "修好了")
    listed = await asyncio.to_thread(
        client.get_service_requests, start_date="2026-03-01T00:00:00Z", service_code="lamp"
    )
    assert [one["service_request_id"] for one in listed] == ["1001", "1000"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"api_key": "wrong"}, 403),
        ({"service_code": "none"}, 404),
        ({"address_string": ""}, 400),
        ({"jurisdiction_id": "elsewhere"}, 404),
        ({"description": "长" * 4001}, 400),
        ({"priority": "1"}, 400),
    ],
)
async def test_it_is_strict(
    server: TestServer, http: aiohttp.ClientSession, changed: dict[str, str], status: int
) -> None:
    answer = await http.post(server.make_url("/v2/requests.xml"), data=FORM | changed)
    assert answer.status == status
    assert f"<code>{status}</code>" in await answer.text()


async def test_a_list_of_more_than_90_days_is_refused(
    server: TestServer, http: aiohttp.ClientSession
) -> None:
    query = {"start_date": "2025-01-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}
    answer = await http.get(server.make_url("/v2/requests.xml"), params=query)
    assert answer.status == 400
