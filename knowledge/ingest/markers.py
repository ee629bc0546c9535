"""How official writing numbers its parts: 第一章, 第一条, 一、, （一）, 1., （1）, 附件, 问, 答."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN = "〇零一二两三四五六七八九十百千"
_NUM = rf"[{_HAN}\d]{{1,6}}"


class Level(IntEnum):
    """How deep a numbered part stands, outermost first."""

    ANNEX = 0
    PART = 1
    CHAPTER = 2
    SECTION = 3
    ARTICLE = 4
    ONE = 5
    """一、"""
    STEP = 6
    """第一步, 步骤1"""
    PAREN_ONE = 7
    """（一）"""
    DIGIT = 8
    """1."""
    PAREN_DIGIT = 9
    """（1） and ①"""


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A number a line begins with.

    Args:
        label: as written, without the separator that follows it, such as `第一条`, `（二）`, `3`.
        ordinal: its number; 0 where it has none.
        end: where the line's own words begin, in characters from the line's start.
    """

    level: Level
    label: str
    ordinal: int
    end: int


_SPACE = r"[ \t\u3000]*"
_PATTERNS: tuple[tuple[Level, re.Pattern[str]], ...] = (
    (Level.ANNEX, re.compile(rf"(附[件录表]{_SPACE}({_NUM})?)(?:{_SPACE}[：:.．、]|$|(?=\s))")),
    (Level.PART, re.compile(rf"(第({_NUM})(?:部分|编|篇))(?:{_SPACE}[：:、]?)")),
    (Level.CHAPTER, re.compile(rf"(第{_SPACE}({_NUM}){_SPACE}章)")),
    (Level.SECTION, re.compile(rf"(第({_NUM})节)")),
    (Level.ARTICLE, re.compile(rf"(第({_NUM})条(?:之[{_HAN}])?)(?![款项的、和至及（(《规])")),
    (
        Level.STEP,
        re.compile(rf"((?:第({_NUM})步|步骤{_SPACE}{_NUM}))(?:{_SPACE}[：:、，,.]|(?=\s)|$)"),
    ),
    (Level.ONE, re.compile(rf"(([{_HAN}]{{1,4}})){_SPACE}(?:、|．|\.)")),
    (Level.PAREN_ONE, re.compile(rf"([（(]{_SPACE}([{_HAN}]{{1,4}}){_SPACE}[）)])[、.．]?")),
    (Level.DIGIT, re.compile(r"(([\d０-９]{1,3}))[ \u3000]*(?:[、．]|\.(?![\d０-９]))")),
    (Level.DIGIT, re.compile(r"((0\d))(?=[ \u3000]*[\u4e00-\u9fff])")),
    (Level.PAREN_DIGIT, re.compile(r"([（(][ ]*([\d０-９]{1,3})[ ]*[）)])[、.．]?")),
    (Level.PAREN_DIGIT, re.compile(r"(([\d]{1,2}))[）)]")),
    (Level.PAREN_DIGIT, re.compile(r"(([\u2460-\u2473]))[、.．]?")),
)


def number(text: str) -> int:
    """The value of a number in digits or Chinese numerals (十二 → 12); 0 where it is none."""
    text = text.strip()
    if not text:
        return 0
    if len(text) == 1 and "\u2460" <= text <= "\u2473":
        return ord(text) - 0x245F
    if text.isdecimal():
        return int(text)
    if all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            return 0
    return total + digit


def marker(line: str) -> Marker | None:
    """The number a line begins with, or None."""
    for level, pattern in _PATTERNS:
        found = pattern.match(line)
        if found:
            end = found.end()
            end += len(line[end:]) - len(line[end:].lstrip(" \t\u3000"))
            label = re.sub(r"\s+", "", found.group(1))
            return Marker(level=level, label=label, ordinal=number(found.group(2) or ""), end=end)
    return None


STRUCTURE_AHEAD = re.compile(
    rf"第{_NUM}[章节条编](?![款项的、和至及])|[{_HAN}]{{1,4}}、|[（(][{_HAN}]{{1,4}}[）)]"
    r"|[\d]{1,2}(?:[、．]|\.(?!\d))|[（(]\d{1,2}[）)]|[\u2460-\u2473]|问[：:]|答[：:]|附件\d*[：:]"
)
"""What may begin a new line where a text has lost its line breaks."""

_ASKERS = (
    r"第?[一二三四五六七八九十]{0,3}问|问答|问题|提问|提问内容|咨询内容|来信内容|市民提问|网民提问"
    r"|网友提问|群众提问|[^：。，？\s]{0,12}记者问?|网友|网民|主持人"
)
_ANSWERERS = (
    "答|答案|答复|解答|回答|回复|答复内容|回复内容|答复意见|官方答复|官方回复|部门答复|部门回复"
    r"|工作人员|嘉宾|[^：。，？\s]{0,12}(?:负责人|负责同志|发言人|局长|主任|处长|科长)"
)
_COUNT = r"[ \u3000]?[\d一二三四五六七八九十]{0,3}"
_ROW_NUMBER = (
    r"(?:\*\*)?(?:(?:\d{1,3}|[一二三四五六七八九十]{1,3})[、.．][ \u3000]*"
    r"|[（(](?:\d{1,3}|[一二三四五六七八九十]{1,3})[）)][ \u3000]*)?"
)

ASKED = re.compile(
    rf"{_ROW_NUMBER}(?:【?(?:{_ASKERS}){_COUNT}】?[ ]?[：:]"
    rf"|[【\[［](?:{_ASKERS}){_COUNT}[】\]］][：:]?"
    r"|问题[ ]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[、.．](?=.{4,})"
    r"|[QＱ][ ]?\d{0,3}[ ]?[：:.．、]|[QＱ]\d{1,3}[ \u3000]+(?=[\u4e00-\u9fff“《])"
    r"|[QＱ][ \u3000]+(?=[\u4e00-\u9fff“《].*[？?]))[ \u3000]*"
)
"""The start of a line that asks: 问：, 【问】, 问题3：, Q1:, 1.问：, 网友：."""

ANSWERED = re.compile(
    rf"(?:\*\*)?(?:【?(?:{_ANSWERERS}){_COUNT}】?[ ]?[：:]"
    rf"|[【\[［](?:{_ANSWERERS}){_COUNT}[】\]］][：:]?"
    r"|[AＡ][ ]?\d{0,3}[ ]?[：:.．、](?=\s*[\u4e00-\u9fff“《\d])"
    r"|[AＡ]\d{1,3}[ \u3000]+(?=[\u4e00-\u9fff“《]))[ \u3000]*"
)
"""The start of a line that answers: 答：, 【答】, A1:, 答复："""

SENTENCE_END = "。！？!?"
_MAX_ASIDE = 150
"""Characters in brackets or quotation marks; an opening mark without a near end holds nothing."""
_CLOSERS = "”’」』）)】〉》\"'"
_OPENERS = {"（": "）", "(": ")", "“": "”", "「": "」", "『": "』", "【": "】"}


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Sentences as (start, end), covering the text but for white space between them.

    A sentence ends at 。！？ (and at a line's end) outside brackets and quotation marks; closing
    marks stay with it. An unbalanced opening mark holds to its line's end at most.
    """
    found: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        found.extend(_line_sentences(text, line.start(), line.end()))
    return tuple(found)


def _line_sentences(text: str, first: int, last: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = at = first
    awaited: list[str] = []
    while at < last:
        char = text[at]
        at += 1
        if awaited and char == awaited[-1]:
            awaited.pop()
        elif char in _OPENERS and _OPENERS[char] in text[at : min(last, at + _MAX_ASIDE)]:
            awaited.append(_OPENERS[char])
        ends = char in SENTENCE_END and not awaited
        closes = char in _CLOSERS and not awaited and text[at - 2 : at - 1] in tuple(SENTENCE_END)
        if ends or closes:
            while at < last and text[at] in _CLOSERS + SENTENCE_END:
                at += 1
            _add(spans, text, start, at)
            start = at
    _add(spans, text, start, last)
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
