"""One WeChat complaint, followed through the logs of two replicas and the worker to the
department's mail, by the message's id alone."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.cases.model import Role
from bot.city.load import DEFAULT
from bot.clock import RandomIds, SystemClock
from bot.staff import StaffService
from bot.storage import tables
from bot.storage.units import Storage
from tests.fakes.mail_server import MailServer, certificate
from tests.fakes.wechat_platform import Account, WeChatPlatform, running
from tests.servers import free_port, running_redis

from .day.processes import Process

pytestmark = pytest.mark.postgres

SAID = "我要投诉，剑光街道人民路的路灯坏了三天没人修"
UNIT, MAILBOX = "市城市管理局", "zhiban@example.com"
PASSWORD = "a-password-of-their-own"
PAGE = {"Accept": "text/html"}
WITHIN_S = 60.0


@dataclass(frozen=True, kw_only=True)
class City:
    """What runs."""

    platform: WeChatPlatform
    mail: MailServer
    storage: Storage
    here: Process
    there: Process
    worker: Process

    def lines(self, process: Process) -> list[dict[str, Any]]:
        return [json.loads(line) for line in process.log.read_text("utf-8").splitlines()]

    def on(self, process: Process, trail: str) -> list[dict[str, Any]]:
        return [line for line in self.lines(process) if line.get("trail") == trail]


@pytest.fixture
async def city(postgres_database_url: str, tmp_path: Path) -> AsyncIterator[City]:
    storage = Storage(postgres_database_url)
    staff = StaffService(storage, SystemClock(), RandomIds())
    await staff.add("triage", Role.TRIAGE, password="first-of-them-all")
    await staff.change_password("triage", "first-of-them-all", PASSWORD)
    folder = tmp_path / "city"
    shutil.copytree(DEFAULT, folder)
    (folder / "contacts.toml").write_text(f'[[unit]]\nname = "{UNIT}"\nemail = ["{MAILBOX}"]\n')
    (tmp_path / "redis").mkdir()
    (tmp_path / "mail").mkdir()
    pem = certificate(tmp_path / "mail")
    mail, platform = MailServer(), WeChatPlatform(Account(), lambda: datetime.now(UTC))
    platform.give_up_after_s = WITHIN_S
    async with AsyncExitStack() as closing:
        closing.push_async_callback(storage.close)
        await closing.enter_async_context(mail.running(pem))
        settings = {
            "redis_url": closing.enter_context(running_redis(tmp_path / "redis")),
            "database_url": postgres_database_url,
            "city": str(folder),
            "secret_key": secrets.token_hex(16),
            "rasa_url": f"http://127.0.0.1:{free_port()}",  # away: its stand-in does
            "wechat_app_id": platform.account.app_id,
            "wechat_token": platform.account.token,
            "wechat_encoding_aes_key": platform.account.aes_key,
            "wechat_app_secret": platform.account.secret,
            "wechat_api_url": closing.enter_context(running(platform)),
            "email_host": "127.0.0.1",
            "email_port": str(mail.port),
            "email_security": "starttls",
            "email_username": mail.user,
            "email_password": mail.password,
            "email_sender": "hotline@12345.example.com",
            "email_ca_file": str(pem),
        }
        here, there = (Process("serve", tmp_path / name, settings) for name in ("here", "there"))
        worker = Process("worker", tmp_path / "worker", settings)
        for process in (here, there, worker):
            closing.callback(process.stop)
            process.start()
        for process in (here, there, worker):
            await asyncio.to_thread(process.wait_ready)
        yield City(
            platform=platform, mail=mail, storage=storage, here=here, there=there, worker=worker
        )


async def sign_in(client: httpx.AsyncClient) -> str:
    """Signs in; gives the token of its forms."""
    signed = await client.post("/signin", data={"name": "triage", "password": PASSWORD})
    assert signed.status_code == 303
    form = (await client.get("/password", headers=PAGE)).text
    return re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]


async def test_a_complaint_is_followed_from_wechat_to_the_departments_mail(city: City) -> None:
    xml = city.platform.text_message("citizen-a", SAID)
    sent = await city.platform.send_callback(f"{city.here.url}/channels/wechat", xml)
    assert (sent.sends, sent.fault) == (1, "")
    async with city.storage.begin_raw() as connection:
        trail = await connection.scalar(sa.select(tables.messages.c.id))
        number = await connection.scalar(sa.select(tables.cases.c.number))
    assert trail
    assert number
    async with httpx.AsyncClient(base_url=city.there.url, timeout=WITHIN_S) as client:
        form = {"csrf_token": await sign_in(client), "move": "dispatch", "department": UNIT}
        moved = await client.post(f"/cases/{number}/moves", data={**form, "reason": "职责范围"})
        assert moved.status_code == 303
    async with asyncio.timeout(WITHIN_S):
        while not any(line["message"] == "department told" for line in city.on(city.worker, trail)):
            await asyncio.to_thread(city.worker.log.stat)
    said_here = [line["message"] for line in city.on(city.here, trail)]
    assert said_here[0] == "message stored"
    assert {"case opened", "turn ended"} <= set(said_here)
    assert [line["message"] for line in city.on(city.there, trail)] == ["case moved"]
    told = next(
        line for line in city.on(city.worker, trail) if line["message"] == "department told"
    )
    (mail,) = city.mail.mails
    assert told["case_number"] == number
    assert told["receipt"] == mail["Message-ID"]
    assert told["delivery_id"] in mail["Message-ID"]
    assert mail["To"] == MAILBOX
    opened = next(line for line in city.on(city.here, trail) if line["message"] == "case opened")
    assert opened["case_number"] == number
    written = "".join(
        process.log.read_text("utf-8") for process in (city.here, city.there, city.worker)
    )
    for private in ("路灯", "citizen-a", MAILBOX):
        assert private not in written
