"""What the citizen asks, found in running speech: across sentences, the newest matter last. Pure.

A demand is no question: 能不能派人来修 asks for work, 你们管不管 for nothing that is written
anywhere. A question that names no matter is about the last one named, whoever named it: an operator
who reads back 您问的是高龄津贴 and is told 对 names it too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.calls.composing import tells, wrong_number
from bot.calls.dialect import standard
from bot.calls.exchange import Wanted, agreed, wants
from bot.calls.question_signs import GO_ON, LEAD, NEXT, asks
from bot.calls.spoken import Said, clauses, sentences_of
from knowledge.following import matters

_CONTEXT_CHARS, _WHOLE_CHARS, _SHOWN_CHARS = 60, 160, 24
_BACK = re.compile(
    r"^(?:好的?|那|嗯|您好|[，,])*(?:您|你)?(?:是)?(?:想|要)?(?:说|讲|问|咨询|反映"
    r"|了解)?(?:的)?(?:就)?(?:是)?"
    r"|[，,]?(?:对吗|对吧|对不对|是吗|是吧|没错吧|是不是)[？?。]?$"
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question of a call.

    Args:
        seq: of the sentence in which it was last put.
        first: of the sentence it began in.
        question: the clauses that ask, without what leads up to them.
        context: what was told before it, as far as it belongs to it.
        topic: the matter it is about, where the question does not name it: that of the question
            before, else the last one named in the context.
        beside: another matter named in the context.
        fresh: it begins something else (还有一个事); earlier questions say nothing of it.
        asks: the clauses that ask, one by one.
        read_back: how the operator repeated it and the citizen agreed, or empty.
    """

    seq: int
    first: int
    question: str
    context: str = ""
    topic: str = ""
    beside: str = ""
    fresh: bool = False
    asks: tuple[str, ...] = ()
    read_back: str = ""

    @property
    def whole(self) -> str:
        """Question with its context: as an operator would repeat it."""
        if self.read_back and asks(self.read_back):
            return self.read_back
        told = self.read_back or _last_of(_telling(self.context), _SHOWN_CHARS)
        about = self.topic if self.topic not in f"{told}{self.question}" else ""
        return "，".join(part for part in (about, told, self.question) if part)

    @property
    def names_its_matter(self) -> bool:
        """The question itself says what it is about."""
        return bool(named_matters(self.question))


@dataclass(kw_only=True)
class _Open:
    """A question being gathered."""

    told: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    first: int = -1
    seq: int = -1
    read_back: str = ""
    fresh: bool = False
    named: str = ""

    def take(self, clause: str, seq: int) -> None:
        """Take in a clause that asks or tells."""
        bare = LEAD.sub("", LEAD.sub("", clause)).strip("，, ")
        if not asks(clause):
            if len(bare) > 1 and not _A_NUMBER.fullmatch(bare):
                self.told.append(bare)
            return
        self.first = seq if self.first < 0 else self.first
        self.asks.append(bare or clause)
        self.seq = seq

    def closed(self, topic: str) -> Asked:
        """As it stands, about the matter it names or else the one given."""
        question = "，".join(ask.rstrip("？?") for ask in self.asks)[:_WHOLE_CHARS] + "？"
        told = "，".join(self.told)
        own = named_matters(f"{told}，{self.read_back}")
        turned = [named for ask in self.told if _TURNS.search(ask) for named in named_matters(ask)]
        running = ("", *turned)[-1] or ("" if self.fresh else topic)
        about = "" if named_matters(question) else running or ("", *own)[-1]
        beside = [name for name in (*own, self.named) if name and name != about]
        return Asked(
            seq=self.seq,
            first=self.first,
            question=question,
            context=_last_of(told, _CONTEXT_CHARS),
            topic=about,
            beside=(beside or [""])[-1],
            fresh=self.fresh,
            asks=tuple(self.asks),
            read_back=self.read_back,
        )


def questions(spoken: Sequence[Said]) -> tuple[Asked, ...]:
    """Every question of the call in order; sentences put one after another are one question."""
    found: list[Asked] = []
    if wrong_number(spoken):
        return ()
    now, topic, answered, offered, suggests = _Open(), "", False, "", False
    told: tuple[str, ...] = ()
    for said in spoken:
        if not said.by_citizen:
            answered = answered or not GO_ON.fullmatch(said.text)
            offered = _offered(said.text)
            told = named_matters(said.text)
            if _ASKS_FOR_NEXT.search(said.text) and not now.asks:
                now = _Open(fresh=True)  # what was told before belongs to what is settled
            continue
        if offered and agreed(said.heard):
            now.read_back, answered = offered, False
            topic = ("", *named_matters(offered))[-1] or topic
        offered = ""
        suggests = suggests or _SUGGESTS.search(said.text) is not None
        for clause in _tell(said.text):
            if suggests and _MIGHT.search(clause):
                continue
            if now.asks and (answered or NEXT.match(clause)):
                found.append(now.closed(topic))
                topic = found[-1].topic or (topic, *named_matters(found[-1].question))[-1]
                now = _Open(fresh=bool(NEXT.match(clause)), named=("", *told)[-1])
            answered = False
            now.take(clause, said.seq)
    if now.asks:
        found.append(now.closed(topic))
    return tuple(found)


def named_matters(text: str) -> tuple[str, ...]:
    """Names of what citizens come for, in order."""
    plain = standard(text)
    named = tuple(plain[start:end] for start, end in matters().spans(plain))
    return named or tuple(_MATTERS.findall(plain))


_MATTERS = re.compile(
    r"退休|读书|(?:读|上)?(?:小学|初中)|(?:[一-龥]{2}的)?(?:地力|耕地|种粮|农机|创业|就业|育儿|培训|住房|购房|生育|护理|养老)?(?:补贴|补助|津贴)"
    r"|(?:创业|公积金|贴息|助学)?贷款|救助|落户|入学|上学|学位|上牌|驾驶证|许可证|养老|公积金|残疾证|电动车"
    r"|出生证明|生育|工伤|失业|分红|征地|拆迁|宅基地|建房|电梯|维修基金"
)
"""Matters in the broad, where none is named as it is listed."""
_ASKS_FOR_NEXT = re.compile(
    r"第[二三四]件|(?:另外|还有)(?:一|那)?件?(?:是|有)?什么(?:事|问题)|还有别的事"
)
"""An operator is ready for another matter."""
_TURNS = re.compile(r"呢[？?]?$|^(?:那|还有|再有|第[二三四]|另外|最后)")
"""The matter changes: 那医保呢."""


_SUGGESTS = re.compile(r"(?:提|有)一?[个点]?小?小?的?建议|我建议|建议你们")
_MIGHT = re.compile(r"能不能|可不可以|能否|可否|是不是可以")
"""What a suggestion is put in: 能不能早上六点就开门."""


def _offered(text: str) -> str:
    """What an operator reads back to be agreed to."""
    if Wanted.AGREEMENT not in wants(text):
        return ""
    bare = _BACK.sub("", _BACK.sub("", text)).strip("，。 ")
    if _A_NUMBER.fullmatch(bare):
        return ""
    return re.sub(r"(?<=，)(?:您|你)(?:想|要)?(?:说|讲|问|咨询|反映)(?:的)?(?:就)?是", "", bare)


def _telling(context: str) -> str:
    """The parts of a context that tell something by themselves."""
    parts = [
        part
        for part in context.split("，")
        if len(part) >= _TELLS_CHARS and part[-1] not in "？?" and not _BY_THE_WAY.search(part)
    ]
    return "，".join(parts)


_A_NUMBER = re.compile(r"\D{0,4}\d[\d\s、-]{4,}\D{0,3}")
"""A telephone number, whole or in pieces: no part of what is asked."""
_TELLS_CHARS = 4
_BY_THE_WAY = re.compile(
    r"睡不着|[讲说]慢|慢[点慢][讲说]|不放心|冤枉|欺负|急死|气死|凭什么|我又不|也是|一个事|脾气|看不清"
    r"|记性|不懂|没文化|不识字|谢谢|麻烦|听人家?讲$|打电话|我就?想问"
)
"""Says how the caller feels or hears, and nothing that decides."""


def _tell(text: str) -> list[str]:
    """The clauses of a sentence that tell or ask, each with its question mark."""
    kept: list[str] = []
    for sentence in sentences_of(text):
        parts = [part for part in clauses(sentence) if tells(part)]
        last = clauses(sentence)[-1:] == tuple(parts[-1:])
        if parts and last and sentence.endswith(("?", "？")):
            parts[-1] += "？"
        kept += parts
    return kept


def only_asks_in(spoken: Sequence[Said]) -> tuple[int, ...]:
    """Sentences in which the citizen says they want to ask something."""
    return tuple(each.seq for each in spoken if each.by_citizen and _ONLY_ASKS.search(each.text))


_ONLY_ASKS = re.compile(
    r"(?:就是|只是|就|来|想|要|我)(?:想|要|来)?(?:问|咨询|了解|打听|请教)(?:一?下|个|你)"
)


def _last_of(text: str, most: int) -> str:
    """The last clauses that fit."""
    while len(text) > most and "，" in text:
        text = text.split("，", 1)[1]
    return text[-most:]
