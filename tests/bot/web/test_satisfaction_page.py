"""Satisfaction on its page, in the API and as a table to take away."""

from __future__ import annotations

import csv
import io
import re

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Actor, Move, Role
from bot.web.stacked_bar import WIDTH, stacked_bar
from tests.bot.web.conftest import LIGHTS, PAGE, House

PATH = "/insight/satisfaction"
OFFICE = Actor(id="office", role=Role.TRIAGE)


async def rated(house: House, *grades: int) -> None:
    """Cases of street lights, answered, closed and rated."""
    clerk = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
    cases = house.services.cases
    for at, grade in enumerate(grades):
        number = (await house.case("路灯坏了", f"r{at}")).case.number
        await cases.move(number, Move.ACCEPT, clerk)
        await cases.move(number, Move.REPLY, clerk, text="已修好")
        await cases.move(number, Move.CLOSE, OFFICE)
        await cases.rate(number, grade)


async def text_of(client: TestClient, path: str = PATH) -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def test_nothing_to_count_says_so(house: House) -> None:
    client = await house.staff(Role.SUPERVISOR)
    page = await text_of(client)
    assert "这段时间没有可统计的工单" in page
    assert re.search(rf'<a href="{PATH}" aria-current="page">满意度</a>', page)


async def test_each_department_has_its_bar(house: House) -> None:
    await rated(house, 5, 5, 4, 3, 1)
    page = await text_of(await house.staff(Role.SUPERVISOR))
    assert LIGHTS in page
    assert (
        'role="img" aria-label="非常满意 2 件，满意 1 件，基本满意 1 件，非常不满意 1 件"' in page
    )
    assert len(re.findall(r'<rect class="grade-\d" x=', page)) == 4
    assert "<b>80.0%</b><small>37.6%–96.4%</small>" in page
    assert "待回访 1" in page
    assert "仅供参考" not in page
    assert "合计" not in page  # of one department


async def test_few_grades_are_said_to_be_few(house: House) -> None:
    await rated(house, 5, 2)
    page = await text_of(await house.staff(Role.AUDITOR))
    assert "<b>50.0%</b><small>少于 5 件，仅供参考</small>" in page


async def test_a_department_sees_its_own_only(house: House) -> None:
    await rated(house, 5)
    own = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS, name="own")
    other = await house.staff(Role.DEPARTMENT_HEAD, "市水利局", name="other")
    assert LIGHTS in re.sub(r"<header.*?</header>", "", await text_of(own), flags=re.DOTALL)
    assert "没有可统计的工单" in await text_of(other)
    for path in ("/api/v1/satisfaction", f"{PATH}.csv"):
        answer = await other.get(path)
        assert LIGHTS not in await answer.text()


async def test_a_span_is_kept_and_wrong_days_are_told(house: House) -> None:
    await rated(house, 5)
    client = await house.staff(Role.TRIAGE)
    page = await text_of(client, f"{PATH}?from=2026-02-01&to=2026-02-28")
    assert "没有可统计的工单" in page
    assert 'name="from" value="2026-02-01"' in page
    assert 'href="/insight/satisfaction?from=2026-02-01&amp;to=2026-02-28">上月' in page
    for query in ("from=2026-03-02&to=2026-03-01", "from=2024-01-01", "from=yesterday"):
        answer = await client.get(f"{PATH}?{query}", headers=PAGE)
        assert answer.status == 400
        assert "Traceback" not in await answer.text()


async def test_the_api_gives_the_same(house: House, visitor: TestClient) -> None:
    await rated(house, 5, 2)
    client = await house.staff(Role.SUPERVISOR)
    answer = await client.get("/api/v1/satisfaction?from=2026-03-01&to=2026-03-31")
    said = await answer.json()
    [figures] = said["departments"]
    assert (said["since"], said["until"]) == ("2026-03-01", "2026-03-31")
    assert (figures["department"], figures["closed"], figures["rated"]) == (LIGHTS, 2, 2)
    assert figures["grades"]["非常满意"] == figures["grades"]["不满意"] == 1
    assert (figures["satisfied_share"], figures["few"]) == (0.5, True)
    assert figures["visits"]["due"] == 1
    assert (figures["in_time_share"], figures["median_days"]) == (1.0, 0.0)
    assert said["total"]["rated"] == 2
    assert (await visitor.get("/api/v1/satisfaction")).status == 401
    assert (await client.get("/api/v1/satisfaction?to=2020-13-01")).status == 400
    editor = await house.staff(Role.EDITOR)
    assert (await editor.get("/api/v1/satisfaction")).status == 403


async def test_the_table_to_take_away(house: House) -> None:
    await rated(house, 5, 2)
    client = await house.staff(Role.SUPERVISOR)
    answer = await client.get(f"{PATH}.csv?from=2026-03-01&to=2026-03-31")
    raw = await answer.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="satisfaction-2026-03-01-2026-03-31.csv"'
    )
    [row] = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    assert (row["部门"], row["办结"], row["非常满意"], row["满意率"]) == (LIGHTS, "2", "1", "50.0%")
    assert (row["备注"], row["差评待回访"], row["答复用时中位数（工作日）"]) == (
        "评价少于 5 件",
        "1",
        "0",
    )


async def test_no_cell_of_the_table_runs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await rated(house, 5)
    monkeypatch.setattr("bot.cases.satisfaction.Tally.figures", _hostile)
    client = await house.staff(Role.SUPERVISOR)
    text = await (await client.get(f"{PATH}.csv")).text()
    assert "\n'=cmd()," in text


def _hostile(tally: object) -> object:
    from bot.cases.figures import Figures

    del tally
    return iter([("=cmd()", Figures(closed=1))])


def test_a_bar_is_full_and_leaves_nothing_out() -> None:
    bar = stacked_bar([("甲", "a", 3), ("乙", "b", 0), ("丙", "c", 1)])
    assert [(piece.name, piece.x, piece.width) for piece in bar.pieces] == [
        ("甲", 0.0, WIDTH * 0.75),
        ("丙", WIDTH * 0.75, WIDTH * 0.25),
    ]
    assert bar.said == "甲 3 件，丙 1 件"
    assert stacked_bar([("甲", "a", 0)]).said == "没有"
    with pytest.raises(ValueError, match="below 0"):
        stacked_bar([("甲", "a", -1)])
