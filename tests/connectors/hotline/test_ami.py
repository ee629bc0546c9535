"""Asterisk's manager interface as a feed, against a strict server of it."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.calls import CallEvent, RunningCall
from connectors.channels.hotline.ami import LONGEST_MESSAGE, AmiFeed
from connectors.channels.hotline.names import Operators
from connectors.channels.hotline.settings import AmiServer as Settings
from connectors.errors import Refused, Retryable
from tests.connectors.hotline.certificates import self_signed
from tests.connectors.hotline.listening import Pauses, Stored, Taken, listening
from tests.fakes.ami_messages import messages
from tests.fakes.ami_server import SECRET, AmiServer

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CALL, OTHER, LAST = "1772416800.1", "1772416800.2", "1772416800.3"
OPERATORS = Operators({"PJSIP/1001": "王芳", "1002": "李强"})


def feed_of(
    server: AmiServer, *calls: RunningCall, pauses: Pauses | None = None, **settings: object
) -> AmiFeed:
    made = Settings.model_validate(
        {
            "host": "127.0.0.1",
            "port": server.port,
            "username": "policyline",
            "secret": SECRET,
            "timeout_s": 5.0,
            **settings,
        }
    )
    return AmiFeed(
        "ami-main",
        made,
        OPERATORS,
        running=Stored(*calls).running,
        now=lambda: NOW,
        pause=(pauses or Pauses()).pause,
        draw=lambda: 0.5,
    )


def short(event: CallEvent) -> tuple[str, str]:
    return event.kind.value, event.operator


async def test_a_call_from_queue_to_end() -> None:
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("answered", id=CALL)
        events = await taken.count(6)
    assert [short(event) for event in events] == [
        ("offered", ""),
        ("ringing", "王芳"),
        ("answered", "王芳"),
        ("held", "王芳"),
        ("resumed", "王芳"),
        ("ended", "王芳"),
    ]
    assert {(e.feed, e.call_id, e.caller, e.queue) for e in events} == {
        ("ami-main", CALL, "13900000001", "12345")
    }
    assert dict(events[2].details) == {"hold_s": "7", "ring_s": "3"}
    assert dict(events[5].details) == {"hold_s": "7", "talk_s": "95", "reason": "agent"}
    assert server.violations == []


@pytest.mark.parametrize("auth", ["md5", "plain"])
async def test_signs_in_either_way(auth: str) -> None:
    async with AmiServer() as server, listening(feed_of(server, auth=auth)):
        await server.signed_in()
        assert server.logins == ["policyline"]
        assert ("Challenge" in server.actions) == (auth == "md5")


async def test_an_abandoned_call() -> None:
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("abandoned", id=CALL)
        server.play("withheld", id=LAST)
        await taken.kinds_of(LAST, 2)
    told = taken.of(CALL)
    assert [event.kind for event in told] == ["offered", "ringing", "abandoned"]
    assert dict(told[-1].details) == {"hold_s": "31", "position": "1"}


async def test_a_withheld_number_is_empty() -> None:
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("withheld", id=CALL)
        assert await taken.kinds_of(CALL, 2) == ["offered", "abandoned"]
    assert {event.caller for event in taken.events} == {""}


async def test_one_does_not_answer_and_another_does() -> None:
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("no_answer", id=CALL)
        events = await taken.count(6)
    assert [short(event) for event in events] == [
        ("offered", ""),
        ("ringing", "王芳"),
        ("offered", ""),
        ("ringing", "李强"),
        ("answered", "李强"),
        ("ended", "李强"),
    ]
    assert dict(events[2].details) == {"ring_s": "15", "after": "no_answer"}


async def test_transfers_go_on_until_the_caller_hangs_up() -> None:
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("blind_transfer", id=CALL)
        server.play("attended_transfer", id=OTHER)
        blind = await taken.kinds_of(CALL, 5)
        attended = await taken.kinds_of(OTHER, 6)
    assert blind == ["offered", "ringing", "answered", "transferred", "ended"]
    assert attended == ["offered", "ringing", "answered", "held", "transferred", "ended"]
    outside, inside = taken.of(CALL)[3], taken.of(OTHER)[4]
    assert (outside.to, dict(outside.details)) == ("110", {"how": "blind", "external": "yes"})
    assert (inside.to, dict(inside.details)) == ("李强", {"how": "attended", "external": "no"})


async def test_other_queues_are_not_ours() -> None:
    async with AmiServer() as server, listening(feed_of(server, queues=["12366"])) as taken:
        await server.signed_in()
        server.play("answered", id=CALL)
        for message in messages("abandoned", id=LAST):
            server.send(message.replace("Queue: 12345", "Queue: 12366"))
        await taken.kinds_of(LAST, 3)
    assert taken.of(CALL) == []


async def test_calls_that_ended_while_the_connection_was_lost_are_ended() -> None:
    async with AmiServer() as server:
        pauses = Pauses()
        feed = feed_of(server, pauses=pauses)
        async with listening(feed) as taken:
            await server.signed_in()
            server.play("answered", id=CALL, upto=4)
            server.play("abandoned", id=OTHER, upto=1)
            server.play("answered", id=LAST, upto=1)
            await taken.count(5)
            pauses.may_go_on.clear()
            server.drop()
            await pauses.count(1)
            server.play("answered", id=CALL, begin=4)
            server.play("abandoned", id=OTHER, begin=1)
            pauses.may_go_on.set()
            await server.signed_in(times=2)
            ended = await taken.kinds_of(CALL, 4)
            abandoned = await taken.kinds_of(OTHER, 2)
            server.play("answered", id=LAST, begin=1)
            through = await taken.kinds_of(LAST, 6)
    assert ended == ["offered", "ringing", "answered", "ended"]
    assert abandoned == ["offered", "abandoned"]
    assert dict(taken.of(CALL)[-1].details) == {"noticed": "reconnect"}
    assert through == ["offered", "ringing", "answered", "held", "resumed", "ended"]


async def test_calls_stored_as_running_are_ended_by_a_new_process() -> None:
    stored = (
        RunningCall(call_id="1772416000.7", answered=True, queue="12345", caller="13900000007"),
        RunningCall(call_id="1772416000.8", answered=False, queue="12345"),
        RunningCall(call_id=CALL, answered=True, queue="12345"),
    )
    async with AmiServer() as server:
        server.play("answered", id=CALL, upto=4)
        async with listening(feed_of(server, *stored)) as taken:
            await server.signed_in()
            await taken.kinds_of("1772416000.7", 1)
            await taken.kinds_of("1772416000.8", 1)
            server.play("answered", id=CALL, begin=6)
            kinds = await taken.kinds_of(CALL, 3)
    assert taken.of("1772416000.7")[0].kind == "ended"
    assert taken.of("1772416000.8")[0].kind == "abandoned"
    assert kinds == ["offered", "answered", "ended"]


async def test_what_is_found_and_what_is_told_have_the_same_ids() -> None:
    """One process heard the call live, the next finds it in the state it asks for."""
    async with AmiServer() as server:
        async with listening(feed_of(server)) as live:
            await server.signed_in()
            server.play("answered", id=CALL, upto=4)
            await live.count(3)
        async with listening(feed_of(server)) as found:
            await server.signed_in(times=2)
            await found.count(2)
            server.play("answered", id=CALL, begin=6)
            await found.count(3)
    known = {event.kind: event.external_id for event in live.events}
    assert [event.external_id for event in found.events[:2]] == [
        known[found.events[0].kind],
        known[found.events[1].kind],
    ]
    assert [event.kind for event in found.events] == ["offered", "answered", "ended"]


async def test_told_twice_is_one_event() -> None:
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        for message in messages("blind_transfer", id=CALL)[:4]:
            server.send(message)
            server.send(message)
        server.play("withheld", id=LAST)
        await taken.kinds_of(LAST, 2)
    assert [event.kind for event in taken.of(CALL)] == ["offered", "ringing", "answered"]
    assert len(taken.told) == len(taken.events)


async def test_events_out_of_order_are_told_as_they_come() -> None:
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        for message in reversed(messages("answered", id=CALL)):
            server.send(message)
        server.play("withheld", id=LAST)
        await taken.kinds_of(LAST, 2)
    kinds = [event.kind.value for event in taken.of(CALL)]
    assert {"answered", "ringing", "offered"} <= set(kinds)
    assert len(kinds) == len(set(kinds))


async def test_a_refused_password_is_for_a_person() -> None:
    async with AmiServer() as server:
        feed = feed_of(server, secret="wrong-and-long-enough")
        with pytest.raises(Refused) as caught:
            await feed.run(Taken().take)
        assert caught.value.code == "ami_password"
        assert "wrong-and" not in repr(feed) + str(caught.value)
        assert server.logins == []
        assert server.connections == 1


async def test_a_server_that_knows_no_md5_is_refused_rather_than_told_the_password() -> None:
    async with AmiServer(md5=False) as server:
        with pytest.raises(Refused, match="ami_no_md5"):
            await feed_of(server).probe()


async def test_an_account_that_may_not_ask_still_hears_events() -> None:
    async with AmiServer(may_report=False) as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("withheld", id=CALL)
        assert await taken.kinds_of(CALL, 2) == ["offered", "abandoned"]


async def test_a_server_that_never_speaks_is_tried_again_and_again() -> None:
    async with AmiServer() as server:
        server.mute = True
        pauses = Pauses()
        feed = feed_of(server, pauses=pauses, timeout_s=0.05)
        async with listening(feed):
            waited = await pauses.count(8)
    assert waited[:8] == [0.75, 1.5, 3.0, 6.0, 12.0, 24.0, 45.0, 45.0]


async def test_after_a_good_connection_the_pauses_begin_anew() -> None:
    async with AmiServer() as server:
        pauses = Pauses()
        feed = feed_of(server, pauses=pauses, timeout_s=0.5)
        server.mute = True
        async with listening(feed):
            await pauses.count(2)
            server.mute = False
            await server.signed_in()
            before = len(pauses.asked_s)
            server.drop()
            await pauses.count(before + 1)
    assert pauses.asked_s[before] == 0.75


async def test_a_server_that_stops_answering_is_left() -> None:
    async with AmiServer() as server:
        pauses = Pauses()
        feed = feed_of(server, pauses=pauses, ping_every_s=0.02, timeout_s=0.2)
        async with listening(feed):
            await server.until(lambda: server.actions.count("Ping") > 2)
            server.go_silent()
            await pauses.count(1)
            await server.until(lambda: server.connections > 1)


async def test_nobody_listens_there() -> None:
    async with AmiServer() as server:
        feed = feed_of(server)
    with pytest.raises(Retryable, match="ami_unreachable"):
        await feed.probe()


async def test_something_else_listens_there() -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(other, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        async with AmiServer() as server:
            feed = feed_of(server, port=port)
            with pytest.raises(Retryable):
                await feed.probe()


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x00\xff\xfe garbage \x80\r\n\r\n",
        b"Event\r\n\r\n",
        b"Event: Hangup\r\n\r\n",
        b"Event: QueueCallerJoin\r\nQueue: 12345\r\n\r\n",
        b"Event: AgentConnect\r\nQueue: 12345\r\nHoldTime: \xe4\xb8\r\n\r\n",
        b"Event: Hold\r\nUniqueid: 5.5\r\nUniqueid: 5.6\r\n\r\n",
        b"Event: BlindTransfer\r\nResult: Success\r\n\r\n",
        b"Event: VarSet\r\nValue: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
    ],
    ids=range(9),
)
async def test_rubbish_is_passed_over(rubbish: bytes) -> None:
    assert LONGEST_MESSAGE < 1_000_000
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.send_raw(rubbish)
        server.play("withheld", id=CALL)
        assert await taken.kinds_of(CALL, 2) == ["offered", "abandoned"]
        assert server.connections == 1
    assert len(taken.events) == 2


async def test_names_are_whole_where_the_network_cuts_them() -> None:
    async with AmiServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        message = messages("answered", id=CALL)[1].replace("PJSIP/1001", "PJSIP/1009")
        for byte in message.replace("\n", "\r\n").encode():
            server.send_raw(bytes([byte]))
            await asyncio.sleep(0)
        await taken.count(1)
    assert short(taken.events[0]) == ("ringing", "话务员一号")


async def test_half_a_message_is_no_event() -> None:
    async with AmiServer() as server:
        pauses = Pauses()
        feed = feed_of(server, pauses=pauses)
        async with listening(feed) as taken:
            await server.signed_in()
            server.send_raw(b"Event: QueueCallerJoin\r\nQueue: 12345\r\nUniqueid: 1.1\r\nLinked")
            server.drop()
            await pauses.count(1)
            await server.signed_in(times=2)
            server.play("withheld", id=CALL)
            await taken.kinds_of(CALL, 2)
    assert len(taken.events) == 2


async def test_what_cannot_be_stored_is_told_to_whoever_runs_the_feed() -> None:
    async def broken(event: CallEvent) -> None:
        raise OSError(event.kind)

    async with AmiServer() as server:
        server.play("answered", id=CALL, upto=1)
        with pytest.raises(OSError, match="offered"):
            await feed_of(server).run(broken)


async def test_over_tls(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with AmiServer(tls=context) as server:
        trusting = feed_of(server, tls=True, ca_file=certificate)
        async with listening(trusting) as taken:
            await server.signed_in()
            server.play("withheld", id=CALL)
            await taken.kinds_of(CALL, 2)
        with pytest.raises(Refused, match="ami_certificate"):
            await feed_of(server, tls=True).probe()
