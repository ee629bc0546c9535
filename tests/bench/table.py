"""One row of what was measured, and the table of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """A figure of ours beside a peer's of the same run.

    Args:
        ratio: ours against the peer's, in words; empty where they are shares.
    """

    what: str
    ours: str
    peer: str = ""
    peer_name: str = ""
    ratio: str = ""


def show(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | ours | peer | which peer | ratio |", "|---|---|---|---|---|"]
    lines += [f"| {r.what} | {r.ours} | {r.peer} | {r.peer_name} | {r.ratio} |" for r in rows]
    return "\n".join(lines)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies; nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
