"""What is done about an opinion item: on the issue's page, the list, the alerts and in the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from jsonschema import Draft202012Validator

from bot.cases.model import Role
from bot.openness.opinion import INFORM, PRESS, RESPOND
from bot.openness.opinion_course import course
from bot.openness.records import OpinionItem
from tests.bot.web.conftest import LIGHTS, PAGE, House, token
from tests.bot.web.test_insight import hot, text_of


async def opened(house: House, *, major: bool = True) -> str:
    """An issue with its opinion item; gives the issue's id."""
    issue_id = await hot(house)
    await house.services.hot.open_opinion(issue_id, major=major, by="lin")
    return issue_id


async def enter(client: TestClient, issue_id: str, act: str, **fields: str) -> ClientResponse:
    """Send what the page's form would."""
    data = {"csrf_token": await token(client), "act": act, **fields}
    return await client.post(
        f"/insight/hot/{issue_id}/opinion/steps", data=data, headers=PAGE, allow_redirects=False
    )


async def item_of(house: House, issue_id: str) -> OpinionItem:
    issue, _ = await house.services.hot.issue(issue_id)
    assert issue.opinion is not None
    return issue.opinion


def forms(page: str) -> set[tuple[str, str]]:
    """What the page's forms would write down: the act, and of what."""
    return set(
        re.findall(
            r'name="act" value="(\w+)"><input type="hidden" name="name" value="([^"]*)"', page
        )
    )


async def test_a_step_is_marked_done_and_written_down(house: House) -> None:
    issue_id = await opened(house)
    house.world.clock.advance(hours=2)
    client = await house.staff(Role.TRIAGE, name="wang")
    answer = await enter(
        client,
        issue_id,
        "done",
        name=INFORM,
        note="在市政府网站发布检修情况",
        link="https://example.cn/water?a=1&b=2",
    )
    where = f"/insight/hot/{issue_id}?done=step"
    assert (answer.status, answer.headers["Location"]) == (303, where)
    page = await text_of(client, where)
    assert "已登记" in page
    assert "按时完成" in page
    assert "在市政府网站发布检修情况" in page
    assert 'href="https://example.cn/water?a=1&amp;b=2"' in page
    assert forms(page) == {("done", PRESS), ("waived", PRESS), ("owed_again", INFORM)}
    [entry] = await house.services.staff.audit_entries(subject=issue_id)
    assert (entry.actor, entry.action, entry.details["step"]) == ("wang", "opinion.done", INFORM)


async def test_a_step_done_late_is_shown_as_late(house: House) -> None:
    issue_id = await opened(house)
    house.world.clock.advance(hours=8, minutes=30)
    client = await house.staff(Role.SUPERVISOR)
    assert "已超时 3 小时" in await text_of(client, f"/insight/hot/{issue_id}")
    await enter(client, issue_id, "done", name=INFORM, note="已发布")
    assert "超时 3 小时完成" in await text_of(client, f"/insight/hot/{issue_id}")


async def test_a_time_given_is_chinas(house: House) -> None:
    issue_id = await opened(house)  # at 10:00
    house.world.clock.advance(hours=8)
    client = await house.staff(Role.SUPERVISOR)
    answer = await enter(
        client, issue_id, "done", name=INFORM, note="已发布", done_at="2026-03-02T14:20"
    )
    assert answer.status == 303
    one = course(await item_of(house, issue_id)).of(INFORM)
    assert one is not None
    assert one.in_time is True
    assert "完成于 2026年3月2日 14:20" in await text_of(client, f"/insight/hot/{issue_id}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("link", "javascript:alert(1)"),
        ("done_at", "2026-03-03T09:00"),
        ("done_at", "2026-03-02T09:00"),
        ("done_at", "0001-01-01T00:00"),
        ("name", "没有的要求"),
    ],
)
async def test_what_cannot_be_right_is_told_and_what_was_typed_is_kept(
    house: House, field: str, value: str
) -> None:
    issue_id = await opened(house)
    client = await house.staff(Role.SUPERVISOR)
    fields = {"name": INFORM, "note": "写了很久的说明"} | {field: value}
    answer = await enter(client, issue_id, "done", **fields)
    page = await answer.text()
    assert answer.status == 400
    assert 'role="alert"' in page
    assert ("写了很久的说明" in page) is (field != "name")
    assert (await item_of(house, issue_id)).steps == ()


@pytest.mark.parametrize(
    "fields",
    [{"act": "gone"}, {"act": "done", "note": "长" * 2001}, {"act": "done", "done_at": "x"}],
)
async def test_a_form_nobody_could_have_sent_is_refused(
    house: House, fields: dict[str, str]
) -> None:
    issue_id = await opened(house)
    client = await house.staff(Role.SUPERVISOR)
    answer = await enter(client, issue_id, **({"name": INFORM, "note": "已发布"} | fields))
    assert answer.status in {400, 413}
    assert (await item_of(house, issue_id)).steps == ()


async def test_an_item_is_closed_and_reopened(house: House) -> None:
    issue_id = await opened(house)
    client = await house.staff(Role.SUPERVISOR, name="sun")
    await enter(client, issue_id, "done", name=INFORM, note="已发布")
    early = await enter(client, issue_id, "closed", note="处理完毕")
    assert (early.status, PRESS in await early.text()) == (409, True)
    await enter(client, issue_id, "waived", name=PRESS, note="影响范围小，市民已恢复用水")
    page = await text_of(client, f"/insight/hot/{issue_id}")
    assert forms(page) == {("closed", ""), ("owed_again", INFORM), ("owed_again", PRESS)}
    assert (await enter(client, issue_id, "closed", note="管网已更换")).status == 303
    page = await text_of(client, f"/insight/hot/{issue_id}")
    assert forms(page) == {("reopened", "")}
    assert "管网已更换" in page
    lists = await text_of(client, "/insight/hot")
    assert "最近办结的舆情事项" in lists
    assert "舆情已办结" in lists
    assert (await enter(client, issue_id, "reopened", note="又浑浊了", afresh="true")).status == 303
    page = await text_of(client, f"/insight/hot/{issue_id}")
    titles = re.findall(r'<p class="step-title">(.*?)</p>', page)
    assert titles == [
        "重新启动",
        "办结",
        f"{PRESS}：不需要",
        f"{INFORM}：已完成",
        "立为重大、特别重大舆情",
    ]
    assert "各项要求重新计时" in page
    assert "剩 5 小时" in page
    actions = [each.action for each in await house.services.staff.audit_entries(subject=issue_id)]
    assert actions == [
        "opinion.reopened",
        "opinion.closed",
        "opinion.waived",
        "opinion.done",
    ]


async def test_those_who_look_on_see_the_course_without_forms(house: House) -> None:
    issue_id = await opened(house)
    office = await house.staff(Role.TRIAGE)
    await enter(office, issue_id, "done", name=INFORM, note="已在网站发布")
    auditor = await house.staff(Role.AUDITOR)
    page = await text_of(auditor, f"/insight/hot/{issue_id}")
    assert "已在网站发布" in page
    assert forms(page) == set()
    refused = await enter(auditor, issue_id, "done", name=PRESS, note="已举行")
    assert refused.status == 403
    assert len((await item_of(house, issue_id)).steps) == 1


async def test_what_staff_write_is_no_markup(house: House) -> None:
    issue_id = await opened(house)
    client = await house.staff(Role.SUPERVISOR)
    await enter(client, issue_id, "done", name=INFORM, note="<script>alert(1)</script>")
    page = await text_of(client, f"/insight/hot/{issue_id}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_the_list_shows_open_items_with_their_hours(house: House) -> None:
    issue_id = await opened(house)
    client = await house.staff(Role.SUPERVISOR)
    page = await text_of(client, "/insight/hot")
    assert f'{INFORM} <span class="clock clock-calm">剩 5 小时</span>' in page.replace("\n", " ")
    assert "请尽快办理" not in page
    house.world.clock.advance(hours=4, minutes=20)
    client = await house.staff(Role.TRIAGE)  # the other's session has ended meanwhile
    page = await text_of(client, "/insight/hot")
    assert '<span class="clock clock-soon">剩 40 分钟</span>' in page
    assert "1 个舆情事项有要求即将到时或已经超时" in page
    await enter(client, issue_id, "done", name=INFORM, note="已发布")
    await enter(client, issue_id, "waived", name=PRESS, note="不需要")
    assert "可以办结" in await text_of(client, "/insight/hot")


async def test_alerts_are_shown_to_those_who_act_and_put_away(house: House) -> None:
    issue_id = await opened(house)
    house.world.clock.advance(hours=6)
    assert await house.services.opinions.sweep() == 1
    operator = await house.staff(Role.OPERATOR)
    assert issue_id not in await text_of(operator, "/alerts")
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    assert issue_id not in await text_of(clerk, "/alerts")
    office = await house.staff(Role.TRIAGE)
    page = await text_of(office, "/alerts")
    assert f'href="/insight/hot/{issue_id}"' in page
    assert INFORM in page
    assert "已经超时" in page
    found = re.search(r'action="(/alerts/opinion/[^"]+)"', page)
    assert found is not None
    csrf = await token(operator)
    refused = await operator.post(found[1], data={"csrf_token": csrf}, headers=PAGE)
    assert refused.status == 403
    data = {"csrf_token": await token(office)}
    answer = await office.post(found[1], data=data, headers=PAGE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/alerts")
    assert issue_id not in await text_of(office, "/alerts")
    assert (await office.post(found[1], data=data, headers=PAGE)).status == 404


async def described(client: TestClient) -> dict[str, Any]:
    """The hot issues of the API, checked against its own description."""
    answer = await client.get("/api/v1/hot-issues")
    given = await answer.json()
    api = await (await client.get("/api/openapi.json")).json()
    told = api["paths"]["/api/v1/hot-issues"]["get"]["responses"]["200"]["content"]
    schema = told["application/json"]["schema"]
    Draft202012Validator({**schema, "components": api["components"]}).validate(given)
    return dict(given["issues"][0]["opinion"])


async def test_the_api_carries_steps_and_state(house: House) -> None:
    issue_id = await opened(house)
    house.world.clock.advance(hours=6)
    client = await house.staff(Role.SUPERVISOR)
    opinion = await described(client)
    assert (opinion["state"], opinion["closed_at"]) == ("open", "")
    assert [(one["name"], one["state"], one["pressing"]) for one in opinion["steps"]] == [
        (INFORM, "owed", "late"),
        (PRESS, "owed", ""),
    ]
    await enter(client, issue_id, "done", name=INFORM, note="已发布", link="https://example.cn/w")
    await enter(client, issue_id, "waived", name=PRESS, note="不需要")
    await enter(client, issue_id, "closed", note="管网已更换")
    opinion = await described(client)
    now = house.world.clock.now().isoformat()
    assert (opinion["state"], opinion["closed_at"]) == ("closed", now)
    inform, press = opinion["steps"]
    assert (inform["state"], inform["in_time"], inform["done_at"]) == ("done", False, now)
    assert (inform["note"], inform["link"], inform["pressing"]) == (
        "已发布",
        "https://example.cn/w",
        "",
    )
    assert (press["state"], press["in_time"], press["done_at"]) == ("waived", None, "")


async def test_an_ordinary_item_owes_an_answer_only(house: House) -> None:
    issue_id = await opened(house, major=False)
    client = await house.staff(Role.ADMINISTRATOR)
    page = await text_of(client, f"/insight/hot/{issue_id}")
    assert forms(page) == {("done", RESPOND)}
    assert "剩 48 小时" in page
