"""What a speaker takes back: 在解放路，哦不对，是人民路; 不是泉港镇，是小港镇. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.calls.named import of_kind

_MARK = re.compile(
    r"(?:^|[，,。！!、；;]|(?<=[路街村镇号楼栋日月点]))"
    r"(?:(?:不对|不是的?|(?:我)?(?:说|讲|记|弄|搞|报)错了?|错了|口误)[，,。！!、]*)+"
    r"(?:应该|应当)?(?:就?是)?(?:叫)?"
)
_NOT_BUT = re.compile(
    r"不是(?P<wrong>[^，,。！!？?；;是]{2,16})[，,。]?(?:而|应该"
    r"|应当)?(?:就?是)(?P<right>[^，,。！!？?；;]{2,20})"
)
_QUANTITY = re.compile(
    r"[0-9零一二三四五六七八九十百千万两]+(?:多)?(?:号楼|单元"
    r"|[楼栋幢层号室块元个天年月户人吨亩点岁])"
)
_KINDS = ("place", "time", "phone")
_MAX_RIGHT = 24
"""What replaces something is said at once."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Something taken back.

    Args:
        wrong: the words that do not hold; empty where nothing said before is meant.
        right: what holds instead.
        rest: the sentence in which it was said, put right.
    """

    wrong: str
    right: str
    rest: str


def taken_back(text: str, before: Sequence[str]) -> Taken | None:
    """What a tidied sentence takes back, of itself or of sentences before it; None for nothing."""
    return _not_but(text, before) or _marked(text, before)


def _not_but(text: str, before: Sequence[str]) -> Taken | None:
    """不是A，是B, where A was said before, or both are places or times."""
    found = _NOT_BUT.search(text)
    if found is None:
        return None
    wrong, right = found["wrong"], found["right"]
    rest = text[: found.start()] + right + text[found.end() :]
    known = _last(before, wrong)
    for kind in _KINDS:
        old, new = of_kind(wrong, kind), of_kind(right, kind)
        if old and new:
            return Taken(wrong=_as_said(before, old[-1]), right=new[0], rest=rest)
    if known:
        return Taken(wrong=wrong, right=right, rest=rest)
    return None


def _marked(text: str, before: Sequence[str]) -> Taken | None:
    """…，不对，是B."""
    mark = _MARK.search(text)
    if mark is None or mark.end() == len(text):
        return None
    head, tail = text[: mark.start()], text[mark.end() :]
    for old, new, at in _pairs((*before, head), tail):
        if old == new:
            continue
        if old in head:
            start = head.rindex(old)
            kept = head[:start] + new + head[start + len(old) :]
            return Taken(wrong=old, right=new, rest=_joined(kept, tail[at + len(new) :]))
        if not head.strip("，,。对嗯 "):
            return Taken(wrong=old, right=new, rest=tail)
    return None


def _pairs(before: Sequence[str], tail: str) -> Iterator[tuple[str, str, int]]:
    """(said before, said instead, where in the tail) of the same kind, the clearest first."""
    near = tail[:_MAX_RIGHT]
    for kind in _KINDS:
        new = of_kind(near, kind)
        if new:
            old = next(
                (found[-1] for each in reversed(before) if (found := of_kind(each, kind))), ""
            )
            if old:
                yield old, new[0], tail.index(new[0])
    amount = _QUANTITY.search(near)
    if amount:
        for each in reversed(before):
            same = [found[0] for found in _QUANTITY.finditer(each) if found[0][-1] == amount[0][-1]]
            if same:
                yield same[-1], amount[0], amount.start()
                return


def _last(before: Sequence[str], words: str) -> str:
    return next((each for each in reversed(before) if words in each), "")


def _as_said(before: Sequence[str], wrong: str) -> str:
    return wrong if _last(before, wrong) else ""


def _joined(kept: str, rest: str) -> str:
    return kept.rstrip("，,、 ") + rest
