"""The names of attached files, as their senders called them. Never raises."""

from __future__ import annotations

import re
from email.message import Message
from pathlib import PurePosixPath

from . import headers

_MOST_CHARS = 150
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def file_name(part: Message) -> str:
    """The name of a part's file, on one line and without folders; empty where it has none."""
    for field, parameter in (("Content-Disposition", "filename"), ("Content-Type", "name")):
        said = headers.parameters(headers.value(part, field)).get(parameter, "")
        if said:
            return cleaned(said)
    return ""


def cleaned(said: str) -> str:
    """A name that is one, whatever its sender wrote: no folders, no marks that turn text around."""
    last = headers.one_line(said).replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = _FORBIDDEN.sub("_", last).strip(". ")
    if len(name) <= _MOST_CHARS:
        return name
    ending = PurePosixPath(name).suffix[:12]
    return name[: _MOST_CHARS - len(ending)] + ending
