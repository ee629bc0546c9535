"""A strict fake of FreeSWITCH's event socket (inbound mode) with mod_callcenter behind it.

    async with EslServer() as server:
        await server.signed_in()
        server.play("answered", id="7d3f…", caller="13900000001")

Forms: FreeSWITCH documentation, "mod_event_socket", and mod_event_socket.c's own sentences. What a
client does wrong stands in `violations`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from string import Template
from urllib.parse import unquote

from tests.fakes.sockets import Lines, Sockets

PAYLOADS = Path(__file__).parents[1] / "payloads" / "esl"
PASSWORD = "esl-password-of-the-tests"
_MEMBERS = (
    "queue|instance_id|uuid|session_uuid|cid_number|cid_name|system_epoch|joined_epoch|"
    "rejoined_epoch|bridge_epoch|abandoned_epoch|base_score|skill_score|serving_agent|"
    "serving_system|state|score"
)
_QUEUES = "name|strategy|moh_sound|time_base_score|tier_rules_apply"
DIALPLAN = {"default": frozenset({"110", "119", "120", "122", "1002"})}
_NAMES = frozenset(
    {
        "CHANNEL_HOLD", "CHANNEL_UNHOLD", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_BRIDGE",
        "CHANNEL_ANSWER", "CHANNEL_CREATE", "CHANNEL_HANGUP", "CHANNEL_UNBRIDGE", "HEARTBEAT",
        "CUSTOM", "ALL",
    }
)  # fmt: skip
_GOODBYE = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
_REJECTED = b"Access Denied, go away.\n"
Fields = dict[str, str]


class EslServer(Sockets):
    """One FreeSWITCH.

    Args:
        password: of event_socket.conf.xml.
        users: of the directory, `name@domain` → their ESL password.
        queues: of callcenter.conf.xml.
        rejects: its access list lets nobody in.
        dialplan: context → its extensions; a caller sent where nothing is has lost the call.

    Attributes:
        logins: how often somebody signed in.
        commands: every command but the password, oldest first.
        members: session → row of the queue's list of members.
        channels: those that are up.
        held: those of them that are on hold.
        transferred: channel and extension of every `uuid_transfer` that was done, oldest first.
    """

    def __init__(
        self,
        *,
        password: str = PASSWORD,
        users: dict[str, str] | None = None,
        queues: tuple[str, ...] = ("12345@default",),
        rejects: bool = False,
        dialplan: dict[str, frozenset[str]] = DIALPLAN,
    ) -> None:
        super().__init__()
        self.users = users or {}
        self.password, self.queues, self.rejects = password, queues, rejects
        self.logins = 0
        self.commands: list[str] = []
        self.members: dict[str, Fields] = {}
        self.channels: set[str] = set()
        self._callers: dict[str, str] = {}
        self.held: set[str] = set()
        self.transferred: list[tuple[str, str]] = []
        self.dialplan = dialplan
        self._sequence = itertools.count(1)
        self._sessions: set[_Session] = set()

    async def serve(self, lines: Lines) -> None:
        if self.rejects:
            lines.write(_frame("text/rude-rejection", _REJECTED))
            lines.close()
            return
        session = _Session(self, lines)
        self._sessions.add(session)
        try:
            await session.talk()
        finally:
            self._sessions.discard(session)

    async def signed_in(self, times: int = 1) -> None:
        """Wait until somebody has signed in so many times and has asked for the queue's members."""
        asked = f"api callcenter_config queue list members {self.queues[-1]}"
        await self.until(lambda: self.commands.count(asked) >= times)

    def play(self, name: str, *, upto: int | None = None, begin: int = 0, **values: str) -> None:
        """What the server does in a call: events go to whoever asked for them.

        Args:
            name: of a payload.
            upto: only its events before this.
            begin: only its events from this one on.
            values: `id`, the caller's channel, and `caller`, the number.
        """
        for text in events(name, **values)[begin:upto]:
            sequence = next(self._sequence)
            text = Template(text).substitute(
                seq=str(sequence),
                stamp=str(1772416800_000000 + sequence),
                sec=f"{sequence % 60:02d}",
            )
            self._note(_headers(text))
            self.send(text)

    def send(self, event: str) -> None:
        """An event, to those who asked for its kind."""
        headers = _headers(event)
        for session in self._sessions:
            if session.wants(headers):
                session.lines.write(_frame("text/event-plain", event.encode()))

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are, to whoever is signed in."""
        for session in self._sessions:
            if session.known:
                session.lines.write(data)

    def say_goodbye(self) -> None:
        """Shut down: every client is told, then cut off."""
        for session in tuple(self._sessions):
            session.lines.write(_frame("text/disconnect-notice", _GOODBYE))
            session.lines.close()

    def _note(self, event: Fields) -> None:
        action, session = event.get("CC-Action", ""), event.get("CC-Member-Session-UUID", "")
        if action == "member-queue-start":
            self.channels.add(session)
            number = self._callers[session] = event["CC-Member-CID-Number"]
            self.members[session] = dict.fromkeys(_MEMBERS.split("|"), "0") | {
                "queue": event["CC-Queue"], "instance_id": "single_box",
                "uuid": event["CC-Member-UUID"], "session_uuid": session, "cid_number": number,
                "cid_name": number, "joined_epoch": "1772416800", "serving_agent": "",
                "serving_system": "", "state": "Waiting",
            }  # fmt: skip
        elif action == "agent-offering":
            self.members[session] |= {"state": "Trying", "serving_agent": event["CC-Agent"]}
        elif action == "bridge-agent-start":
            self.members[session] |= {"state": "Answered", "serving_agent": event["CC-Agent"]}
        elif action == "member-queue-end":
            self.members.pop(session, None)
        elif event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE":
            self.channels.discard(event["Unique-ID"])
            self.members.pop(event["Unique-ID"], None)

    def api(self, command: str) -> str:
        """The answer to an API command."""
        name, _, rest = command.partition(" ")
        if name == "uptime":
            return "4242\n"
        if name == "uuid_exists":
            return "true" if rest in self.channels else "false"
        if command == "callcenter_config queue list":
            rows = (
                f"{queue}|longest-idle-agent|local_stream://moh|queue|false"
                for queue in self.queues
            )
            return _table(_QUEUES, rows)
        if command.startswith("callcenter_config queue list members "):
            queue = command.rpartition(" ")[2]
            if queue not in self.queues:
                return "-ERR Queue not found!\n"
            rows = ("|".join(m.values()) for m in self.members.values() if m["queue"] == queue)
            return _table(_MEMBERS, rows)
        control = {
            "uuid_transfer": self._uuid_transfer,
            "uuid_hold": self._uuid_hold,
            "uuid_kill": self._uuid_kill,
        }
        if name in control:
            return control[name](rest.split())
        return f"-ERR {name} Command not found!\n"

    def _uuid_transfer(self, words: list[str]) -> str:
        if not 2 <= len(words) <= 5:
            return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
        uuid, exten, dialplan, context = (*words, *("XML", "default")[len(words) - 2 :])[:4]
        if uuid not in self.channels:
            return "-ERR No such channel!\n"
        if dialplan != "XML":
            self.violations.append(f"dialplan {dialplan}")
        self.transferred.append((uuid, exten))
        there = exten in self.dialplan.get(context, ())
        told = {"id": uuid, "caller": self._callers[uuid], "to": exten}
        self.play("blind_transfer", begin=3, upto=6 if there else None, **told)
        return "+OK\n"

    def _uuid_hold(self, words: list[str]) -> str:
        off, uuid = words[:1] == ["off"], words[-1] if words else ""
        if not uuid or len(words) > 2:
            return "-USAGE: [off|toggle] <uuid> [<display>]\n"
        if uuid not in self.channels or (uuid in self.held) != off:
            return "-ERR Operation failed\n"
        self.held ^= {uuid}
        told = {"id": uuid, "caller": self._callers[uuid]}
        self.play("answered", begin=5 if off else 4, upto=6 if off else 5, **told)
        return "+OK Success\n"

    def _uuid_kill(self, words: list[str]) -> str:
        if len(words) not in (1, 2):
            return "-USAGE: <uuid> [cause]\n"
        if words[0] not in self.channels:
            return "-ERR No such channel!\n"
        self.play("answered", begin=6, id=words[0], caller=self._callers[words[0]])
        return "+OK\n"


class _Session:
    """One client's connection."""

    def __init__(self, server: EslServer, lines: Lines) -> None:
        self.server, self.lines = server, lines
        self.known = False
        self._wanted: set[str] = set()

    def wants(self, event: Fields) -> bool:
        name = event["Event-Name"]
        if name == "CUSTOM":
            return f"CUSTOM {event['Event-Subclass']}" in self._wanted
        return bool({name, "ALL"} & self._wanted)

    async def talk(self) -> None:
        self.lines.write(b"Content-Type: auth/request\n\n")
        while not self.lines.closing:
            command = await self.lines.read(b"\n\n")
            if command is None:
                return
            self._answer(command.decode("utf-8").strip())
            self.server.happened()

    def _answer(self, command: str) -> None:
        name, _, rest = command.partition(" ")
        if not self.known:
            self._auth(name, rest)
            return
        self.server.commands.append(command)
        commands: dict[str, Callable[[str], None]] = {
            "event": self._event, "api": self._api, "exit": self._exit, "noevents": self._noevents,
        }  # fmt: skip
        if name not in commands:
            self.server.violations.append(f"unknown command {name}")
            self._reply("-ERR command not found")
            return
        commands[name](rest)

    def _auth(self, name: str, password: str) -> None:
        if name not in {"auth", "userauth"}:
            self.server.violations.append(f"{name} before auth")
            self._reply("-ERR command not found")
            return
        user, _, own = password.partition(":")
        right = {
            "auth": password == self.server.password,
            "userauth": user in self.server.users and own == self.server.users[user],
        }
        if not right[name]:
            self._reply("-ERR invalid")
            self.lines.write(_frame("text/disconnect-notice", _GOODBYE))
            self.lines.close()
            return
        self.known = True
        self.server.logins += 1
        self._reply("+OK accepted")

    def _event(self, rest: str) -> None:
        form, *names = rest.split()
        plain, custom = names, list[str]()
        if "CUSTOM" in names:  # whatever follows it is a subclass
            at = names.index("CUSTOM")
            plain, custom = names[:at], names[at + 1 :]
        if form != "plain" or not names or set(plain) - _NAMES:
            self.server.violations.append(f"event {rest}")
            self._reply("-ERR no keywords supplied")
            return
        self._wanted |= {*plain, *(f"CUSTOM {each}" for each in custom)}
        self._reply(f"+OK event listener enabled {form}")

    def _noevents(self, rest: str) -> None:
        del rest
        self._wanted.clear()
        self._reply("+OK no longer listening for events")

    def _api(self, rest: str) -> None:
        self.lines.write(_frame("api/response", self.server.api(rest).encode()))

    def _exit(self, rest: str) -> None:
        del rest
        self._reply("+OK bye")
        self.lines.write(_frame("text/disconnect-notice", _GOODBYE))
        self.lines.close()

    def _reply(self, said: str) -> None:
        self.lines.write(f"Content-Type: command/reply\nReply-Text: {said}\n\n".encode())


def events(name: str, *, id: str, caller: str = "13900000001", to: str = "110") -> list[str]:
    """The events of a payload, each with its empty line; time and number are still open.

    Args:
        name: of the payload.
        id: the caller's channel.
        caller: the number.
        to: where a blind transfer goes.
    """
    values = {"id": id, "caller": caller, "to": to, "member": f"member-of-{id}"}
    values |= {"agent1": f"agent1-of-{id}", "agent2": f"agent2-of-{id}"}
    text = Template((PAYLOADS / f"{name}.txt").read_text()).safe_substitute(values)
    return [event + "\n\n" for event in text.split("\n\n") if event]


def _headers(event: str) -> Fields:
    pairs = (line.partition(": ") for line in event.strip().split("\n"))
    return {name: unquote(value) for name, _, value in pairs}


def _frame(kind: str, body: bytes) -> bytes:
    return f"Content-Length: {len(body)}\nContent-Type: {kind}\n\n".encode() + body


def _table(names: str, rows: Iterable[str]) -> str:
    return "\n".join((names, *rows, "+OK")) + "\n"
