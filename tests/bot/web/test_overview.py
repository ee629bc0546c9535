"""`/insight`: its figures are those of plain counting; each opens the list of what it counts."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

from aiohttp.test_utils import TestClient

from bot.cases.calendar import local_day
from bot.cases.model import Actor, Case, Move, Role
from tests.bot.web.conftest import LIGHTS, PAGE, House

OFFICE = Actor(id="office", role=Role.TRIAGE)
CHANNELS = ("hotline", "webchat", "mailbox", "wechat")


async def lived(house: House) -> list[Case]:
    """Twelve cases over some days, of several channels, one late."""
    for at in range(12):
        await house.case(
            "路灯坏了" if at % 2 else "下水道堵了", key=f"k{at}", channel=CHANNELS[at % 4]
        )
        house.world.clock.advance(hours=7)
    found = (await house.services.cases.cases(_all())).cases
    return list(found)


def _all():  # type: ignore[no-untyped-def]  # the filter that leaves nothing out
    from bot.cases.filters import CaseFilter

    return CaseFilter(limit=200)


async def page(client: TestClient, path: str) -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def test_the_figures_are_those_of_plain_counting(house: House) -> None:
    cases = await lived(house)
    overviews = house.services.overviews
    found = await overviews.over(overviews.today - timedelta(days=29), overviews.today)
    assert found.came.total == len(cases)
    assert dict(found.came.channels) == dict(Counter(one.channel for one in cases))
    assert dict(found.came.types) == dict(Counter(one.demand_type.value for one in cases))
    by_day = Counter(local_day(one.opened_at) for one in cases)
    assert {day: count for day, count in found.came.days.items() if count} == dict(by_day)
    assert len(found.came.days) == 30
    owed = Counter(one.lead_department for one in cases)
    assert {one.department: one.open for one in found.clocks} == dict(owed)


async def test_each_figure_opens_the_list_of_what_it_counts(house: House) -> None:
    await lived(house)
    client = await house.staff(Role.SUPERVISOR)
    shown = await page(client, "/insight")
    links = {unescape(one) for one in re.findall(r'href="(/cases\?[^"]+)"', shown)}
    points = dict(re.findall(r'<a href="(/cases\?[^"]+)">(\d+)</a></td>', shown))
    assert len(points) > 5
    for where, count in points.items():
        listed = await page(client, unescape(where))
        numbers = set(re.findall(r'data-number="(\d{14})"', listed))
        assert len(numbers) == int(count), where
    assert links


async def test_what_is_late_is_told_by_department(house: House) -> None:
    await lived(house)
    house.world.clock.advance(days=60)
    client = await house.staff(Role.SUPERVISOR)
    overviews = house.services.overviews
    found = await overviews.over(overviews.today, overviews.today)
    assert {one.department for one in found.clocks if one.overdue} >= {LIGHTS}
    shown = await page(client, "/insight")
    assert "tile-bad" in shown


async def test_a_paused_clock_is_not_late(house: House) -> None:
    case = (await house.case("路灯坏了")).case
    clerk = Actor(id="c", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
    await house.services.cases.move(case.number, Move.ACCEPT, clerk)
    await house.services.cases.move(case.number, Move.PAUSE, OFFICE, reason="等待市民补充材料")
    house.world.clock.advance(days=60)
    overviews = house.services.overviews
    [clock] = (await overviews.over(overviews.today, overviews.today)).clocks
    assert (clock.overdue, clock.paused, clock.open) == (0, 1, 1)


async def test_a_picture_is_a_whole_file_without_script(house: House) -> None:
    await lived(house)
    client = await house.staff(Role.AUDITOR)
    for name in ("days", "channels", "types", "places"):
        answer = await client.get(f"/insight/charts/{name}.svg")
        assert answer.status == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        drawn = ElementTree.fromstring(await answer.text())  # noqa: S314 - made by us
        assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert (await client.get("/insight/charts/other.svg")).status == 404


async def test_days_in_disorder_or_too_many_are_refused_politely(house: House) -> None:
    client = await house.staff(Role.SUPERVISOR)
    for query in ("from=2026-03-02&to=2026-03-01", "from=2020-01-01&to=2026-01-01", "from=x"):
        answer = await client.get(f"/insight?{query}", headers=PAGE)
        assert answer.status == 400


async def test_a_wall_screen_loads_itself_again(house: House) -> None:
    client = await house.staff(Role.SUPERVISOR)
    assert 'http-equiv="refresh" content="60"' in await page(client, "/insight?wall=1")
    assert "http-equiv" not in await page(client, "/insight")
