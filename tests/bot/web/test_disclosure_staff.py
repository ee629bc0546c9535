"""The pages on which the office and the units handle requests for information."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import openpyxl
import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.disclosure.application import Applicant, Channel, NewRequest
from bot.disclosure.letters import Letter
from bot.disclosure.results import Result
from tests.bot.disclosure.world import filled
from tests.bot.web.conftest import LIGHTS, PAGE, House, token

APPLICANT = Applicant(
    name="张三丰", certificate_number="360000190001010000", phone="13900000001", address="小城路1号"
)


async def registered(house: House, key: str = "k", **changes: object) -> str:
    new = {
        "origin_key": key,
        "channel": Channel.WEB,
        "applicant": APPLICANT,
        "content": "张三丰要2025年城区路灯维护合同",
        "unit": LIGHTS,
        "arrived_on": date(2026, 3, 2),
    }
    made = await house.services.disclosures.register(NewRequest(**{**new, **changes}))  # type: ignore[arg-type]
    return made.request.number


async def post(client: TestClient, path: str, **fields: str) -> tuple[int, str]:
    data = {"csrf_token": await token(client), **fields}
    answer = await client.post(path, data=data, headers=PAGE, allow_redirects=False)
    return answer.status, await answer.text()


async def read(client: TestClient, path: str) -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def test_a_unit_takes_a_request_from_its_list_to_the_archive(house: House) -> None:
    number = await registered(house)
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    head = await house.staff(Role.DEPARTMENT_HEAD, LIGHTS)
    assert "剩 20 个工作日" in await read(clerk, "/disclosures")
    path, moves = f"/disclosures/{number}", f"/disclosures/{number}/moves"
    for name in ("examine", "work"):
        assert (await post(clerk, moves, move=name))[0] == 303
    text = await read(clerk, f"{path}?result=granted")
    assert "第三十六条" in text
    assert "【有管辖权的】" in text
    status, text = await post(clerk, moves, move="propose", result="granted", text="没写完【】")
    assert status == 400
    assert "没写完【】" in text
    assert "救济途径" in text
    one = await house.services.disclosures.get(number)
    letter = filled(Letter.DECISION, one, Result.GRANTED)
    assert (await post(clerk, moves, move="propose", result="granted", text=letter))[0] == 303
    assert (await post(clerk, moves, move="approve", text=letter))[0] == 403
    assert (await post(head, moves, move="approve", text=letter))[0] == 303
    assert number in await read(clerk, "/disclosures?tab=ended&result=granted")
    assert (await post(clerk, moves, move="deliver", way="post", day="2026-03-02"))[0] == 303
    assert (await post(clerk, moves, move="archive"))[0] == 303
    text = await read(clerk, path)
    assert "按时办结" in text
    assert "没有您要办的事项" not in text  # remedies and notes stay open


async def test_a_letter_for_a_consultation_by_who_is_asked(house: House) -> None:
    number = await registered(house)
    head = await house.staff(Role.DEPARTMENT_HEAD, LIGHTS)
    for name in ("examine", "work"):
        await post(head, f"/disclosures/{number}/moves", move=name)
    assert "征求第三方意见书" in await read(head, f"/disclosures/{number}?party=third_party")
    assert "政府信息公开征求意见函" in await read(head, f"/disclosures/{number}?party=agency")


async def test_another_units_request_is_not_there(house: House) -> None:
    number = await registered(house)
    other = await house.staff(Role.DEPARTMENT_HEAD, "市水利局")
    for path in (f"/disclosures/{number}", f"/disclosures/{number}/letters/receipt"):
        answer = await other.get(path, headers=PAGE)
        assert answer.status == 404
    assert (await post(other, f"/disclosures/{number}/moves", move="examine"))[0] == 404
    assert number not in await read(other, f"/disclosures?unit={LIGHTS}")


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.TRIAGE, True),
        (Role.SUPERVISOR, True),
        (Role.DEPARTMENT_CLERK, True),
        (Role.ADMINISTRATOR, False),
        (Role.AUDITOR, False),
    ],
)
async def test_the_applicant_is_seen_by_handlers_and_written_down(
    house: House, role: Role, sees: bool
) -> None:
    number = await registered(house)
    client = await house.staff(role, LIGHTS if role is Role.DEPARTMENT_CLERK else "")
    for path in (
        f"/disclosures/{number}",
        "/disclosures",
        f"/disclosures/{number}/letters/receipt",
        f"/disclosures/{number}/letters/receipt?text=1",
    ):
        text = await read(client, path)
        assert ("张三丰" in text) is sees
    page = await read(client, f"/disclosures/{number}")
    for private in ("360000190001010000", "13900000001", "小城路1号"):
        assert (private in page) is sees
    entries = await house.services.staff.audit_entries(subject=number)
    assert {entry.action for entry in entries} == (
        {"disclosure.see_applicant", "disclosure.letter"} if sees else set()
    )


async def test_what_was_said_of_the_applicant_is_masked_in_events_too(house: House) -> None:
    number = await registered(house)
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await post(clerk, f"/disclosures/{number}/moves", move="note", text="已打电话问过张三丰")
    auditor = await house.staff(Role.AUDITOR)
    text = await read(auditor, f"/disclosures/{number}")
    assert "已打电话问过张**" in text
    assert "张三丰" not in text


async def test_registered_for_who_wrote_by_post(house: House) -> None:
    client = await house.staff(Role.TRIAGE)
    key = re.search(r'name="key" value="([^"]+)"', await read(client, "/disclosures/new"))
    assert key is not None
    typed = {
        "key": key[1],
        "channel": "post",
        "name": "张三丰",
        "address": "小城路1号",
        "content": "路灯合同",
        "arrived_on": "2026-02-25",
    }
    status, text = await post(client, "/disclosures/new", **typed)
    assert (status, "请填写确认日期" in text) == (400, True)
    assert 'value="小城路1号"' in text
    status, text = await post(client, "/disclosures/new", **typed, confirmed_on="2026-02-27")
    assert status == 200
    assert "GK2026000001" in text
    one = await house.services.disclosures.get("GK2026000001")
    assert one.received_on == date(2026, 2, 27)
    status, _ = await post(client, f"/disclosures/{one.number}/moves", move="assign", unit=LIGHTS)
    assert status == 303


async def test_of_two_who_saw_the_same_one_is_told(house: House) -> None:
    number = await registered(house)
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    path = f"/disclosures/{number}/moves"
    assert (await post(clerk, path, move="examine", version="1"))[0] == 303
    status, text = await post(clerk, path, move="note", text="-", version="1")
    assert (status, "刚刚有人处理过" in text) == (409, True)


async def test_a_sent_letter_stays_as_it_was_sent(house: House) -> None:
    number = await registered(house)
    head = await house.staff(Role.DEPARTMENT_HEAD, LIGHTS)
    path = f"/disclosures/{number}"
    await post(head, f"{path}/moves", move="examine")
    one = await house.services.disclosures.get(number)
    letter = filled(Letter.CORRECTION, one) + "\n附：说明一份"
    await post(head, f"{path}/moves", move="ask_correction", days="10", text=letter)
    assert "附：说明一份" in await read(head, f"{path}/letters/3")
    for which in ("2", "9", "correction"):
        assert (await head.get(f"{path}/letters/{which}", headers=PAGE)).status == 404


async def test_the_yearly_tables_to_read_and_to_take_away(house: House) -> None:
    await registered(house)
    await registered(house, "other", unit="")
    office = await house.staff(Role.SUPERVISOR)
    text = await read(office, "/disclosures/yearly?year=2026")
    assert "三、收到和处理政府信息公开申请情况" in text
    assert text.count("<tr>") == 3 + 25 + 3 + 1
    answer = await office.get("/disclosures/yearly.xlsx?year=2026")
    sheet = openpyxl.load_workbook(io.BytesIO(await answer.read()))["表三"]
    assert sheet["J5"].value == 2
    answer = await office.get("/disclosures/yearly.csv?year=2026")
    rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert rows[2][-1] == "2"
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    answer = await clerk.get("/disclosures/yearly.csv?year=2026&unit=")
    rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert rows[2][-1] == "1"


async def test_a_later_page_of_the_list(house: House) -> None:
    for at in range(52):
        await registered(house, f"k{at}")
    office = await house.staff(Role.TRIAGE)
    text = await read(office, "/disclosures?tab=all&channel=web")
    found = re.search(r'href="(/disclosures\?[^"]*before=[^"]+)"', text)
    assert found is not None
    rest = await read(office, found[1].replace("&amp;", "&"))
    assert re.findall(r">(GK\d{10})</a>", rest) == ["GK2026000002", "GK2026000001"]


async def test_a_letter_that_asks_for_information_becomes_a_request(house: House) -> None:
    opened = await house.case(
        "申请公开2025年城区路灯维护合同。", sender_id="zhang@example.com", contact_name="张三丰"
    )
    case = opened.case.number
    triage = await house.staff(Role.TRIAGE)
    assert f"/disclosures/new?from_case={case}" in await read(triage, f"/cases/{case}")
    form = await read(triage, f"/disclosures/new?from_case={case}")
    assert 'value="张三丰"' in form
    assert 'value="zhang@example.com"' in form
    assert "申请公开2025年城区路灯维护合同。" in form
    fields = {
        "key": "0" * 26,
        "from_case": case,
        "channel": "email",
        "arrived_on": "2026-03-02",
        "name": "张三丰",
        "email": "zhang@example.com",
        "unit": LIGHTS,
        "content": "2025年城区路灯维护合同",
    }
    for key in ("0" * 26, "1" * 26):  # twice, it is one
        status, text = await post(triage, "/disclosures/new", **{**fields, "key": key})
        assert status == 200
        assert "GK2026000001" in text
    text = await read(triage, f"/cases/{case}")
    assert 'href="/disclosures/GK2026000001"' in text
    assert "from_case=" not in text
    assert text.count("已单独登记，编号 GK2026000001") == 1
    assert f'href="/cases/{case}"' in await read(triage, "/disclosures/GK2026000001")
    entries = await house.services.staff.audit_entries(subject=case)
    assert "case.see_person" in {entry.action for entry in entries}


async def test_only_triage_makes_a_request_of_a_case(house: House) -> None:
    case = (await house.case("路灯坏了，申请公开2025年城区路灯维护合同。")).case.number
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    answer = await clerk.get(f"/disclosures/new?from_case={case}", headers=PAGE)
    assert answer.status == 403
    fields = {"key": "0" * 26, "from_case": case, "arrived_on": "2026-03-02", "name": "张三丰"}
    status, _ = await post(clerk, "/disclosures/new", **fields, phone="1", content="合同")
    assert status == 403
    assert await house.services.disclosures.under(f"case:{case}") is None
    triage = await house.staff(Role.TRIAGE)
    other = (await house.case("路灯坏了三天没人修。", key="other")).case.number
    assert "from_case=" not in await read(triage, f"/cases/{other}")


async def test_earlier_requests_of_the_applicant_are_offered(house: House) -> None:
    first, second = await registered(house), await registered(house, "again")
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    text = await read(clerk, f"/disclosures/{second}")
    assert "内容相同" in text
    assert first in text
    assert "同一申请人" not in await read(clerk, f"/disclosures/{first}")
    auditor = await house.staff(Role.AUDITOR)
    assert "同一申请人" not in await read(auditor, f"/disclosures/{second}")


async def test_who_read_names_in_the_list_is_written_down(house: House) -> None:
    number = await registered(house)
    await registered(house, "elsewhere", unit="")
    for role, unit in ((Role.DEPARTMENT_CLERK, LIGHTS), (Role.AUDITOR, "")):
        await read(await house.staff(role, unit), "/disclosures")
    [entry] = await house.services.staff.audit_entries(subject="disclosures")
    assert (entry.action, entry.actor) == ("disclosure.see_list", "department-clerk")
    assert entry.details == {"count": "1", "numbers": number}


async def test_the_day_an_inquiry_was_received_is_entered(house: House) -> None:
    number = await registered(house)
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    moves = f"/disclosures/{number}/moves"
    for name in ("examine", "work"):
        await post(clerk, moves, move=name)
    letter = filled(Letter.THIRD_PARTY, await house.services.disclosures.get(number))
    fields = {"move": "consult", "party": "third_party", "name": "某公司", "text": letter}
    assert (await post(clerk, moves, **fields))[0] == 303
    text = await read(clerk, f"/disclosures/{number}")
    assert "收到日期还没有登记，期限暂按发出之日算到" in text
    assert "对方收到征求意见函的日期" in text
    fields = {"move": "inquiry_received", "name": "某公司", "day": "2026-03-02", "text": "签收"}
    assert (await post(clerk, moves, **fields))[0] == 303
    text = await read(clerk, f"/disclosures/{number}")
    assert "对方收到征求意见函的日期" not in text
    assert "收到日期还没有登记" not in text
