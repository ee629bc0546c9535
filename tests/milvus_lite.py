"""A Milvus of the tests' own: Milvus Lite on a file, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from milvus_lite.server_manager import server_manager_instance

from knowledge.index import Entry
from knowledge.milvus import Collections, MilvusIndex
from nlu.encoder import Encoder


class Lite:
    """Collections on one file, made once an encoder: making them takes seconds."""

    def __init__(self, file: Path) -> None:
        self.url = str(file)
        self._made: dict[Encoder | None, Collections] = {}

    def collections(self, encoder: Encoder | None = None) -> Collections:
        if encoder not in self._made:
            self._made[encoder] = Collections(self.url, encoder=encoder)
        return self._made[encoder]

    def build(self, entries: Iterable[Entry], encoder: Encoder | None = None) -> MilvusIndex:
        """What was held before goes: an index of these entries alone."""
        return MilvusIndex.build(entries, self.collections(encoder))

    def close(self) -> None:
        for collections in self._made.values():
            collections.close()


@contextmanager
def milvus_lite(folder: Path) -> Iterator[Lite]:
    """Running inside."""
    lite = Lite(folder / "milvus.db")
    try:
        yield lite
    finally:
        lite.close()
        server_manager_instance.release_server(lite.url)
