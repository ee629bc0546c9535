"""jieba's segmentation for many texts at once: the same words from the same lexicon, by numpy.

A text is cut where its words are likeliest together (no hidden Markov model): the best way from
each character to the end of its block, from the last character to the first, in all blocks side by
side. The numbers are added in jieba's order, so that even equally likely cuts fall as jieba's do.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu import text as nlu_text

Codes = NDArray[np.uint16]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

LONGEST_BLOCK = 500
"""A longer block without any mark is cut by jieba itself: numbers run together, noise."""
_LENGTH_BITS = 7
"""Words of the lexicon are shorter than 2 to this power."""
_CHILD_BITS, _CODE_BITS = 24, 16
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_EMPTY = -1
_BLOCK_MARKS = "+#&._%-"
"""What jieba takes into a word's block besides letters, digits and Chinese characters."""
_BLOCK_HAN = (0x4E00, 0x9FD5)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Lexicon:
    """The dictionary as a tree of prefixes, flat.

    Args:
        roots: the node of each first character, 0 where no word begins so, (65536,).
        table: open hash table; an entry is parent node, character and child node side by side.
        costs: the logarithm of each node's probability as a word, -inf where it is none.
        unknown: that of a character in no word.
    """

    roots: NDArray[np.int32]
    table: NDArray[np.int64]
    costs: NDArray[np.float64]
    unknown: float

    def child(self, nodes: Places, codes: Codes) -> Places:
        """The nodes one character further; 0 where there is none."""
        keys = nodes << _CODE_BITS | codes
        slots = _slots(keys, len(self.table))
        found = self.table[slots]
        hit = found >> _CHILD_BITS == keys
        children = np.where(hit, found & ((1 << _CHILD_BITS) - 1), 0)
        open_ = np.flatnonzero(~hit & (found != _EMPTY))
        while len(open_):
            slots[open_] = (slots[open_] + 1) % len(self.table)
            found = self.table[slots[open_]]
            hit = found >> _CHILD_BITS == keys[open_]
            children[open_[hit]] = found[hit] & ((1 << _CHILD_BITS) - 1)
            open_ = open_[~hit & (found != _EMPTY)]
        return children


@dataclass(frozen=True, kw_only=True, eq=False)
class _Words:
    """Words that could stand in the blocks: where, how long, how likely."""

    places: Places
    lengths: Places
    costs: NDArray[np.float64]


def is_latin(codes: Codes) -> Mask:
    """Which are digits or small Latin letters."""
    return ((codes >= ord("0")) & (codes <= ord("9"))) | ((codes >= ord("a")) & (codes <= ord("z")))


def word_spans(codes: Codes) -> tuple[Places, Places]:
    """Where the words of `nlu.text.words` begin and end.

    Args:
        codes: folded and in lower case; texts are parted by zeros.
    """
    in_block, alone, counts = (kind[codes] for kind in _kinds())
    edges = np.diff(np.concatenate(([False], in_block, [False])).view(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    short = ends - starts <= LONGEST_BLOCK
    begins = alone.copy()
    _cut(codes, starts[short], ends[short], begins)
    for start, end in zip(starts[~short], ends[~short], strict=True):
        _cut_by_jieba(codes, int(start), int(end), begins)
    _join_latin(codes, begins)
    word_starts = np.flatnonzero(begins)
    reach = np.concatenate((word_starts[1:], [len(codes)]))
    outside = np.concatenate((ends, [len(codes)]))
    block_end = outside[np.searchsorted(ends, word_starts, side="right")]
    word_ends = np.minimum(reach, np.where(alone[word_starts], word_starts + 1, block_end))
    sums = np.concatenate(([0], np.cumsum(counts)))
    meant = sums[word_ends] > sums[word_starts]
    return word_starts[meant], word_ends[meant]


def _cut(codes: Codes, starts: Places, ends: Places, begins: Mask) -> None:
    """Mark in `begins` where the likeliest words of these blocks begin."""
    if not len(starts):
        return
    places = _within(starts, ends - starts)
    left = np.repeat(ends, ends - starts) - places
    options = _options(codes, places, left)
    steps = np.zeros(len(codes), np.int16)
    steps[places] = left
    groups = steps[options.places].astype(np.uint16) << _LENGTH_BITS | options.lengths
    order = np.argsort(groups.astype(np.uint16), kind="stable")
    best = np.zeros(len(codes) + 1, np.float64)
    taken = np.zeros(len(codes), np.int64)
    _likeliest(options, order, steps, best, taken)
    at, until = starts, ends
    while len(at):
        begins[at] = True
        at = at + taken[at]
        going = at < until
        at, until = at[going], until[going]


def _likeliest(
    options: _Words,
    order: Places,
    steps: NDArray[np.int16],
    best: NDArray[np.float64],
    taken: Places,
) -> None:
    """Fill in the best sum from each place to its block's end and the length of its first word.

    `order` sorts the options by their distance to the block's end, then by length: where two are
    equally likely, the longer one is taken.
    """
    places, lengths, costs = options.places[order], options.lengths[order], options.costs[order]
    groups = steps[places].astype(np.int32) << _LENGTH_BITS | lengths
    bounds = np.flatnonzero(np.diff(groups, prepend=-1, append=-1)).tolist()
    for first, last in itertools.pairwise(bounds):
        at, length = places[first:last], lengths[first]
        sums = costs[first:last] + best[at + length]
        better = (taken[at] == 0) | (sums >= best[at])
        best[at[better]] = sums[better]
        taken[at[better]] = length


def _options(codes: Codes, places: Places, left: Places) -> _Words:
    """The words that could begin at each place, `left` characters before the end of its block."""
    lexicon = _lexicon()
    nodes = lexicon.roots[codes[places]].astype(np.int64)
    single = np.isfinite(lexicon.costs[nodes])
    some = single.copy()
    found = [(places[single], 1, lexicon.costs[nodes[single]])]
    live = np.flatnonzero(nodes > 0)
    length = 1
    while True:
        live = live[left[live] > length]
        if not len(live):
            break
        children = lexicon.child(nodes[live], codes[places[live] + length])
        length += 1
        live, children = live[children > 0], children[children > 0]
        nodes[live] = children
        whole = np.isfinite(lexicon.costs[children])
        found.append((places[live[whole]], length, lexicon.costs[children[whole]]))
        some[live[whole]] = True
    lost = places[~some]
    found.append((lost, 1, np.full(len(lost), lexicon.unknown)))
    return _Words(
        places=np.concatenate([at for at, _, _ in found]),
        lengths=np.repeat([size for _, size, _ in found], [len(at) for at, _, _ in found]),
        costs=np.concatenate([costs for _, _, costs in found]),
    )


def _cut_by_jieba(codes: Codes, start: int, end: int, begins: Mask) -> None:
    block = codes[start:end].astype("<u2").tobytes().decode("utf-16-le", "replace")
    at = start
    for word in nlu_text.cut(block):
        begins[at] = True
        at += len(word)


def _join_latin(codes: Codes, begins: Mask) -> None:
    """Single letters and digits that follow each other are one word."""
    last = np.ones(len(codes), np.bool_)
    last[:-1] = begins[1:]
    single = begins & is_latin(codes)
    # A word of one character ends where the next begins or where no letter follows.
    last[:-1] |= ~_kinds()[0][codes[1:]]
    single &= last
    begins[1:] &= ~(single[1:] & single[:-1])


def _within(starts: Places, lengths: Places) -> Places:
    """starts[0], starts[0] + 1, …: every place of each span."""
    offsets = np.cumsum(lengths) - lengths
    places: Places = np.arange(int(lengths.sum())) + np.repeat(starts - offsets, lengths)
    return places


def _slots(keys: Places, size: int) -> Places:
    """Where to look first in a hash table of that size, a power of 2."""
    return (keys.astype(np.uint64) * _SPREAD >> np.uint64(65 - size.bit_length())).astype(np.int64)


@functools.lru_cache(maxsize=1)
def _kinds() -> tuple[Mask, Mask, Mask]:
    """Of each code point: inside a block; a word outside of one; makes what it is in a word."""
    letters = [chr(code) for code in range(0x10000)]
    counts = np.array([nlu_text.is_word(letter) for letter in letters])
    in_block = np.zeros(0x10000, np.bool_)
    in_block[_BLOCK_HAN[0] : _BLOCK_HAN[1] + 1] = True
    in_block[[ord(mark) for mark in _BLOCK_MARKS]] = True
    in_block |= is_latin(np.arange(0x10000, dtype=np.uint16))
    return in_block, counts & ~in_block, counts


@functools.lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    frequencies, total = nlu_text.frequencies()
    known = {word: node for node, word in enumerate(frequencies, 1)}
    whole = math.log(total)
    costs = np.full(len(known) + 1, -np.inf)
    logarithms = {n: math.log(n) - whole for n in set(frequencies.values()) if n > 0}
    costs[1:] = [logarithms.get(n, -math.inf) for n in frequencies.values()]
    roots = np.zeros(0x10000, np.int32)
    keys, children = [], []
    for word, node in known.items():
        if ord(max(word)) >= 0x10000:
            continue
        if len(word) == 1:
            roots[ord(word)] = node
        else:
            keys.append(known[word[:-1]] << _CODE_BITS | ord(word[-1]))
            children.append(node)
    table = _filled(np.array(keys, np.int64), np.array(children, np.int64))
    return _Lexicon(roots=roots, table=table, costs=costs, unknown=math.log(1) - whole)


def _filled(keys: Places, children: Places) -> NDArray[np.int64]:
    """A hash table at most a quarter full, so that most look-ups end where they begin."""
    table = np.full(1 << (4 * len(keys)).bit_length(), _EMPTY, np.int64)
    entries, slots = keys << _CHILD_BITS | children, _slots(keys, len(table))
    while len(entries):
        free = table[slots] == _EMPTY
        table[slots[free]] = entries[free]
        placed = table[slots] == entries
        entries, slots = entries[~placed], (slots[~placed] + 1) % len(table)
    return table
