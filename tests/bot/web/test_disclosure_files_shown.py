"""Files sent with an application, and alerts of requests, on the pages of citizens and staff."""

from __future__ import annotations

import re
from io import BytesIO

from aiohttp import FormData
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.disclosure.filters import RequestFilter
from bot.disclosure.model import Request
from bot.web.uploads import FILE_BYTES
from tests.bot.web.conftest import LIGHTS, PAGE, House, token
from tests.bot.web.test_disclosure_public import TYPED, form_key

CARD = b"\xff\xd8\xff" + b"card" * 9
SCRIPT = b"<html><script>alert(1)</script></html>"


def filled_form(files: tuple[tuple[str, bytes], ...], **values: str) -> FormData:
    made = FormData(quote_fields=False)
    for name, said in {**TYPED, **values}.items():
        made.add_field(name, said)
    for name, body in files:
        made.add_field("files", BytesIO(body), filename=name, content_type="image/png")
    return made


async def sent(client: TestClient, *files: tuple[str, bytes], **values: str) -> tuple[int, str]:
    form = filled_form(files, key=await form_key(client), **values)
    answer = await client.post("/disclosure", data=form, headers=PAGE)
    return answer.status, await answer.text()


async def first(house: House) -> Request:
    return await house.services.disclosures.get("GK2026000001")


async def test_an_identity_card_is_saved_by_handlers_and_never_shown(
    house: House, visitor: TestClient
) -> None:
    status, _ = await sent(visitor, ("身份证.jpg", CARD), ("说明.html", SCRIPT))
    assert status == 200
    kept = await house.services.disclosure_files.of(await first(house))
    path = "/disclosures/GK2026000001"
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    text = await (await clerk.get(path, headers=PAGE)).text()
    assert "附件（2）" in text
    assert "身份证.jpg" in text
    assert f'src="{path}' not in text
    for one, body in zip(kept, (CARD, SCRIPT), strict=True):
        answer = await clerk.get(f"{path}/files/{one.id}")
        assert await answer.read() == body
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["Content-Disposition"].endswith(".html.txt")
    entries = await house.services.staff.audit_entries(subject="GK2026000001")
    assert sum(entry.action == "disclosure.see_file" for entry in entries) == 2


async def test_others_read_how_many_there_are(house: House, visitor: TestClient) -> None:
    await sent(visitor, ("身份证.jpg", CARD))
    [kept] = await house.services.disclosure_files.of(await first(house))
    path = "/disclosures/GK2026000001"
    auditor = await house.staff(Role.AUDITOR)
    text = await (await auditor.get(path, headers=PAGE)).text()
    assert "附件（1）" in text
    assert "身份证.jpg" not in text
    assert (await auditor.get(f"{path}/files/{kept.id}", headers=PAGE)).status == 403
    other = await house.staff(Role.DEPARTMENT_HEAD, "市水利局")
    assert (await other.get(f"{path}/files/{kept.id}", headers=PAGE)).status == 404
    answer = await visitor.get(f"{path}/files/{kept.id}", headers=PAGE, allow_redirects=False)
    assert answer.status == 303


async def test_too_many_or_too_large_are_told_and_the_words_stay(
    house: House, visitor: TestClient
) -> None:
    for files in ((("a.jpg", CARD),) * 6, (("a.jpg", b"0" * (FILE_BYTES + 1)),)):
        status, text = await sent(visitor, *files)
        assert status == 413
        assert TYPED["content"] in text
        assert "个文件" in text or "附件太大" in text
    form = filled_form((("a.jpg", b"0" * (FILE_BYTES * 6)),), key=await form_key(visitor))
    answer = await visitor.post("/disclosure", data=form, headers=PAGE)
    assert answer.status == 413
    assert "附件太大" in await answer.text()
    page = await house.services.disclosures.page(RequestFilter())
    assert page.requests == ()


async def test_staff_register_what_came_with_files(house: House) -> None:
    triage = await house.staff(Role.TRIAGE)
    text = await (await triage.get("/disclosures/new", headers=PAGE)).text()
    key = re.search(r'name="key" value="([^"]+)"', text)
    assert key is not None
    form = filled_form(
        (("身份证.jpg", CARD),),
        key=key[1],
        csrf_token=await token(triage),
        channel="in_person",
        arrived_on="2026-03-02",
    )
    answer = await triage.post("/disclosures/new", data=form, headers=PAGE)
    assert answer.status == 200
    [kept] = await house.services.disclosure_files.of(await first(house))
    assert kept.name == "身份证.jpg"


async def test_alerts_stand_beside_those_of_cases(house: House, visitor: TestClient) -> None:
    await sent(visitor)
    house.world.clock.advance(days=7)
    assert await house.services.disclosure_alerts.sweep() == 1
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    text = await (await clerk.get("/alerts", headers=PAGE)).text()
    assert "1 条未看" in text
    assert "需要补正的，请尽快告知" in text
    path = re.search(r'action="(/alerts/disclosure/[^"]+)"', text)
    assert path is not None
    data = {"csrf_token": await token(clerk)}
    answer = await clerk.post(path[1], data=data, headers=PAGE, allow_redirects=False)
    assert answer.status == 303
    assert "没有新的提醒" in await (await clerk.get("/alerts", headers=PAGE)).text()
