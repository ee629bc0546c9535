"""An emergency sent on by a call centre that takes orders: one key and Enter, or what to do."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import HOTLINE_KEY, Site, Visitors
from tests.browser.test_desk import at_extension, replaying
from tests.running import replica
from tests.servers import running_redis

pytestmark = pytest.mark.browser


@dataclass
class Centre:
    """A call centre with a control address; it refuses what is not signed.

    Attributes:
        status: what it answers.
        asked: what it was asked, oldest first.
    """

    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        centre = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signed = self.headers["X-Hotline-Timestamp"].encode() + b"." + body
                right = hmac.new(HOTLINE_KEY.encode(), signed, hashlib.sha256).hexdigest()
                given = self.headers["X-Hotline-Signature"]
                centre.asked.append(json.loads(body))
                self.send_response(centre.status if given == f"sha256={right}" else 403)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def centre() -> Centre:
    return Centre()


@pytest.fixture
def obeyed(chromium: Browser, centre: Centre, tmp_path: Path) -> Iterator[Visitors]:
    """The service beside this call centre."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), centre.handler())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "redis").mkdir()
    with running_redis(tmp_path / "redis") as redis_url:
        settings = {
            "redis_url": redis_url,
            "hotline_centres__default__key": HOTLINE_KEY,
            "hotline_centres__default__control_url": f"http://127.0.0.1:{server.server_port}/do",
        }
        with replica(tmp_path / "home", **settings) as url:
            site = Site(url=url, home=tmp_path / "home")
            opened = Visitors(chromium=chromium, site=site, contexts=[], complaints=[])
            yield opened
            for context in opened.contexts:
                context.close()
    server.shutdown()
    server.server_close()


def test_one_key_and_enter_send_the_caller_on(obeyed: Visitors, centre: Centre) -> None:
    page = at_extension(obeyed, "sunqi")
    with replaying(obeyed.site, "crash-emergency", speed=8):
        expect(page.get_by_role("alert").filter(has_text="122")).to_be_visible()
        expect(page.locator("html[data-live=yes]")).to_have_count(1)
        page.keyboard.press("Alt+t")
        expect(page.locator("#b-transfer-sure")).to_be_focused()
        assert centre.asked == []
        page.keyboard.press("Enter")
        expect(page.locator("#p-alarm")).to_contain_text("已转接 122")
        expect(page.locator(".hand-over")).to_contain_text("剑邑大桥")
    assert [(one["action"], one["to"]) for one in centre.asked] == [("transfer", "122")]
    assert obeyed.complaints == []


def test_what_the_call_centre_refuses_is_said_and_done_by_hand(
    obeyed: Visitors, centre: Centre
) -> None:
    centre.status = 404
    page = at_extension(obeyed, "sunqi")
    with replaying(obeyed.site, "crash-emergency", speed=8):
        expect(page.get_by_role("alert").filter(has_text="122")).to_be_visible()
        expect(page.locator("html[data-live=yes]")).to_have_count(1)
        page.keyboard.press("Alt+t")
        page.keyboard.press("Enter")
        expect(page.locator("#p-alarm")).to_contain_text("呼叫中心没有转成 122")
        expect(page.locator("#dial-122")).to_have_attribute("href", "tel:122")
        page.locator("#note-122").click()
        expect(page.locator("#p-alarm")).to_contain_text("已记下转接 122")
    assert len(centre.asked) == 1
    assert obeyed.complaints == []
