"""Deadlines near or past, told once each, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.cases.alerts import Alerts
from bot.cases.model import Actor, Move, Role
from bot.cases.sweeping import AlertKind, Sweeper, amber_from
from bot.errors import NotFound
from tests.bot.cases.world import CITY_LOOK, CLERK, TRIAGE, UNSURE, WATER, Limits, World

HEAD = Actor(id="head", role=Role.DEPARTMENT_HEAD, department=CITY_LOOK)
OTHER = Actor(id="other", role=Role.DEPARTMENT_CLERK, department=WATER)


def _sweeper(world: World) -> Sweeper:
    return Sweeper(world.storage, world.clock, world.ids, world.city.limits)


async def _kinds(world: World, reader: Actor) -> list[AlertKind]:
    found = await Alerts(world.storage, world.clock).of(reader)
    return sorted(alert.kind for _, alert in found)


async def test_a_case_that_nobody_touches_goes_up_step_by_step(world: World) -> None:
    case = (await world.open()).case  # Monday, due the Monday after
    assert case.due_at is not None
    told = []
    for _ in range(14):
        told.append(await _sweeper(world).sweep())
        world.clock.advance(days=1)
    assert sum(told) == 4
    assert await _kinds(world, CLERK) == [AlertKind.AMBER, AlertKind.RED]
    assert await _kinds(world, HEAD) == [AlertKind.AMBER, AlertKind.HEAD, AlertKind.RED]
    assert await _kinds(world, TRIAGE) == [AlertKind.OFFICE]
    assert await _kinds(world, OTHER) == []


async def test_nothing_is_told_before_its_time_nor_twice(world: World) -> None:
    await world.open()
    assert await _sweeper(world).sweep() == 0
    world.clock.advance(days=8)
    assert await _sweeper(world).sweep() == 1
    assert await _sweeper(world).sweep() == 0


async def test_replicas_that_sweep_at_once_tell_once(world: World) -> None:
    for key in range(5):
        await world.open(f"k{key}")
    world.clock.advance(days=8)
    told = await asyncio.gather(*(_sweeper(world).sweep() for _ in range(4)))
    assert sum(told) == 5


async def test_a_clock_that_jumps_repeats_and_breaks_nothing(world: World) -> None:
    number = (await world.open()).case.number
    world.clock.advance(days=400)
    assert await _sweeper(world).sweep() == 3
    world.clock.advance(days=-400)
    assert await _sweeper(world).sweep() == 0
    await world.service.move(number, Move.ACCEPT, CLERK)
    assert await world.service.check_chain(number) is None
    world.clock.advance(days=8)
    assert await _sweeper(world).sweep() == 0


async def test_answered_and_paused_cases_are_left_alone(world: World) -> None:
    await world.replied("k1")
    paused = (await world.open("k2")).case.number
    await world.service.move(paused, Move.PAUSE, CLERK, reason="等材料")
    world.clock.advance(days=30)
    assert await _sweeper(world).sweep() == 0


async def test_a_new_deadline_is_watched_anew(world: World) -> None:
    number = (await world.open()).case.number
    world.clock.advance(days=8)
    await _sweeper(world).sweep()
    await world.service.move(number, Move.EXTEND, TRIAGE, days=5, reason="要订灯杆")
    assert await _sweeper(world).sweep() == 0
    world.clock.advance(days=7)
    assert await _sweeper(world).sweep() == 1


async def test_nobodys_case_is_the_offices(world: World) -> None:
    world.router.routing = UNSURE
    await world.open()
    world.clock.advance(days=8)
    await _sweeper(world).sweep()
    assert await _kinds(world, TRIAGE) == [AlertKind.RED]


async def test_a_visit_that_did_not_happen(world: World) -> None:
    number = (await world.replied()).number
    await world.service.rate(number, 1)
    world.clock.advance(days=9)
    assert await _sweeper(world).sweep() == 1
    assert await _kinds(world, TRIAGE) == [AlertKind.FOLLOW_UP]


async def test_an_alert_is_put_away_by_its_readers_only(world: World) -> None:
    await world.open()
    world.clock.advance(days=8)
    await _sweeper(world).sweep()
    alerts = Alerts(world.storage, world.clock)
    [(id, _)] = await alerts.of(CLERK)
    with pytest.raises(NotFound):
        await alerts.seen(id, OTHER)
    await alerts.seen(id, CLERK)
    assert await alerts.of(CLERK) == ()
    with pytest.raises(NotFound):
        await alerts.seen(id, CLERK)


async def test_many_cases_are_swept_in_batches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cases.sweeping.BATCH", 3)
    for key in range(8):
        await world.open(f"k{key}")
    world.clock.advance(days=8)
    assert await _sweeper(world).sweep() == 8


async def test_amber_begins_with_the_last_working_day(world: World) -> None:
    due = (await world.open()).case.due_at
    assert due is not None
    assert due - amber_from(due, Limits()) == timedelta(days=1)
