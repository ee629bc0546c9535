"""What a hot issue is called: its place and its matter in words, such as 曲江镇自来水浑浊. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from bot.openness.issues import Issue
from nlu.rarity import rarity
from nlu.text import normalise, words

_MANY = 0.35
"""Share of an issue's messages that must name a place, or use a word, for it to be in the name."""
_HALF = 0.5
_READ = 40
"""Titles looked at; those of a large issue repeat themselves."""
_NAMED_CHARS = 16
_PLAIN = 7.5
_TITLE_OF_AN_ORDER = re.compile(
    "^(?:关于)?(?:市民)?(?:反映|咨询|投诉|举报|建议|催办|请求|要求|恳请|请)?|的?(?:问题|请求|建议|投诉|举报)$"
)
_NO_WORD = re.compile("[0-9]+|[a-z][0-9]*")
_EMPTY_NAMES = (
    "问题 反映 投诉 咨询 建议 请求 请问 何时 如何 怎么 小区 附近 希望 解决 处理 关于 问问 为何"
    " 相关 有关 部门 政府 政府部门 相关部门 急需 坚决 尽快 时候 什么 能否 能不能"
)
_EMPTY = frozenset(_EMPTY_NAMES.split())


def place_of(issue: Issue) -> str:
    """The spot or town most of its messages name; empty where they do not agree."""
    area = _common(issue.areas, _HALF * issue.size)
    spot = _common(issue.told_spots, _MANY * issue.size)
    if not spot and 2 * sum(map(bool, issue.titles)) < issue.size:  # titles name what matters
        spot = _common(issue.spots, max(2.0, _HALF * issue.size))
    return spot if not area or spot.startswith(area) else f"{area}{spot}"


def matter_of(issue: Issue) -> str:
    """What most of its messages are about, in words of their titles where they have any."""
    place = place_of(issue)
    said = _said(issue, place)
    if said:
        return said
    thing = _common(issue.things, _HALF * issue.size)
    trouble = _common(issue.troubles, _HALF * issue.size)
    if thing and trouble:
        return trouble if thing in trouble else f"{thing}{trouble}"
    return thing or trouble or _common(issue.duties, 0.0)


def name_of(issue: Issue) -> str:
    """Place and matter."""
    return place_of(issue) + matter_of(issue)


def _common(counts: Mapping[str, int], least: float) -> str:
    best = max(counts, key=lambda name: (counts[name], len(name), name), default="")
    return best if best and counts[best] >= least else ""


def _said(issue: Issue, place: str) -> str:
    """The words many titles share, as the title has them that has most."""
    titles = [_plain(title, place) for title in issue.titles[:_READ] if title.strip()]
    used = [words(title) for title in titles]
    holders = Counter(word for said in used for word in set(said))
    least = max(2.0, _MANY * len(used)) if len(used) > 1 else 1.0
    worth = {
        word: count * max(0.0, rarity(word) - _PLAIN)
        for word, count in holders.items()
        if count >= least and len(word) > 1 and word not in _EMPTY and not _NO_WORD.fullmatch(word)
    }
    if not worth:
        return ""
    best = max(
        range(len(used)),
        key=lambda at: (sum(worth.get(word, 0.0) for word in set(used[at])), -len(titles[at])),
    )
    kept: list[str] = []
    for word in used[best]:
        if worth.get(word, 0.0) > 0 and word not in kept and len("".join(kept)) < _NAMED_CHARS:
            kept.append(word)
    return "".join(kept)


def _plain(title: str, place: str) -> str:
    text = normalise(title).lower()
    for name in (place, place.removesuffix("小区")):
        text = text.replace(name, " ") if name else text
    return _TITLE_OF_AN_ORDER.sub("", text.strip())
