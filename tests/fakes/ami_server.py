"""A strict fake of Asterisk's manager interface: refuses what Asterisk refuses, in its words.

    async with AmiServer() as server:
        await server.signed_in()
        server.play("answered", id="1772416800.1", caller="13900000001")

Forms: Asterisk documentation, "AMI Actions" and "AMI Events", and manager.c's own sentences.
What a client does wrong stands in `violations`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from ssl import SSLContext

from tests.fakes.ami_messages import (
    Fields,
    channel_of,
    error,
    event_of,
    headers_of,
    messages,
    response,
    written,
)
from tests.fakes.sockets import Lines, Sockets

BANNER = b"Asterisk Call Manager/5.0.2\r\n"
SECRET = "ami-secret-of-the-tests"
DIALPLAN = {"from-internal": frozenset({"110", "119", "120", "122", "1002"})}
_LONGEST_LINE = 1024
_MOST_HEADERS = 128
_CLASSES = frozenset(
    {
        "system", "call", "log", "verbose", "agent", "user", "config", "command", "dtmf",
        "reporting", "cdr", "dialplan", "originate", "agi", "cc", "aoc", "test", "security",
        "message", "all",
    }
)  # fmt: skip


class AmiServer(Sockets):
    """One Asterisk.

    Args:
        username, secret: the account in manager.conf.
        queues: of queues.conf.
        md5: takes challenges.
        may_report: the account writes `system,reporting`.
        may_call: the account writes `call`.
        dialplan: context → its extensions; a caller sent where nothing is has lost the call.
        tls: speaks TLS with this.

    Attributes:
        logins: names signed in with, oldest first.
        actions: every action that was asked, oldest first.
        channels: Uniqueid → what `CoreShowChannels` says of it.
        redirected: call and extension of every `Redirect` that was done, oldest first.
    """

    def __init__(
        self,
        *,
        username: str = "policyline",
        secret: str = SECRET,
        queues: tuple[str, ...] = ("12345",),
        md5: bool = True,
        may_report: bool = True,
        may_call: bool = True,
        dialplan: dict[str, frozenset[str]] = DIALPLAN,
        tls: SSLContext | None = None,
    ) -> None:
        super().__init__(tls)
        self.username, self.secret, self.queues = username, secret, queues
        self.md5, self.may_report, self.may_call = md5, may_report, may_call
        self.dialplan = dialplan
        self.redirected: list[tuple[str, str]] = []
        self.logins: list[str] = []
        self.actions: list[str] = []
        self.channels: dict[str, Fields] = {}
        self._waiting: dict[str, Fields] = {}
        self._listeners: dict[_Session, frozenset[str]] = {}

    async def serve(self, lines: Lines) -> None:
        session = _Session(self, lines)
        lines.write(BANNER)
        try:
            await session.talk()
        finally:
            self._listeners.pop(session, None)

    async def signed_in(self, times: int = 1) -> None:
        """Wait until somebody has signed in so many times and has asked all it asks at first."""
        await self.until(lambda: self.actions.count("QueueStatus") >= times)

    @property
    def heard_by(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def play(self, name: str, *, upto: int | None = None, begin: int = 0, **values: str) -> None:
        """What the server does in a call: events go to whoever listens, channels come and go.

        Args:
            name: of a payload.
            upto: only its events before this.
            begin: only its events from this one on.
            values: `id`, the caller's Uniqueid, and `caller`, the number.
        """
        for message in messages(name, **values)[begin:upto]:
            self._note(dict(headers_of(message)))
            self.send(message)

    def send(self, message: str) -> None:
        """An event, to whoever listens to one of its classes (its `Privilege`)."""
        classes = set(dict(headers_of(message)).get("Privilege", "").split(",")) - {"all"}
        for session, mask in self._listeners.items():
            if classes & mask:
                session.lines.write(message.replace("\n", "\r\n").encode())

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are, to whoever listens."""
        for session in self._listeners:
            session.lines.write(data)

    def listens(self, session: _Session, mask: str) -> bool:
        """Send a session events of these classes from now on; `on` and `off` are all and none."""
        told = {"on": _CLASSES, "off": frozenset[str]()}
        classes = told.get(mask.lower(), frozenset(mask.lower().split(",")))
        if classes - _CLASSES:
            self.violations.append(f"event mask {mask}")
        self._listeners[session] = classes
        return bool(classes)

    def hears(self, session: _Session, name: str) -> bool:
        """Whether it listens to a class of events."""
        return name in self._listeners.get(session, ())

    def redirect(self, channel: Fields, context: str, exten: str) -> None:
        """The caller leaves the bridge and goes on in the dialplan; the agent's channel ends.

        Asterisk tells of no transfer: to app_queue the agent has hung up.
        """
        uid = channel["Uniqueid"]
        self.redirected.append((uid, exten))
        channel |= {"Context": context, "Exten": exten, "Priority": "1", "BridgeId": ""}
        channel |= {"Application": "Dial", "ApplicationData": f"PJSIP/{exten}@trunk"}
        there = exten in self.dialplan.get(context, ())
        told = {"id": uid, "caller": channel["CallerIDNum"], "to": exten}
        self.play("redirected", begin=4, upto=6 if there else None, **told)

    def channel_named(self, name: str) -> Fields | None:
        """By its name, not its id."""
        return next((each for each in self.channels.values() if each["Channel"] == name), None)

    def queue_entries(self) -> list[Fields]:
        return list(self._waiting.values())

    def _note(self, event: Fields) -> None:
        uid, name = event.get("Uniqueid", ""), event["Event"]
        if name == "QueueCallerJoin":
            self.channels[uid] = channel_of(event, "", "Queue", f"{event['Queue']},t")
            self._waiting[uid] = {
                "Queue": event["Queue"], "Position": event["Position"],
                "Channel": event["Channel"], "Uniqueid": uid,
                "CallerIDNum": event["CallerIDNum"], "CallerIDName": event["CallerIDName"],
                "ConnectedLineNum": event["ConnectedLineNum"],
                "ConnectedLineName": event["ConnectedLineName"], "Wait": "12", "Priority": "0",
            }  # fmt: skip
        elif name == "AgentCalled":
            other = channel_of(event, "Dest", "AppQueue", "(Outgoing Line)")
            self.channels[other["Uniqueid"]] = other
        elif name == "AgentConnect":
            self._waiting.pop(uid, None)
            for each in (uid, event["DestUniqueid"]):
                self.channels[each]["BridgeId"] = f"bridge-of-{uid}"
        elif name == "QueueCallerLeave":
            self._waiting.pop(uid, None)
        elif name == "BlindTransfer":
            sent = self.channels[event["TransfereeUniqueid"]]
            sent |= {"Application": "Dial", "ApplicationData": event["Extension"], "BridgeId": ""}
        elif name == "Hangup":
            self.channels.pop(uid, None)
            self._waiting.pop(uid, None)


class _Session:
    """One client's connection."""

    def __init__(self, server: AmiServer, lines: Lines) -> None:
        self.server, self.lines = server, lines
        self._challenge, self._known = "", False
        self._answers: dict[str, Callable[[Fields], Iterator[str]]] = {
            "challenge": self._challenged,
            "login": self._login,
            "logoff": self._logoff,
            "ping": self._ping,
            "events": self._events,
            "queuestatus": self._queue_status,
            "coreshowchannels": self._core_show_channels,
            "redirect": self._redirect,
            "hangup": self._hang_up,
        }

    async def talk(self) -> None:
        while True:
            action = await self._action()
            if action is None:
                return
            name = action.get("action", "")
            self.server.actions.append(name)
            for message in self._answered(name, action):
                self.lines.write(message.replace("\n", "\r\n").encode())
            self.server.happened()
            if self.lines.closing:
                return

    async def _action(self) -> Fields | None:
        fields: Fields = {}
        while True:
            line = await self.lines.read(b"\n")
            if line is None:
                return None
            if not line.endswith(b"\r\n") or len(line) > _LONGEST_LINE:
                self.server.violations.append("a line that does not end with CRLF, or is too long")
                self.lines.close()
                return None
            if line == b"\r\n":
                return fields
            name, found, value = line.decode("utf-8").rstrip("\r\n").partition(": ")
            if not found or len(fields) >= _MOST_HEADERS:
                self.server.violations.append("no header, or too many")
            fields[name.lower()] = value

    def _answered(self, name: str, action: Fields) -> Iterator[str]:
        if not name:
            yield error(action, "Missing action in request")
            return
        if not self._known and name.lower() not in {"login", "challenge", "logoff"}:
            self.server.violations.append(f"{name} before Login")
            yield error(action, "Permission denied")
            return
        answer = self._answers.get(name.lower())
        if answer is None:
            use = "Use Action: ListCommands to show available commands."
            yield error(action, f"Invalid/unknown command: {name}. {use}")
            return
        yield from answer(action)

    def _challenged(self, action: Fields) -> Iterator[str]:
        if action.get("authtype", "").upper() != "MD5" or not self.server.md5:
            yield error(action, "Must specify AuthType")
            return
        self._challenge = str(secrets.randbelow(10**9))
        yield response(action, "Success", Challenge=self._challenge)

    def _login(self, action: Fields) -> Iterator[str]:
        server = self.server
        if action.get("authtype", "").upper() == "MD5":
            told = f"{self._challenge}{server.secret}".encode()
            right = bool(self._challenge) and action.get("key") == hashlib.md5(told).hexdigest()  # noqa: S324 - the protocol's
        else:
            right = action.get("secret") == server.secret
        if not right or action.get("username") != server.username:
            yield error(action, "Authentication failed")
            self.lines.close()
            return
        self._known = True
        server.logins.append(action["username"])
        yield response(action, "Success", Message="Authentication accepted")
        server.listens(self, action.get("events", "on"))
        if server.hears(self, "system"):
            booted = {"Uptime": "100", "LastReload": "100", "Status": "Fully Booted"}
            yield written({"Event": "FullyBooted", "Privilege": "system,all", **booted})

    def _logoff(self, action: Fields) -> Iterator[str]:
        yield response(action, "Goodbye", Message="Thanks for all the fish.")
        self.lines.close()

    def _ping(self, action: Fields) -> Iterator[str]:
        yield response(action, "Success", Ping="Pong", Timestamp="1772416800.000000")

    def _events(self, action: Fields) -> Iterator[str]:
        on = self.server.listens(self, action.get("eventmask", "off"))
        yield response(action, "Success", Events="On" if on else "Off")

    def _queue_status(self, action: Fields) -> Iterator[str]:
        asked, entries = action.get("queue"), self.server.queue_entries()
        queues = [name for name in self.server.queues if asked in {None, name}]
        yield response(action, "Success", EventList="start", Message="Queue status will follow")
        for name in queues:
            waiting = [entry for entry in entries if entry["Queue"] == name]
            yield event_of(
                action, "QueueParams", Queue=name, Max="0", Strategy="rrmemory",
                Calls=str(len(waiting)), Holdtime="9", TalkTime="80", Completed="3", Abandoned="1",
                ServiceLevel="15", ServicelevelPerf="100.0", ServicelevelPerf2="100.0", Weight="0",
            )  # fmt: skip
            for entry in waiting:
                yield event_of(action, "QueueEntry", **entry)
        yield event_of(
            action, "QueueStatusComplete", EventList="Complete",
            ListItems=str(len(queues) + len(entries)),
        )  # fmt: skip

    def _core_show_channels(self, action: Fields) -> Iterator[str]:
        if not self.server.may_report:
            yield error(action, "Permission denied")
            return
        yield response(action, "Success", EventList="start", Message="Channels will follow")
        for channel in self.server.channels.values():
            yield event_of(action, "CoreShowChannel", **channel)
        items = str(len(self.server.channels))
        yield event_of(action, "CoreShowChannelsComplete", EventList="Complete", ListItems=items)

    def _redirect(self, action: Fields) -> Iterator[str]:
        if not self.server.may_call:
            yield error(action, "Permission denied")
            return
        for name in ("channel", "context", "exten", "priority"):
            if not action.get(name):
                yield error(action, f"{name.capitalize()} not specified")
                return
        if not action["priority"].isdigit():
            yield error(action, "Priority is invalid")
            return
        channel = self.server.channel_named(action["channel"])
        if channel is None:
            yield error(action, f"Channel does not exist: {action['channel']}")
            return
        yield response(action, "Success", Message="Redirect successful")
        self.server.redirect(channel, action["context"], action["exten"])

    def _hang_up(self, action: Fields) -> Iterator[str]:
        if not self.server.may_call:
            yield error(action, "Permission denied")
            return
        if not action.get("channel"):
            yield error(action, "No channel specified")
            return
        channel = self.server.channel_named(action["channel"])
        if channel is None:
            yield error(action, "No such channel")
            return
        yield response(action, "Success", Message="Channel Hungup")
        uid, caller = channel["Uniqueid"], channel["CallerIDNum"]
        self.server.play("answered", begin=6, id=uid, caller=caller)
