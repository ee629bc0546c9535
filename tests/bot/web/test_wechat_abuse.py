"""What attackers and the impatient send to the account's callback, over HTTP."""

from __future__ import annotations

import asyncio
import struct
from base64 import b64encode

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.records import MessageState
from bot.settings import Settings
from connectors.channels.wechat.settings import decode_aes_key
from tests.bot.conftest import World
from tests.bot.web.wechat import Desk, desk_of
from tests.fakes.wechat.callbacks import sign

BOMB = (
    '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><xml><ToUserName>gh</ToUserName><FromUserName>c</FromUserName>"
    "<CreateTime>1772416800</CreateTime><MsgType>text</MsgType><Content>&i;</Content>"
    "<MsgId>1</MsgId></xml>"
)
OUTSIDE = (
    '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<xml><FromUserName>c</FromUserName><CreateTime>1772416800</CreateTime>"
    "<MsgType>text</MsgType><Content>&f;</Content><MsgId>1</MsgId></xml>"
)


async def posted(desk: Desk, query: dict[str, str], body: bytes) -> tuple[int, str]:
    """The status, and the code of the error."""
    async with httpx.AsyncClient(timeout=60) as client:
        answer = await client.post(desk.url, params=query, content=body)
    code = answer.json()["error"]["code"] if answer.status_code >= 400 else ""
    return answer.status_code, code


async def nothing_kept(desk: Desk) -> bool:
    counts = await desk.services.inbox.counts()
    return await desk.kept() == () and not counts.by_state


def sealed(desk: Desk, plain: bytes, pad: bytes) -> tuple[dict[str, str], bytes]:
    """A callback rightly signed around whatever is sealed in it."""
    account, query = desk.platform.account, desk.platform.signed_query()
    key = decode_aes_key(account.aes_key)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    encrypted = b64encode(encryptor.update(plain + pad) + encryptor.finalize()).decode()
    signed = sign(account.token, query["timestamp"], query["nonce"], encrypted)
    query |= {"encrypt_type": "aes", "msg_signature": signed}
    return query, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()


def plain_text(app_id: str, message: bytes = b"<xml></xml>") -> bytes:
    return b"n" * 16 + struct.pack(">I", len(message)) + message + app_id.encode()


def right_pad(plain: bytes) -> bytes:
    pad = 32 - len(plain) % 32
    return bytes([pad]) * pad


def reasons(caplog: pytest.LogCaptureFixture) -> set[str]:
    """Why callbacks were refused, as the log has it."""
    found = (record.getMessage().rpartition("not verified: ") for record in caplog.records)
    return {reason for before, mark, reason in found if mark}


async def test_a_message_sealed_by_hand_is_taken(world: World) -> None:
    """So that what the tests below refuse is refused for what they change."""
    async with desk_of(world) as desk:
        xml = desk.platform.text_message("c", "您好").encode()
        plain = plain_text(desk.platform.account.app_id, xml)
        assert await posted(desk, *sealed(desk, plain, right_pad(plain))) == (200, "")
        assert [kept.text for kept in await desk.kept()] == ["您好"]


async def test_a_wrong_signature_is_refused(world: World) -> None:
    async with desk_of(world) as desk:
        query, body = desk.platform.callback(desk.platform.text_message("c", "您好"))
        for name in ("signature", "msg_signature", "nonce", "timestamp"):
            answer = await posted(desk, query | {name: "0" + query[name][1:] + "1"}, body)
            assert answer == (403, "unverified")
        assert await posted(desk, {}, body) == (403, "unverified")
        assert await nothing_kept(desk)


async def test_a_recorded_callback_played_again_later_is_refused(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk_of(world) as desk:
        query, body = desk.platform.callback(desk.platform.text_message("c", "您好"))
        world.clock.advance(seconds=601)
        assert await posted(desk, query, body) == (403, "unverified")
        assert reasons(caplog) == {"stale"}
        assert await nothing_kept(desk)


async def test_a_recorded_callback_played_again_at_once_is_handled_once(world: World) -> None:
    async with desk_of(world) as desk:
        query, body = desk.platform.callback(desk.platform.text_message("c", "您好"))
        assert [await posted(desk, query, body) for _ in range(5)] == [(200, "")] * 5
        assert len(await desk.kept()) == 1
        assert world.nlu.asked == ["您好"]


async def test_another_app_id_inside_a_right_signature_is_refused(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk_of(world) as desk:
        plain = plain_text("wxffffffffffffffff")
        assert await posted(desk, *sealed(desk, plain, right_pad(plain))) == (403, "unverified")
        assert reasons(caplog) == {"app_id"}
        assert await nothing_kept(desk)


@pytest.mark.parametrize("last", [0, 33, 255])
async def test_wrong_padding_inside_a_right_signature_is_refused(
    last: int, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk_of(world) as desk:
        plain = plain_text(desk.platform.account.app_id)
        pad = right_pad(plain)[:-1] + bytes([last])
        assert await posted(desk, *sealed(desk, plain, pad)) == (403, "unverified")
        assert reasons(caplog) == {"padding"}
        assert await nothing_kept(desk)


@pytest.mark.parametrize("length", [2**31, 2**32 - 1])
async def test_a_length_past_the_end_is_refused(
    length: int, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk_of(world) as desk:
        plain = b"n" * 16 + struct.pack(">I", length) + b"<xml></xml>"
        assert await posted(desk, *sealed(desk, plain, right_pad(plain))) == (403, "unverified")
        assert reasons(caplog) == {"length"}


@pytest.mark.parametrize("bomb", [BOMB, OUTSIDE])
@pytest.mark.parametrize("mode", ["plain", "compatible", "encrypted"])
async def test_entities_are_never_expanded(bomb: str, mode: str, world: World) -> None:
    async with desk_of(world, mode=mode) as desk:
        if mode == "encrypted":
            plain = plain_text(desk.platform.account.app_id, bomb.encode())
            query, body = sealed(desk, plain, right_pad(plain))
        else:
            query, body = desk.platform.signed_query(), bomb.encode()
        assert await posted(desk, query, body) == (400, "malformed")
        assert await nothing_kept(desk)


@pytest.mark.parametrize("signed", [False, True])
async def test_a_body_of_ten_megabytes_is_refused_unread(signed: bool, world: World) -> None:
    async with desk_of(world, mode="plain") as desk:
        query = desk.platform.signed_query() if signed else {}
        status, _ = await posted(desk, query, b"<xml>" + b"a" * 10_000_000 + b"</xml>")
        assert status == 413
        assert await nothing_kept(desk)


async def test_a_message_of_another_mode_is_refused(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk_of(world) as desk:
        xml = desk.platform.text_message("c", "您好").encode()
        assert await posted(desk, desk.platform.signed_query(), xml) == (403, "unverified")
        assert reasons(caplog) == {"not_encrypted"}
        assert await nothing_kept(desk)


def paced(world: World, messages: int) -> Settings:
    return Settings(home=world.home, pace_messages=messages, pace_s=60.0)


async def test_who_writes_too_fast_is_told_once_and_handled_later_in_order(world: World) -> None:
    async with desk_of(world, settings=paced(world, 3)) as desk:
        desk.channel.reply_within_s = 0.05
        for number in range(8):
            await desk.gets(desk.platform.text_message("c", f"怎么办{number}"))
        kept = await desk.kept()
        assert len(kept) == 8
        assert [one.state for one in kept[:3]] == [MessageState.HANDLED] * 3
        assert {one.state for one in kept[3:]} == {MessageState.STORED}
        assert [q for q, _ in world.library.asked] == ["怎么办0", "怎么办1", "怎么办2"]
        slow = desk.services.city.wording.say("too_fast")
        assert (await world.replies(await world.conversation("wechat"))).count(slow) == 1
        await _windows(desk, 3)
        assert {one.state for one in await desk.kept()} == {MessageState.HANDLED}
        assert [q for q, _ in world.library.asked] == [f"怎么办{n}" for n in range(8)]
        assert (await world.replies(await world.conversation("wechat"))).count(slow) == 1


async def _windows(desk: Desk, count: int) -> None:
    """So many windows pass: the cache counts in real time, so it is told to forget."""
    key = f"policyline:rate:pace:{await desk.world.conversation('wechat')}"
    for _ in range(count):
        async with asyncio.timeout(10):
            await desk.services.cache._redis.delete(key)
            await desk.goes_on(seconds=61)


async def test_an_emergency_does_not_wait(world: World) -> None:
    async with desk_of(world, settings=paced(world, 1)) as desk:
        await desk.gets(desk.platform.text_message("c", "您好"))
        told = await desk.told(desk.platform.text_message("c", "着火了"))
    assert "119" in told


async def test_one_persons_flood_does_not_slow_another(world: World) -> None:
    async with desk_of(world, settings=paced(world, 2)) as desk:
        desk.channel.reply_within_s = 0.05
        flood = [desk.platform.text_message("c", f"怎么办{number}") for number in range(60)]
        await asyncio.gather(*(desk.gets(xml) for xml in flood))
        desk.channel.reply_within_s = 4.0
        assert (await desk.told(desk.platform.text_message("d", "您好"))).startswith("您好")
        kept = await desk.services.inbox.history(await world.conversation("wechat"), limit=100)
        assert len(kept) == 60
        assert sum(one.state is MessageState.HANDLED for one in kept) == 2
        counts = await desk.services.inbox.counts()
    assert counts.by_state == {"stored": 58}


async def test_events_nobody_answers_are_not_counted(world: World) -> None:
    async with desk_of(world, settings=paced(world, 1)) as desk:
        for latitude in (28.1, 28.2, 28.3):
            world.clock.advance(seconds=1)
            await desk.gets(desk.platform.report_location("c", latitude, 115.7))
        assert (await desk.told(desk.platform.text_message("c", "您好"))).startswith("您好")
    assert len(await desk.kept()) == 4
