"""Sources for replies on a real leader mailbox, beside bm25s over jieba words of the same run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from threadpoolctl import threadpool_limits

from bot.commands.drafts import read
from bot.drafting.evaluate import Found, Measuring, Method
from nlu.text import words
from tests.bench.table import Row

_PEER = "bm25s over jieba words"


def rows(data: Path) -> Sequence[Row]:
    """Both splits: the unit and the main statement among the first three sources, and time."""
    messages, _ = read(data / "mailbox" / "messages_with_replies.csv", "")
    with threadpool_limits(1):
        measuring = Measuring(messages)
        begun = time.perf_counter()
        peer = _bm25s([f"{one.title}\n{one.text}" for one in measuring.messages])
        built_s = time.perf_counter() - begun
        report = measuring.report(peers={"bm25s": peer})
    found = [
        Row(
            what="earlier replies: build, s",
            ours=f"{report.build_s:.1f}",
            peer=f"{built_s:.1f}",
            peer_name=_PEER,
        )
    ]
    for split in report.splits:
        ours, theirs = (_named(split.methods, name) for name in ("ours", "bm25s"))
        for what, one, other in (
            ("unit", ours.unit[1], theirs.unit[1]),
            ("main statement", ours.covered[1], theirs.covered[1]),
        ):
            found.append(
                Row(
                    what=f"{what} in the first three sources, {split.name}",
                    ours=f"{one:.3f}",
                    peer=f"{other:.3f}",
                    peer_name=_PEER,
                )
            )
        found.append(
            Row(
                what=f"sources for one letter, ms, {split.name}",
                ours=f"{ours.ms:.2f}",
                peer=f"{theirs.ms:.2f}",
                peer_name=_PEER,
                ratio=f"{ours.ms / theirs.ms:.1f} ×",
            )
        )
    return found


def _named(methods: Sequence[Method], name: str) -> Method:
    return next(one for one in methods if one.name == name)


def _bm25s(texts: Sequence[str]) -> Found:
    cut = [words(text) for text in texts]
    held = bm25s.BM25()
    held.index(cut, show_progress=False)

    def best(at: int, may: np.ndarray) -> Sequence[int]:
        scores = np.where(may, held.get_scores(words(texts[at])), -1.0)
        return [int(row) for row in np.argsort(-scores, kind="stable")[:5] if may[row]]

    return best
