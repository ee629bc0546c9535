"""Examples as people send them: opened with a greeting, closed with a place or a number.

Most examples say one thing in one clause. Wrapping some of them at training teaches the model
that what stands around the demand says nothing about it.
"""

from __future__ import annotations

from typing import Sequence

WRAPPED = frozenset(
    [
        "policy_question",
        "service_guide",
        "ask_where",
        "ask_when",
        "ask_cost",
        "complaint",
        "help",
        "report",
        "suggestion",
        "praise",
    ]
)
"""The questions and the demands of `nlu.model`; a plain yes or a number is sent bare."""
_OPENINGS = ("您好，", "领导好，", "你好，请问一下，", "我是本地居民，", "尊敬的领导：", "")
_CLOSINGS = (
    "，我电话13812345678",
    "，谢谢",
    "，在人民路附近",
    "，望回复",
    "，我家住幸福小区3栋",
    "，昨天晚上的事",
)
_SHORTEST = 6
_EACH = 2


def wrapped(texts: Sequence[str], labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Further examples: every second long enough one of the wrapped intents, and its label."""
    further: list[str] = []
    kept: list[str] = []
    for i, (text, label) in enumerate(zip(texts, labels, strict=True)):
        if i % _EACH == 0 and label in WRAPPED and len(text) >= _SHORTEST:
            turn = i // _EACH
            opening = _OPENINGS[turn % len(_OPENINGS)]
            closing = _CLOSINGS[turn // len(_OPENINGS) % len(_CLOSINGS)]
            further.append(f"{opening}{text}{closing}")
            kept.append(label)
    return further, kept
