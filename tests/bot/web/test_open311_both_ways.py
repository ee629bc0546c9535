"""Our client at our own server: one city's hotline passes a case to another's, and hears of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Actor, Move, Role
from bot.cases.service import CaseFilter
from bot.open311.keys import read_keys
from connectors.departments.base import UpdateKind
from connectors.departments.open311.connector import Open311Connector
from connectors.departments.open311.settings import ServerSettings
from tests.bot.conftest import World
from tests.bot.web import open311
from tests.bot.web.conftest import House, running
from tests.bot.web.open311 import APP, BASE, BATCH, both, sent
from tests.connectors.open311.conftest import NUMBER, notice
from tests.fakes.town import LIGHTS

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
OFFICE = Actor(id="office", role=Role.TRIAGE)


@pytest.fixture
async def house(world: World) -> AsyncIterator[House]:
    parts = {"city": open311.small_city(), "settings": open311.settings(world)}
    async with running(world, **parts) as opened:
        yield opened


@pytest.fixture
async def app(house: House) -> TestClient:
    return await house.visitor()


def connector(house: House, key: str, form: str) -> Open311Connector:
    settings = ServerSettings.model_validate(
        {
            "endpoint": str(house.server.make_url(BASE)),
            "api_key": key,
            "jurisdiction": "000000",
            "format": form,
            "services": {"市政": "CG-01"},
            "default_service": "other",
        }
    )
    return Open311Connector("open311-town", settings, now=house.world.clock.now)


async def count(house: House) -> int:
    return len((await house.services.cases.cases(CaseFilter())).cases)


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_a_case_goes_there_once_and_its_reply_comes_back(house: House, form: str) -> None:
    ours = connector(house, APP, form)
    receipt = await ours.send(notice(latitude=28.19, longitude=115.79))
    number = receipt.external_id
    assert await ours.send(notice()) == receipt
    assert await count(house) == 1
    theirs = await house.services.cases.get(number)
    assert theirs.coordinates == (28.19, 115.79)
    assert theirs.external_number.startswith(NUMBER)
    news, cursor = await ours.poll("")
    assert [one.kind for one in news] == [UpdateKind.NOTE]
    cases = house.services.cases
    await cases.move(number, Move.ACCEPT, CLERK)
    await cases.move(number, Move.REPLY, CLERK, text="路灯已修好。", despite=True)
    await cases.move(number, Move.CLOSE, OFFICE)
    (update,), cursor = await ours.poll(cursor)
    assert (update.kind, update.case_number) == (UpdateKind.CLOSED, NUMBER)
    assert "路灯已修好。" in update.words
    assert (await ours.poll(cursor))[0] == ()
    await ours.close()


async def test_a_server_that_gives_tokens_does_not_open_two(house: House) -> None:
    ours = connector(house, BATCH, "xml")
    receipt = await ours.send(notice())
    assert receipt.external_id.startswith("token:")
    again = await ours.send(notice())
    assert await count(house) == 1
    assert again.external_id.isdigit()
    await ours.close()


async def test_an_app_with_a_map_of_china(world: World) -> None:
    keys = read_keys({"app": {"key": APP, "coordinates": "gcj02", "public": True}})
    parts = {
        "city": open311.small_city(),
        "settings": open311.settings(world, open311_keys=keys),
    }
    async with running(world, **parts) as house:
        app = await house.visitor()
        number = (await sent(app))["service_request_id"]
        kept = (await house.services.cases.get(number)).coordinates
        assert kept is not None
        assert 0.001 < abs(kept[0] - 28.1923456) < 0.01
        (own,) = await both(app, f"requests/{number}", api_key=APP)
        assert (own["lat"], own["long"]) == pytest.approx((28.1923456, 115.7912345), abs=2e-7)
        (anybody,) = await both(app, f"requests/{number}")
        assert (anybody["lat"], anybody["long"]) == (round(kept[0], 3), round(kept[1], 3))
