"""Requests the same applicant made before: offered, never decided by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.disclosure.application import Applicant, Certificate
from bot.disclosure.repeated import same_applicant
from tests.bot.disclosure.world import APPLICANT, CLERK, TRIAGE, House

CARD = Applicant(name="张三丰", certificate_number="36000019000101000X", phone="13900000001")


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"certificate_number": "３６００００１９０００１０１０００x", "phone": ""}, True),
        ({"certificate_number": "360000190001010011"}, False),
        ({"certificate_number": ""}, True),
        ({"certificate_number": "", "phone": "139-0000-0001"}, True),
        ({"certificate_number": "", "phone": ""}, False),
        ({"certificate_number": "E1", "certificate": Certificate.PASSPORT}, True),
        ({"name": "张 三丰"}, True),
        ({"name": "李四光"}, False),
    ],
)
def test_who_is_the_same(changes: dict[str, object], same: bool) -> None:
    assert same_applicant(CARD, replace(CARD, **changes)) is same  # type: ignore[arg-type]


async def test_the_same_content_stands_first_then_the_newest(house: House) -> None:
    await house.register("a", content="2025年城区路灯维护合同")
    await house.register("b", content="2024年城区路灯维护合同")
    await house.register("c", content="2023年城区路灯维护合同")
    await house.register("d", applicant=replace(APPLICANT, name="李四光"))
    last = await house.register("e", content="２０２５年，城区路灯维护合同。")
    await house.register("f", content="2025年城区路灯维护合同")
    found = await house.service.earlier(last.request, CLERK)
    assert [(one.request.number[-1], one.same_content) for one in found] == [
        ("1", True), ("3", False), ("2", False),
    ]  # fmt: skip


async def test_a_unit_sees_its_own_the_office_all(house: House) -> None:
    await house.register("a", unit="")
    last = await house.register("b")
    assert await house.service.earlier(last.request, CLERK) == ()
    assert len(await house.service.earlier(last.request, TRIAGE)) == 1
