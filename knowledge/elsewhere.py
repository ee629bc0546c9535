"""Other cities' matters: a question about one is not answered from what holds here."""

from __future__ import annotations

import functools
import re

from knowledge import following, home
from knowledge.naming import NameFinder
from nlu import lexicon
from nlu import text as nlu_text

_NOT_ITSELF = re.compile(
    "[东西南北中]?[一二三]?(?:路|街|大道|巷|里弄|新村|花园|花苑|家园|小区|广场|大厦|大酒店|酒店|宾馆|饭店|公寓|名城|公园|大桥|山庄|[名佳嘉]苑"
    "|拉面|米粉|私房菜|小吃|茶餐厅|商会|会馆|电影城|航空|快递|住户|学生|身份证|的?驾驶证|的?驾照|[^，,。的]{2,10}有限公司"
    "|银行|大学|学院|人寿|时间|菜|烤|话|口音|人(?!口|社|才)|籍|户籍|户口|来的|回来|那边|打工|上班|工作|生活|读书|交的|缴的"
    "|买的|办的|[牌号]照)"
)
"""What makes a city's name a road's, an estate's, a bank's, or where somebody is from."""
_LIVED_IN = re.compile("在|到|去|从|往|由|回|离|赴|自")
_MOVES = re.compile("来自|异地|外地|转[到入出移回]|(?<!宿)迁(?!安)|跨省|跨市|跨县")
"""Someone of ours who lives, works or falls ill there, or moves his papers."""
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱郭何罗梁宋郑谢韩唐冯邓曹彭曾萧肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范廖贾韦付邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵覃武戴莫汤涂聂甘"
)
_BEGINNING = re.compile(
    r"^[\s,，。:：]*(?:请问|你好|您好|问一?下|咨询|想问|我想知道|关于|那)*[\s,，。:：]*$"
)
_COUNTY_KINDS = ("县", "自治州", "自治旗")
_NOT_COUNTIES = "贫困 示范 试点 先进 产粮 农业 文明 卫生 所在 人口 牧业 边境 山区 革命老区"
"""Kinds of counties, none of them a name."""


def about(question: str) -> tuple[str, ...]:
    """The other places whose own rules a question asks for, by short name; none where for ours.

    「上海公积金能贷多少」 asks for Shanghai's; 「在上海住院怎么报销」 asks for ours, and so does
    whatever names our city or one of its towns.
    """
    if _MOVES.search(question) or not _may_name(question) or home.spans(question):
        return ()
    tokens = nlu_text.tokens(question)
    starts = {start for _, start in tokens}
    ends = {start + len(token) for token, start in tokens} | {len(question)}
    found = [
        _short(question[start:end])
        for start in sorted(starts)
        for end in _ends(question, start, ends)
        if _is_meant(question, start, end)
    ]
    found += [token for token, start in tokens if _is_county(token) and _free(question, start)]
    return tuple(dict.fromkeys(found))


def _may_name(question: str) -> bool:
    return "县" in question or "自治" in question or bool(_finder().spans(question))


def _ends(question: str, start: int, ends: set[int]) -> list[int]:
    """Where the longest name beginning there ends, if a word ends there too."""
    longest = _finder().all_at(question, start)
    own = _own().all_at(question, start)
    if own and longest and own[0] >= longest[0]:
        return []
    return [end for end in longest if end in ends or _parts_words(question, end)][:1]


def _parts_words(question: str, end: int) -> bool:
    """Where a word must begin though the segmenter saw none: 上高 + 低保, 深圳市 + 民办学校."""
    return question[end - 1] in "市县州省" or bool(following.matters().all_at(question, end))


def _is_meant(question: str, start: int, end: int) -> bool:
    name = question[start:end]
    if not _free(question, start) or _NOT_ITSELF.match(question, end):
        return False
    if name in lexicon.elsewhere():
        return not (start and question[start - 1] in _SURNAMES)
    behind = question[end + 1 :] if question[end : end + 1] == "的" else question[end:]
    beginning = bool(_BEGINNING.match(question[:start]))
    return beginning and bool(behind) and bool(following.matters().all_at(behind, 0))


def _free(question: str, start: int) -> bool:
    """Not somebody of ours who is there: 在上海, 从广州."""
    return not (start and _LIVED_IN.fullmatch(question[start - 1]))


def _short(name: str) -> str:
    """上海市 → 上海: a document may say either."""
    return name[:-1] if len(name) > 2 and name[-1] in "省市" else name


def _is_county(token: str) -> bool:
    """A county that stands in the segmenter's dictionary: 于都县, 玉树自治州."""
    return (
        token.endswith(_COUNTY_KINDS)
        and len(token) > 2
        and token[:-1] not in _NOT_COUNTIES
        and token not in lexicon.home()
        and token in nlu_text.frequencies()[0]
    )


@functools.lru_cache(maxsize=1)
def _finder() -> NameFinder:
    ours = set(lexicon.home()) | set(lexicon.towns()) | set(lexicon.landmarks())
    return NameFinder({name.removeprefix("?") for name in lexicon.elsewhere()} - ours)


@functools.lru_cache(maxsize=1)
def _own() -> NameFinder:
    """Names of ours that another's may begin: 南昌路 of the city's list of roads."""
    return NameFinder({*lexicon.home(), *lexicon.towns(), *lexicon.landmarks()})
