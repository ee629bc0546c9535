"""Why a file could not be read."""

from __future__ import annotations


class Unreadable(Exception):
    """A file, or one record of it, that cannot become a document.

    Args:
        reason_zh: one sentence for the person who imports, in Chinese.
        place: the record inside the file, such as `第 3 行`; empty for the whole file.
    """

    def __init__(self, reason_zh: str, *, place: str = "") -> None:
        super().__init__(reason_zh)
        self.reason_zh = reason_zh
        self.place = place
