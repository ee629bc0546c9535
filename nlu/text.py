"""Text to words: the same in the service, in search and in Rasa's environment (Python 3.10)."""

from __future__ import annotations

import functools
import logging
import os
import re
import stat
import tempfile
import threading
import unicodedata
import warnings
from collections.abc import Mapping
from typing import Any

from nlu import lexicon

_KEPT_PUNCTUATION = "！（），：；？～［］"
"""Full-width marks that carry structure in Chinese text (such as （一）); NFKC would lose them."""
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_WORD = re.compile(r"[0-9a-z\u3400-\u9fff]", re.IGNORECASE)
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" *\n\s*")
_HAN_OR_ALNUM = re.compile(r"[\u3400-\u9fff]+|[0-9a-z]+")
_MAX_LEXICON_FREQUENCY = 20_000
"""Keeps a long lexicon word in one piece without swallowing its neighbours."""


def _folding() -> dict[int, str]:
    ranges = ((0xFF01, 0xFF5E), (0xF900, 0xFAFF), (0x2E80, 0x2FDF))
    table: dict[int, str] = {}
    for first, last in ranges:
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and chr(code) not in _KEPT_PUNCTUATION:
                table[code] = plain
    for code in (*range(32), *range(0x7F, 0xA1), 0x3000, 0x2028, 0x2029):
        if chr(code) != "\n":
            table[code] = " "
    return table


_FOLD = _folding()
_DROP = dict.fromkeys(map(ord, ZERO_WIDTH))


def fold(text: str) -> str:
    """Full-width letters and digits, compatibility ideographs and control characters to plain ones.

    The result is as long as the text, so positions in one are positions in the other.
    """
    return text.translate(_FOLD)


def normalise(text: str) -> str:
    """The text as people would type it: folded, without invisible characters or spare spaces.

    Chinese punctuation, the case of letters and line breaks are kept; runs of blank lines become
    one line break.
    """
    folded = fold(text.translate(_DROP))
    return _LINES.sub("\n", _SPACE.sub(" ", folded)).strip()


def tokens(text: str) -> list[tuple[str, int]]:
    """Segment a text: (token as it stands in the text, its first character), spaces left out.

    Punctuation marks are tokens. The positions are those of the text given.
    """
    folded = fold(text)
    lowered = folded.lower()  # a few letters grow when lowered, and positions must not move
    found = _segmenter().tokenize(lowered if len(lowered) == len(text) else folded, HMM=False)
    return [(text[start:end], start) for _, start, end in found if text[start:end].strip()]


def words(text: str) -> list[str]:
    """Words in order, in lower case, without punctuation; lexicon words stay whole."""
    found = _segmenter().lcut(normalise(text).lower(), HMM=False)
    return [word for word in found if is_word(word)]


def is_word(token: str) -> bool:
    """True where a token holds a letter, a digit or a Chinese character."""
    return _WORD.search(token) is not None


def cut(text: str) -> list[str]:
    """What jieba makes of a text as it stands, marks and all."""
    return list(_segmenter().cut(text, HMM=False))


def frequencies() -> tuple[Mapping[str, int], int]:
    """How often each word of the lexicon stands in some corpus, and the corpus's size.

    The beginnings of words are among the words, with a frequency of 0.
    """
    segmenter = _segmenter()
    return segmenter.FREQ, segmenter.total


def search_words(text: str) -> list[str]:
    """Like `words`, and the shorter dictionary words inside long ones besides."""
    found = _segmenter().lcut_for_search(normalise(text).lower(), HMM=False)
    return [word for word in found if is_word(word)]


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, and whole Latin words or numbers, in order.

    A run of one character stands for itself.
    """
    found: list[str] = []
    for run in _HAN_OR_ALNUM.findall(normalise(text).lower()):
        if run[0] < "\u3400" or len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


_loading = threading.Lock()


def _segmenter() -> Any:
    with _loading:
        return _load()


@functools.lru_cache(maxsize=1)
def _load() -> Any:
    """A jieba tokenizer of our own (others' changes to the global one do not reach it)."""
    with warnings.catch_warnings():
        # jieba 0.42.1 imports pkg_resources and has unescaped patterns; both only warn.
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = _private_folder()
    tokenizer.initialize()
    for word in lexicon.words():
        frequency = min(tokenizer.suggest_freq(word.lower()), _MAX_LEXICON_FREQUENCY)
        tokenizer.add_word(word.lower(), frequency)
    return tokenizer


def _private_folder() -> str:
    """A folder for jieba's cache that only we can write: the cache is loaded as code would be."""
    folder = os.path.join(tempfile.gettempdir(), f"policyline-jieba-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    status = os.lstat(folder)
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    if not ours or status.st_mode & 0o022:
        return tempfile.mkdtemp(prefix="policyline-jieba-")
    return folder
