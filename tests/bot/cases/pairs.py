"""Pairs of cases written for the default city, each one matter or not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.cases.merging import Told

_FILE = Path(__file__).parents[2] / "golden" / "duplicate_pairs.jsonl"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two cases.

    Args:
        written: `first` to `third` while the lexicon grew, words of theirs in it; `fourth` after it
            was closed, nothing taken from it but a fault in reading the name of a village.
        story: pairs of one story share cases.
        held: not to be fitted on.
    """

    a: Told
    b: Told
    same: bool
    kind: str
    story: str
    written: str

    @property
    def held(self) -> bool:
        return hashlib.sha256(self.story.encode()).digest()[0] % 2 == 1


def pairs() -> tuple[Pair, ...]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return tuple(_pair(json.loads(line)) for line in lines)


def _pair(row: dict[str, object]) -> Pair:
    return Pair(
        a=_told(row["a"]),
        b=_told(row["b"]),
        same=bool(row["same"]),
        kind=str(row["kind"]),
        story=str(row["story"]),
        written=str(row["set"]),
    )


def _told(case: object) -> Told:
    assert isinstance(case, dict)
    return Told(
        number="",
        title=case["title"],
        text=case["text"],
        place=case["place"],
        channel=case["channel"],
        at=datetime.fromisoformat(case["at"]),
    )


def precision_at(odds: Sequence[float], same: Sequence[float], recall: float) -> float:
    """Precision where the likeliest pairs hold this share of the same ones."""
    order = sorted(range(len(odds)), key=lambda at: -odds[at])
    wanted, found = sum(same) * recall, 0.0
    for taken, at in enumerate(order, start=1):
        found += same[at]
        if found >= wanted:
            return found / taken
    return 0.0
