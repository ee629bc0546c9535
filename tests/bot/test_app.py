"""The service, built as it runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import CannotStart, in_place_s, process_name, running
from bot.cases.model import RoutingInput
from bot.routing import store
from bot.routing.orders import Order
from bot.routing.training import examples, train
from bot.settings import Settings, SettingsError, load
from tests.fakes.channel import StrictChannel
from tests.servers import free_port


class CallbackFake(StrictChannel):
    reply_within_s = 4.5


class ReceiptsOnly(StrictChannel):
    reply_within_s = 0.0


def test_who_may_carry_replies_in_place_and_for_how_long() -> None:
    channels = {
        "webchat": StrictChannel("webchat"),
        "wechat": CallbackFake("wechat"),
        "mail": StrictChannel("mail"),
        "hotline": ReceiptsOnly("hotline"),
    }
    assert in_place_s(channels, Settings(chat_wait_s=8.0)) == {"webchat": 8.5, "wechat": 5.0}


def test_each_start_has_a_name_of_its_own() -> None:
    assert process_name() != process_name()
    assert len(process_name()) <= 80


async def test_everything_is_built_and_closed_without_redis_and_rasa(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, redis_port=free_port(), rasa_port=free_port())
    async with running(settings) as built:
        assert set(built.services.channels) == {"webchat"}
        assert (await built.services.inbox.counts()).by_state == {}
        assert not await built.services.cache.ping()
    assert (tmp_path / "policyline.db").exists()
    assert (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("url", ["mysql://somewhere/db", "nonsense", "postgresql://host:port/db"])
def test_a_database_that_is_none_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="POLICYLINE_DATABASE_URL"):
        load(database_url=url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///here.db",
        "sqlite+aiosqlite:////srv/here.db",
        "postgresql://host/db",
        "postgresql+asyncpg://me:p%40:[ss@[::1]:5432/db?ssl=require",
        "postgresql:///db?host=/run/postgresql",
    ],
)
def test_databases_are_taken_as_they_are_written(url: str) -> None:
    assert load(database_url=url).database == url


@pytest.mark.parametrize("used", [False, True])
async def test_the_model_in_use_helps_to_route(tmp_path: Path, used: bool) -> None:
    orders = [
        Order(order_no=str(number), title="", content=f"{words}第{number}回", department=unit)
        for words, unit in (("咕噜咕噜", "市水利局"), ("叽里呱啦", "市教育局"))
        for number in range(12)
    ]
    name = store.save(tmp_path, train(examples(orders)).model, {}, datetime.now(UTC))
    (store.folder_of(tmp_path) / "current").write_text(name if used else "")
    settings = Settings(home=tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    async with running(settings) as built:
        routing = built.services.router.route(RoutingInput(text="咕噜咕噜又来了"))
    assert (routing.departments[0].name == "市水利局") is used


async def test_a_database_that_is_away_is_said_plainly(tmp_path: Path) -> None:
    url = f"postgresql://nobody:secret@127.0.0.1:{free_port()}/db"
    with pytest.raises(CannotStart) as caught:
        async with running(Settings(home=tmp_path, database_url=url)):
            pass
    assert "secret" not in str(caught.value)
