"""Group robots of WeCom and DingTalk, against strict platforms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

from connectors.departments.base import NoticeKind
from connectors.departments.dingtalk.sender import DingTalkRobots
from connectors.departments.dingtalk.sender import message as dingtalk_message
from connectors.departments.dingtalk.settings import DingTalkSettings
from connectors.departments.dingtalk.signing import signed
from connectors.departments.wecom.sender import MARKDOWN_BYTES, WeComRobots
from connectors.departments.wecom.sender import message as wecom_message
from connectors.departments.wecom.settings import WeComSettings
from connectors.errors import ConnectorError, Refused, Retryable, Waiting
from tests.connectors.departments.notices import Memory, notice
from tests.fakes.dingtalk_robot import DingTalkRobotPlatform, Robot
from tests.fakes.edges import FakeClock
from tests.fakes.wecom_robot import WeComRobotPlatform

KEY = "693a91f6-7a0c-4bc4-97a0-0ec2sifa5aaa"
TOKEN, SECRET = "5c2d8f0a91b347", "SECthisisnosecretatall00000"
Sender = WeComRobots | DingTalkRobots


@dataclass
class Hit:
    allowed: bool
    retry_after_s: float


@dataclass
class Counters:
    """Windows that begin with their first hit, as Redis counts them."""

    clock: FakeClock
    windows: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    async def hit(self, key: str, limit: int, window_s: float) -> Hit:
        now = self.clock.now()
        began, count = self.windows.get(key, (now, 0))
        left_s = window_s - (now - began).total_seconds()
        began, count, left_s = (began, count, left_s) if left_s > 0 else (now, 0, window_s)
        self.windows[key] = (began, count + 1)
        return Hit(allowed=count + 1 <= limit, retry_after_s=left_s)


@dataclass
class Bench:
    """A platform, and senders of ours at it, as many replicas have them."""

    platform: WeComRobotPlatform | DingTalkRobotPlatform
    build: Callable[[], Sender]
    clock: FakeClock
    secrets: tuple[str, ...]
    away: Callable[[], Awaitable[None]]
    built: list[Sender] = field(default_factory=list)

    def sender(self) -> Sender:
        self.built.append(self.build())
        return self.built[-1]


@asynccontextmanager
async def _served(
    platform: WeComRobotPlatform | DingTalkRobotPlatform,
    build: Callable[[str], Sender],
    clock: FakeClock,
    *secrets: str,
) -> AsyncIterator[Bench]:
    async with TestServer(platform.application()) as server:
        url = str(server.make_url("")).rstrip("/")
        bench = Bench(platform, lambda: build(url), clock, secrets, server.close)
        yield bench
    for sender in bench.built:
        await sender.close()


@asynccontextmanager
async def wecom(clock: FakeClock, counters: Counters | None) -> AsyncIterator[Bench]:
    memory = Memory()

    def build(url: str) -> Sender:
        robots: Any = {"chengguan": KEY}
        return WeComRobots(WeComSettings(robots=robots, api_url=url), memory, counters)

    async with _served(WeComRobotPlatform(clock.now, (KEY,)), build, clock, KEY) as bench:
        yield bench


@asynccontextmanager
async def dingtalk(clock: FakeClock, counters: Counters | None) -> AsyncIterator[Bench]:
    memory = Memory()

    def build(url: str) -> Sender:
        robots: Any = {"chengguan": {"token": TOKEN, "secret": SECRET}}
        settings = DingTalkSettings(robots=robots, api_url=url)
        return DingTalkRobots(settings, memory, counters, now=clock.now)

    platform = DingTalkRobotPlatform(clock.now, (Robot(token=TOKEN, secret=SECRET),))
    async with _served(platform, build, clock, TOKEN, SECRET) as bench:
        yield bench


PLATFORMS = {"wecom": wecom, "dingtalk": dingtalk}


@pytest.fixture(params=PLATFORMS)
async def bench(request: pytest.FixtureRequest, clock: FakeClock) -> AsyncIterator[Bench]:
    """A robot nobody of ours counts for."""
    async with PLATFORMS[request.param](clock, None) as made:
        yield made


@pytest.fixture(params=PLATFORMS)
async def counted(request: pytest.FixtureRequest, clock: FakeClock) -> AsyncIterator[Bench]:
    """A robot whose messages all replicas count."""
    async with PLATFORMS[request.param](clock, Counters(clock)) as made:
        yield made


async def raised(sending: Awaitable[object]) -> ConnectorError:
    with pytest.raises((Retryable, Refused)) as met:
        await sending
    return met.value


async def outcome(sending: Awaitable[object]) -> str:
    """`sent`, or the code of what was met."""
    try:
        await sending
    except ConnectorError as error:
        return error.code
    return "sent"


def to_robot(key: str = "01J", **values: object) -> Any:
    return notice(key, address="chengguan", **values)


async def test_a_message_arrives_with_its_link_and_nothing_of_the_citizens(bench: Bench) -> None:
    await bench.sender().send(
        to_robot(text="张三家漏水", words="王五又来电", place="新城大道 8 号", contact_name="王五")
    )
    [(_, message)] = bench.platform.read
    said = str(message)
    for expected in ("新工单 20260302000001", "新城大道路灯不亮", "市城市管理局", "3月9日"):
        assert expected in said
    assert "[打开工单](https://12345.example.com/cases/20260302000001)" in said
    for private in ("张三", "王五", "8 号"):
        assert private not in said


async def test_sent_once_per_key_also_from_another_replica(bench: Bench) -> None:
    first, second = bench.sender(), bench.sender()
    for sender in (first, first, second):
        await sender.send(to_robot())
    await second.send(to_robot("01JOTHER"))
    assert len(bench.platform.read) == 2


@pytest.mark.parametrize("trouble", [-1, 500, 503])
async def test_a_busy_platform_is_tried_again(bench: Bench, trouble: int) -> None:
    bench.platform.trouble = [trouble]
    sender = bench.sender()
    error = await raised(sender.send(to_robot()))
    assert isinstance(error, Retryable)
    assert error.code == "server_error"
    await sender.send(to_robot())
    assert len(bench.platform.read) == 1


async def test_what_is_refused_for_good_is_said_so(bench: Bench) -> None:
    bench.platform.trouble = [40035]
    error = await raised(bench.sender().send(to_robot()))
    assert isinstance(error, Refused)
    assert error.code.endswith("_40035")


async def test_a_robot_nobody_configured_waits_for_its_setting(bench: Bench) -> None:
    error = await raised(bench.sender().send(notice(address="other")))
    assert isinstance(error, Retryable)
    assert error.code == "robot_not_configured"
    assert bench.platform.calls == 0


async def test_too_fast_it_rests_and_asks_nobody_meanwhile(bench: Bench) -> None:
    senders = bench.sender(), bench.sender()
    for count in range(20):
        await senders[0].send(to_robot(f"k{count}"))
    for sender in senders:
        error = await raised(sender.send(to_robot("k20")))
        assert isinstance(error, Waiting)
        assert error.retry_after_s is not None
        assert error.retry_after_s >= 60
    assert bench.platform.calls == 21


async def test_counted_it_never_goes_too_fast(counted: Bench) -> None:
    senders = counted.sender(), counted.sender()
    met = []
    for count in range(200):
        met.append(await outcome(senders[count % 2].send(to_robot(f"k{count}"))))
        counted.clock.advance(seconds=1)
    assert set(met) == {"sent", "robot_rate"}
    assert counted.platform.calls == len(counted.platform.read) == met.count("sent") == 40


async def test_nothing_secret_shows(bench: Bench) -> None:
    sender = bench.sender()
    bench.platform.trouble = [500]
    error = await raised(sender.send(to_robot()))
    shown = f"{sender!r}{sender._settings!r}{error!r}{error.__cause__!r}{error.__context__!r}"
    for secret in bench.secrets:
        assert secret not in shown


async def test_nobody_there(bench: Bench) -> None:
    await bench.away()
    error = await raised(bench.sender().send(to_robot()))
    assert (type(error), error.code) == (Retryable, "unreachable")


async def test_an_unknown_wecom_robot_is_refused(clock: FakeClock) -> None:
    async with wecom(clock, None) as bench:
        bench.platform.keys = ()  # type: ignore[union-attr] # WeCom's
        error = await raised(bench.sender().send(to_robot()))
    assert (type(error), error.code) == (Refused, "robot_unknown")


@pytest.mark.parametrize(
    ("robot", "code"),
    [
        (Robot(token=TOKEN, secret="SECanother"), "robot_sign"),
        (Robot(token=TOKEN, keyword="工单"), "sent"),
        (Robot(token=TOKEN, keyword="热线"), "robot_keyword"),
        (Robot(token=TOKEN, allowed_from=("10.0.0.1",)), "robot_address"),
        (Robot(token=TOKEN, off=True), "robot_unknown"),
        (Robot(token="another"), "robot_unknown"),
    ],
)
async def test_what_of_dingtalks_security_was_not_met(
    clock: FakeClock, robot: Robot, code: str
) -> None:
    async with dingtalk(clock, None) as bench:
        bench.platform.robots = (robot,)  # type: ignore[union-attr] # DingTalk's
        met = await outcome(bench.sender().send(to_robot()))
    assert met == code


async def test_an_old_signature_is_refused(clock: FakeClock) -> None:
    async with dingtalk(clock, None) as bench:
        late = FakeClock(clock.now())
        late.advance(minutes=61)
        bench.platform.now = late.now
        error = await raised(bench.sender().send(to_robot()))
    assert (type(error), error.code) == (Refused, "robot_sign")


def test_the_keyword_stands_in_every_message() -> None:
    assert dingtalk_message(to_robot(), "热线")["markdown"]["text"].endswith("\n\n热线")
    assert dingtalk_message(to_robot(), "工单") == dingtalk_message(to_robot())


def test_the_signature_is_the_one_openssl_makes() -> None:
    # printf '1577262236757\nSECtest' | openssl dgst -sha256 -hmac SECtest -binary | base64
    at = datetime.fromtimestamp(1577262236.757, UTC)
    made = signed("SECtest", at)
    assert made == {
        "timestamp": "1577262236757",
        "sign": "Za/ne6w2koB8B4ROVlgTNd/X+/FbyDpZrXLz57xNZSA=",
    }


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_message_fits(kind: NoticeKind) -> None:
    long = to_robot(kind=kind, title="长" * 500, department="局" * 80, grade=3, granted=True)
    assert len(wecom_message(long)["markdown"]["content"].encode()) <= MARKDOWN_BYTES
    assert len(str(dingtalk_message(long)).encode()) <= 20_000


def test_a_citizens_words_call_nobody_and_lead_nowhere() -> None:
    evil = to_robot(title="<@all> @13900000001 [点我](http://x.example) **急** \n# 标题")
    for said in (wecom_message(evil)["markdown"]["content"], str(dingtalk_message(evil))):
        assert "<@" not in said
        assert "@1" not in said
        assert "](http://x" not in said
        assert "\n# " not in said


@pytest.mark.parametrize(
    ("kind", "robots"),
    [
        (WeComSettings, {"a": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcdefgh"}),
        (WeComSettings, {"a": ""}),
        (DingTalkSettings, {"a": {"token": "https://oapi.dingtalk.com/robot/send"}}),
        (DingTalkSettings, {"a": {"token": "abcdefgh12", "sercet": "slip of the pen"}}),
    ],
)
def test_faulty_settings_are_refused_without_being_shown(kind: Any, robots: Any) -> None:
    with pytest.raises(ValidationError) as met:
        kind(robots=robots)
    for secret in ("abcdefgh", "slip of the pen", "oapi.dingtalk.com/robot"):
        assert secret not in str(met.value)
