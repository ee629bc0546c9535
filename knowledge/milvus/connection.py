"""The client of a Milvus cluster, and the fields and indexes of the three collections."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import numpy as np

from knowledge.index import IndexAway
from nlu.encoder import Encoder

CONNECTED_WITHIN_S = 5.0
_TEXT = 65_535
_PROBE = "城乡居民申请创业担保贷款、医疗保险、高龄津贴需要什么材料，多久办好，电话多少"


def connected(url: str, token: str, within_s: float = CONNECTED_WITHIN_S) -> Any:
    """A client of the cluster.

    Args:
        url: of the cluster, or a file ending in .db for Milvus Lite.
        token: `user:password` or an API key; empty without.
        within_s: longest wait.

    Raises:
        IndexAway: no such cluster, no such user, or pymilvus is not installed.
    """
    try:
        from pymilvus import MilvusClient
        from pymilvus.exceptions import MilvusException
    except ImportError as error:
        raise IndexAway(
            "已设置 POLICYLINE_MILVUS_URL，但没有安装 pymilvus："
            "请执行 pip install 'policyline[milvus]'"
        ) from error
    _silence()
    try:
        return MilvusClient(uri=url, token=token, timeout=within_s)
    except MilvusException as error:
        raise IndexAway(
            "连不上 Milvus，请核对 POLICYLINE_MILVUS_URL 与 POLICYLINE_MILVUS_TOKEN，"
            f"并确认它已启动（{said_of(error)}）"
        ) from error


def _silence() -> None:
    """Let its log keep still, which goes past ours: what it tells of a failure is raised too, and
    there it is told without the addresses and filters it quotes."""
    for name in [*logging.root.manager.loggerDict]:
        if name.split(".")[0] == "pymilvus":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def probe(url: str, token: str, within_s: float) -> None:
    """Ask the cluster for its collections, as the service may see them.

    Raises:
        IndexAway: it does not answer, or not to this token.
    """
    client = connected(url, token, within_s)  # says it where pymilvus is missing
    from pymilvus.exceptions import MilvusException

    try:
        client.list_collections(timeout=within_s)
    except MilvusException as error:
        raise IndexAway(f"Milvus 不接受访问（{said_of(error)}）") from error
    finally:
        client.close()


def said_of(error: Any) -> str:
    """What of a Milvus error may be told: its number, never a filter or an address."""
    return f"代码 {error.code}"


def layouts(client: Any, dimensions: int | None) -> tuple[dict[str, Any], ...]:
    """Schema and indexes of documents, passages and contents, as `create_collection` takes them.

    Args:
        client: of the cluster.
        dimensions: of the passages' vectors; None without an encoder.
    """
    from pymilvus import DataType

    documents, passages, contents = (
        client.create_schema(auto_id=False, enable_dynamic_field=False) for _ in range(3)
    )
    documents.add_field("key", DataType.VARCHAR, is_primary=True, max_length=32)
    documents.add_field("number", DataType.VARCHAR, max_length=32)
    passages.add_field("row", DataType.VARCHAR, is_primary=True, max_length=64)
    passages.add_field("key", DataType.VARCHAR, max_length=32)
    for schema in (documents, passages):
        schema.add_field("mark", DataType.VARCHAR, max_length=32)
        schema.add_field("published", DataType.BOOL)
        schema.add_field("valid_from", DataType.INT64)
        schema.add_field("valid_to", DataType.INT64)
        schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
    contents.add_field("row", DataType.VARCHAR, is_primary=True, max_length=64)
    contents.add_field("mark", DataType.VARCHAR, max_length=32)
    for name in ("part", "parts", "written"):
        contents.add_field(name, DataType.INT64)
    contents.add_field("content", DataType.VARCHAR, max_length=_TEXT)
    # A collection must have a vector; nothing is ever searched by this one.
    contents.add_field("unused", DataType.FLOAT_VECTOR, dim=2)
    if dimensions is not None:
        passages.add_field("near", DataType.FLOAT_VECTOR, dim=dimensions)
    return (
        {"schema": documents, "index_params": _indexes(client, "terms")},
        {
            "schema": passages,
            "index_params": _indexes(client, "terms", near=dimensions is not None),
        },
        {"schema": contents, "index_params": _indexes(client, "unused")},
    )


def _indexes(client: Any, field: str, *, near: bool = False) -> Any:
    found = client.prepare_index_params()
    if field == "terms":
        found.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        found.add_index("mark", index_type="INVERTED")
    else:
        found.add_index(field, index_type="FLAT", metric_type="IP")
        found.add_index("mark", index_type="INVERTED")
    if near:
        graph = {"M": 16, "efConstruction": 200}
        found.add_index("near", index_type="HNSW", metric_type="IP", params=graph)
    return found


def fingerprint(encoder: Encoder | None) -> str:
    """Told apart from another encoder by what it makes of one sentence."""
    if encoder is None:
        return "words"
    made = np.round(encoder.encode([_PROBE])[0], 2) + np.float32(0)  # no negative zeros
    return hashlib.blake2b(made.astype(np.float32).tobytes(), digest_size=6).hexdigest()
