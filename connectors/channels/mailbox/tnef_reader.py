"""Read a `winmail.dat` from standard input; its texts and files go out as JSON, bytes in base64.

Run as a process of its own, with little time and memory: there are bytes over which the library
never ends.
"""

from __future__ import annotations

import base64
import json
import resource
import sys

import tnefparse

_MOST_FILES = 50
_MOST_BYTES = 1024 * 1024 * 1024
_MOST_S = 5


def _encoded(said: object) -> str:
    body = said if isinstance(said, bytes) else str(said or "").encode("utf-8", "replace")
    return base64.b64encode(body).decode("ascii")


def main() -> None:
    """Read, and write what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_S, _MOST_S))
    opened = tnefparse.TNEF(sys.stdin.buffer.read())
    files = [
        [_encoded(each.long_filename() or each.name or ""), _encoded(each.data)]
        for each in opened.attachments[:_MOST_FILES]
    ]
    found = {
        "text": _encoded(opened.body),
        "html": _encoded(opened.htmlbody),
        "rtf": _encoded(opened.rtfbody),
        "files": files,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
