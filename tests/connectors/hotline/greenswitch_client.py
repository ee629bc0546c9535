"""PyPI `greenswitch` at our fake, run as a program of its own: gevent stays out of the tests.

    python greenswitch_client.py PORT PASSWORD COMMAND...

Prints a JSON line for each thing it learns; ends when the line `done` is read on its input.
"""

from __future__ import annotations

import json
import sys

import gevent  # type: ignore[import-untyped]  # has no types here
from gevent.fileobject import FileObject  # type: ignore[import-untyped]  # has no types here
from greenswitch import InboundESL  # type: ignore[import-untyped]  # has no types


def say(**told: object) -> None:
    """One line."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main(port: str, password: str, *commands: str) -> None:
    """Sign in, send the commands, tell of events until told to end."""
    client = InboundESL(host="127.0.0.1", port=int(port), password=password)
    client.register_handle("*", lambda event: say(event=event.headers))
    client.register_handle("DISCONNECT", lambda event: say(left=event.headers["Content-Type"]))
    try:
        client.connect()
    except Exception as error:  # noqa: BLE001 - what it raises is what is asked
        say(refused=type(error).__name__)
        return
    say(connected=True)
    for command in commands:
        reply = client.send(command)
        say(command=command, reply=reply.data)
    lines = FileObject(sys.stdin.buffer, "rb")
    while lines.readline().strip() not in {b"done", b""}:
        gevent.sleep(0)
    client.stop()
    say(stopped=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
