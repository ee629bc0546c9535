"""Files chosen on a form: how many, how large, and read."""

from __future__ import annotations

from aiohttp.web_request import FileField
from multidict import MultiDictProxy

from bot.errors import TooLarge
from connectors.base import InboundFile
from connectors.channels.mailbox.naming import cleaned

FILES, FILE_BYTES = 5, 10 * 1024 * 1024
BODY_LIMIT = FILES * FILE_BYTES + 1024 * 1024
WAY_TOO_MUCH = f"附件太大，没有收下。最多 {FILES} 个，每个不超过 10 MB，请减少后再提交。"

Form = MultiDictProxy[str | bytes | bytearray | FileField]


def files_in(form: Form) -> tuple[InboundFile, ...]:
    """The files chosen as `files`. Raises `TooLarge` for too many, or one too large."""
    files = [one for one in form.getall("files", []) if isinstance(one, FileField)]
    if len(files) > FILES:
        raise TooLarge(f"最多可以附 {FILES} 个文件。", fields={"files": f"最多 {FILES} 个"})
    read = [(one, one.file.read(FILE_BYTES + 1)) for one in files]
    if any(len(body) > FILE_BYTES for _, body in read):
        raise TooLarge(_too_much(), fields={"files": "每个不超过 10 MB"})
    return tuple(
        InboundFile(name=cleaned(one.filename), told_type=one.content_type[:100], body=body)
        for one, body in read
        if body
    )


def close_files(form: Form) -> None:
    """Let go of what was uploaded, read or not."""
    for one in form.values():
        if isinstance(one, FileField):
            one.file.close()


def _too_much() -> str:
    return f"附件太大了。最多 {FILES} 个，每个不超过 10 MB。其他内容还在，请重新选择附件。"
