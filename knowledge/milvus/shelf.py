"""Contents this process has read, kept by their marks."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from knowledge.milvus.collections import Collections
from knowledge.milvus.content import Content

KEPT = 4000
"""Contents kept in this process."""
BELIEVED_S = 0.3
"""How long a document read a moment ago is believed to be current: one answer asks for the same
documents many times, and a change must be seen within a second."""


class Shelf:
    """Contents this process has read, so that a search need not fetch them again."""

    def __init__(
        self, collections: Collections, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._collections, self._clock = collections, clock
        self._contents: OrderedDict[str, Content] = OrderedDict()
        self._marks: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def keep(self, contents: Iterable[Content]) -> None:
        """Keep these, and let go of those not read for longest."""
        with self._lock:
            for content in contents:
                self._contents[content.mark] = content
                self._contents.move_to_end(content.mark)
            while len(self._contents) > KEPT:
                self._contents.popitem(last=False)

    def forget(self, keys: Iterable[str]) -> None:
        """What is current of these is to be asked for anew."""
        with self._lock:
            for key in keys:
                self._marks.pop(key, None)

    def current(self, keys: Iterable[str], *, believed: bool = True) -> list[Content]:
        """The current versions of those documents that there are.

        Args:
            keys: of documents.
            believed: what was current a moment ago may be taken for current.
        """
        wanted = list(keys)
        found, whole = self._read(wanted, believed)
        if not whole:  # a version went between our asking which is current and reading it
            found, _ = self._read(wanted, believed=False)
        return found

    def _read(self, keys: list[str], believed: bool) -> tuple[list[Content], bool]:
        """Current contents, and whether each that is current could be read."""
        marks = self._current_marks(keys, believed)
        with self._lock:
            found = {mark: self._contents[mark] for mark in marks if mark in self._contents}
            for mark in found:
                self._contents.move_to_end(mark)
        fetched = self._collections.contents_of([mark for mark in marks if mark not in found])
        self.keep(fetched)
        found |= {content.mark: content for content in fetched}
        return [found[mark] for mark in marks if mark in found], len(found) == len(set(marks))

    def _current_marks(self, keys: list[str], believed: bool) -> list[str]:
        now = self._clock()
        with self._lock:
            fresh = {
                key: mark
                for key in (keys if believed else ())
                for mark, read in [self._marks.get(key, ("", -BELIEVED_S))]
                if now - read < BELIEVED_S
            }
        asked_for = self._collections.marks([key for key in keys if key not in fresh])
        with self._lock:
            if len(self._marks) > KEPT:
                self._marks.clear()
            self._marks.update({key: (mark, now) for key, mark in asked_for.items()})
        fresh |= asked_for
        return [fresh[key] for key in keys if key in fresh]
