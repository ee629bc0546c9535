"""What a notice tells beside its text, for channels that send fixed ones."""

from __future__ import annotations

from bot.cases.model import Actor, Move, Role
from connectors.base import Reply
from tests.bot.cases.world import CLERK, TRIAGE, World

DESK = Actor(id="desk", role=Role.OPERATOR)


async def told(world: World) -> list[Reply]:
    async with world.storage.read() as unit:
        return [row.reply for row in await unit.outbox.history("web:a")]


async def words(world: World) -> list[tuple[str, str]]:
    return [(reply.case.told, reply.case.words) for reply in await told(world) if reply.case]


async def test_what_happened_in_one_word_and_the_words_that_go_with_it(world: World) -> None:
    number = (await world.open()).case.number
    await world.service.move(number, Move.PAUSE, CLERK, reason="等您补充照片")
    await world.service.move(number, Move.RESUME, CLERK)
    await world.service.move(number, Move.ACCEPT, CLERK)
    await world.service.move(number, Move.REPLY, CLERK, text="灯已更换。")
    await world.service.move(number, Move.CLOSE, DESK)
    assert await words(world) == [
        ("paused", "等您补充照片"),
        ("resumed", ""),
        ("replied", "灯已更换。"),
        ("closed", ""),
    ]
    assert [reply.emergency for reply in await told(world)] == [False] * 4


async def test_a_merge_tells_the_number_and_later_the_reply(world: World) -> None:
    lead = (await world.open("k1")).case.number
    other = (await world.open("k2")).case.number
    await world.service.move(other, Move.MERGE, TRIAGE, lead_number=lead, reason="同一路灯")
    await world.service.move(lead, Move.ACCEPT, CLERK)
    await world.service.move(lead, Move.REPLY, CLERK, text="灯已更换。")
    replied = ("replied", "灯已更换。")
    assert await words(world) == [("merged", lead), replied, replied]
