"""The fakes of the robots' platforms, held to what other people's clients do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from tests.fakes.dingtalk_robot import DingTalkRobotPlatform, Robot
from tests.fakes.wecom_robot import WeComRobotPlatform

KEY = "693a91f6-7a0c-4bc4-97a0-0ec2sifa5aaa"
TOKEN, SECRET = "5c2d8f0a91b347", "SECthisisnosecretatall00000"


def now() -> datetime:
    return datetime.now(UTC)


def _by_apprise(url: str, body: str) -> bool:
    import apprise  # warns on import

    client = apprise.Apprise.instantiate(f"wecombot://{KEY}/")
    client.api_url = f"{url}/cgi-bin/webhook/send?key={client.key}"
    return bool(client.notify(body=body))


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
async def test_apprise_sends_through_a_wecom_robot() -> None:
    platform = WeComRobotPlatform(now, (KEY,))
    async with TestServer(platform.application()) as server:
        url = str(server.make_url("")).rstrip("/")
        assert await asyncio.to_thread(_by_apprise, url, "新工单")
    assert platform.read == [(KEY, {"msgtype": "text", "text": {"content": "新工单"}})]


def _by_dingtalkchatbot(url: str, secret: str, send: Callable[[Any], Any]) -> dict[str, Any]:
    from dingtalkchatbot import chatbot

    client = chatbot.DingtalkChatbot(f"{url}/robot/send?access_token={TOKEN}", secret=secret)
    return dict(send(client))


@pytest.mark.parametrize(("secret", "code"), [(SECRET, 0), ("SECanother", 310000)])
async def test_dingtalkchatbot_is_held_to_the_signature(secret: str, code: int) -> None:
    platform = DingTalkRobotPlatform(now, (Robot(token=TOKEN, secret=SECRET),))
    async with TestServer(platform.application()) as server:
        url = str(server.make_url("")).rstrip("/")
        answers = [
            await asyncio.to_thread(_by_dingtalkchatbot, url, secret, send)
            for send in (
                lambda client: client.send_text(msg="新工单"),
                lambda client: client.send_markdown(title="新工单", text="**新工单**"),
            )
        ]
    assert [answer["errcode"] for answer in answers] == [code, code]
    assert len(platform.read) == (0 if code else 2)
