"""Pictures and videos without what their makers wrote into them: where, when, with what device.

Lossless: pixels and frames are the same bytes. What is kept is what a viewer needs to draw them,
the orientation with it; every other segment goes, known or not. No dependency, pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.stripping import chunks, gif, jpeg, mp4
from bot.stripping.errors import Malformed

__all__ = ["Malformed", "stripped"]

_BY_TYPE: Mapping[str, Callable[[bytes], bytes]] = {
    "image/jpeg": jpeg.stripped,
    "image/png": chunks.png,
    "image/webp": chunks.webp,
    "image/gif": gif.stripped,
    "video/mp4": mp4.stripped,
}


def stripped(body: bytes, content_type: str) -> bytes:
    """The file without its metadata.

    Args:
        body: the file, whole.
        content_type: of those `bot.attachment_files.content_type` gives.

    Raises:
        Malformed: it is built so that nobody can say what is metadata in it.
    """
    try:
        return _BY_TYPE[content_type](body)
    except (IndexError, KeyError) as error:
        raise Malformed(content_type) from error
