"""FreeSWITCH's event socket as a feed, against a strict server of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from connectors.calls import CallEvent, RunningCall
from connectors.channels.hotline.esl import EslFeed
from connectors.channels.hotline.esl_wire import LONGEST_BODY, LONGEST_HEADERS
from connectors.channels.hotline.names import Operators
from connectors.channels.hotline.settings import EslServer as Settings
from connectors.errors import Refused, Retryable
from tests.connectors.hotline.listening import Pauses, Stored, Taken, listening
from tests.fakes.esl_server import PASSWORD, EslServer

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CALL, OTHER, LAST = (f"0f2d9e8c-6d6f-4f64-9a0d-6c5a3a1b000{n}" for n in (1, 2, 3))
OPERATORS = Operators({"1001": "王芳", "1002@default": "李强"})


def feed_of(
    server: EslServer, *calls: RunningCall, pauses: Pauses | None = None, **settings: object
) -> EslFeed:
    given = {"host": "127.0.0.1", "port": server.port, "password": PASSWORD, "timeout_s": 5.0}
    return EslFeed(
        "esl-main",
        Settings.model_validate({**given, **settings}),
        OPERATORS,
        running=Stored(*calls).running,
        now=lambda: NOW,
        pause=(pauses or Pauses()).pause,
        draw=lambda: 0.5,
    )


def short(event: CallEvent) -> tuple[str, str]:
    return event.kind.value, event.operator


def body(*lines: str) -> bytes:
    text = "\n".join(lines).encode() + b"\n\n"
    return f"Content-Length: {len(text)}\nContent-Type: text/event-plain\n\n".encode() + text


async def test_a_call_from_queue_to_end() -> None:
    async with EslServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("answered", id=CALL)
        events = await taken.count(6)
        server.play("withheld", id=LAST)
        await taken.kinds_of(LAST, 2)
    assert [short(event) for event in taken.of(CALL)] == [
        ("offered", ""),
        ("ringing", "王芳"),
        ("answered", "王芳"),
        ("held", "王芳"),
        ("resumed", "王芳"),
        ("ended", "王芳"),
    ]
    assert {(e.feed, e.caller, e.queue) for e in taken.of(CALL)} == {
        ("esl-main", "13900000001", "12345@default")
    }
    assert events[0].at == NOW + timedelta(microseconds=1)
    assert dict(events[2].details) == {"hold_s": "7", "ring_s": "3"}
    assert dict(events[5].details) == {"cause": "NORMAL_CLEARING", "talk_s": "95"}
    assert server.violations == []


async def test_abandoned_calls_and_withheld_numbers() -> None:
    async with EslServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("abandoned", id=CALL)
        server.play("withheld", id=OTHER)
        given_up, timed_out = await taken.kinds_of(CALL, 3), await taken.kinds_of(OTHER, 2)
    assert given_up == ["offered", "ringing", "abandoned"]
    assert timed_out == ["offered", "abandoned"]
    assert dict(taken.of(CALL)[-1].details) == {
        "hold_s": "31",
        "cause": "cancel",
        "reason": "break_out",
    }
    assert {event.caller for event in taken.of(OTHER)} == {""}


async def test_one_does_not_answer_and_another_does() -> None:
    async with EslServer() as server, listening(feed_of(server)) as taken:
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
    assert dict(events[2].details) == {"cause": "NO_ANSWER", "after": "no_answer"}


async def test_a_transferred_call_goes_on_until_its_channel_ends() -> None:
    async with EslServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.play("blind_transfer", id=CALL)
        kinds = await taken.kinds_of(CALL, 5)
        server.play("attended_transfer", id=OTHER)
        attended = await taken.kinds_of(OTHER, 6)
    assert kinds == ["offered", "ringing", "answered", "transferred", "ended"]
    assert attended == ["offered", "ringing", "answered", "held", "transferred", "ended"]
    assert (taken.events[3].to, dict(taken.events[3].details)) == ("110", {"how": "blind"})
    assert dict(taken.of(OTHER)[4].details) == {"how": "attended"}


async def test_other_queues_are_not_ours() -> None:
    async with (
        EslServer(queues=("12345@default", "12366@default")) as server,
        listening(feed_of(server, queues=["12366@default"])) as taken,
    ):
        await server.signed_in()
        server.play("answered", id=CALL)
        server.send_raw(
            body(
                "Event-Name: CUSTOM",
                "Event-Subclass: callcenter%3A%3Ainfo",
                "CC-Action: member-queue-start",
                "CC-Queue: 12366%40default",
                f"CC-Member-Session-UUID: {LAST}",
            )
        )
        await taken.kinds_of(LAST, 1)
    assert taken.of(CALL) == []
    assert "api callcenter_config queue list members 12345@default" not in server.commands


async def test_calls_that_ended_while_the_connection_was_lost_are_ended() -> None:
    pauses = Pauses()
    async with EslServer() as server, listening(feed_of(server, pauses=pauses)) as taken:
        await server.signed_in()
        server.play("answered", id=CALL, upto=4)
        server.play("abandoned", id=OTHER, upto=1)
        server.play("blind_transfer", id=LAST, upto=5)  # sent on, and on its way there
        await taken.count(8)
        pauses.may_go_on.clear()
        server.say_goodbye()
        await pauses.count(1)
        server.play("answered", id=CALL, begin=4)
        server.play("abandoned", id=OTHER, begin=1)
        pauses.may_go_on.set()
        ended, abandoned = await taken.kinds_of(CALL, 4), await taken.kinds_of(OTHER, 2)
        assert [event.kind.value for event in taken.of(LAST)][-1] == "transferred"
        server.play("blind_transfer", id=LAST, begin=5)
        through = await taken.kinds_of(LAST, 5)
    assert ended == ["offered", "ringing", "answered", "ended"]
    assert abandoned == ["offered", "abandoned"]
    assert through == ["offered", "ringing", "answered", "transferred", "ended"]
    assert server.violations == []


async def test_calls_stored_as_running_are_ended_by_a_new_process() -> None:
    stored = (
        RunningCall(call_id="gone-1", answered=True, queue="12345@default"),
        RunningCall(call_id="gone-2", answered=False, queue="12345@default"),
        RunningCall(call_id="no\n\nuuid", answered=False),
        RunningCall(call_id=CALL, answered=True, queue="12345@default"),
    )
    async with EslServer() as server:
        server.play("answered", id=CALL, upto=4)
        async with listening(feed_of(server, *stored)) as taken:
            await server.signed_in()
            await taken.count(4)
            server.play("answered", id=CALL, begin=6)
            kinds = await taken.kinds_of(CALL, 3)
    assert [event.kind for event in taken.of("gone-1")] == ["ended"]
    assert [event.kind for event in taken.of("gone-2")] == ["abandoned"]
    assert kinds == ["offered", "answered", "ended"]
    assert server.violations == []


async def test_what_is_found_and_what_is_told_have_the_same_ids() -> None:
    async with EslServer() as server:
        async with listening(feed_of(server)) as live:
            await server.signed_in()
            server.play("answered", id=CALL, upto=4)
            await live.count(3)
        async with listening(feed_of(server)) as found:
            await server.signed_in(times=2)
            await found.count(2)
    known = {event.kind: event.external_id for event in live.events}
    assert {event.kind: event.external_id for event in found.events}.items() <= known.items()
    assert [event.kind for event in found.events] == ["offered", "answered"]


async def test_a_refused_password_is_for_a_person() -> None:
    async with EslServer() as server:
        feed = feed_of(server, password="wrong-and-long-enough")
        with pytest.raises(Refused) as caught:
            await feed.run(Taken().take)
        assert caught.value.code == "esl_password"
        assert "wrong-and" not in repr(feed) + str(caught.value)
        assert (server.logins, server.connections) == (0, 1)


async def test_an_access_list_that_keeps_us_out_is_for_a_person() -> None:
    async with EslServer(rejects=True) as server:
        with pytest.raises(Refused, match="esl_acl"):
            await feed_of(server).run(Taken().take)


async def test_a_user_of_the_directory_signs_in() -> None:
    user, own = "desk@default", "own-password-of-the-user"
    async with EslServer(users={user: own}) as server:
        await feed_of(server, user=user, password=own).probe()
        assert server.logins == 1
        with pytest.raises(Refused, match="esl_password"):
            await feed_of(server, user=user).probe()
        with pytest.raises(Refused, match="esl_password"):
            await feed_of(server, user="nobody@default", password="None").probe()
    assert server.violations == []


async def test_probing_signs_in_and_leaves() -> None:
    async with EslServer() as server:
        await feed_of(server).probe()
        assert server.commands[-1] == "exit"
    with pytest.raises(Retryable, match="esl_unreachable"):
        await feed_of(server).probe()


async def test_a_server_that_never_speaks_is_tried_again_and_again() -> None:
    pauses = Pauses()
    async with EslServer() as server:
        server.mute = True
        async with listening(feed_of(server, pauses=pauses, timeout_s=0.05)):
            waited = await pauses.count(4)
    assert waited[:4] == [0.75, 1.5, 3.0, 6.0]


async def test_a_server_that_stops_answering_is_left() -> None:
    pauses = Pauses()
    async with EslServer() as server:
        feed = feed_of(server, pauses=pauses, ping_every_s=0.02, timeout_s=0.2)
        async with listening(feed):
            await server.until(lambda: server.commands.count("api uptime") > 2)
            server.go_silent()
            await pauses.count(1)
            await server.until(lambda: server.logins > 1)


@pytest.mark.parametrize(
    "rubbish",
    [
        body("\x00 garbage"),
        body("Event-Name: CUSTOM"),
        body("Event-Name: CUSTOM", "CC-Action: member-queue-start", "CC-Queue: %ff%fe"),
        body("Event-Name: CHANNEL_HOLD"),
        body("Event-Name: CHANNEL_HANGUP_COMPLETE", "Event-Date-Timestamp: " + "9" * 30),
        body("Event-Name: CUSTOM", "variable_sdp: " + "x" * (LONGEST_BODY + 1)),
        b"Content-Type: log/data\nContent-Length: 3\n\nabc",
        b"\n\n",
    ],
    ids=range(8),
)
async def test_rubbish_is_passed_over(rubbish: bytes) -> None:
    async with EslServer() as server, listening(feed_of(server)) as taken:
        await server.signed_in()
        server.send_raw(rubbish)
        server.play("withheld", id=CALL)
        assert await taken.kinds_of(CALL, 2) == ["offered", "abandoned"]
        assert server.connections == 1
    assert len(taken.events) == 2


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff\x00 no header at all\n\n",
        b"Content-Type: text/event-plain\nContent-Length: many\n\n",
        b"Content-Type: text/event-plain\nContent-Length: -1\n\n",
        b"Content-Type: " + b"x" * (LONGEST_HEADERS * 16) + b"\n\n",
    ],
    ids=["garbage", "length", "negative", "1 MB header"],
)
async def test_frames_that_are_none_mean_a_new_connection(broken: bytes) -> None:
    pauses = Pauses()
    async with EslServer() as server, listening(feed_of(server, pauses=pauses)) as taken:
        await server.signed_in()
        server.send_raw(broken)
        await pauses.count(1)
        await server.signed_in(times=2)
        server.play("withheld", id=CALL)
        assert await taken.kinds_of(CALL, 2) == ["offered", "abandoned"]


async def test_half_a_frame_is_no_event() -> None:
    pauses = Pauses()
    async with EslServer() as server, listening(feed_of(server, pauses=pauses)) as taken:
        await server.signed_in()
        server.send_raw(body("Event-Name: CUSTOM", f"CC-Member-Session-UUID: {OTHER}")[:-20])
        await asyncio.sleep(0)
        server.drop()
        await server.signed_in(times=2)
        server.play("withheld", id=CALL)
        await taken.kinds_of(CALL, 2)
    assert len(taken.events) == 2
