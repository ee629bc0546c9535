"""`/letters/figures`: the page and what is taken away."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient

from bot.letters.figures import Counted
from bot.web.letter_figures import days, percent
from bot.web.month_bars import HEIGHT, month_bars
from tests.bot.letters.test_figures import keep, rows
from tests.bot.web.conftest import PAGE, House


async def filled(house: House) -> int:
    own = [row for row in rows(40) if row.opened_at < house.services.clock.now()]
    own = [replace(row, department=row.department or "=1+1局") for row in own]
    for number, row in enumerate(own):
        await keep(house.world.storage, number, row)
    return len(own)


async def test_a_year_is_drawn_with_its_table_beside(house: House, visitor: TestClient) -> None:
    count = await filled(house)
    assert count > 3
    text = await (await visitor.get("/letters/figures", headers=PAGE)).text()
    assert re.search(rf"<dt>收到</dt><dd>{count} 件</dd>", text)
    assert 'role="img" aria-label="1月' in text
    for group in ("按部门", "按领域", "按类型", "按月"):
        assert group in text
    assert "<style" not in text
    assert "style=" not in text


async def test_the_file_holds_the_same_and_no_formula(house: House, visitor: TestClient) -> None:
    count = await filled(house)
    answer = await visitor.get("/letters/figures.csv")
    assert answer.content_type == "text/csv"
    table = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert table[1][:3] == ["合计", "合计", str(count)]
    assert {len(line) for line in table} == {12}
    assert not any(cell.startswith("=") for line in table for cell in line)
    assert any(line[1] == "'=1+1局" for line in table)


async def test_nothing_and_little_are_said(house: House, visitor: TestClient) -> None:
    text = await (await visitor.get("/letters/figures", headers=PAGE)).text()
    assert "这段时间没有来信" in text
    await keep(house.world.storage, 1, replace(rows(1)[0], opened_at=house.services.clock.now()))
    house.world.clock.advance(minutes=11)
    text = await (await visitor.get("/letters/figures", headers=PAGE)).text()
    assert "少于 3 件，为保护来信人" in text


@pytest.mark.parametrize("query", ["year=1999", "year=2999", "month=13", "month=-1", "year=x"])
async def test_a_span_that_cannot_be_is_said(visitor: TestClient, query: str) -> None:
    assert (await visitor.get(f"/letters/figures?{query}", headers=PAGE)).status == 400


def test_bars_are_as_high_as_their_counts() -> None:
    months = (
        Counted(name="2026-01", received=10, answered=5),
        Counted(name="2026-02", received=2, hidden=True),
        Counted(name="2026-03", received=0),
    )
    drawn = month_bars(months)
    heights = [bar.height for bar in drawn.bars]
    assert heights[0] == 2 * heights[1] > 0
    assert heights[2:] == [0, 0]
    assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT for bar in drawn.bars)
    assert drawn.said == "1月收到 10 件、答复 5 件；2月少于 3 件；3月收到 0 件、答复 0 件"


def test_shares_and_days_of_nothing_are_dashes() -> None:
    assert (percent(0, 0), percent(1, 3), days(None), days(2.0), days(2.5)) == (
        "—", "33.3%", "—", "2", "2.5",
    )  # fmt: skip
