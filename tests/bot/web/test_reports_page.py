"""Reports on their page: who may, which days, what the file is."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from docx import Document

from bot.cases.model import Role
from bot.library import Library
from tests.bot.conftest import World
from tests.bot.openness.plan.world import REPORT, planned
from tests.bot.web.conftest import LIGHTS, PAGE, House, running

PATH = "/insight/reports"


@pytest.fixture
async def house(world: World, library: Library) -> AsyncIterator[House]:
    async with running(world, library=library, city=planned(REPORT)) as opened:
        yield opened


async def test_the_last_whole_week_month_and_year_are_offered(house: House) -> None:
    client = await house.staff(Role.SUPERVISOR)
    page = await (await client.get(PATH, headers=PAGE)).text()
    for kind, until in (
        ("weekly", "2026-03-01"),
        ("monthly", "2026-02-28"),
        ("annual", "2025-12-31"),
    ):
        for file in ("docx", "html"):
            assert f'{PATH}/file?kind={kind}&amp;until={until}&amp;file={file}"' in page


async def test_a_report_is_taken_away_as_word(house: House) -> None:
    await house.case("路灯不亮", "one")
    client = await house.staff(Role.TRIAGE)
    answer = await client.get(f"{PATH}/file?kind=weekly&until=2026-03-02&file=docx")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="report-weekly-2026-03-02.docx"'
    )
    document = Document(io.BytesIO(await answer.read()))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "小城政务公开和诉求办理周报" in text
    assert "本期共收到 1 件" in text
    assert "路灯不亮" not in text
    [entry, *_] = await house.services.staff.audit_entries(actor="triage")
    assert (entry.action, entry.subject) == ("report.download", "weekly 2026-03-02")


async def test_as_a_page_it_tells_the_plan(house: House) -> None:
    client = await house.staff(Role.AUDITOR)
    answer = await client.get(f"{PATH}/file?kind=annual&until=2026-03-02&file=html")
    page = await answer.text()
    assert answer.content_type == "text/html"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "对照《小城工作要点》逐项检查 1 项次：未落实 1" in page
    assert "年度报告（0/2）" in page
    assert "年度考核参考" in page


@pytest.mark.parametrize("query", ["until=2026-03-03", "kind=daily", "file=pdf", "until=x"])
async def test_what_cannot_be_made_is_told(house: House, query: str) -> None:
    client = await house.staff(Role.TRIAGE)
    answer = await client.get(f"{PATH}/file?{query}", headers=PAGE)
    assert answer.status == 400
    assert "Traceback" not in await answer.text()


async def test_a_departments_people_have_no_reports(house: House) -> None:
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    assert (await clerk.get(PATH, headers=PAGE)).status == 403
    assert (await clerk.get(f"{PATH}/file?kind=weekly")).status == 403
