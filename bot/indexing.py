"""Which index the settings name: in this process, or in a Milvus cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from knowledge.embedded import EmbeddedIndex

if TYPE_CHECKING:
    from bot.content_ports import IndexMaker
    from bot.settings import Settings
    from knowledge.index import Entry, Index
    from nlu.encoder import Encoder


def index_maker(settings: Settings) -> IndexMaker:
    """What builds the index; pymilvus is loaded only where a cluster is named."""
    if not settings.milvus_url:
        return EmbeddedIndex.build

    def make(entries: Iterable[Entry], encoder: Encoder | None) -> Index:
        from knowledge.milvus import Collections, MilvusIndex

        collections = Collections(
            settings.milvus_url,
            token=settings.milvus_token.get_secret_value(),
            prefix=settings.milvus_prefix,
            encoder=encoder,
        )
        try:
            return MilvusIndex.build(entries, collections)
        except BaseException:
            collections.close()
            raise

    return make
