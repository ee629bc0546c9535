"""The index in a Milvus cluster, for content that several replicas share."""

from knowledge.milvus.collections import Collections
from knowledge.milvus.connection import probe
from knowledge.milvus.index import MilvusIndex

__all__ = ["Collections", "MilvusIndex", "probe"]
