"""The terms of many texts at once, as numbers: what `nlu.text` finds one text after the other."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu import segmenter
from nlu import text as nlu_text

Keys = NDArray[np.int64]
Codes = NDArray[np.uint16]

KEY_BITS = 49
"""Every key is less than 2 to this power, which leaves 14 bits for a row beside it."""

_HAN_FIRST, _HAN_LAST = 0x3400, 0x9FFF
_BMP = 0x10000
_WHOLE = 3
"""Terms of so many characters are their own keys; longer ones are hashed."""
_HASHED = 1 << (KEY_BITS - 1)
_MASK = (1 << 64) - 1
_BASE, _MIX, _SPREAD = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_GROWS = "\u0130"
"""The one letter that becomes two when lowered."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """The terms of some texts, in order.

    Args:
        keys: of all texts, one text after the other, (terms,).
        bounds: text i's terms are keys[bounds[i]:bounds[i + 1]], (texts + 1,).
    """

    keys: Keys
    bounds: Keys

    def __iter__(self) -> Iterator[Keys]:
        """Each text's keys."""
        return (
            self.keys[first:last]
            for first, last in zip(self.bounds[:-1], self.bounds[1:], strict=True)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Plain:
    """Texts one after the other as code points: folded, in lower case, a zero after each.

    Args:
        codes: (characters,); what stands in no term may be zero too.
        ends: where each text's own zero stands, ascending, (texts,).
    """

    codes: Codes
    ends: Keys


def term_key(term: str) -> int:
    """A term's key: up to three characters by their code points, longer ones by a 48-bit hash.

    The hash is a polynomial over the characters, so that many can be had by two running sums.
    """
    codes = [ord(char) for char in term]
    if len(codes) <= _WHOLE and max(codes, default=0) < _BMP:
        return functools.reduce(lambda key, code: key << 16 | code, codes, 0)
    power, total = 1, 0
    for code in codes:
        total = (total + (code + 1) * _SPREAD * power) & _MASK
        power = power * _BASE & _MASK
    total = (total ^ total >> 31) * _MIX & _MASK
    return total >> 16 | _HASHED


def plain(texts: Sequence[str]) -> Plain:
    """The texts as `nlu.text.normalise` and lower case leave them, but for spaces."""
    joined = "\0".join([text.replace(_GROWS, "i\u0307") for text in texts]) + "\0"
    wide = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    lengths = np.fromiter((len(t) + t.count(_GROWS) + 1 for t in texts), np.int64, len(texts))
    ends = np.cumsum(lengths) - 1
    table, dropped = _folding()
    codes = np.where(wide < _BMP, wide, 0).astype(np.uint16)
    kept = ~dropped[codes]
    if not kept.all():
        ends = ends - np.cumsum(~kept)[ends]
        codes = codes[kept]
    return Plain(codes=table[codes], ends=ends)


def words(texts: Plain) -> Terms:
    """Their words: those of `nlu.text.words`."""
    starts, ends = segmenter.word_spans(texts.codes)
    return _terms(texts, starts, ends)


def bigrams(texts: Plain) -> Terms:
    """Their character bigrams: those of `nlu.text.bigrams`."""
    codes = texts.codes
    han = (codes >= _HAN_FIRST) & (codes <= _HAN_LAST)
    latin = segmenter.is_latin(codes)
    before, after = _shifted(han, 1), _shifted(han, -1)
    paired, alone = han & after, han & ~before & ~after
    run_starts = latin & ~_shifted(latin, 1)
    starts = np.flatnonzero(paired | alone | run_starts)
    ends = starts + 1 + paired[starts]
    ends[latin[starts]] = np.flatnonzero(latin & ~_shifted(latin, -1)) + 1
    return _terms(texts, starts, ends)


def _shifted(flags: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    moved = np.zeros_like(flags)
    if by > 0:
        moved[by:] = flags[:-by]
    else:
        moved[:by] = flags[-by:]
    return moved


def _terms(texts: Plain, starts: Keys, ends: Keys) -> Terms:
    bounds = np.concatenate(([0], np.searchsorted(starts, texts.ends))).astype(np.int64)
    return Terms(keys=_span_keys(texts.codes, starts, ends), bounds=bounds)


def _span_keys(codes: Codes, starts: Keys, ends: Keys) -> Keys:
    """`term_key` of each span of characters."""
    lengths = ends - starts
    keys = codes[starts].astype(np.int64)
    for place in range(1, _WHOLE):
        longer = np.flatnonzero(lengths > place)
        keys[longer] = keys[longer] << 16 | codes[starts[longer] + place]
    hashed = np.flatnonzero(lengths > _WHOLE)
    if len(hashed):
        keys[hashed] = _hashes(codes, starts[hashed], ends[hashed])
    return keys


def _hashes(codes: Codes, starts: Keys, ends: Keys) -> Keys:
    powers = np.full(len(codes) + 1, np.uint64(_BASE))
    powers[0] = 1
    np.cumprod(powers, out=powers)
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes.astype(np.uint64) + 1) * np.uint64(_SPREAD) * powers[:-1], out=sums[1:])
    back = np.full(len(codes) + 1, np.uint64(_BASE_INVERSE))
    back[0] = 1
    np.cumprod(back, out=back)
    total = (sums[ends] - sums[starts]) * back[starts]
    total = (total ^ total >> np.uint64(31)) * np.uint64(_MIX)
    return (total >> np.uint64(16) | np.uint64(_HASHED)).astype(np.int64)


@functools.lru_cache(maxsize=1)
def _folding() -> tuple[Codes, NDArray[np.bool_]]:
    """For each code point what it becomes, and whether it is dropped."""
    letters = "".join(map(chr, range(_BMP)))
    folded = [ord(letter.lower()[0]) for letter in nlu_text.fold(letters)]
    table = np.array([code if code < _BMP else 0 for code in folded], np.uint16)
    dropped = np.zeros(_BMP, np.bool_)
    dropped[[ord(letter) for letter in nlu_text.ZERO_WIDTH]] = True
    return table, dropped
