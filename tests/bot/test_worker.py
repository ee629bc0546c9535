"""The worker's watch over deadlines."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from bot.calls.model import CallState
from bot.calls_loop import calls_until
from bot.cases.model import Actor, NewCase, Role
from bot.worker import watch_deadlines
from tests.bot.conftest import World
from tests.bot.web.test_insight import SAID


async def test_hours_of_opinion_are_watched_even_where_cases_cannot_be_read(world: World) -> None:
    stop = asyncio.Event()

    async def broken() -> int:
        stop.set()
        raise ConnectionError

    services = await world.replica(sweeper=SimpleNamespace(sweep=broken))
    for at, text in enumerate(SAID):
        case = NewCase(
            origin_key=f"k{at}",
            channel="webchat",
            conversation_id="",
            sender_id=f"s{at}",
            title=text,
            text=text,
        )
        await services.cases.open_case(case)
    await services.hot.refresh()
    [issue] = await services.hot.hottest()
    await services.hot.open_opinion(issue.id, major=True, by="lin")
    world.clock.advance(hours=6)
    await watch_deadlines(stop, services)
    [(_, alert)] = await services.opinions.alerts()
    assert alert.issue_id == issue.id


async def test_calls_are_watched_even_where_words_cannot_be_forgotten(world: World) -> None:
    stop = asyncio.Event()
    services = await world.replica()
    call = await services.calls.begin(Actor(id="lin", role=Role.OPERATOR))
    world.clock.advance(hours=7)
    forget, sweep = services.calls.forget, services.calls.sweep

    async def broken(days: int) -> int:
        await forget(days)
        raise ConnectionError

    async def last() -> int:
        ended = await sweep()
        stop.set()
        return ended

    services.calls.forget, services.calls.sweep = broken, last  # type: ignore[method-assign]
    await calls_until(stop, services)
    assert (await services.calls.get(call.id)).state is CallState.ENDED
