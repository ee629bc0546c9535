"""What the public may read of a case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cases.masking import masked
from bot.cases.model import CITIZEN, Case, DemandType, Move, MoveRefused, Published
from bot.cases.publishing import check, draft
from bot.cases.rules import may_be_published
from bot.errors import Invalid
from tests.bot.cases.world import CLERK, TRIAGE, World

REPLY = "您好，路灯已修好。"


async def answered(world: World, *, agreed: bool = True) -> Case:
    number = (await world.open()).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    case = await world.service.move(number, Move.REPLY, CLERK, text=REPLY)
    if agreed:
        case = await world.service.move(number, Move.AGREE_PUBLISH, CITIZEN)
    return case


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("我叫王小明，路灯坏了", "小明"),
        ("住在幸福小区3栋2单元501室，漏水", "501"),
        ("车牌赣C·A1234的车堵路", "A1234"),
        ("电话13812345678", "12345678"),
        ("身份证360981199003071234", "19900307"),
    ],
)
def test_nobody_is_to_be_recognised(text: str, hidden: str) -> None:
    assert hidden not in masked(text)


async def test_a_case_is_published_as_somebody_let_it_out(world: World) -> None:
    case = await answered(world)
    public = replace(draft(case), title="路灯不亮")
    after = await world.service.move(case.number, Move.PUBLISH, TRIAGE, public=public)
    assert after.published == public
    assert [one.number for one in await world.service.published()] == [case.number]
    told = [text for text in await world.notices() if text.startswith("case_published")]
    assert len(told) == 1
    assert await world.service.check_chain(case.number) is None


async def test_it_can_be_taken_back(world: World) -> None:
    case = await answered(world)
    await world.service.move(case.number, Move.PUBLISH, TRIAGE)
    await world.service.move(case.number, Move.WITHDRAW, TRIAGE, reason="来信人改了主意")
    assert await world.service.published() == ()
    again = await world.service.move(case.number, Move.PUBLISH, TRIAGE)
    assert again.published is not None


async def test_without_the_citizens_word_nothing_is_published(world: World) -> None:
    case = await answered(world, agreed=False)
    with pytest.raises(MoveRefused):
        await world.service.move(case.number, Move.PUBLISH, TRIAGE)


async def test_neither_secret_cases_nor_reports_are_published(world: World) -> None:
    case = await answered(world)
    assert may_be_published(case)
    assert not may_be_published(replace(case, confidential=True))
    assert not may_be_published(replace(case, demand_type=DemandType.REPORT))
    assert not may_be_published(replace(case, reply_text=""))


async def test_what_still_shows_somebody_is_held_back(world: World) -> None:
    case = replace(await answered(world), contact_name="王小明", contact_phone="13812345678")
    fit = Published(title="路灯", text="路灯不亮", reply=REPLY)
    check(fit, case)
    for field, text in (
        ("title", "王小明家的路灯"),
        ("text", "打我电话13812345678"),
        ("reply", "已到3栋2单元501室修好"),
        ("text", "车牌赣CA1234的车"),
        ("reply", ""),
    ):
        with pytest.raises(Invalid) as caught:
            check(replace(fit, **{field: text}), case)
        assert list(caught.value.fields) == [field]


async def test_pages_go_on_where_the_last_ended(world: World) -> None:
    numbers = []
    for key in ("a", "b", "c"):
        opened = (await world.open(key)).case.number
        await world.service.move(opened, Move.ACCEPT, CLERK)
        await world.service.move(opened, Move.REPLY, CLERK, text=REPLY)
        await world.service.move(opened, Move.AGREE_PUBLISH, CITIZEN)
        world.clock.advance(minutes=1)
        await world.service.move(opened, Move.PUBLISH, TRIAGE)
        numbers.append(opened)
    first = await world.service.published(limit=2)
    rest = await world.service.published(before=first[-1].published_at, limit=2)
    assert [one.number for one in (*first, *rest)] == numbers[::-1]
