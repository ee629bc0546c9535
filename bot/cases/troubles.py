"""What a case is about: the thing, and what is wrong with it or wanted of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.routing.phrases import Phrase, phrase, spans
from nlu import lexicon


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Names of the lexicon's things and troubles → weight, 0 to 1, the first named weighs most."""

    things: Mapping[str, float] = field(default_factory=dict)
    troubles: Mapping[str, float] = field(default_factory=dict)


class TroubleReader:
    """The lexicon's words, ready to be found in texts."""

    def __init__(self) -> None:
        things, troubles = lexicon.troubles()
        self._things, self._troubles = _phrases(things), _phrases(troubles)
        self._parts = tuple(
            sorted(
                {
                    part
                    for _, said in (*self._things, *self._troubles)
                    for each in said
                    for part in each.parts
                }
            )
        )

    def read(self, text: str) -> Trouble:
        """Things and troubles of a text in lower case, without places."""
        present = {part for part in self._parts if part in text}
        return Trouble(
            things=_found(self._things, text, present),
            troubles=_found(self._troubles, text, present),
        )


def _phrases(names: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[Phrase, ...]], ...]:
    return tuple((name, tuple(phrase(word) for word in said)) for name, said in names.items())


def _found(
    names: tuple[tuple[str, tuple[Phrase, ...]], ...], text: str, present: set[str]
) -> dict[str, float]:
    """The later a name is said first, the less it weighs: 1, 1/√2, 1/√3 …"""
    first: dict[str, int] = {}
    for name, said in names:
        at = [
            min(found)[0]
            for each in said
            if present.issuperset(each.parts) and (found := spans(text, each))
        ]
        if at:
            first[name] = min(at)
    ordered = sorted(first, key=lambda name: first[name])
    return {name: (rank + 1) ** -0.5 for rank, name in enumerate(ordered)}


def overlap(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Share of weight two such mappings have in common, 0 to 1 (weighted Jaccard)."""
    union = sum(max(a.get(name, 0.0), b.get(name, 0.0)) for name in a.keys() | b.keys())
    return sum(min(a[name], b[name]) for name in a.keys() & b.keys()) / union if union else 0.0
