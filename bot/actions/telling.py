"""What a sentence is where place or time was asked for: an answer, more of a matter, a question.

A form that takes every sentence for its answer writes "the boss does not pay us" where the place
stands, and the demand is lost. So each clause is judged by how it is built: Chinese names a place
by its end (门口, 旁边, 路, 三组), and tells a matter by what happens there. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlu import cues

_CLAUSE = re.compile(r"[，,。；;！!？?\n]+")
_TAIL = re.compile(
    r"(?:[的了呢啊呀哦哈吧嘛啦]|那盏|那个|这个|那块|那段|这一?段|那一?片|第.{1,3}[盏个家户栋根])+$"
)
_PLACE_END = re.compile(
    r"(?:路|街|巷子?|弄|道|村|组|队|屯|镇|乡|市|县|区|小区|社区|街道|花园|家园|花苑|苑|城|广场|公园|校|小学|中学"
    r"|[一二三四五六七八九]中|[一二三四五六七八九]小|大学|园|医院|院|市场|菜场|超市|商场|店|厂|站|馆|所|局|中心|大厅|银行"
    r"|邮政|工地|网吧|药房|饭店|酒店|宾馆|大楼|楼道?|栋|幢|单元|层|室|号|门|门口|门前|口|旁边?|边上?|附近|对面|隔壁|楼下"
    r"|楼上|楼前|楼后|下面?|上面?|前面?|后面?|里面?|外面?|中间|之间|内|外|侧|角|头|尾|端|处|一带|周围|周边|路段|段"
    r"|这里|那里|这边|那边|这儿|那儿|地方|位置|桥|河|湖|塘|水库|水沟|沟|渠|堤|坝|山|岭|坡|田|地|池|隧道|涵洞|立交"
    r"|大厦|大队|村部|政府|庄|湾|坪|坊|亭|台|庙|祠堂|家|树|牌|灯|杆|井|棚|场|米|公里|里路|东|南|西|北|部|集镇|圩|墟)$"
)
_POINTING = re.compile(
    r"(?:就|还|是|在|也|都|同|跟|我|我们|俺|说|讲|报|发|的|那个?|这个?|刚才?|刚刚|上面|前面|之前|上次|上回|原来|老)*"
    r"(?:这里|那里|这边|那边|这儿|那儿|这|那|老?地方|位置|地址|一样)?"
)
"""Points at something that was not said: no department finds it."""
_TROUBLE = frozenset({"complain", "fault", "plea", "report", "suggest", "praise", "wrong", "crime"})
_ACTS = re.compile(
    r"拖欠|欠.{0,6}(?:钱|工资|薪)|不给|不赔|不退|不管|不来|不让|不修|没(?:人|有人|有?水|有?电|来|收|修|管|打|发|给|到)"
    r"|处理|解决|被.{1,6}(?:了|骗|偷|打|咬|收|扣|砸)|把.{1,10}了"
    r"|坏了|断了|堵了|漏|停了|倒了|塌|满出|溢|跑路|烂尾|乱|吵|臭|呛|差(?:点|了|劲|$)|太|得(?:不行|要死|很|慌)|骂|打人"
    r"|看不见|看不清|危险|不安全|不公平|黑漆漆|一片黑|摔|绊|掉[进在下]|裂|快(?:断|倒|掉|不行)"
)
_OFTEN = re.compile(r"(?:天天|夜里|半夜|晚上|一直|经常|老是|总是).{2,}")
"""Tells what happens there; where a time was asked, it is the answer."""
_DEMANDS = re.compile(
    r"(?<!不)(?<!不[想用要])(?:投诉|举报|反映|建议|希望|表扬|要求)|赶紧|快点|派人|跑路|烂尾|拖欠"
    r"|不给|不赔|不退|没人(?:管|修|来|收)"
    r"|(?:没|差点|掉|滚|漏|打|摔|倒|砸).{0,4}[到进在].{1,4}[里上下]$"
)
"""Tells a matter even where the clause ends like a place."""
_GIVEN_UP = re.compile(r"不[想用要]?(?:投诉|举报|反映|登记|报)")
_BLAMES = re.compile(
    r"凭什么|没人|怎么(?:还|老|总|这么|那么|没|不|能)|为(?:什么|啥)(?:还|老|总|不|没)|谁来管"
    r"|什么(?:态度|服务)"
)
"""Has the form of a question and blames."""
_ASKS = re.compile(
    r"[吗么呢]$|怎么|怎样|如何|什么(?![都也])|啥(?![都也])|哪(?!里[都也])|(?<!好)几[点时天号]|多少|多久|多长|多大"
    r"|能不能|可不可以|是不是|要不要|有没有|谁(?![都也])|为何"
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence, parted.

    Args:
        answer: its clauses that answer, joined; empty where none does.
        more: it tells more than the answer.
        sure: each clause is built as a place is named.
        asks: it asks, and does nothing else.
        points: it points at something unsaid, and does nothing else.
    """

    answer: str
    more: bool = False
    sure: bool = False
    asks: bool = False
    points: bool = False


def of_place(text: str) -> Told:
    """A sentence said where the place was asked for."""
    clauses = _clauses(text)
    kinds = [_kind(clause) for clause in clauses]
    named = _TELLS not in kinds and _PLACE in kinds
    answers = [clause for clause, kind in zip(clauses, kinds, strict=True) if kind == _PLACE]
    return Told(
        answer=text if named else "，".join(answers),
        more=_TELLS in kinds,
        sure=bool(clauses) and all(_ends_as_place(clause) for clause in clauses) and named,
        asks=_ASKED in kinds and set(kinds) <= {_ASKED, _POINTS},
        points=set(kinds) == {_POINTS},
    )


def of_time(text: str) -> Told:
    """A sentence said where the time was asked for; what is no matter and no question answers."""
    kinds = [_kind(clause, often=False) for clause in _clauses(text)]
    more, asks = _TELLS in kinds, bool(kinds) and set(kinds) == {_ASKED}
    return Told(answer="" if more or asks else text, more=more, asks=asks)


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in _CLAUSE.split(text) if clause.strip()]


_PLACE, _TELLS, _ASKED, _POINTS = "place", "tells", "asks", "points"


def _kind(clause: str, *, often: bool = True) -> str:
    if _POINTING.fullmatch(clause) or _POINTING.fullmatch(_bare(clause)):
        return _POINTS
    if _ASKS.search(clause):
        return _TELLS if _BLAMES.search(clause) else _ASKED
    if _DEMANDS.search(clause):
        return _TELLS
    if _ends_as_place(clause):
        return _PLACE
    acts = _ACTS.search(clause) or (often and _OFTEN.search(clause))
    return (
        _TELLS if acts or not _TROUBLE.isdisjoint(cues.hits(_GIVEN_UP.sub("", clause))) else _PLACE
    )


def _bare(clause: str) -> str:
    return _TAIL.sub("", clause) or clause


def _ends_as_place(clause: str) -> bool:
    return _PLACE_END.search(_bare(clause)) is not None
