"""Applying for information and following it, without script."""

from __future__ import annotations

import re

from aiohttp.test_utils import TestClient

from bot.cases.model import Actor, Role
from bot.disclosure.asked import AskedMove
from bot.disclosure.letters import Letter
from bot.disclosure.model import Move
from bot.disclosure.results import Result
from tests.bot.disclosure.world import filled
from tests.bot.web.conftest import LIGHTS, PAGE, House

HEAD = Actor(id="head", role=Role.DEPARTMENT_HEAD, department=LIGHTS)
TYPED = {
    "kind": "person",
    "name": "张三丰",
    "certificate": "identity_card",
    "certificate_number": "360000190001010000",
    "phone": "13900000001",
    "email": "zhang@example.com",
    "unit": LIGHTS,
    "content": "2025年城区路灯维护合同",
    "form": "electronic",
    "way": "email",
}


async def form_key(client: TestClient) -> str:
    found = re.search(r'name="key" value="([^"]+)"', await (await client.get("/disclosure")).text())
    assert found is not None
    return found[1]


async def apply(client: TestClient, **changes: str) -> tuple[int, str]:
    data = {"key": await form_key(client)} | TYPED | changes
    answer = await client.post("/disclosure", data=data, headers=PAGE)
    return answer.status, await answer.text()


async def applied(client: TestClient, **changes: str) -> dict[str, str]:
    """Number and code of a request just made."""
    status, text = await apply(client, **changes)
    assert status == 200
    number, code = re.findall(r'class="receipt-code">([^<]+)<', text)
    return {"number": number, "query_code": code}


async def follow(client: TestClient, path: str = "", **data: str) -> tuple[int, str]:
    answer = await client.post(f"/disclosure/progress{path}", data=data, headers=PAGE)
    return answer.status, await answer.text()


async def test_a_receipt_with_number_code_and_due_day(house: House, visitor: TestClient) -> None:
    status, text = await apply(visitor)
    assert status == 200
    assert "GK2026000001" in text
    assert "2026年3月30日前" in text
    kept = await house.services.disclosures.get("GK2026000001")
    assert (kept.unit, kept.applicant.certificate_number) == (LIGHTS, "360000190001010000")


async def test_sent_twice_it_is_one_request(house: House, visitor: TestClient) -> None:
    data = {"key": await form_key(visitor)} | TYPED
    first, second = [
        re.findall(r'class="receipt-code">([^<]+)<', await answer.text())
        for answer in [await visitor.post("/disclosure", data=data) for _ in range(2)]
    ]
    assert first == second


async def test_what_was_typed_is_kept_and_what_is_missing_named(visitor: TestClient) -> None:
    status, text = await apply(visitor, certificate_number="", purpose='研究<b>"路灯"')
    assert status == 400
    assert 'value="张三丰"' in text
    assert "研究&lt;b&gt;&#34;路灯&#34;" in text
    assert 'id="fault-certificate_number"' in text
    assert 'aria-describedby="fault-certificate_number"' in text


async def test_a_way_without_its_address_is_refused(visitor: TestClient) -> None:
    for changes, said in (
        ({"way": "post"}, "请填写通信地址"),
        ({"way": "email", "email": ""}, "请填写电子邮箱"),
    ):
        status, text = await apply(visitor, **changes)
        assert (status, said in text) == (400, True)


async def test_what_is_public_already_is_found_first(house: House, visitor: TestClient) -> None:
    answer = await visitor.get("/disclosure", params={"q": "高龄津贴怎么申请"})
    text = await answer.text()
    assert answer.status == 200
    assert "小城高龄津贴办事指南" in text
    assert "/documents/" in text
    answer = await visitor.get("/disclosure", params={"q": "火星基地的预算"})
    assert "没有找到" in await answer.text()


async def test_another_sites_form_is_refused(visitor: TestClient) -> None:
    answer = await visitor.post("/disclosure", data=TYPED, headers={"Origin": "http://evil.test"})
    assert answer.status == 403


async def test_followed_with_number_and_code_through_a_correction(
    house: House, visitor: TestClient
) -> None:
    proof, service = await applied(visitor), house.services.disclosures
    one = await service.get(proof["number"])
    await service.move(one.number, AskedMove(move=Move.EXAMINE, actor=HEAD))
    letter = filled(Letter.CORRECTION, one)
    asked = AskedMove(move=Move.ASK_CORRECTION, actor=HEAD, text=letter)
    await service.move(one.number, asked)
    status, text = await follow(visitor, **proof)
    assert status == 200
    assert "政府信息公开申请补正告知书" in text
    assert "2026年3月23日前补正" in text
    status, text = await follow(visitor, "/correct", **proof, text="")
    assert (status, "请写明补正的内容" in text) == (400, True)
    status, text = await follow(visitor, "/correct", **proof, text="要2025年1月签的那一份")
    assert (status, "补正已经提交" in text) == (200, True)
    status, _ = await follow(visitor, "/correct", **proof, text="再补一次")
    assert status == 400


async def test_the_decision_is_read_and_a_proposal_is_not(
    house: House, visitor: TestClient
) -> None:
    proof, service = await applied(visitor), house.services.disclosures
    one = await service.get(proof["number"])
    clerk = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
    letter = filled(Letter.DECISION, one, Result.SECRET)
    note = AskedMove(move=Move.NOTE, actor=clerk, text="内部的话")
    proposed = AskedMove(move=Move.PROPOSE, actor=clerk, result=Result.SECRET, text=letter)
    for asked in (AskedMove(move=Move.EXAMINE, actor=HEAD), note, proposed):
        await service.move(one.number, asked)
    _, text = await follow(visitor, **proof)
    assert "国家秘密" not in text
    assert "内部的话" not in text
    await service.move(one.number, AskedMove(move=Move.APPROVE, actor=HEAD))
    _, text = await follow(visitor, **proof)
    assert "先向行政复议机关申请行政复议" in text
    assert "不予公开：属于国家秘密" in text


async def test_withdrawn_once(house: House, visitor: TestClient) -> None:
    proof = await applied(visitor)
    status, text = await follow(visitor, "/withdraw", **proof)
    assert (status, "已经撤回" in text) == (200, True)
    status, _ = await follow(visitor, "/withdraw", **proof)
    assert status == 400


async def test_a_wrong_code_shows_nothing_and_is_not_in_the_address(visitor: TestClient) -> None:
    proof = await applied(visitor)
    wrong = f"{(int(proof['query_code']) + 1) % 10**6:06d}"
    for _ in range(5):
        status, text = await follow(visitor, number=proof["number"], query_code=wrong)
        assert (status, "城区路灯" in text) == (404, False)
    status, _ = await follow(visitor, **proof)
    assert status == 429


async def test_every_part_of_the_pages_has_its_label(visitor: TestClient) -> None:
    for path in ("/disclosure", "/disclosure/progress"):
        text = await (await visitor.get(path)).text()
        named = set(re.findall(r'<label for="([^"]+)"', text))
        fields = re.findall(r'<(?:input|textarea|select) (?!type="hidden")id="([^"]+)"', text)
        assert fields
        assert set(fields) <= named
        assert "<script" not in text
        assert "style=" not in text
