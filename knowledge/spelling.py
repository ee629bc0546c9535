"""Words a citizen misspelt: 工积金 for 公积金, 退体 for 退休. They widen a search, no more.

Only what no passage holds is looked at, and only words that the passages do hold are offered:
other words of the same sound in a Jiangxi accent (zh as z, n as l, -ng as -n, hu as fu), or of
nearly the same shape.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from nlu import lexicon
from nlu import text as nlu_text

Known = Callable[[Iterable[str]], frozenset[str]]
"""Which of some bigrams any passage holds."""

MAX_CHARS = 60
"""Longer letters are not read for misspelt words: their other words say enough."""
_MAX_WORD, _MAX_SINGLES = 7, 4
_LONG = 5
"""From this length on a known name may differ by any one character."""
_MAX_OFFERED = 2
_MIN_FREQUENCY = 50
"""A dictionary word seldomer than this (in jieba's corpus) is not what somebody meant to write."""
_ALIKE = (
    "体休 己已巳 未末 人入 士土 住往佳 代伐 薄簿 侯候 折拆析 今令 干千 免兔 大太 治冶 徽微 拔拨 "
    "暑署 陪赔培 农衣 天无 办为 贷货 帐账 缴激 申甲 由田 户尸 籍藉 抚扶 劳荣 救球 厂广 医区 险验 "
    "检捡 档挡 准淮 处外 残践 贴帖 迁迂 宅宇 孤狐 津律 灾火 籼汕 征怔"
)
_FUNCTION = frozenset(
    "的了吗呢吧啊么不没个有是在和与就都也还要去到给我你他她它这那哪几多少能会可上下里来过得着把被让"
    "很太再又只从向跟按可以拿做"
)
_TELLING = frozenset(
    "市县省区镇乡村东西南北上下大小男女老新旧一二三四五六七八九十百千万两无有不非高低"
)
"""Characters that tell one thing from another: written so, they are meant so."""
_PHRASE = re.compile("^[上读办取买补去领交开打吃报养做起坐拿换停断转欠放烧跳装]")
"""Everyday phrases rather than names of things; any verb and noun may stand beside each other."""
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("hu", "f"), ("n", "l"))


@dataclass(frozen=True)
class _Window:
    start: int
    end: int
    text: str


def meant(text: str, known: Known) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Misspelt words in a text → words the passages hold that may be meant, likeliest first.

    Args:
        text: a question in simplified characters.
        known: which of some bigrams any passage holds.
    """
    text = text[:MAX_CHARS]
    pairs = {pair for run in _HAN.findall(text) for pair in _pairs(run)}
    odd = pairs - known(pairs) if pairs else pairs
    if not odd:
        return ()
    offered = [(window, list(_offers(window, odd))) for window in _windows(text, odd)]
    held = known({pair for _, words in offered for word in words for pair in _pairs(word)})
    found: list[tuple[_Window, tuple[str, ...]]] = []
    for window, words in sorted(offered, key=lambda each: each[0].start - each[0].end):
        right = tuple(word for word in words if all(pair in held for pair in _pairs(word)))
        free = all(window.end <= each.start or each.end <= window.start for each, _ in found)
        if right and free:
            found.append((window, right[:_MAX_OFFERED]))
    return tuple((window.text, right) for window, right in found)


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _windows(text: str, odd: set[str]) -> list[_Window]:
    """Runs of whole words that hold a pair no passage holds."""
    tokens = nlu_text.tokens(text)
    edges = {start for _, start in tokens} | {len(text)}
    words = {(start, start + len(token)) for token, start in tokens if _is_word(token)}
    found = set()
    for run in _HAN.finditer(text):
        ends = sorted(edge for edge in edges | {run.end()} if run.start() <= edge <= run.end())
        for first, start in enumerate(ends):
            for end in ends[first + 1 :]:
                if not 2 <= end - start <= _MAX_WORD:
                    continue
                if (start, end) in words:
                    continue
                if any(pair in odd for pair in _pairs(text[start:end])):
                    found.add((start, end))
    return [_Window(start, end, text[start:end]) for start, end in sorted(found)]


def _is_word(token: str) -> bool:
    return len(token) > 1 and nlu_text.frequencies()[0].get(token, 0) >= _MIN_FREQUENCY


def _offers(window: _Window, odd: set[str]) -> Iterator[str]:
    """Words that may be meant by a window, known names first, each once."""
    written = window.text
    heard = sound(written)
    for word in dict.fromkeys((*_names_like(written), *_words_like(written))):
        wrong = [at for at in range(len(word)) if word[at] != written[at]]
        if not wrong or any(written[at] in _TELLING for at in wrong):
            continue
        touched = {at for each in wrong for at in (each - 1, each) if 0 <= at < len(word) - 1}
        pairs = [written[at : at + 2] for at in touched]
        alike = len(word) > 2 and sound(word) == heard
        if all(pair in odd and (alike or not _is_word(pair)) for pair in pairs):
            yield word


def _names_like(written: str) -> Iterator[str]:
    """Names of the lexicon that sound the same, look alike, or (long ones) differ in one place."""
    vocabulary = _vocabulary()
    yield from vocabulary.by_sound.get(sound(written), ())
    for at, char in enumerate(written):
        for other in _shapes().get(char, ()):
            word = written[:at] + other + written[at + 1 :]
            if word in vocabulary.words:
                yield word
        if len(written) >= _LONG:
            yield from vocabulary.by_rest.get((written[:at], written[at + 1 :]), ())


def _words_like(written: str) -> Iterator[str]:
    """Words of the language that characters standing by themselves may have been meant for."""
    if len(written) > _MAX_SINGLES or any(char in _FUNCTION for char in written):
        return
    frequency, _ = nlu_text.frequencies()
    if any(frequency.get(pair, 0) >= _MIN_FREQUENCY for pair in _pairs(written)):
        return
    for at, char in enumerate(written):
        for other in (*_homophones().get(sound(char), ()), *_shapes().get(char, ())):
            word = written[:at] + other + written[at + 1 :]
            if other != char and frequency.get(word, 0) >= _MIN_FREQUENCY:
                yield word


def sound(word: str) -> str:
    """How a word sounds in a Jiangxi accent, without tones: 认证 and 人正 alike."""
    return "-".join(_syllable(char) for char in word)


@functools.lru_cache(maxsize=8192)
def _syllable(char: str) -> str:
    from pypinyin import lazy_pinyin  # loaded with the first odd word: its tables are large

    said = str(lazy_pinyin(char)[0])
    for written, heard in _INITIALS:
        if said.startswith(written):
            said = heard + said[len(written) :]
            break
    said = said[:-1] if said.endswith("ng") else said
    return {"f": "fu", "fi": "fei"}.get(said, said)


@functools.cache
def _homophones() -> dict[str, tuple[str, ...]]:
    """Sound → the common characters (GB/T 2312, first level) that have it."""
    found: dict[str, list[str]] = {}
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            char = bytes((high, low)).decode("gb2312", errors="ignore")
            if char:
                found.setdefault(_syllable(char), []).append(char)
    return {heard: tuple(chars) for heard, chars in found.items()}


@functools.cache
def _shapes() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for group in _ALIKE.split():
        for char in group:
            found.setdefault(char, set()).update(set(group) - {char})
    return {char: tuple(sorted(others)) for char, others in found.items()}


@dataclass(frozen=True)
class _Vocabulary:
    """Names by themselves, by sound, and by what is left without one character."""

    words: frozenset[str]
    by_sound: dict[str, tuple[str, ...]]
    by_rest: dict[tuple[str, str], tuple[str, ...]]


@functools.cache
def _vocabulary() -> _Vocabulary:
    official = {name for each in lexicon.everyday().values() for name in each}
    every = set(lexicon.words()) | official
    names = (word for word in every if _HAN.fullmatch(word) and not _PHRASE.match(word))
    words = sorted(word for word in names if 2 <= len(word) <= _MAX_WORD)
    by_sound: dict[str, list[str]] = {}
    by_rest: dict[tuple[str, str], list[str]] = {}
    for word in words:
        by_sound.setdefault(sound(word), []).append(word)
        if len(word) >= _LONG:
            for at in range(len(word)):
                by_rest.setdefault((word[:at], word[at + 1 :]), []).append(word)
    return _Vocabulary(
        words=frozenset(words),
        by_sound={heard: tuple(each) for heard, each in by_sound.items()},
        by_rest={rest: tuple(each) for rest, each in by_rest.items()},
    )
