"""For who watches: alive, ready, and the figures, to whom they may be told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot.cases.model import NewCase
from bot.health import Leaving, routes
from bot.library import Library
from bot.services import Services
from bot.settings import Settings
from bot.storage import schema
from bot.storage.units import Storage
from connectors.base import QuotaUse
from nlu.client import RasaClient
from tests.bot.conftest import World
from tests.fakes.channel import StrictChannel

AWAY = "127.0.0.1:1"


class Counted(StrictChannel):
    """A channel whose platform counts."""

    async def quota_use(self) -> tuple[QuotaUse, ...]:
        return (
            QuotaUse(interface="/send", window="day", used=90, limit=100),
            QuotaUse(interface="/type", window="minute", used=3, limit=0),
        )


class NoOther:
    """A database that is away."""

    def read(self):
        raise ConnectionError

    begin = read


@dataclass
class Watched:
    """A process as its watchers see it."""

    services: Services
    leaving: Leaving = field(default_factory=Leaving)
    current: bool = True

    async def is_current(self) -> bool:
        return self.current

    @asynccontextmanager
    async def client(self) -> AsyncIterator[TestClient[Any, Any]]:
        application = web.Application()
        application.add_routes(routes(self.services, self.is_current, self.leaving))
        async with TestClient(TestServer(application)) as client:
            yield client

    async def ready(self) -> tuple[int, dict[str, Any]]:
        async with self.client() as client:
            answer = await client.get("/ready")
            return answer.status, await answer.json()

    async def figures(self, **headers: str) -> str:
        async with self.client() as client:
            answer = await client.get("/metrics", headers=headers)
            assert answer.status == 200
            return await answer.text()


@pytest.fixture
async def watched(world: World) -> AsyncIterator[Watched]:
    library = Library(world.storage, clock=world.clock)
    async with AsyncExitStack() as closing:
        await library.start()
        closing.push_async_callback(library.close)
        nlu = RasaClient(f"http://{AWAY}", "", 0.5)
        closing.push_async_callback(nlu.close)
        services = await world.replica(library=library, channels={"strict": Counted()}, nlu=nlu)
        yield Watched(services=services)


def set_to(watched: Watched, **settings: object) -> Watched:
    changed = watched.services.settings.model_copy(update=settings)
    return replace(watched, services=replace(watched.services, settings=changed))


def figure(text: str, name: str, **labels: str) -> float | None:
    """One figure of the text, whatever the order of its labels."""
    for line in text.splitlines():
        found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
        if found and dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")) == labels:
            return float(found[2])
    return None


async def test_ready_with_redis_there_and_everything_needed(watched: Watched) -> None:
    status, told = await watched.ready()
    assert (status, told["ready"], told["leaving"]) == (200, True, False)
    assert told["parts"] | {"rasa": True} == dict.fromkeys(
        ("database", "schema", "index", "redis", "rasa"), True
    )


async def test_ready_but_degraded_without_redis(world: World, watched: Watched) -> None:
    world.redis_url = f"redis://{AWAY}/0"
    services = replace(await world.replica(), library=watched.services.library)
    status, told = await Watched(services=services).ready()
    assert (status, told["degraded"], told["parts"]["redis"]) == (200, True, False)


async def test_not_ready_without_migrations_index_or_database(
    world: World, watched: Watched
) -> None:
    behind = replace(watched, current=False)
    unread = Library(world.storage, clock=world.clock)
    empty = replace(watched, services=replace(watched.services, library=unread))
    services = replace(await world.replica(storage=NoOther()), library=watched.services.library)
    for each, part in (
        (behind, "schema"),
        (empty, "index"),
        (Watched(services=services), "database"),
    ):
        status, told = await each.ready()
        assert (status, told["ready"], told["parts"][part]) == (503, False, False)


async def test_who_is_about_to_end_says_so_and_is_still_alive(watched: Watched) -> None:
    watched.leaving.set = True
    status, told = await watched.ready()
    assert (status, told["ready"], told["leaving"]) == (404, False, True)
    async with watched.client() as client:
        assert (await client.get("/health")).status == 200


@pytest.mark.parametrize(
    ("found", "behind"),
    [("", True), ("0001_first_shape", None), ("9999_of_a_later_version", False)],
)
def test_a_later_versions_shape_serves_us_too(found: str, behind: bool | None) -> None:
    known = next(
        each.revision
        for each in schema.ScriptDirectory.from_config(schema.config()).walk_revisions("base")
        if each.revision != schema.head()
    )
    assert schema.behind(known if behind is None else found) is (behind is not False)
    assert schema.behind(schema.head()) is False


async def test_an_upgraded_database_serves_us(storage: Storage) -> None:
    assert await storage.serves_us()


async def test_the_figures_tell_clocks_quotas_circuits_and_memory(
    world: World, watched: Watched
) -> None:
    new = NewCase(
        origin_key="strict:c:1",
        channel="strict",
        conversation_id="strict:c",
        sender_id="sender",
        title="",
        text="人民路的路灯坏了三天",
    )
    opened = await watched.services.cases.open_case(new)
    assert opened.case.due_at is not None
    world.clock.time = opened.case.due_at - timedelta(hours=2)
    text = await watched.figures()
    assert figure(text, "policyline_cases_due", when="day") == 1
    assert figure(text, "policyline_cases_due", when="three_days") == 1
    assert figure(text, "policyline_cases_due", when="overdue") == 0
    assert figure(text, "policyline_cases_open", state=opened.case.state.value) == 1
    quota = {"channel": "strict", "interface": "/send", "window": "day"}
    assert figure(text, "policyline_platform_quota_left", **quota) == 10
    assert "/type" not in "".join(re.findall(r"policyline_platform_quota_left\{.*", text))
    assert figure(text, "policyline_circuit_open", part="redis") == 0
    assert (figure(text, "process_resident_memory_bytes") or 0) > 1e6
    world.clock.time = opened.case.due_at + timedelta(hours=2)
    assert figure(await watched.figures(), "policyline_cases_due", when="overdue") == 1


async def test_with_the_database_away_counters_go_on_and_old_figures_do_not(
    world: World, watched: Watched
) -> None:
    assert figure(await watched.figures(), "policyline_queue_oldest_seconds", queue="inbox") == 0
    away = await world.replica(storage=NoOther())
    services = replace(watched.services, inbox=away.inbox)
    text = await Watched(services=services).figures()
    assert figure(text, "policyline_part_up", part="database") == 0
    assert figure(text, "policyline_queue_oldest_seconds", queue="inbox") is None
    assert "policyline_build_info{" in text


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {}, 200),
        ({}, {"X-Forwarded-For": "127.0.0.1"}, 403),
        ({"metrics_from": ""}, {}, 403),
        ({"metrics_from": "10.0.0.0/8"}, {}, 403),
        ({"metrics_from": "10.0.0.0/8", "proxy_hops": 1}, {"X-Forwarded-For": "10.1.2.3"}, 200),
        ({"proxy_hops": 1}, {"X-Forwarded-For": "127.0.0.1, 192.0.2.7"}, 403),
        ({"metrics_token": SecretStr("t0ken")}, {"X-Forwarded-For": "192.0.2.7"}, 403),
        ({"metrics_token": SecretStr("t0ken")}, {"Authorization": "Bearer wrong"}, 200),
        (
            {"metrics_from": "", "metrics_token": SecretStr("t0ken")},
            {"Authorization": "Bearer wrong"},
            403,
        ),
        (
            {"metrics_from": "", "metrics_token": SecretStr("t0ken")},
            {"Authorization": "Bearer t0ken"},
            200,
        ),
        ({"metrics_from": ""}, {"Authorization": "Bearer "}, 403),
    ],
)
async def test_who_may_read_the_figures(
    watched: Watched, settings: dict[str, object], headers: dict[str, str], status: int
) -> None:
    async with set_to(watched, **settings).client() as client:
        assert (await client.get("/metrics", headers=headers)).status == status


@pytest.mark.parametrize("wrong", ["10.0.0.1/8", "nowhere"])
def test_networks_written_wrongly_are_said_at_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match="metrics_from"):
        Settings(metrics_from=wrong)
