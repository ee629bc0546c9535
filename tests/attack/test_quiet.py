"""A day's words through every way in, every logger of ours at DEBUG: nothing of them is written."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.cases.filters import CaseFilter
from bot.cases.model import Role
from bot.library import Library
from bot.logs import OURS, JsonLines
from tests.attack.town import Town, told
from tests.bot.conftest import World
from tests.bot.web.conftest import PAGE
from tests.bot.web.test_disclosure_public import TYPED

SAID = "剑光街道桥东巷七号的张三丰说路灯坏了三天，身份证360000190001010000，电话13900000001"
OTHER = "桥东巷七号李四娘家门口的路灯不亮，车牌赣C12345，邮箱zhang@example.com"
NAME = "张三丰"
SECRET = (
    *("桥东巷", "七号", "三丰", "李四娘", "路灯", "13900000001", "139000", "360000190001010000"),
    *("赣C12345", "C12345", "zhang@example", TYPED["certificate_number"], "PNG"),
)
"""What of the words may stand nowhere; departments' names are not the citizens'."""


@contextmanager
def written() -> Iterator[io.StringIO]:
    """What the service writes at DEBUG, before the filter that masks numbers; of libraries,
    warnings, as in a process that serves."""
    out, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    before = {name: logging.getLogger(name).level for name in OURS}
    assert root.level == logging.WARNING
    root.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


async def _read_everything(town: Town) -> None:
    """Staff look at all of it, citizens come back, somebody guesses and something fails."""
    house = town.house
    staff, visitor = await house.staff(Role.SUPERVISOR, name="reader"), await house.visitor()
    for case in (await house.services.cases.cases(CaseFilter())).cases:
        await staff.get(f"/cases/{case.number}", headers=PAGE)
        for kept in await house.services.attachments.of_case(case.number):
            await staff.get(f"/cases/{case.number}/attachments/{kept.id}")
    for path in (
        "/triage",
        "/cases?q=桥东巷七号",
        "/desk",
        "/alerts",
        "/letters?q=桥东巷",
        "/chat",
    ):
        await staff.get(path, headers=PAGE)
    code = {"number": town.number, "query_code": town.code}
    await visitor.post("/progress", data=code, headers=PAGE)
    await visitor.post("/progress", data={"number": "张三丰", "query_code": "13900000001"})
    await visitor.post("/signin", data={"name": "张三丰", "password": "13900000001"})
    await visitor.post("/api/v1/chat", data=f"{{{SAID}".encode())
    await visitor.post(f"/channels/{NAME}", data=SAID.encode())
    await visitor.post("/chat", data=SAID.encode("gb18030"), headers={"Content-Type": "a/b"})


async def test_a_days_words_stand_in_no_log_and_no_metric(world: World, library: Library) -> None:
    with written() as out:
        words = {"said": SAID, "other": OTHER, "name": NAME, "reply": "已于本周换上新灯，请放心。"}
        async with told(world, library, **words) as town:
            await _read_everything(town)
            metrics = town.house.services.metrics.text().decode()
            secrets = (*SECRET, town.code)
    lines = out.getvalue().splitlines()
    assert len(lines) > 30
    found = {(secret, line[:160]) for secret in secrets for line in lines if secret in line}
    assert found == set()
    assert [secret for secret in SECRET if secret in metrics] == []


async def test_what_would_be_written_would_be_found() -> None:
    with written() as out:
        logging.getLogger("bot.turn").debug("heard %s", SAID)
    assert "桥东巷" in out.getvalue()
