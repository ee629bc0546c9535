"""Bodies of calls: JSON as the platform reads it."""

from __future__ import annotations

import json
import re
from typing import Any

from .errors import PlatformError

_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\u")


def read_json(body: bytes) -> dict[str, Any]:
    r"""The object of a body; `\uXXXX` is no escape to the platform and stays as it stands.

    Raises:
        PlatformError: 47001.
    """
    try:
        read = json.loads(_ESCAPE.sub(rb"\1\\\\u", body).decode())
    except ValueError as error:
        raise PlatformError(47001) from error
    if not isinstance(read, dict):
        raise PlatformError(47001)
    return read


def has_escapes(body: bytes) -> bool:
    r"""True where a body holds `\uXXXX`."""
    return _ESCAPE.search(body) is not None


def text_of(read: object, name: str, code: int = 47001) -> str:
    """A text inside an object.

    Raises:
        PlatformError: no object, or no text of this name in it.
    """
    value = read.get(name) if isinstance(read, dict) else None
    if not isinstance(value, str):
        raise PlatformError(code, f"hint: {name}")
    return value
