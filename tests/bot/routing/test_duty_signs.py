"""What the catalogue says of a text, taken in by the learned router."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.cases.model import Move
from bot.city.model import City
from bot.commands.routing import _corrected
from bot.routing import store
from bot.routing.duty_signs import WEIGHT, DutySigns
from bot.routing.evaluate import judge_all
from bot.routing.grams import reduced
from bot.routing.orders import Order
from bot.routing.sayings import Sayings
from bot.routing.training import Examples, examples, train
from bot.storage.units import Storage
from tests.bot.cases.world import CITY_LOOK, TRIAGE, UNSURE, Router, World
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups

TEXTS = ("路灯不亮", "下水道堵了", "拖欠工资", "公交车不来", "邻居半夜唱歌")


@pytest.fixture(scope="module")
def given(city: City, orders: tuple[Order, ...]) -> Examples:
    return examples(orders, Sayings(city))


def test_signs_are_the_catalogues_scores_standardised(city: City) -> None:
    sayings = Sayings(city)
    found = DutySigns.learn(sayings, TEXTS).of_all(TEXTS)
    assert found.mean(0) == pytest.approx(0, abs=1e-5)
    assert 0.5 * WEIGHT < found.std() <= WEIGHT
    shares = sayings.meant(TEXTS[0]).shares
    scores = found[0] / WEIGHT
    lead = sorted(shares)[int(np.argmax(scores))]
    assert lead == max(shares, key=lambda name: shares[name])


def test_one_text_is_judged_as_many_are(given: Examples) -> None:
    model = train(given).model
    shares, _ = judge_all(model, given)
    for at in range(0, len(given.orders), 7):
        order = given.orders[at]
        best = model.departments[int(np.argmax(shares[at]))]
        assert model.predict(order.content, order.title).departments[0].label == best


def test_a_stored_model_says_the_same(given: Examples, tmp_path: Path) -> None:
    model = train(given).model
    name = store.save(tmp_path, model, {}, datetime.now(UTC))
    again = store.load(tmp_path, name)
    assert again.predict("电梯坏了") == model.predict("电梯坏了")
    assert (again.duties.of(reduced("路灯")) == model.duties.of(reduced("路灯"))).all()


async def test_corrections_become_orders_to_learn_from(
    sqlite_url: str, sqlite_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sqlite_storage.upgrade()
    world = World(
        storage=sqlite_storage,
        clock=FakeClock(),
        ids=CountingIds(),
        wakeups=RecordedWakeups(),
        router=Router(routing=UNSURE),
    )
    number = (await world.open()).case.number
    await world.service.move(number, Move.DISPATCH, TRIAGE, department=CITY_LOOK)
    monkeypatch.setenv("POLICYLINE_DATABASE_URL", sqlite_url)
    (order,) = await _corrected()
    assert (order.department, order.demand_type) == (CITY_LOOK, "求助")
    assert "路灯三天没亮" in order.content


async def test_without_a_database_the_file_alone_is_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLICYLINE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert await _corrected() == ()
