"""Calls transferred, held and ended by the call centre; what the feed then tells of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from connectors import registry
from connectors.calls import CallAct, CallControl, Target
from connectors.channels.hotline.ami import AmiFeed
from connectors.channels.hotline.ami_control import AmiControl
from connectors.channels.hotline.controlling import targets_of
from connectors.channels.hotline.esl import EslFeed
from connectors.channels.hotline.esl_control import EslControl
from connectors.channels.hotline.names import Operators
from connectors.channels.hotline.settings import AmiServer as AmiSettings
from connectors.channels.hotline.settings import Centre
from connectors.channels.hotline.settings import EslServer as EslSettings
from connectors.channels.hotline.signing import signature
from connectors.channels.hotline.webhook_control import WebhookControl
from connectors.errors import ConnectorError, Misconfigured, Refused, Retryable
from tests.connectors.hotline.listening import listening
from tests.fakes.ami_server import SECRET, AmiServer
from tests.fakes.esl_server import PASSWORD, EslServer

AMI_CALL = "1772416800.1"
ESL_CALL = "0f2d9e8c-6d6f-4f64-9a0d-6c5a3a1b0001"
KEY = "a-key-that-nobody-sees"
OPERATORS = Operators({"1002": "李强"})
TARGETS = targets_of({"1002": "班长"}, OPERATORS)
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def ami(server: AmiServer, *, secret: str = SECRET, timeout_s: float = 5.0) -> AmiControl:
    return AmiControl("ami-main", ami_settings(server, secret, timeout_s), TARGETS)


def ami_settings(server: AmiServer, secret: str = SECRET, timeout_s: float = 5.0) -> AmiSettings:
    return AmiSettings(
        host="127.0.0.1", port=server.port, username="policyline", secret=SecretStr(secret),
        timeout_s=timeout_s,
    )  # fmt: skip


def esl(server: EslServer, *, password: str = PASSWORD) -> EslControl:
    return EslControl("esl-main", esl_settings(server, password), TARGETS)


def esl_settings(server: EslServer, password: str = PASSWORD) -> EslSettings:
    return EslSettings(host="127.0.0.1", port=server.port, password=SecretStr(password))


async def code_of(refused: type[ConnectorError], doing: object) -> str:
    """What a call to the call centre was refused with."""
    with pytest.raises(refused) as told:
        await doing  # type: ignore[misc]  # a coroutine
    assert type(told.value) is refused
    return told.value.code


def test_where_calls_may_be_sent() -> None:
    assert list(TARGETS) == ["1002", "110", "119", "120", "122"]
    assert TARGETS["1002"] == Target(number="1002", name="班长", told="李强")
    assert TARGETS["119"] == Target(number="119", name="火警", told="119")
    assert targets_of({"110": "骗子"}, OPERATORS)["110"].name == "公安报警"


async def test_asterisk_sends_the_caller_on_and_ends_the_agents_leg() -> None:
    async with AmiServer() as server:
        feed = AmiFeed("ami-main", ami_settings(server), OPERATORS)
        async with listening(feed) as taken:
            await server.signed_in()
            server.play("answered", id=AMI_CALL, upto=4)
            server.play("answered", id="1772416800.2", upto=4, caller="13900000002")
            await taken.count(6)
            await ami(server).transfer(AMI_CALL, "119")
            assert await taken.kinds_of(AMI_CALL, 4) == ["offered", "ringing", "answered", "ended"]
        assert server.redirected == [(AMI_CALL, "119")]
        caller = server.channels[AMI_CALL]
        assert (caller["Context"], caller["Exten"]) == ("from-internal", "119")
        assert server.violations == []
        assert len(taken.of("1772416800.2")) == 3


async def test_asterisk_finds_the_caller_by_the_queue_where_the_call_is_named_otherwise() -> None:
    async with AmiServer() as server:
        server.play("answered", id=AMI_CALL, upto=4)
        for channel in server.channels.values():
            channel["Linkedid"] = "1772416700.9"
        await ami(server).transfer("1772416700.9", "1002")
        assert server.redirected == [(AMI_CALL, "1002")]


async def test_asterisk_ends_a_call() -> None:
    async with AmiServer() as server:
        server.play("answered", id=AMI_CALL, upto=4)
        await ami(server).hang_up(AMI_CALL)
        assert server.channels == {}


@pytest.mark.parametrize("to", ["", "1003", "00861391234567", "119\r\nAction: Originate", "１１９"])
async def test_nothing_but_the_targets_is_ever_dialled(to: str) -> None:
    async with AmiServer() as asterisk, EslServer() as freeswitch:
        asterisk.play("answered", id=AMI_CALL, upto=4)
        freeswitch.play("answered", id=ESL_CALL, upto=4)
        for control, call in ((ami(asterisk), AMI_CALL), (esl(freeswitch), ESL_CALL)):
            told = await code_of(Refused, control.transfer(call, to))
            assert told == "transfer_not_allowed"
        assert (asterisk.connections, freeswitch.connections) == (0, 0)


async def test_asterisk_holds_nothing_the_telephone_does() -> None:
    async with AmiServer() as server:
        control = ami(server)
        assert control.can == {CallAct.TRANSFER, CallAct.HANG_UP}
        assert await code_of(Refused, control.hold(AMI_CALL)) == "unsupported"
        assert await code_of(Refused, control.resume(AMI_CALL)) == "unsupported"
        assert server.connections == 0


async def test_what_asterisk_refuses_has_a_code() -> None:
    async with AmiServer() as server:
        transfer = ami(server).transfer
        assert await code_of(Refused, transfer(AMI_CALL, "119")) == "no_such_call"
        assert await code_of(Refused, transfer("", "119")) == "no_such_call"
        wrong = ami(server, secret="wrong").transfer
        assert await code_of(Refused, wrong(AMI_CALL, "119")) == "ami_password"
    async with AmiServer(may_report=False) as server:
        told = await code_of(Refused, ami(server).transfer(AMI_CALL, "119"))
        assert told == "ami_may_not_control"
    async with AmiServer(may_call=False) as server:
        server.play("answered", id=AMI_CALL, upto=4)
        told = await code_of(Refused, ami(server).transfer(AMI_CALL, "119"))
        assert told == "ami_may_not_control"
        assert server.redirected == []
    assert await code_of(Retryable, ami(server).transfer(AMI_CALL, "119")) == "ami_unreachable"


async def test_asterisk_that_says_nothing_may_be_asked_later() -> None:
    async with AmiServer() as server:
        server.mute = True
        told = await code_of(Retryable, ami(server, timeout_s=0.05).transfer(AMI_CALL, "119"))
        assert told == "ami_no_banner"


async def test_freeswitch_sends_the_caller_on_and_tells_of_it_once() -> None:
    async with EslServer() as server:
        feed = EslFeed("esl-main", esl_settings(server), OPERATORS)
        async with listening(feed) as taken:
            await server.signed_in()
            server.play("answered", id=ESL_CALL, upto=4)
            await taken.count(3)
            await esl(server).transfer(ESL_CALL, "1002")
            kinds = await taken.kinds_of(ESL_CALL, 4)
        assert kinds == ["offered", "ringing", "answered", "transferred"]
        assert taken.events[-1].to == TARGETS["1002"].told
        assert server.transferred == [(ESL_CALL, "1002")]
        assert f"api uuid_transfer {ESL_CALL} 1002 XML default" in server.commands
        assert server.violations == []


async def test_freeswitch_holds_resumes_and_ends_a_call() -> None:
    async with EslServer() as server:
        feed = EslFeed("esl-main", esl_settings(server), OPERATORS)
        control = esl(server)
        async with listening(feed) as taken:
            await server.signed_in()
            server.play("answered", id=ESL_CALL, upto=4)
            await taken.count(3)
            await control.hold(ESL_CALL)
            assert await code_of(Refused, control.hold(ESL_CALL)) == "esl_refused"
            await control.resume(ESL_CALL)
            await control.hang_up(ESL_CALL)
            assert (await taken.kinds_of(ESL_CALL, 6))[3:] == ["held", "resumed", "ended"]
        assert await code_of(Refused, control.hang_up(ESL_CALL)) == "no_such_call"


@pytest.mark.parametrize("call", [ESL_CALL, "", "x\n\napi shutdown", "a b"])
async def test_freeswitch_knows_no_such_call(call: str) -> None:
    async with EslServer() as server:
        assert await code_of(Refused, esl(server).transfer(call, "119")) == "no_such_call"
        assert {each.partition(" ")[2][:12] for each in server.commands} <= {"uuid_exists "}


async def test_freeswitch_does_not_let_us_in() -> None:
    async with EslServer() as server:
        told = await code_of(Refused, esl(server, password="wrong").transfer(ESL_CALL, "119"))
        assert told == "esl_password"
    assert await code_of(Retryable, esl(server).transfer(ESL_CALL, "119")) == "esl_unreachable"


@dataclass
class OtherCentre:
    """A call centre that is asked over HTTP, and checks who asks."""

    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    unsigned: int = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        at = request.headers["X-Hotline-Timestamp"]
        right = signature(KEY.encode(), at, body) == request.headers["X-Hotline-Signature"]
        self.unsigned += not (right and request.headers["X-Hotline-Centre"] == "north")
        self.asked.append(json.loads(body))
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@asynccontextmanager
async def north(centre: OtherCentre, *can: CallAct) -> AsyncIterator[WebhookControl]:
    app = web.Application()
    app.router.add_post("/control", centre.take)
    server = TestServer(app)
    await server.start_server()
    settings = Centre(
        key=SecretStr(KEY),
        control_url=str(server.make_url("/control")),
        controls=frozenset(can or CallAct),
    )
    control = WebhookControl("north", settings, TARGETS, now=lambda: NOW)
    try:
        yield control
    finally:
        await control.close()
        await server.close()


async def test_another_call_centre_is_asked_by_signed_json() -> None:
    centre = OtherCentre()
    async with north(centre) as control:
        await control.transfer("c-1", "120")
        await control.hold("c-1")
        await control.resume("c-1")
        await control.hang_up("c-1")
    assert centre.unsigned == 0
    assert centre.asked == [
        {"action": "transfer", "call": "c-1", "to": "120"},
        {"action": "hold", "call": "c-1", "to": ""},
        {"action": "resume", "call": "c-1", "to": ""},
        {"action": "hang_up", "call": "c-1", "to": ""},
    ]


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, Refused, "no_such_call"),
        (403, Refused, "webhook_password"),
        (501, Refused, "unsupported"),
        (409, Refused, "webhook_refused"),
        (302, Refused, "webhook_refused"),
        (500, Retryable, "webhook_error"),
        (429, Retryable, "webhook_error"),
    ],
)
async def test_what_another_call_centre_answers(
    status: int, kind: type[ConnectorError], code: str
) -> None:
    centre = OtherCentre(status=status)
    async with north(centre) as control:
        assert await code_of(kind, control.transfer("c-1", "120")) == code
    assert len(centre.asked) == 1


async def test_another_call_centre_is_asked_for_what_it_can_do_alone() -> None:
    centre = OtherCentre()
    async with north(centre, CallAct.TRANSFER) as control:
        assert await code_of(Refused, control.hold("c-1")) == "unsupported"
        assert await code_of(Refused, control.transfer("c-1", "95555")) == "transfer_not_allowed"
    assert centre.asked == []


async def test_another_call_centre_is_away() -> None:
    gone = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = gone.sockets[0].getsockname()[1]
    gone.close()
    await gone.wait_closed()
    settings = Centre(key=SecretStr(KEY), control_url=f"http://127.0.0.1:{port}/")
    control = WebhookControl("north", settings, TARGETS)
    assert await code_of(Retryable, control.transfer("c-1", "119")) == "webhook_unreachable"
    await control.close()


def test_those_that_are_set(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("POLICYLINE_CONFIG", f"{tmp_path}/none.toml")
    assert registry.call_controls() == {}
    server = {"host": "10.0.0.5", "username": "policyline", "secret": KEY}
    monkeypatch.setenv("POLICYLINE_HOTLINE_AMI", json.dumps({"main": server}))
    west = {"host": "10.0.0.6", "password": KEY}
    monkeypatch.setenv("POLICYLINE_HOTLINE_ESL", json.dumps({"west": west}))
    centres = {"north": {"key": KEY, "control_url": "https://cc/control"}, "south": {"key": KEY}}
    monkeypatch.setenv("POLICYLINE_HOTLINE_CENTRES", json.dumps(centres))
    monkeypatch.setenv("POLICYLINE_HOTLINE_TRANSFERS", json.dumps({"8001": "班长"}))
    controls = registry.call_controls()
    assert list(controls) == ["ami-main", "esl-west", "webhook-north"]
    assert {tuple(each.targets) for each in controls.values()} == {
        ("8001", "110", "119", "120", "122")
    }
    shown = repr(list(controls.values()))
    assert shown == (
        "[AmiControl(name='ami-main'), EslControl(name='esl-west'), "
        "WebhookControl(name='webhook-north')]"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRANSFERS", {"0086139": ""}),
        ("TRANSFERS", {"+8613": "x"}),
        ("TRANSFERS", {"1002,1": "x"}),
        ("CENTRES", {"north": {"key": KEY, "control_url": "file:///etc/passwd"}}),
        ("CENTRES", {"north": {"key": KEY, "controls": ["dance"]}}),
        ("ESL", {"w": {"host": "h", "password": KEY, "transfer_context": "a b"}}),
    ],
)
def test_settings_that_are_refused(
    name: str, value: object, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("POLICYLINE_CONFIG", f"{tmp_path}/none.toml")
    monkeypatch.setenv(f"POLICYLINE_HOTLINE_{name}", json.dumps(value))
    with pytest.raises(Misconfigured) as told:
        registry.call_controls()
    assert KEY not in str(told.value)


def test_controls_are_what_the_desk_needs() -> None:
    control: CallControl = WebhookControl("north", Centre(key=SecretStr(KEY)), TARGETS)
    assert control.can == set(CallAct)
