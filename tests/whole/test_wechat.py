"""The main job through the WeChat callback in encrypted mode, `wechatpy` on the other side."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing

import pytest
from wechatpy import parse_message

from tests.whole.conftest import Whole

pytestmark = pytest.mark.rasa


class Citizen:
    """Writes to the account and reads what comes back, in place or as a customer message."""

    def __init__(self, whole: Whole, open_id: str) -> None:
        self._platform, self._open_id = whole.platform, open_id
        self._url = f"{whole.started.url}/channels/wechat"

    async def says(self, text: str) -> str:
        return await self.sends(self._platform.text_message(self._open_id, text))

    async def sends(self, xml: str) -> str:
        before = len(self._platform.sent_to(self._open_id))
        body = await self._platform.deliver(self._url, xml)
        if body != b"success":
            content: str = parse_message(self._platform.read_reply(body)).content
            return content
        later = await asyncio.to_thread(
            self._platform.wait_for_sent, self._open_id, before, timeout_s=20.0
        )
        return "\n".join(later)


async def test_a_question_is_answered_with_its_source(whole: Whole) -> None:
    answer = await Citizen(whole, "asks").says("2026年居民医保个人要交多少钱？")
    assert "400元" in answer
    assert "来源：" in answer
    assert f'<a href="{whole.started.url}/documents/yibao-' in answer


async def test_a_broken_street_light_becomes_a_case(whole: Whole) -> None:
    citizen = Citizen(whole, "reports")
    asked_place = await citizen.says("我们这里路灯坏了，晚上黑漆漆的，麻烦派人来修一下")
    assert re.search("什么地方", asked_place)
    asked_phone = await citizen.says("剑光街道人民路和解放路交叉口")
    assert re.search("电话|联系", asked_phone)
    asked_to_confirm = await citizen.says("13800000000")
    assert re.search("确认|是否|核对", asked_to_confirm)
    opened = await citizen.says("确认")
    assert re.search(r"\d{14}", opened)
    assert re.search(r"查询码\D*\d{6}", opened)
    assert "市城市管理局" in opened or "研判" in opened


async def test_a_picture_and_a_place_go_with_the_case(whole: Whole) -> None:
    citizen, platform = Citizen(whole, "pictures"), whole.platform
    place = "丰城市剑光街道人民路12号"
    picture = b"\xff\xd8\xff\xe0" + b"j" * 200_000
    assert "已收到您的照片" in await citizen.sends(platform.image_message("pictures", picture))
    asked_place = await citizen.says("我们这里路灯坏了，晚上黑漆漆的，麻烦派人来修一下")
    assert re.search("什么地方", asked_place)
    pin = platform.location_message("pictures", 28.19, 115.78, place)
    assert re.search("电话|联系", await citizen.sends(pin))
    assert "已收到您的照片" in await citizen.sends(platform.image_message("pictures", picture))
    assert place in await citizen.says("不留")
    [number] = re.findall(r"\d{14}", await citizen.says("确认"))
    with closing(sqlite3.connect(whole.home / "policyline.db")) as database:
        kept = database.execute(
            "select kind, state, bytes from attachments where case_number = ? order by at",
            (number,),
        ).fetchall()
        [(where,)] = database.execute("select place from cases where number = ?", (number,))
    one = ("image", "kept", len(picture))
    assert kept == [one, ("place", "kept", 0), one]
    assert where == place


async def test_a_resend_is_answered_alike_and_stored_once(whole: Whole) -> None:
    platform, url = whole.platform, f"{whole.started.url}/channels/wechat"
    xml = platform.text_message("resent", "高龄津贴每个月多少钱")
    first, again = [platform.read_reply(await platform.deliver(url, xml)) for _ in range(2)]
    assert parse_message(first).content == parse_message(again).content


async def test_a_wrong_signature_is_refused(whole: Whole) -> None:
    platform = whole.platform
    right, platform.account.token = platform.account.token, "wrong"
    xml = platform.text_message("stranger", "你好")
    try:
        with pytest.raises(ConnectionError):
            await platform.deliver(f"{whole.started.url}/channels/wechat", xml)
    finally:
        platform.account.token = right
