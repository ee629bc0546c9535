"""The fake of Asterisk against clients that are not ours: panoramisk's manager, and by hand."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from panoramisk import Manager  # type: ignore[import-untyped]  # has no types

from tests.fakes.ami_messages import messages
from tests.fakes.ami_server import SECRET, AmiServer

CALL = "1772416800.1"


def digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Hand:
    """A connection where every byte is written and read by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, *lines: str) -> str:
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return await self.message()

    async def message(self) -> str:
        async with asyncio.timeout(20):
            return (await self._reader.readuntil(b"\r\n\r\n")).decode()

    async def line(self) -> str:
        async with asyncio.timeout(20):
            return (await self._reader.readuntil(b"\r\n")).decode()

    async def rest(self) -> bytes:
        async with asyncio.timeout(20):
            return await self._reader.read()


@asynccontextmanager
async def by_hand(server: AmiServer) -> AsyncIterator[Hand]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield Hand(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_the_dialogue_of_a_login_byte_by_byte() -> None:
    async with AmiServer() as server, by_hand(server) as hand:
        assert await hand.line() == "Asterisk Call Manager/5.0.2\r\n"
        assert (
            await hand.ask(
                "Action: Login", "ActionID: 7", "Username: policyline", f"Secret: {SECRET}"
            )
            == "Response: Success\r\nActionID: 7\r\nMessage: Authentication accepted\r\n\r\n"
        )
        assert await hand.message() == (
            "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 100\r\nLastReload: 100\r\n"
            "Status: Fully Booted\r\n\r\n"
        )
        assert (await hand.ask("Action: Ping")).startswith("Response: Success\r\nPing: Pong\r\n")
        assert await hand.ask("Action: Dance", "ActionID: 8") == (
            "Response: Error\r\nActionID: 8\r\nMessage: Invalid/unknown command: Dance. "
            "Use Action: ListCommands to show available commands.\r\n\r\n"
        )
        assert "Missing action in request" in await hand.ask("Nothing: here")
        assert await hand.ask("Action: Logoff") == (
            "Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n"
        )
        assert await hand.rest() == b""


async def test_a_digest_is_taken_once_its_challenge_was_asked() -> None:
    async with AmiServer() as server, by_hand(server) as hand:
        await hand.line()
        told = await hand.ask("Action: Challenge", "AuthType: MD5")
        challenge = told.split("Challenge: ")[1].split("\r\n")[0]
        key = digest(f"{challenge}{SECRET}")
        login = ("Action: Login", "AuthType: MD5", "Username: policyline", f"Key: {key}")
        assert "Authentication accepted" in await hand.ask(*login)


@pytest.mark.parametrize(
    "login",
    [
        ("Username: policyline", "Secret: wrong"),
        ("Username: somebody", f"Secret: {SECRET}"),
        (
            "AuthType: MD5",
            "Username: policyline",
            f"Key: {digest(SECRET)}",
        ),
        ("Username: policyline",),
    ],
)
async def test_who_is_not_let_in_is_told_and_cut_off(login: tuple[str, ...]) -> None:
    async with AmiServer() as server, by_hand(server) as hand:
        await hand.line()
        assert await hand.ask("Action: Login", *login) == (
            "Response: Error\r\nMessage: Authentication failed\r\n\r\n"
        )
        assert await hand.rest() == b""


async def test_nothing_before_the_login_and_no_events() -> None:
    async with AmiServer() as server, by_hand(server) as hand:
        await hand.line()
        server.play("answered", id=CALL)
        assert await hand.ask("Action: QueueStatus") == (
            "Response: Error\r\nMessage: Permission denied\r\n\r\n"
        )
        assert server.violations == ["QueueStatus before Login"]


async def test_lines_end_with_crlf() -> None:
    async with AmiServer() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"Action: Login\n\n")
        assert await reader.read() == b"Asterisk Call Manager/5.0.2\r\n"
        writer.close()
        await writer.wait_closed()
        assert len(server.violations) == 1


async def test_events_as_the_documentation_has_them() -> None:
    async with AmiServer() as server, by_hand(server) as hand:
        await hand.line()
        await hand.ask("Action: Login", "Username: policyline", f"Secret: {SECRET}")
        await hand.message()
        server.play("answered", id=CALL, upto=1)
        assert await hand.message() == (
            "Event: QueueCallerJoin\r\nPrivilege: agent,all\r\nChannel: PJSIP/trunk-00000001\r\n"
            "ChannelState: 6\r\nChannelStateDesc: Up\r\nCallerIDNum: 13900000001\r\n"
            "CallerIDName: 13900000001\r\nConnectedLineNum: <unknown>\r\n"
            "ConnectedLineName: <unknown>\r\nLanguage: zh\r\nAccountCode: \r\nContext: hotline\r\n"
            "Exten: 12345\r\nPriority: 4\r\nUniqueid: 1772416800.1\r\nLinkedid: 1772416800.1\r\n"
            "Queue: 12345\r\nPosition: 1\r\nCount: 1\r\n\r\n"
        )
        assert "Events: Off" in await hand.ask("Action: Events", "EventMask: off")
        server.play("answered", id=CALL, begin=1)
        assert (await hand.ask("Action: Ping")).startswith("Response: Success\r\nPing: Pong")


async def test_only_the_classes_that_were_asked_for() -> None:
    async with AmiServer() as server, by_hand(server) as hand:
        await hand.line()
        account = ("Username: policyline", f"Secret: {SECRET}")
        await hand.ask("Action: Login", *account, "Events: agent")
        server.play("answered", id=CALL)
        heard = [(await hand.message()).split("\r\n")[0] for _ in range(5)]
        assert heard == [
            "Event: QueueCallerJoin", "Event: AgentCalled", "Event: QueueCallerLeave",
            "Event: AgentConnect", "Event: AgentComplete",
        ]  # fmt: skip


async def test_panoramisk_signs_in_hears_a_call_and_asks_for_lists() -> None:
    heard: list[str] = []
    asked: list[Any] = []
    done = asyncio.Event()
    silent = logging.getLogger("tests.panoramisk")
    async with AmiServer() as server:
        server.play("abandoned", id="1772416800.9", upto=2)
        manager = Manager(
            host="127.0.0.1", port=server.port, username="policyline", secret=SECRET, log=silent
        )

        async def booted(manager: Manager, event: Any) -> None:
            asked.append(await manager.send_action({"Action": "CoreShowChannels"}))
            asked.append(await manager.send_action({"Action": "QueueStatus"}))
            server.play("blind_transfer", id=CALL)

        def every(manager: Manager, event: Any) -> None:
            heard.append(event.event)
            if event.event == "Hangup" and event.uniqueid == CALL:
                done.set()

        manager.register_event("FullyBooted", booted)
        manager.register_event("*", every)
        await manager.connect()
        async with asyncio.timeout(20):
            await done.wait()
        assert manager.authenticated
        manager.close()
    channels, queues = asked
    assert [each.event for each in channels[1:]] == [
        "CoreShowChannel", "CoreShowChannel", "CoreShowChannelsComplete",
    ]  # fmt: skip
    assert [each.event for each in queues[1:]] == [
        "QueueParams", "QueueEntry", "QueueStatusComplete",
    ]  # fmt: skip
    assert heard == [
        "FullyBooted", "QueueCallerJoin", "AgentCalled", "QueueCallerLeave", "AgentConnect",
        "BlindTransfer", "AgentComplete", "Hangup", "Hangup",
    ]  # fmt: skip
    assert server.violations == []


async def test_panoramisk_redirects_a_caller() -> None:
    """Its answers and events, as `manager.c` and `app_queue.c` give them."""
    heard: list[str] = []
    left, done = asyncio.Event(), asyncio.Event()
    silent = logging.getLogger("tests.panoramisk")
    async with AmiServer() as server:
        manager = Manager(
            host="127.0.0.1", port=server.port, username="policyline", secret=SECRET, log=silent
        )
        redirect = {"Action": "Redirect", "Context": "from-internal", "Priority": "1"}
        answers: list[Any] = []

        async def booted(manager: Manager, event: Any) -> None:
            server.play("answered", id=CALL, upto=4)
            for channel, exten in (("PJSIP/nobody-1", "119"), ("PJSIP/trunk-00000001", "119")):
                asked = {**redirect, "Channel": channel, "Exten": exten}
                answers.append(await manager.send_action(asked))
            left.set()

        def every(manager: Manager, event: Any) -> None:
            heard.append(event.event)
            if event.event == "AgentComplete":
                assert event.reason == "agent"
                done.set()

        manager.register_event("FullyBooted", booted)
        manager.register_event("*", every)
        await manager.connect()
        async with asyncio.timeout(20):
            await left.wait()
            await done.wait()
        manager.close()
        assert [channel["Exten"] for channel in server.channels.values()] == ["119"]
    refused, taken = answers
    assert (refused.success, refused.message) == (
        False,
        "Channel does not exist: PJSIP/nobody-1",
    )
    assert (taken.success, taken.message) == (True, "Redirect successful")
    assert heard[-2:] == ["Hangup", "AgentComplete"]


async def test_a_redirect_wants_all_its_headers_and_the_right() -> None:
    async with AmiServer(may_call=False) as server, by_hand(server) as hand:
        await hand.line()
        await hand.ask("Action: Login", "Username: policyline", f"Secret: {SECRET}", "Events: off")
        assert "Permission denied" in await hand.ask("Action: Redirect")
        assert "Permission denied" in await hand.ask("Action: Hangup")
        server.may_call = True
        asked = ["Action: Redirect"]
        for name, value in (
            ("Channel", "PJSIP/1"), ("Context", "c"), ("Exten", "119"), ("Priority", "first"),
        ):  # fmt: skip
            assert f"Message: {name} not specified" in await hand.ask(*asked)
            asked.append(f"{name}: {value}")
        assert "Priority is invalid" in await hand.ask(*asked)
        assert "No channel specified" in await hand.ask("Action: Hangup")
        assert "No such channel" in await hand.ask("Action: Hangup", "Channel: PJSIP/1")


async def test_a_caller_sent_where_nothing_is_is_lost() -> None:
    async with AmiServer(dialplan={}) as server, by_hand(server) as hand:
        await hand.line()
        await hand.ask("Action: Login", "Username: policyline", f"Secret: {SECRET}", "Events: off")
        server.play("answered", id=CALL, upto=4)
        told = await hand.ask(
            "Action: Redirect", "Channel: PJSIP/trunk-00000001", "Context: nowhere",
            "Exten: 119", "Priority: 1",
        )  # fmt: skip
        assert "Redirect successful" in told
        assert server.channels == {}


@pytest.mark.parametrize(
    "name",
    [
        "answered", "abandoned", "withheld", "no_answer", "blind_transfer", "attended_transfer",
        "redirected",
    ],
)  # fmt: skip
def test_payloads_are_whole(name: str) -> None:
    told = messages(name, id=CALL)
    assert all(message.startswith("Event: ") and message.endswith("\n\n") for message in told)
    assert [message for message in told if "$" in message] == []
