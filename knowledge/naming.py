"""Finding known names in a text: the longest at each place, in time that grows with the text."""

from __future__ import annotations

from collections.abc import Iterable


class NameFinder:
    """Finds names from left to right; where several begin together, the longest is taken.

    Args:
        names: any number of them; the empty one is left out.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name for name in names if name)
        lengths: dict[str, set[int]] = {}
        for name in self._names:
            lengths.setdefault(name[0], set()).add(len(name))
        self._lengths = {first: sorted(each, reverse=True) for first, each in lengths.items()}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def all_at(self, text: str, start: int) -> list[int]:
        """Where the names beginning at `start` end, the longest first."""
        lengths = self._lengths.get(text[start], ())
        ends = (start + size for size in lengths)
        return [end for end in ends if end <= len(text) and text[start:end] in self._names]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of each name found; they do not overlap."""
        found = []
        at = 0
        while at < len(text):
            ends = self.all_at(text, at)
            if ends:
                found.append((at, ends[0]))
                at = ends[0]
            else:
                at += 1
        return found

    def found(self, text: str) -> tuple[str, ...]:
        """The names themselves, each once, in order."""
        return tuple(dict.fromkeys(text[start:end] for start, end in self.spans(text)))
