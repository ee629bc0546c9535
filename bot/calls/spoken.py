"""Running speech as a clerk would write it: no fillers, no stutters, nothing taken back. Pure.

What is said stays in the citizen's own words and order; nothing is put in that was not said.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.calls.misheard import put_right
from bot.calls.model import Sentence
from bot.calls.taking_back import Taken, taken_back
from connectors.calls import Leg
from nlu.text import normalise

_HUM = re.compile(
    r"(?:^|(?<=[，,。.！!？?；;、…\s]))(?:嗯|呃|唉|哎(?:呀|哟)?|诶|欸|噢|喔|嘿|喂|哟|哇|啧"
    r"|哈)+[，,、…~]*"
    r"|(?:嗯|呃|唉|哎(?:呀|哟)?|诶|欸|噢|喔|喂|哟|哇|啧)+|咯(?![只个里样条些])"
    r"|(?<![金余限差数份名全足定小大])额+(?=[，,、…])[，,、…]*"
    r"|(?<![哈可])[啊呀哦哈嘞]+(?=[，,。.！!？?；;、\s]|$)"
    r"|(?<![干是])嘛+(?=[，,。.！!？?；;、\s]|$)"
    r"|^[啊哦呀]+[，,、]?|(?<=[，,。！？])[啊哦呀]+[，,、]?"
)
_EDGE = r"(?:^|(?<=[，,。！!？?；;、]))"
_FILLER = re.compile(
    _EDGE + r"(?:那个|这个|就是说?|然后呢?|所以说?|怎么[说讲]呢|是这样子?的|(?:我)?(?:跟|给|同|和"
    r"|对)你[说讲]"
    r"|我告诉你|你(?:知|晓)?[道得]吧?|反正|的话|其实|说实话|讲真的|你看|你听我说|我[说讲]"
    r"|老实[说讲])+[，,、]+"
)
_POINTER = re.compile(
    _EDGE + r"(?:那个|这个|就是|然后|就是那个)+(?=[\u4e00-\u9fffA-Za-z0-9])(?![时月周星])"
)
_POINTER_INSIDE = re.compile(r"(?<=[问说讲下映诉])(?:那个|这个)+(?=[\u4e00-\u9fff]{2})")
_TAG = re.compile(
    r"[，,、](?:对吧|是吧|对不对|(?:你)?(?:知道|晓得|明白|懂)(?:吧|吗|不)?"
    r"|你[说讲]是吧)(?=[，,。！!？?；;]|$)"
)
_STUTTER = re.compile(r"([我你他她它这那就在是不有要的了到都把从])(?:[，,、…]*\1)+")
_TWICE = re.compile(
    r"((?!不好)(?![零〇一二三四五六七八九十百千万幺两0-9，,、。]{2})[\u4e00-\u9fff]{2,8})(?:[，,、…]*\1)+"
)
_MARKS = re.compile(r"[，,、；;…~\s]+(?=[，,。.！!？?；;])|^[，,、。.；;！!？?…~\s]+")
_COMMAS = re.compile(r"(?<=[\u4e00-\u9fff]),")
_SENTENCE_END = re.compile(r"(?<=[。！!？?；;\n])")
_CLAUSE_END = re.compile(r"[，,。！!？?；;\n]+")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence as it stands after the call so far: tidied, with later corrections put in.

    Args:
        seq, leg: of the sentence.
        heard: its words as recognised.
        text: what is left of them, names written as they are; empty where nothing is.
    """

    seq: int
    leg: Leg
    heard: str
    text: str

    @property
    def by_citizen(self) -> bool:
        """The citizen's voice."""
        return self.leg is Leg.CITIZEN


@functools.lru_cache(maxsize=8_192)
def tidy(text: str) -> str:
    """The words without fillers, stutters and doubled marks."""
    text = _COMMAS.sub("，", normalise(text))
    before = None
    while before != text:
        before = text
        text = _HUM.sub("", text)
        text = _MARKS.sub("", text)
        text = _FILLER.sub("", text)
        text = _TAG.sub("", text)
        text = _POINTER.sub("", text)
        text = _POINTER_INSIDE.sub("", text)
        text = _STUTTER.sub(r"\1", text)
        text = _TWICE.sub(r"\1", text)
    return text.strip()


def said(sentences: Sequence[Sentence]) -> tuple[Said, ...]:
    """Every sentence tidied, what was taken back replaced by what was put in its place."""
    found: list[Said] = []
    for sentence in sorted(sentences, key=lambda each: each.seq):
        new = Said(
            seq=sentence.seq,
            leg=sentence.leg,
            heard=sentence.text,
            text=put_right(tidy(sentence.text)),
        )
        if new.by_citizen:
            change = taken_back(new.text, tuple(each.text for each in found[-_REACH:]))
            if change is not None:
                _apply(found, change)
                new = replace(new, text=tidy(change.rest))
        found.append(new)
    return tuple(found)


_REACH = 12
"""Sentences back that a correction may mean."""


def _apply(found: list[Said], change: Taken) -> None:
    if change.wrong and change.right:
        for at in range(max(0, len(found) - _REACH), len(found)):
            text = found[at].text
            if change.wrong in text:
                found[at] = replace(found[at], text=text.replace(change.wrong, change.right))


def clauses(text: str) -> tuple[str, ...]:
    """The clauses of a tidied text, without their marks."""
    return tuple(part.strip(' 、“”"') for part in _CLAUSE_END.split(text) if part.strip(' 、“”"'))


def sentences_of(text: str) -> tuple[str, ...]:
    """A tidied text cut behind its full stops, marks kept."""
    return tuple(part.strip() for part in _SENTENCE_END.split(text) if part.strip())


def of_citizen(spoken: Iterable[Said]) -> tuple[Said, ...]:
    """The citizen's sentences in which something is left."""
    return tuple(each for each in spoken if each.by_citizen and each.text)
