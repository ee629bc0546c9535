"""Kinds that exclude one another: 职工医保 and 居民医保, a first home and a second one."""

from __future__ import annotations

import functools

from nlu import lexicon
from nlu import text as nlu_text

Kinds = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
"""For each kind asked about: its names, and those of the kinds it excludes."""


def asked(question: str) -> Kinds:
    """The kinds a question names, of families of which it names only one."""
    return _asked(nlu_text.fold(question).lower())


@functools.lru_cache(maxsize=256)
def _asked(plain: str) -> Kinds:
    found = []
    for family in lexicon.contrasts():
        named = [at for at, kind in enumerate(family) if any(name in plain for name in kind)]
        if len(named) == 1:
            others = (kind for at, kind in enumerate(family) if at != named[0])
            found.append((family[named[0]], tuple(name for kind in others for name in kind)))
    return tuple(found)


def tells_of_another(kinds: Kinds, text: str) -> bool:
    """Whether a text names a kind that one asked about excludes, and not that one.

    Args:
        kinds: as `asked` gives them.
        text: in lower case, folded; with the title and headings it stands under.
    """
    return any(
        any(name in text for name in excluded) and not any(name in text for name in own)
        for own, excluded in kinds
    )
