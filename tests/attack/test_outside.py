"""Addresses somebody gave: nobody calls them. Heads of mails: nobody writes into them. Paths."""

from __future__ import annotations

import ast
import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from bot.cases.model import Role
from bot.city.sheets import write_csv, write_workbook
from bot.library import Library
from bot.settings import ROOT
from connectors.base import Outbound, Reply, ReplyCase, ReplyThread
from connectors.channels.mailbox.composing import composed
from connectors.channels.mailbox.parsing import read
from connectors.channels.mailbox.tags import Tags
from connectors.departments.email.mail import mail
from tests.attack.parsers import docx_of
from tests.attack.town import told
from tests.bot.conftest import World
from tests.bot.web.conftest import House, token
from tests.connectors.departments.notices import NOW, notice

CALLS_OUT = {
    "bot/calls/replay.py",
    "bot/chat_completions.py",
    "bot/commands/check.py",
    "bot/dialogue.py",
    "bot/part.py",
    "bot/up.py",
    "connectors/",
    "nlu/client.py",
}
"""Whoever opens connections: to addresses of the settings and to platforms' own, to no other."""
_CLIENTS = frozenset(
    {"httpx", "requests", "urllib.request", "smtplib", "http.client", "imapclient"}
)
HOSTILE = (
    "路灯\r\nBcc: evil@example.com",
    "路灯\nBcc: evil@example.com\n\n另一封信",
    "路灯\r\n\r\n<script>",
    "路灯\u2028Bcc: evil@example.com",
    "=?utf-8?q?=0D=0ABcc:_evil@example.com?=",
    "路灯\x00\x0b\x0cBcc: evil@example.com",
    "路灯\x85Bcc: evil@example.com",
)
FIELDS = {
    "from", "to", "subject", "date", "message-id", "references", "in-reply-to", "reply-to",
    "auto-submitted", "x-auto-response-suppress", "mime-version", "content-type",
    "content-transfer-encoding", "x-policyline",
}  # fmt: skip


@dataclass
class Canary:
    """A server somebody would call if anybody followed a citizen's link."""

    url: str = ""
    called: list[str] = field(default_factory=list)


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    bird = Canary()

    async def sing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bird.called.append(str(writer.get_extra_info("peername")))
        writer.close()

    server = await asyncio.start_server(sing, "127.0.0.1", 0)
    bird.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    async with server:
        yield bird


async def test_nobody_calls_an_address_that_came_from_outside(
    world: World, library: Library
) -> None:
    async with canary() as bird:
        url = bird.url
        folder = world.home / "links"
        folder.mkdir()
        (folder / "a.html").write_text(
            f"<html><head><base href='{url}'><link rel=stylesheet href='{url}'>"
            f"<meta http-equiv=refresh content='0;url={url}'></head><body><h1>路灯报修</h1>"
            f"<p>路灯坏了请拨12345。</p><img src='{url}'><iframe src='{url}'></iframe></body>",
            "utf-8",
        )
        (folder / "b.md").write_text(f"# 路灯\n\n![路灯]({url})\n\n路灯坏了请报修。\n", "utf-8")
        rels = (
            f'<Relationships><Relationship Target="{url}" TargetMode="External"/></Relationships>'
        )
        word = docx_of(
            "路灯报修", "路灯坏了请报修。", **{"word/_rels/document.xml.rels": rels.encode()}
        )
        (folder / "c.docx").write_bytes(word)
        assert len((await library.import_paths([folder], publish=True, by="test")).added) == 3
        words = {"said": f"路灯坏了 {url}", "other": f"见 {url}", "name": "张三丰"}
        async with told(world, library, **words, reply="已于本周换上新灯，请放心。"):
            read(f"<img src={url}>".encode(), received_at=world.clock.now())
        assert bird.called == []
        _, writer = await asyncio.open_connection("127.0.0.1", URL(url).port)
        writer.close()  # so that a call would have been heard


def test_only_connectors_and_a_few_named_modules_open_connections() -> None:
    opens = set()
    for folder in ("bot", "connectors", "knowledge", "nlu"):
        for path in (ROOT / folder).rglob("*.py"):
            names: set[str] = set()
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {one.name for one in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
                elif isinstance(node, ast.Attribute) and node.attr == "ClientSession":
                    names.add("httpx")
            if names & _CLIENTS:
                opens.add(path.relative_to(ROOT).as_posix())
    assert "bot/chat_completions.py" in opens
    assert {one for one in opens if not one.startswith(tuple(CALLS_OUT))} == set()


def fields_of(raw: bytes) -> list[str]:
    return [name.lower() for name in message_from_bytes(raw, policy=default)]


@pytest.mark.parametrize("said", HOSTILE)
def test_no_word_of_a_case_gets_into_a_departments_mails_head(said: str) -> None:
    made = notice(
        "01JKEY", address="unit@example.com", title=said, text=said, place=said, words=said,
        department=said,
    )  # fmt: skip
    raw = mail(made, sender="12345@example.com", sender_name="12345", now=NOW).as_bytes()
    found = fields_of(raw)
    assert len(found) == len(set(found))
    assert set(found) <= FIELDS


@pytest.mark.parametrize("said", HOSTILE)
def test_no_word_of_a_letter_gets_into_its_answers_head(said: str) -> None:
    ids = f"<a@b> <{said}@b> {said} <=?utf-8?q?=0D=0ABcc:_e?=@b>"
    thread = ReplyThread(message_id=f"<{said}@b> <a@b>", references=ids, subject=said)
    case = ReplyCase(number="20260302000001", state="closed", department=said)
    outbound = Outbound(
        idempotency_key="01JKEY", channel="mailbox", conversation_id="mailbox:a",
        recipient="zhang@example.com", reply=Reply(text=said, thread=thread, case=case),
    )  # fmt: skip
    made = composed(
        outbound, sender="12345@example.com", sender_name="市长信箱", delimiter="+",
        tags=Tags(b"a-secret-of-sixteen"), now=NOW,
    )  # fmt: skip
    found = fields_of(made.as_bytes())
    assert len(found) == len(set(found))
    assert {one for one in found if one not in FIELDS and not one.startswith("x-")} == set()
    assert {"in-reply-to", "references", "subject"} <= set(found)


@pytest.mark.parametrize(
    "form", ["{0}@b.example", "<{0}@b.example>", '"{0}"@b.example', "{0} <a@b.example>"]
)
def test_no_address_that_would_be_decoded_is_written_to(form: str) -> None:
    hostile = form.format("=?utf-8?q?=0D=0ABcc:_evil?=")
    raw = f"From: {hostile}\r\nSubject: a\r\n\r\nb".encode()
    assert "=?" not in read(raw, received_at=NOW).sender


_CELL = st.text(max_size=6) | st.sampled_from("=+-@＝＋－＠\t\r\n").flatmap(
    lambda sign: st.text(max_size=5).map(lambda rest: sign + rest)
)


@given(st.lists(st.lists(_CELL, min_size=1, max_size=3), min_size=1, max_size=3))
@settings(deadline=None, max_examples=60)
def test_no_cell_of_a_sheet_begins_a_formula(rows: list[list[str]]) -> None:
    told_again = csv.reader(io.StringIO(write_csv(rows).decode("utf-8-sig"), newline=""))
    cells = [cell for row in told_again for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@＝＋－＠\t\r\n"))]


def test_no_cell_of_a_workbook_is_one() -> None:
    raw = write_workbook([["=1+1", "+1", "@SUM(1)", '=HYPERLINK("http://evil.example")']], [9], "a")
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml")
    assert b"HYPERLINK" in sheet
    assert b"<f>" not in sheet


PATHS = (
    "/static/x/..%2f..%2fsettings.py",
    "/static/../bot/settings.py",
    "/static/x/%2e%2e%2f%2e%2e%2fapp.py",
    "/static/x/....//....//app.py",
    "/static/%00/tokens.css%00.py",
    "/static/x/\\..\\..\\app.py",
    "/static/x/%c0%ae%c0%ae%c0%afapp.py",
    "/documents/..%2f..%2f..%2fetc%2fpasswd",
    "/letters/..%2f..%2fetc%2fpasswd",
    "/cases/import/refused/..%2f..%2f..%2fsecret_key",
)


@pytest.mark.parametrize("path", PATHS)
async def test_no_path_leads_out_of_its_folder(visitor: TestClient, path: str) -> None:
    base = str(visitor.make_url("")).rstrip("/")
    answer = await visitor.session.get(URL(base + path, encoded=True), allow_redirects=False)
    text = await answer.text(errors="replace")
    assert answer.status in {401, 404}
    assert not any(found in text for found in ("root:", "import ", "class Settings"))


def beside(home: Path) -> set[Path]:
    """What lies where a name could lead to."""
    return {*Path("/etc").iterdir(), *home.parent.iterdir(), *Path("/").iterdir()}


@pytest.mark.parametrize("name", ["../../evil.md", "/etc/evil.md", "..\\..\\evil.md", "a%00.md"])
async def test_an_uploaded_files_name_writes_nowhere_else(house: House, name: str) -> None:
    client = await house.staff(Role.ADMINISTRATOR)
    before = beside(house.world.home)
    made = FormData(quote_fields=False)
    made.add_field("csrf_token", await token(client))
    body = "# 路灯\n\n路灯坏了请报修。\n".encode()
    made.add_field("files", body, filename=name, content_type="text/markdown")
    answer = await client.post("/knowledge/import", data=made, allow_redirects=False)
    assert answer.status < 400
    assert beside(house.world.home) == before
