"""What a recogniser wrote for a name of the same sound: 公基金 for 公积金, 底保 for 低保. Pure.

A recogniser knows no names of benefits, and writes what sounds alike in a Jiangxi accent. Only what
is no word itself is replaced, by a name that shares characters with it; what was heard stays in
the transcript.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from knowledge.spelling import sound
from nlu import lexicon
from nlu import text as nlu_text

_SHORT = (
    "低保", "医保", "社保", "津贴", "物业", "农保", "五保", "工伤", "残疾", "户籍", "契税", "补贴",
    "执照", "养老", "退休", "电梯", "噪音", "路灯", "井盖", "垃圾",
)  # fmt: skip
"""Names of two characters that are taken for meant; longer ones are the lexicon's."""
_LONGER = (
    "垃圾池",
    "垃圾桶",
    "地力补贴",
    "耕地地力",
    "电线杆",
    "停车位",
    "化粪池",
    "排水沟",
    "路灯杆",
)
_MOST, _LEAST_FREQUENCY = 7, 3
_FUNCTION = frozenset(
    "的了吗呢吧啊么不没冇个有是在和与就都也还要去到给我你他她它这那哪几多少能会可上下里来过得着把被让"
)
"""Characters that stand for themselves: 户口不在 is no 户口簿."""
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")


class Misheard:
    """Finds names behind other characters of the same sound.

    Args:
        names: what may be meant.
    """

    def __init__(self, names: Iterable[str]) -> None:
        by_sound: dict[str, str] = {}
        for name in sorted(set(names)):
            if _HAN.fullmatch(name) and len(name) <= _MOST:
                by_sound.setdefault(sound(name), name)
        self._by_sound: Mapping[str, str] = by_sound
        self._names = frozenset(by_sound.values())
        self._lengths = sorted({len(name) for name in self._names}, reverse=True)
        self._known: dict[str, str] = {}

    def corrected(self, text: str) -> str:
        """The text with each name that was misheard written as it is."""
        right = self._known.get(text)
        if right is None:
            right = _HAN.sub(lambda run: self._run(run[0]), text)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[text] = right
        return right

    def _run(self, run: str) -> str:
        starts = {start for _, start in nlu_text.tokens(run)}
        edges = starts | {len(run)}
        at = 0
        while at < len(run) - 1:
            for length in self._lengths:
                end = at + length
                if at in edges and end in edges and (name := self._meant(run[at:end])):
                    run = run[:at] + name + run[end:]
                    at = end - 1
                    break
            at += 1
        return run

    def _meant(self, heard: str) -> str:
        if heard in self._names or _is_word(heard):
            return ""
        name = self._by_sound.get(sound(heard), "")
        wrong = {one for one, other in zip(heard, name, strict=False) if one != other}
        return name if name and 2 * len(wrong) <= len(heard) and not wrong & _FUNCTION else ""


def _is_word(text: str) -> bool:
    return nlu_text.frequencies()[0].get(text, 0) >= _LEAST_FREQUENCY


@functools.cache
def _of_lexicon() -> Misheard:
    known = {*lexicon.names("services"), *lexicon.synonyms(), *lexicon.names("policy")}
    return Misheard({*_SHORT, *_LONGER, *(name for name in known if len(name) > 2)})


_KEPT = 8_192


def put_right(text: str) -> str:
    """The text with names of what citizens come for as they are written."""
    return _of_lexicon().corrected(text)
