"""Hot issues on their pages and in the API, and cases that may be merged on the case's page."""

from __future__ import annotations

import re
from datetime import date

from aiohttp.test_utils import TestClient

from bot.cases.model import Role, State
from bot.web.sparkline import sparkline
from tests.bot.web.conftest import LIGHTS, PAGE, House, token

SAID = (
    "曲江自来水浑浊发黄",
    "曲江的自来水又浑浊了",
    "曲江自来水浑浊得不敢用",
    "曲江自来水连日浑浊",
)


async def hot(house: House) -> str:
    """Four people bring one matter; gives the issue's id."""
    for at, text in enumerate(SAID):
        await house.case(text, f"hot{at}", sender_id=f"s{at}")
    await house.services.hot.refresh()
    [issue] = await house.services.hot.hottest()
    return issue.id


async def text_of(client: TestClient, path: str) -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def test_an_empty_list_says_so(house: House) -> None:
    client = await house.staff(Role.SUPERVISOR)
    assert "目前没有热点" in await text_of(client, "/insight/hot")


async def test_the_list_names_issues_and_draws_their_days(house: House) -> None:
    issue_id = await hot(house)
    client = await house.staff(Role.SUPERVISOR)
    page = await text_of(client, "/insight/hot")
    assert f'href="/insight/hot/{issue_id}"' in page
    assert "自来水浑浊" in page
    assert 'role="img" aria-label="近 14 天共 4 件，最多的一天是 3 月 2 日，4 件"' in page
    assert re.search(r'<polyline class="spark-line" points="[\d., ]+"', page)


async def test_an_issue_shows_its_cases(house: House) -> None:
    issue_id = await hot(house)
    client = await house.staff(Role.AUDITOR)
    page = await text_of(client, f"/insight/hot/{issue_id}")
    assert len(set(re.findall(r'href="/cases/(\d{14})"', page))) == 4
    assert "/opinion" not in page  # an auditor only looks on


async def test_an_unknown_issue_is_not_found(house: House) -> None:
    client = await house.staff(Role.SUPERVISOR)
    assert (await client.get("/insight/hot/nothing", headers=PAGE)).status == 404


async def test_an_opinion_item_is_opened_once_and_written_down(house: House) -> None:
    issue_id = await hot(house)
    client = await house.staff(Role.SUPERVISOR)
    data = {"csrf_token": await token(client), "major": "true"}
    where = f"/insight/hot/{issue_id}"
    first = await client.post(f"{where}/opinion", data=data, headers=PAGE, allow_redirects=False)
    assert (first.status, first.headers["Location"]) == (303, f"{where}?done=opinion")
    page = await text_of(client, where)
    assert "发布权威信息" in page
    assert "剩 5 小时" in page
    assert (await client.post(f"{where}/opinion", data=data, headers=PAGE)).status == 409
    [entry] = await house.services.staff.audit_entries(subject=issue_id)
    assert (entry.action, entry.details["major"]) == ("opinion.open", "True")


async def test_the_api_gives_hot_issues_to_staff_only(house: House, visitor: TestClient) -> None:
    issue_id = await hot(house)
    client = await house.staff(Role.SUPERVISOR)
    answer = await client.get("/api/v1/hot-issues?limit=5")
    [issue] = (await answer.json())["issues"]
    assert (issue["id"], issue["cases"], issue["opinion"]) == (issue_id, 4, None)
    assert issue["days"] == {"2026-03-02": 4}
    assert (await visitor.get("/api/v1/hot-issues")).status == 401
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    assert (await clerk.get("/api/v1/hot-issues")).status == 403
    assert (await client.get("/api/v1/hot-issues?limit=0")).status == 400


async def test_a_case_shows_what_may_be_merged_with_it(house: House) -> None:
    first = (await house.case("金色家园3栋电梯坏了没人修", "a")).case.number
    later = (await house.case("金色家园三栋电梯坏了一直没人修", "b")).case.number
    client = await house.staff(Role.TRIAGE)
    page = await text_of(client, f"/cases/{later}")
    assert "可能是同一件事" in page
    assert "同一地点：" in page
    form = re.search(rf'<form method="post" action="/cases/{later}/moves">(.*?)</form>', page)
    assert form is not None
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    answer = await client.post(
        f"/cases/{later}/moves", data=sent, headers=PAGE, allow_redirects=False
    )
    assert answer.headers["Location"] == f"/cases/{first}?done={later}"
    assert (await house.services.cases.get(later)).state is State.MERGED
    [*_, event] = await house.services.cases.events(later)
    assert event.details["lead_number"] == first
    assert event.reason.startswith("同一事项：同一地点：")


async def test_from_the_earlier_case_the_later_goes_into_it(house: House) -> None:
    first = (await house.case("金色家园3栋电梯坏了没人修", "a")).case.number
    later = (await house.case("金色家园三栋电梯坏了一直没人修", "b")).case.number
    client = await house.staff(Role.TRIAGE)
    page = await text_of(client, f"/cases/{first}")
    assert f'action="/cases/{later}/moves"' in page
    assert "把这件并入本件" in page


async def test_a_department_is_shown_its_own_cases_only(house: House) -> None:
    mine = (await house.case("金色家园门口路灯不亮", "a")).case.number
    await house.case("金色家园门口下水道的路灯不亮", "b")
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    office = await house.staff(Role.TRIAGE)
    path = f"/api/v1/cases/{mine}/similar"
    seen = (await (await office.get(path)).json())["cases"]
    own = (await (await clerk.get(path)).json())["cases"]
    assert {each["department"] for each in own} <= {LIGHTS}
    assert len(own) <= len(seen)
    assert seen


async def test_the_api_tells_why_cases_are_alike(house: House) -> None:
    first = (await house.case("金色家园3栋电梯坏了没人修", "a")).case.number
    later = (await house.case("金色家园三栋电梯坏了一直没人修", "b")).case.number
    client = await house.staff(Role.TRIAGE)
    answer = await client.get(f"/api/v1/cases/{later}/similar")
    [similar] = (await answer.json())["cases"]
    assert similar["number"] == first
    assert similar["probability"] > 0.5
    assert similar["reasons"][0].startswith("同一地点：")
    assert (await client.get("/api/v1/cases/20260302999999/similar")).status == 404


def test_a_line_ends_today_and_fills_days_without_cases() -> None:
    line = sparkline({"2026-03-01": 2, "2026-03-03": 4}, date(2026, 3, 4))
    assert len(line.days) == 14
    assert line.days[-4:] == (
        (date(2026, 3, 1), 2),
        (date(2026, 3, 2), 0),
        (date(2026, 3, 3), 4),
        (date(2026, 3, 4), 0),
    )
    assert line.most == 4
    assert line.line.split()[-2] == "219.0,3.0"
    assert line.line.split()[-1] == "237.0,41.0"


def test_a_long_history_is_cut_and_an_empty_one_is_flat() -> None:
    assert len(sparkline({"2025-01-01": 1}, date(2026, 3, 4)).days) == 90
    flat = sparkline({}, date(2026, 3, 4))
    assert {point.split(",")[1] for point in flat.line.split()} == {"41.0"}
