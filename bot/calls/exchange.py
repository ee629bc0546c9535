"""Question and answer between the legs: what the operator asked, and what came back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.calls.spoken import Said


class Wanted(StrEnum):
    """What an operator asks a caller for."""

    PLACE = "place"
    TIME = "time"
    NAME = "name"
    PHONE = "phone"
    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    AGREEMENT = "agreement"
    """A read-back: yes or no."""


_WANTED = {
    Wanted.PLACE: re.compile(
        r"(?:哪里|哪儿|在哪|什么(?:位置|地方|地址|路|小区|村)|哪个(?!部门|单位|窗口|时间)|哪条"
        r"|哪一?[个条栋家]|具体(?:的)?(?:位置|地[址点方])"
        r"|(?:位置|地[址点方])(?:是|在|说|提供)|说一下.{0,8}(?:位置|地[址点方])|几栋|几号楼|门牌)"
    ),
    Wanted.TIME: re.compile(
        r"什么时候|啥时候|何时|几点|哪天|哪一天|几号|多久了|多长时间了|持续(?:了)?多|从什么时间"
        r"|什么时间|多少天了|有多久"
    ),
    Wanted.NAME: re.compile(
        r"贵姓|怎么称呼|如何称呼|称呼您|姓什么|您?叫什么名字|您的?(?:姓名|名字|全名)|姓名|还是姓"
        r"|您姓"
    ),
    Wanted.PHONE: re.compile(r"电话|号码|手机|联系方式|怎么联系|如何联系|联系您"),
    Wanted.ANONYMOUS: re.compile(r"(?:要|是否|希望|需不需要)[^，。]{0,8}匿名|匿名[^，。]{0,4}吗"),
    Wanted.CONFIDENTIAL: re.compile(
        r"(?:要|是否|希望|需不需要)[^，。]{0,10}保密|保密[^，。]{0,4}吗"
    ),
    Wanted.AGREEMENT: re.compile(
        r"(?:对吗|对吧|对不对|是吗|是吧|是不是|没错吧|正确吗|可以吗|行吗"
        r"|这个(?:号码)?吗)[？?。]?$|^(?:您|你)(?:说|讲|反映|问|咨询)的是|(?:跟|和|与|向)您(?:再"
        r"|重复)?(?:一遍)?(?:核对|核实|确认)|也就是说"
    ),
}
_YES_WORD = (
    r"(?:对(?:的|头|呀|啊)?|是(?:的|咯|啊|呀|这样的?)?|嗯+|恩|没错|冇错|不错|可以的?|好的?"
    r"|行的?|要得|就是|正是|需要的?|要的?|有的?|确认|同意|会|能)"
)
_YES = re.compile(
    rf"^(?:{_YES_WORD}[，,。!！、呢嘞啊吧了\s]*)+(?=$|[^\u4e00-\u9fff]|就|那|我|你|麻烦|谢谢)"
    rf"|^(?:{_YES_WORD})[，,。!！]"
)
_NO = re.compile(
    r"^(?:不(?:是|对|用|要|需要|必|行|可以|能|方便|想)?|没有?|冇有?|无|错了?)(?:的|了)?(?:$"
    r"|[，,。！!、\s了])|^(?:不用|不需要|不必|不要|不是|不对)"
)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What an operator said, and what the citizen said to it.

    Args:
        asked: the operator's sentence; None at the beginning of a call.
        wants: what it asks for.
        reply: the citizen's sentences until the operator speaks again.
        agrees: True for yes, False for no, None for neither.
    """

    asked: Said | None
    wants: frozenset[Wanted]
    reply: tuple[Said, ...]
    agrees: bool | None


def agreed(heard: str) -> bool | None:
    """Whether words begin with a yes or a no; None for neither."""
    words = heard.strip(" ，,。")
    if _NO.search(words):
        return False
    return True if _YES.search(words) or re.fullmatch(_YES_WORD, words) else None


def wants(text: str) -> frozenset[Wanted]:
    """What an operator's words ask for."""
    return frozenset(kind for kind, pattern in _WANTED.items() if pattern.search(text))


def exchanges(spoken: Sequence[Said]) -> Iterator[Answered]:
    """The call as a row of what was asked and what was answered, in order."""
    asked: list[Said] = []
    reply: list[Said] = []
    for each in spoken:
        if each.by_citizen:
            reply.append(each)
            continue
        if reply:
            yield _answered(asked, reply)
            asked, reply = [], []
        asked.append(each)
    if reply:
        yield _answered(asked, reply)


def _answered(asked: list[Said], reply: list[Said]) -> Answered:
    text = "".join(each.text or each.heard for each in asked[-2:])
    return Answered(
        asked=asked[-1] if asked else None,
        wants=wants(text),
        reply=tuple(reply),
        agrees=agreed(reply[0].heard),
    )
