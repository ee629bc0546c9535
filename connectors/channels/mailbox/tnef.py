"""`winmail.dat`, in which Outlook hides a mail's text and files. Never raises, never hangs."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from connectors.base import InboundFile

from .charsets import decode
from .naming import cleaned

_READER = Path(__file__).with_name("tnef_reader.py")
_WITHIN_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What was inside."""

    text: str = ""
    html: str = ""
    files: tuple[InboundFile, ...] = ()


def read(body: bytes) -> Opened | None:
    """What a `winmail.dat` holds; None where it cannot be read within seconds."""
    try:
        done = subprocess.run(  # noqa: S603 - our own file; the bytes go in by standard input
            [sys.executable, "-I", str(_READER)],
            input=body,
            capture_output=True,
            timeout=_WITHIN_S,
            check=True,
        )
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    named = ((_bytes(name), _bytes(data)) for name, data in found["files"])
    files = tuple(InboundFile(name=cleaned(_text(n)), body=data) for n, data in named if data)
    said, page, rtf = _text(_bytes(found["text"])), _text(_bytes(found["html"])), found["rtf"]
    if not said and not page and rtf:
        files = (InboundFile(name="正文.rtf", told_type="text/rtf", body=_bytes(rtf)), *files)
    return Opened(text=said, html=page, files=files) if said or page or files else None


def _bytes(encoded: str) -> bytes:
    return base64.b64decode(encoded)


def _text(said: bytes) -> str:
    return decode(said)[0].rstrip("\x00")
