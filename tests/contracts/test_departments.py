"""What every connector to departments in the registry must keep to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.city.load import DEFAULT
from connectors import registry
from connectors.base import RawRequest
from connectors.departments.base import DepartmentSender
from connectors.errors import Misconfigured, Unverified
from tests.connectors.departments.notices import Memory, notice
from tests.fakes.dingtalk_robot import DingTalkRobotPlatform, Robot
from tests.fakes.mail_server import MailServer, certificate
from tests.fakes.open311_server import JURISDICTION, Open311Side
from tests.fakes.open311_server import KEY as THEIR_KEY
from tests.fakes.sms_gateway import DEPARTMENT_LINK, LINK, SmsGateway, approved_in
from tests.fakes.wecom_robot import WeComRobotPlatform
from tests.fakes.work_order_platform import KEY as ORDERS_KEY
from tests.fakes.work_order_platform import WorkOrderPlatform

NO_MAPPING = json.dumps(
    {
        "county": {
            "base_url": "https://example.com",
            "key": f"secret-{ORDERS_KEY}",
            "mapping": "not-there.toml",
        }
    }
)
KEY = "693a91f6-7a0c-4bc4-97a0-0ec2sifa5aaa"
TOKEN, SECRET, PASSWORD = "5c2d8f0a91b347", "SECthisisnosecretatall00000", "not-for-anyone"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The settings of a connector whose other side runs here, and what that side has seen."""

    name: str
    environment: Mapping[str, str]
    seen: Callable[[], int]
    address: str = ""
    secrets: tuple[str, ...] = ()


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def email(folder: Path) -> AsyncIterator[Bench]:
    server, pem = MailServer(), certificate(folder)
    async with server.running(pem):
        yield Bench(
            name="email",
            environment={
                "POLICYLINE_EMAIL_HOST": "127.0.0.1",
                "POLICYLINE_EMAIL_PORT": str(server.port),
                "POLICYLINE_EMAIL_USERNAME": server.user,
                "POLICYLINE_EMAIL_PASSWORD": PASSWORD,
                "POLICYLINE_EMAIL_SENDER": "hotline@example.com",
                "POLICYLINE_EMAIL_CA_FILE": str(pem),
            },
            seen=lambda: len(server.taken),
            address="duty@example.com",
            secrets=(PASSWORD,),
        )


@asynccontextmanager
async def wecom(folder: Path) -> AsyncIterator[Bench]:
    del folder
    platform = WeComRobotPlatform(now, (KEY,))
    async with TestServer(platform.application()) as server:
        yield Bench(
            name="wecom",
            environment={
                "POLICYLINE_WECOM_ROBOTS": f'{{"duty": "{KEY}"}}',
                "POLICYLINE_WECOM_API_URL": str(server.make_url("")).rstrip("/"),
            },
            seen=lambda: len(platform.read),
            address="duty",
            secrets=(KEY,),
        )


@asynccontextmanager
async def dingtalk(folder: Path) -> AsyncIterator[Bench]:
    del folder
    platform = DingTalkRobotPlatform(now, (Robot(token=TOKEN, secret=SECRET),))
    async with TestServer(platform.application()) as server:
        robots = f'{{"duty": {{"token": "{TOKEN}", "secret": "{SECRET}"}}}}'
        yield Bench(
            name="dingtalk",
            environment={
                "POLICYLINE_DINGTALK_ROBOTS": robots,
                "POLICYLINE_DINGTALK_API_URL": str(server.make_url("")).rstrip("/"),
            },
            seen=lambda: len(platform.read),
            address="duty",
            secrets=(TOKEN, SECRET),
        )


@asynccontextmanager
async def sms(folder: Path) -> AsyncIterator[Bench]:
    del folder
    gateway = SmsGateway(approved_in(DEFAULT / "sms.toml"), now, limits=(9, 9, 10))
    async with TestServer(gateway.application()) as server:
        yield Bench(
            name="sms",
            environment={
                "POLICYLINE_HOTLINE_SMS_URL": str(server.make_url("/api")),
                "POLICYLINE_HOTLINE_SMS_APP": gateway.app,
                "POLICYLINE_HOTLINE_SMS_KEY": gateway.key,
                "POLICYLINE_HOTLINE_SMS_LINK": LINK,
                "POLICYLINE_HOTLINE_SMS_DEPARTMENT_LINK": DEPARTMENT_LINK,
                "POLICYLINE_HOTLINE_SMS_QUIET": "",
                "POLICYLINE_HOTLINE_SMS_A_MINUTE": "0",
            },
            seen=lambda: len(gateway.sent),
            address="13900000001",
            secrets=(gateway.key,),
        )


@asynccontextmanager
async def work_order(folder: Path) -> AsyncIterator[Bench]:
    del folder
    platform = WorkOrderPlatform(now)
    async with TestServer(platform.application()) as server:
        settings = {
            "base_url": str(server.make_url("")).rstrip("/"),
            "key": ORDERS_KEY,
            "mapping": str(DEFAULT / "work_order" / "example.toml"),
        }
        yield Bench(
            name="work_order-county",
            environment={"POLICYLINE_WORK_ORDER_PLATFORMS": json.dumps({"county": settings})},
            seen=lambda: len(platform.orders),
            secrets=(ORDERS_KEY,),
        )


@asynccontextmanager
async def open311(folder: Path) -> AsyncIterator[Bench]:
    del folder
    side = Open311Side(now)
    async with TestServer(side.application()) as server:
        settings = {
            "endpoint": str(server.make_url("/v2")),
            "api_key": THEIR_KEY,
            "jurisdiction": JURISDICTION,
            "default_service": "other",
        }
        yield Bench(
            name="open311-lamps",
            environment={"POLICYLINE_OPEN311_SERVERS": json.dumps({"lamps": settings})},
            seen=lambda: len(side.kept),
            secrets=(THEIR_KEY,),
        )


BENCHES = {
    "email": email,
    "wecom": wecom,
    "dingtalk": dingtalk,
    "sms": sms,
    "work_order": work_order,
    "open311": open311,
}


async def wake(topic: str) -> None:
    del topic


def edge() -> registry.Edge:
    return registry.Edge(wake=wake, tokens=Memory(), city=DEFAULT)  # type: ignore[arg-type] # no locks are asked for


@dataclass(frozen=True, kw_only=True)
class AtWork:
    bench: Bench
    connectors: registry.Departments

    @property
    def sender(self) -> DepartmentSender:
        return self.connectors.senders[self.bench.name]


@pytest.fixture(params=registry.DEPARTMENTS)
async def at_work(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AtWork]:
    async with BENCHES[request.param](tmp_path) as bench:
        for name, value in bench.environment.items():
            monkeypatch.setenv(name, value)
        connectors = registry.departments(edge())
        yield AtWork(bench=bench, connectors=connectors)
        await connectors.close()


def test_every_connector_has_a_bench() -> None:
    assert BENCHES.keys() == registry.DEPARTMENTS.keys()


def test_without_settings_there_is_none() -> None:
    made = registry.departments(edge())
    assert (made.senders, made.called, made.polled) == ({}, {}, {})


async def test_it_sends_once_per_idempotency_key(at_work: AtWork) -> None:
    bench = at_work.bench
    for key in ("k1", "k1", "k2"):
        sent = replace(notice(key, address=bench.address), opened_at=now())
        await at_work.sender.send(replace(sent, case_number=f"{sent.case_number}{key[1]}"))
    assert bench.seen() == 2


async def test_its_name_is_the_registrys(at_work: AtWork) -> None:
    assert at_work.sender.name == at_work.bench.name


async def test_nothing_secret_shows(at_work: AtWork) -> None:
    shown = f"{at_work.sender!r}{vars(at_work.sender)!r}{at_work.connectors!r}"
    for secret in at_work.bench.secrets:
        assert secret not in shown


async def test_unsigned_calls_are_refused(at_work: AtWork) -> None:
    unsigned = RawRequest(method="POST", path="/", body=b"{}")
    for system in at_work.connectors.called.values():
        with pytest.raises(Unverified):
            system.parse(unsigned)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("POLICYLINE_WECOM_ROBOTS", "secret-but-no-json"),
        ("POLICYLINE_WECOM_ROBOTS", '{"duty": "https://secret"}'),
        ("POLICYLINE_DINGTALK_ROBOTS", '{"duty": {"token": "http://secret"}}'),
        ("POLICYLINE_EMAIL_HOST", "secret host"),
        ("POLICYLINE_WORK_ORDER_PLATFORMS", "secret-but-no-json"),
        ("POLICYLINE_WORK_ORDER_PLATFORMS", '{"county": {"key": "secret"}}'),
        ("POLICYLINE_WORK_ORDER_PLATFORMS", NO_MAPPING),
    ],
)
def test_faulty_settings_are_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(Misconfigured, match=variable.rpartition("_")[0]) as met:
        registry.departments(edge())
    assert "secret" not in str(met.value)
