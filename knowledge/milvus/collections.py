"""Three collections in Milvus: what is current, what is searched, and the contents themselves."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from knowledge.index import IndexAway, plain_number
from knowledge.milvus.connection import connected, fingerprint, layouts, said_of
from knowledge.milvus.content import Content, key_of, unpacked
from knowledge.milvus.rows import content_rows, document_row, passage_rows
from knowledge.milvus.terms import Floats
from nlu.encoder import Encoder

LAYOUT = 1
"""Part of the collections' names: raised when rows change shape, so that two versions of the
software beside each other do not write into the same collections."""
READ_WITHIN_S = 4.0
"""A citizen waits for it; a callback has 4.5 s in all."""
WRITTEN_WITHIN_S = 60.0
ROWS_AT_ONCE = 100
"""Rows in one write: some megabytes, far below what a server takes."""
KEYS_AT_ONCE, CONTENTS_AT_ONCE = 100, 25
LEFT_ALONE_S = 3600
"""What no current document points to is removed once it is so old: before, someone may be about
to make it current."""
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True, kw_only=True)
class Near:
    """One search among rows.

    Args:
        vector: sparse (`terms`) or dense (`near`).
        quotable: True: what may be quoted that day; False: everything else.
    """

    collection: str
    field: str
    vector: dict[int, float] | list[float]
    limit: int
    today: date
    quotable: bool


class Collections:
    """The collections of one prefix and one encoder, made where they are missing.

    Replicas with different encoders do not share: their vectors cannot be compared. A document's
    row in `documents` names the version that is current; it is written after the version's
    passages and contents, and older ones are removed after it. Every read is strongly consistent.

    Args:
        url: of the cluster, or a file ending in .db for Milvus Lite.
        token: `user:password` or an API key; empty without.
        now: seconds since 1970.

    Raises:
        IndexAway: no such cluster, no such user, or pymilvus is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        prefix: str = "policyline",
        encoder: Encoder | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        if not _PREFIX.fullmatch(prefix):
            raise IndexAway(f"Milvus 集合名前缀 {prefix!r} 只能由字母、数字和下划线组成")
        self.encoder, self._now = encoder, now
        self._client = connected(url, token)
        name = f"{prefix}_{LAYOUT}_{fingerprint(encoder)}"
        self.documents, self.passages = f"{name}_documents", f"{name}_passages"
        self.contents = f"{name}_contents"
        self._make()

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def count(self) -> int:
        """How many documents are current."""
        found = self._call("query", self.documents, filter="", output_fields=["count(*)"])
        return int(found[0]["count(*)"])

    def marks(self, keys: Iterable[str]) -> dict[str, str]:
        """Key → mark of the version that is current, for those that have one.

        Keys and marks are hexadecimal, so that no filter holds a word from outside.
        """
        rows = self._rows(self.documents, "key", keys, ["key", "mark"])
        return {row["key"]: row["mark"] for row in rows}

    def every_mark(self) -> dict[str, str]:
        """Key → mark of every current document."""
        return {row["key"]: row["mark"] for row in self._all(self.documents, ["key", "mark"])}

    def numbered(self, number: str) -> list[str]:
        """The keys of the current documents of that number."""
        wanted = [key_of(plain_number(number))]
        return [row["key"] for row in self._rows(self.documents, "number", wanted, ["key"])]

    def contents_of(self, marks: Iterable[str]) -> list[Content]:
        """The contents of those versions; one that is missing or not whole is left out."""
        parts: dict[str, dict[int, str]] = {}
        wanted: dict[str, int] = {}
        fields = ["mark", "part", "parts", "content"]
        for row in self._rows(self.contents, "mark", marks, fields, CONTENTS_AT_ONCE):
            parts.setdefault(row["mark"], {})[row["part"]] = row["content"]
            wanted[row["mark"]] = row["parts"]
        return [
            unpacked("".join(text for _, text in sorted(found.items())), mark)
            for mark, found in parts.items()
            if len(found) == wanted[mark]
        ]

    def passage_counts(self, marks: Iterable[str]) -> Counter[str]:
        """How many passages of each version are held."""
        return Counter(row["mark"] for row in self._rows(self.passages, "mark", marks, ["mark"]))

    def near(self, wanted: Near) -> list[str]:
        """The keys of the documents whose rows are nearest, nearest first."""
        day = wanted.today.toordinal()
        may = f"published == true and valid_from <= {day} and valid_to >= {day}"
        may_not = f"published == false or valid_from > {day} or valid_to < {day}"
        (hits,) = self._call(
            "search",
            wanted.collection,
            data=[wanted.vector],
            anns_field=wanted.field,
            limit=wanted.limit,
            filter=may if wanted.quotable else may_not,
            output_fields=["key"],
            search_params={"metric_type": "IP"},
        )
        return list(dict.fromkeys(hit["entity"]["key"] for hit in hits if hit["distance"] > 0))

    def put(self, contents: Sequence[Content], means: Floats, before: Mapping[str, str]) -> None:
        """Make these current; dying half way leaves what was current before.

        Args:
            contents: versions that are not held, or not whole.
            means: mean lengths, words and bigrams × passages and documents, (2, 2).
            before: key → mark of what was current, and is removed when the new is.
        """
        rows = [content.sparse(means) for content in contents]
        self._upsert(
            self.contents,
            (row for each in contents for row in content_rows(each, int(self._now()))),
        )
        self._upsert(
            self.passages,
            (
                row
                for content, sparse in zip(contents, rows, strict=True)
                for row in passage_rows(content, sparse[:-1])
            ),
        )
        self._upsert(
            self.documents,
            (
                document_row(content, sparse[-1])
                for content, sparse in zip(contents, rows, strict=True)
            ),
        )
        current = {content.mark for content in contents}
        keys = [content.key for content in contents]
        self._forget({before[key] for key in keys if key in before} - current)

    def remove(self, marks: Mapping[str, str]) -> None:
        """Take documents (key → mark) away."""
        self._delete(self.documents, "key", marks.keys())
        self._forget(marks.values())

    def sweep(self) -> None:
        """Remove what a death half way left behind, once nobody can be about to use it."""
        current = set(self.every_mark().values())
        old = int(self._now()) - LEFT_ALONE_S
        rows = self._all(self.contents, ["mark", "written"])
        self._forget({r["mark"] for r in rows if r["written"] < old and r["mark"] not in current})

    def settle(self) -> None:
        """After much was written, have it sealed and indexed; else it is searched row by row."""
        for name in (self.documents, self.passages, self.contents):
            self._call("flush", name)

    def _forget(self, marks: Iterable[str]) -> None:
        taken = list(marks)
        self._delete(self.passages, "mark", taken)
        self._delete(self.contents, "mark", taken)  # last: by these a sweep finds the rest

    def _make(self) -> None:
        dimensions = self.encoder.dimensions if self.encoder else None
        names = (self.documents, self.passages, self.contents)
        for name, layout in zip(names, layouts(self._client, dimensions), strict=True):
            if not self._call("has_collection", name):
                schema = layout["schema"]
                self._call("create_collection", name, consistency_level="Strong", schema=schema)
            indexes = layout["index_params"]
            there = set(self._call("list_indexes", name))
            if not {index.index_name or index.field_name for index in indexes} <= there:
                self._call("create_index", name, index_params=indexes)  # also after a death
            self._call("load_collection", name)

    def _rows(
        self,
        collection: str,
        field: str,
        values: Iterable[str],
        output: list[str],
        at_once: int = KEYS_AT_ONCE,
    ) -> Iterator[dict[str, Any]]:
        for some in _batches(sorted(set(values)), at_once):
            yield from self._call(
                "query",
                collection,
                filter=f"{field} in {json.dumps(some)}",
                output_fields=output,
            )

    def _all(self, collection: str, output: list[str]) -> Iterator[dict[str, Any]]:
        every = self._call("query_iterator", collection, batch_size=1000, output_fields=output)
        try:
            while some := every.next():
                yield from some
        finally:
            every.close()

    def _upsert(self, collection: str, rows: Iterable[dict[str, Any]]) -> None:
        for some in _batches(rows, ROWS_AT_ONCE):
            self._call("upsert", collection, data=some)

    def _delete(self, collection: str, field: str, values: Iterable[str]) -> None:
        for some in _batches(values, KEYS_AT_ONCE):
            self._call("delete", collection, filter=f"{field} in {json.dumps(some)}")

    def _call(self, name: str, collection: str, **arguments: Any) -> Any:
        from pymilvus.exceptions import MilvusException

        reads = name in ("query", "search", "query_iterator")
        if reads:
            arguments["consistency_level"] = "Strong"
        arguments["timeout"] = READ_WITHIN_S if reads else WRITTEN_WITHIN_S
        try:
            return getattr(self._client, name)(collection, **arguments)
        except MilvusException as error:
            raise IndexAway(f"Milvus 未能完成 {name}（{said_of(error)}）") from error


def _batches(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    some: list[Any] = []
    for value in values:
        some.append(value)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
