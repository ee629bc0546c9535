"""`winmail.dat`, in which Outlook hides a mail's text and files. Never raises."""

from __future__ import annotations

from dataclasses import dataclass

import tnefparse

from connectors.base import InboundFile

from .charsets import decode
from .naming import cleaned

_MOST_FILES = 50


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What was inside."""

    text: str = ""
    html: str = ""
    files: tuple[InboundFile, ...] = ()


def read(body: bytes) -> Opened | None:
    """What a `winmail.dat` holds; None where it cannot be read."""
    try:
        opened = tnefparse.TNEF(body)
        files = tuple(_file(each) for each in opened.attachments[:_MOST_FILES])
        said, page = _text(opened.body), _text(opened.htmlbody)
        kept = tuple(each for each in files if each.body)
        if not said and not page and opened.rtfbody:
            kept = (InboundFile(name="正文.rtf", told_type="text/rtf", body=opened.rtfbody), *kept)
        return Opened(text=said, html=page, files=kept) if said or page or kept else None
    except Exception:  # noqa: BLE001 - the library raises whatever the bytes make it
        return None


def _file(attached: tnefparse.tnef.TNEFAttachment) -> InboundFile:
    name = attached.long_filename() or attached.name or ""
    data = attached.data
    return InboundFile(name=cleaned(_text(name)), body=data if isinstance(data, bytes) else b"")


def _text(said: object) -> str:
    if isinstance(said, bytes):
        return decode(said)[0].rstrip("\x00")
    return str(said).rstrip("\x00") if said else ""
