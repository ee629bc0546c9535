"""What the fake of Asterisk says, as Asterisk writes it; with LF, which its sockets make CRLF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

PAYLOADS = Path(__file__).parents[1] / "payloads" / "ami"
Fields = dict[str, str]


def messages(name: str, *, id: str, caller: str = "13900000001", to: str = "119") -> list[str]:
    """The events of a payload, each with its empty line.

    Args:
        name: of the payload.
        id: the caller's Uniqueid; the agents' follow it.
        caller: the number.
        to: where a redirected call goes.
    """
    epoch, _, number = id.partition(".")
    values = {"id": id, "caller": caller, "hex": f"{int(number):08x}", "to": to}
    for leg in range(2, 5):
        # A call's legs are numbered beside it, far from any other call's.
        values |= {f"id{leg}": f"{epoch}.{number}{leg:03d}", f"hex{leg}": f"{leg:08x}"}
    text = Template((PAYLOADS / f"{name}.txt").read_text()).substitute(values)
    return [message + "\n\n" for message in text.split("\n\n") if message]


def headers_of(message: str) -> Iterator[tuple[str, str]]:
    for line in message.strip().split("\n"):
        name, _, value = line.partition(":")
        yield name, value.strip()


def channel_of(event: Fields, prefix: str, application: str, given: str) -> Fields:
    names = (
        "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName",
        "ConnectedLineNum", "ConnectedLineName", "Language", "AccountCode", "Context", "Exten",
        "Priority", "Uniqueid", "Linkedid",
    )  # fmt: skip
    own = {name: event[f"{prefix}{name}"] for name in names}
    return own | {
        "Application": application, "ApplicationData": given, "Duration": "00:00:05",
        "BridgeId": "",
    }  # fmt: skip


def response(action: Fields, said: str, **fields: str) -> str:
    return written({"Response": said, **_id(action), **fields})


def event_of(action: Fields, name: str, **fields: str) -> str:
    return written({"Event": name, **_id(action), **fields})


def error(action: Fields, said: str) -> str:
    return response(action, "Error", Message=said)


def _id(action: Fields) -> Fields:
    return {"ActionID": action["actionid"]} if "actionid" in action else {}


def written(fields: Fields) -> str:
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + "\n"
