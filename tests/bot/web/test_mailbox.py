"""The mailbox's form: every letter one case, everything typed kept, nothing shown to others."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from bot.cases.filters import CaseFilter
from bot.cases.model import Case
from bot.web.uploads import FILE_BYTES

from .conftest import PAGE, House

TEXT = "剑光街道的路灯坏了，晚上看不见，请修一修。"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def letter_id(client: TestClient) -> str:
    shown = await (await client.get("/mailbox", headers=PAGE)).text()
    found = re.search(r'name="letter_id" value="([^"]+)"', shown)
    assert found is not None
    return found[1]


def form(letter: str, files: tuple[tuple[str, bytes], ...] = (), **values: str) -> FormData:
    made = FormData(quote_fields=False)
    base = {"letter_id": letter, "to": "领导信箱", "subject": "路灯坏了", "text": TEXT}
    for name, said in {**base, **values}.items():
        made.add_field(name, said)
    for name, body in files:
        made.add_field("files", BytesIO(body), filename=name, content_type="image/png")
    return made


async def cases(house: House) -> list[Case]:
    return list((await house.services.cases.cases(CaseFilter())).cases)


async def test_a_letter_is_a_case_and_its_writer_reads_number_and_code(house: House) -> None:
    client = await house.visitor()
    data = form(
        await letter_id(client), (("照片.png", PNG),), place="桥东路", name="张三丰",
        phone="139 0000 0001", may_publish="1",
    )  # fmt: skip
    answer = await client.post("/mailbox", data=data, headers=PAGE)
    shown = await answer.text()
    [case] = await cases(house)
    assert answer.url.path == "/mailbox/sent"
    assert case.number in shown
    code = re.search(r">(\d{6})</dd>", shown)
    assert code is not None
    assert (await house.services.cases.look_up(case.number, code[1], who="x")).id == case.id
    assert (case.title, case.text, case.place) == ("路灯坏了", TEXT, "桥东路")
    assert (case.contact_name, case.contact_phone) == ("张三丰", "13900000001")
    assert case.course.may_publish
    assert case.course.details["to"] == "领导信箱"
    [kept] = await house.services.attachments.of_case(case.number)
    assert (kept.name, kept.content_type) == ("照片.png", "image/png")
    other = await house.visitor()
    elsewhere = await other.get("/mailbox/sent", headers=PAGE)
    assert elsewhere.url.path == "/mailbox"


async def test_a_letter_pressed_twice_is_one(house: House) -> None:
    client = await house.visitor()
    letter = await letter_id(client)
    for _ in range(2):
        await client.post("/mailbox", data=form(letter), headers=PAGE)
    assert len(await cases(house)) == 1


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"subject": ""}, 400, "标题不能为空"),
        ({"text": "短"}, 400, "内容"),
        ({"text": "长" * 5001}, 413, "最多 5000 个字"),
        ({"phone": "123"}, 400, "手机号不对"),
        ({"mail": "张三"}, 400, "邮箱不对"),
        ({"to": "别人"}, 400, "请选择写给谁"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    house: House, values: dict[str, str], status: int, said: str
) -> None:
    client = await house.visitor()
    data = form(await letter_id(client), **{"place": "桥东<b>路", "name": '"><script>', **values})
    answer = await client.post("/mailbox", data=data, headers=PAGE)
    shown = await answer.text()
    assert answer.status == status
    assert said in shown
    assert 'value="桥东&lt;b&gt;路"' in shown
    assert "<script>" not in shown.replace('<script type="module"', "")
    assert await cases(house) == []


async def test_too_many_or_too_large_files_are_refused_politely(house: House) -> None:
    client = await house.visitor()
    letter = await letter_id(client)
    many = tuple((f"{n}.png", PNG) for n in range(6))
    large = (("a.png", b"\0" * (FILE_BYTES + 1)),)
    for files in (many, large, large * 6):
        answer = await client.post("/mailbox", data=form(letter, files), headers=PAGE)
        assert answer.status == 413
        assert "10 MB" in await answer.text()
    assert await cases(house) == []


async def test_answers_are_suggested_while_it_is_written(house: House) -> None:
    client = await house.visitor()
    said = {"subject": "高龄津贴", "text": "请问高龄津贴怎么申请，需要什么材料？"}
    fragment = await client.post("/mailbox/suggest", data=said, headers={"X-Fragment": "1"})
    told = await fragment.text()
    assert told.startswith("<h2>这些解读可能已回答您的问题")
    whole = await client.post("/mailbox/suggest", data=said, headers=PAGE)
    shown = await whole.text()
    assert "这些解读可能已回答您的问题" in shown
    assert said["text"] in shown
    danger = await client.post(
        "/mailbox/suggest", data={"text": "隔壁着火了，快来人啊"}, headers={"X-Fragment": "1"}
    )
    assert 'href="tel:119"' in await danger.text()
    assert await cases(house) == []


async def test_another_site_cannot_send(house: House) -> None:
    client = await house.visitor()
    headers = {**PAGE, "Origin": "https://evil.example"}
    answer = await client.post("/mailbox", data=form(await letter_id(client)), headers=headers)
    assert answer.status == 403
    assert await cases(house) == []


LETTER = {
    "letter_id": "letter-of-a-program-0001",
    "to": "领导信箱",
    "subject": "路灯坏了",
    "text": TEXT,
    "may_publish": True,
}


async def test_a_program_writes_a_letter_once(house: House) -> None:
    client = await house.visitor()
    first = await client.post("/api/v1/letters", json=LETTER)
    again = await client.post("/api/v1/letters", json=LETTER)
    told, same = await first.json(), await again.json()
    assert (first.status, again.status) == (201, 200)
    assert (told["number"], told["query_code"]) == (same["number"], same["query_code"])
    [case] = await cases(house)
    assert case.number == told["number"]
    assert case.course.may_publish
    assert case.channel == "mailbox"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"letter_id": "short"}, "letter_id"),
        ({"to": "别人"}, "to"),
        ({"mail": "张三"}, "mail"),
        ({"phone": "12"}, "phone"),
        ({"text": ""}, "text"),
        ({"case": "20260101000001"}, "case"),
    ],
)
async def test_a_program_is_told_what_is_wrong(
    house: House, values: dict[str, str], field: str
) -> None:
    client = await house.visitor()
    answer = await client.post("/api/v1/letters", json={**LETTER, **values})
    assert answer.status == 400
    assert field in (await answer.json())["error"]["fields"]
    assert await cases(house) == []


async def test_codes_are_not_sent_where_nobody_wants_them(house: House) -> None:
    client = await house.visitor()
    asked = {"letter_id": LETTER["letter_id"], "phone": "13900000001"}
    answer = await client.post("/api/v1/letters/phone-codes", json=asked)
    assert (answer.status, (await answer.json())["error"]["code"]) == (404, "not_wanted")


def more(case: Case, code: str, files: tuple[tuple[str, bytes], ...], **values: str) -> FormData:
    made = FormData(quote_fields=False)
    base = {"number": case.number, "query_code": code, "more_id": "m" * 22}
    for name, said in {**base, **values}.items():
        made.add_field(name, said)
    for name, body in files:
        made.add_field("files", BytesIO(body), filename=name, content_type="image/png")
    return made


async def test_files_are_added_to_a_case_by_whoever_has_its_code(house: House) -> None:
    opened = await house.case()
    case, code, client = opened.case, opened.query_code, await house.visitor()
    data = more(case, code, (("新照片.png", PNG),), text="昨晚拍的")
    answer = await client.post("/progress/note", data=data, headers=PAGE)
    shown = await answer.text()
    assert answer.status == 200
    assert "1 个附件已经收到" in shown
    assert "新照片.png" in shown
    assert "昨晚拍的" in shown
    [kept] = await house.services.attachments.of_case(case.number)
    assert kept.name == "新照片.png"
    await client.post(
        "/progress/note", data=more(case, code, (("新照片.png", PNG),), text="昨晚拍的")
    )
    assert len(await house.services.attachments.of_case(case.number)) == 1


async def test_files_without_the_code_reach_no_case(house: House) -> None:
    case, client = (await house.case()).case, await house.visitor()
    answer = await client.post("/progress/note", data=more(case, "000000", (("a.png", PNG),)))
    assert answer.status in {400, 404, 429}
    assert await house.services.attachments.of_case(case.number) == ()


async def test_too_large_a_file_on_the_progress_page_is_refused(house: House) -> None:
    opened = await house.case()
    client = await house.visitor()
    large = (("a.png", b"\0" * (FILE_BYTES + 1)),)
    answer = await client.post(
        "/progress/note", data=more(opened.case, opened.query_code, large), headers=PAGE
    )
    assert "10 MB" in await answer.text()
    assert await house.services.attachments.of_case(opened.case.number) == ()
