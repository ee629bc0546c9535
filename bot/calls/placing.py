"""Where it happened, put together from what both legs say of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.calls.exchange import Answered, Wanted, exchanges
from bot.calls.misheard import Misheard
from bot.calls.named import named
from bot.calls.order import Filled, Source
from bot.calls.spoken import Said, clauses
from bot.city.model import City
from bot.routing.territory import Gazetteer

_POINTER = re.compile(
    r"(?:那边|这边|那里|这里)?的?(?:那个|这个|那一?[家条块带]"
    r"|这一?[家条块带])(?=[\u4e00-\u9fffA-Za-z])"
)
_THERE = re.compile(r"(?:那边|这边|那里|这里|那一块|这一块|那一片|这一片)(?=的|$|[，,。])")
_COUNT = r"[0-9A-Za-z零一二三四五六七八九十百]+"
_DOOR = re.compile(
    rf"(?:[A-Za-z]区)?(?:{_COUNT}期)?{_COUNT}(?:栋|幢|座"
    rf"|号楼)(?:{_COUNT}单元)?(?:{_COUNT}(?:室|楼|层))?(?:楼下|楼顶|楼道|门口)?"
    rf"|{_COUNT}单元(?:{_COUNT}(?:室|楼|层))?"
)
_HOUSE = re.compile(
    r"^[ ，]?(?:里面|里|内|上|旁边|附近|对面"
    r"|隔壁)?的?[ ]?(?:有一?[个家])?(?P<name>[\u4e00-\u9fffA-Za-z0-9]{0,8}?"
    r"(?:健身房|KTV|ktv|酒吧|网吧|电子厂|服装厂|加工厂|砖厂|公司|餐馆|饭店|酒楼|火锅店|烧烤店"
    r"|理发店|药店|诊所"
    r"|超市|商店|门店|培训班|培训机构|培训学校|驾校|幼儿园|养猪场|养殖场|养鸡场|工地|洗车店"
    r"|修理厂|棋牌室|浴室|足浴店|专卖店|大楼|商场|银行|邮局|电影院|加油站|塑料厂)"
    r"(?:的?(?:对面|旁边|门口|附近|后面|隔壁|路口))*)"
)
_NOT_NAME = re.compile(r"[的了是在有我他她你们那这说去买办做开到把被]")
_ORIGIN = re.compile(
    r"(?:我是|我们是|老家是?在?|户口(?:在|是)|籍贯|人在|在外|我家是|我住在?|家住)$"
)
_NOT_HERE = re.compile(r"(?:不是(?:在)?|没在|往|去往|通往|转到|送到|送去|刚从)$")
_WENT = re.compile(
    r"(?:去过?|去了|到过|找过?|找了|跑到?|打过?|问过?|打电话给|反映给|投诉给|买的?)$"
)
_AWAY = re.compile(r"(?:南昌|南昌市|广东|深圳|上海|北京|广州|浙江|福建|杭州|东莞|宜春市?|江西省?)")
_NOWHERE = re.compile(
    r"丰城市?|本市|我市|全市|[老新]?城区|市区|乡下|农村|城里|(?:[\u4e00-\u9fff]{0,3})政府"
    r"|[\u4e00-\u9fff]{0,2}(?:学校|大厅)"
    r"|派出所|社保局|(?:送到)?医院|小区|村里?|路口|路边|楼下|市场"
)
_STANDS = re.compile(r"(?:在|位于|是在|就在|到|地址是|地点是|位置是|就是|是)$")
_ELSEWHERE = re.compile(r"(?:不过|但是|但|只是).{0,6}(?:反映|投诉|说|讲)的是")
_LEAD = re.compile(
    r"^(?:对|是|嗯|就|在|是在|位于|你|那|我们?|这边|地址|位置|地点|大概|应该|具体"
    r"|[，,、])+(?=[\u4e00-\u9fff0-9]{2})"
)
_DETAIL = re.compile(r"[路街村镇巷桥口门旁边面后前楼栋号组对附近隔壁下上里内米]|往[东南西北里]")
_NO_DETAIL = re.compile(
    r"[吗呢？?]|什么|怎么|不知道|不清楚|不晓得|贵姓|我姓|电话|没有|谢谢|电费|坏|没人"
)
_MAX_DETAIL = 22
_SECOND = re.compile(r"第二[个件]|二是|(?:另外|还有|再有|还)(?:想反映)?一[个件](?:事|是问)")
_SUMS_UP = re.compile(r"一是|第一[个件]?")
_OF_ANOTHER = 4.0
"""A place told of the second matter is no place of the first."""
_FAR_LESS = 3.5
"""What is so much less likely than the likeliest lies elsewhere."""
_VILLAGE = re.compile(r"(?:村|社区|组|屯|居委会)$|村\S{0,4}组")
_ROAD = re.compile(r"(?:路|街|道|巷|弄|段|路口|国道|省道)(?:口|\S{0,3})?$")
_TOWN, _VILLAGE_LEVEL, _ROAD_LEVEL, _SPOT_LEVEL, _DOOR_LEVEL = range(5)


@dataclass(frozen=True, kw_only=True)
class _Mention:
    """A place named once.

    Args:
        worth: how likely it is where the matter lies.
        level: from the town to the door.
    """

    name: str
    seq: int
    worth: float
    level: int
    area: str = ""


class Placer:
    """Finds the place of a call in one city."""

    def __init__(self, city: City) -> None:
        self._gazetteer = Gazetteer(city)
        self._towns = Misheard(area.name for area in city.places.areas)
        self._names = {
            area.name: sorted(
                (
                    name
                    for name in {area.name, *area.aliases, area.name.removesuffix("街道")}
                    if not name.endswith(("政府", "办事处"))
                ),
                key=len,
                reverse=True,
            )
            for area in city.places.areas
        }

    def place(self, spoken: Sequence[Said]) -> Filled | None:
        """The place, as exact as it was said; None where none was.

        What the operator read back and the citizen agreed to counts most, then what answers the
        question where, then what is said beside 在; where somebody comes from or went counts least.
        """
        mentions: list[_Mention] = []
        less = 0.0
        for turn in exchanges(spoken):
            mentions += self._confirmed(turn, less)
            asked = Wanted.PLACE in turn.wants
            for said in turn.reply:
                if _SECOND.search(said.text):
                    less = _OF_ANOTHER
                mentions += self._mentions(said, bonus=2.0 if asked else -less)
            if asked:
                mentions += self._detail(turn)
        mentions = [each for each in mentions if each.worth > 0]
        if not mentions:
            return None
        return self._together(mentions)

    def _confirmed(self, turn: Answered, less: float) -> list[_Mention]:
        """What was read back; of two matters the first one's place is the order's."""
        if turn.asked is None or turn.agrees is not True:
            return []
        text = turn.asked.text
        if not _SUMS_UP.search(text):
            return self._mentions(turn.asked, bonus=3.0 - less)
        first = _SECOND.split(text, maxsplit=1)[0]
        return self._mentions(replace(turn.asked, text=first), bonus=3.0)

    def _mentions(self, said: Said, *, bonus: float) -> list[_Mention]:
        text = _THERE.sub("", _POINTER.sub(" ", self._towns.corrected(said.text)))
        found: list[_Mention] = []
        elsewhere = _ELSEWHERE.search(text)
        for one in named(text):
            if one.kind != "place":
                continue
            end = one.end
            house = _HOUSE.match(text[end:])
            name = re.sub(
                r"(?<=[街道镇乡村路区])的(?=[\u4e00-\u9fff])", "", text[one.start : one.end]
            )
            if _NOWHERE.fullmatch(name):
                continue
            if house and not _NOT_NAME.search(house["name"]):
                name, end = name + house["name"].replace("的", ""), end + house.end()
            before = text[: one.start]
            worth = _worth(before, name) + bonus
            if elsewhere and end <= elsewhere.start():
                worth -= 4.0
            for part in filter(None, re.split(r"[，,、 ]", name)):
                found += self._split(part, said.seq, worth)
        found += _doors(text, said, found, bonus)
        return found

    def _split(self, name: str, seq: int, worth: float) -> list[_Mention]:
        """A name's town and what lies in it, each by itself."""
        territory = self._gazetteer.find(name, "")
        area = territory.areas[0] if len(territory.areas) == 1 else ""
        if area and name in {area, area[:-1], *self._names.get(area, ())}:
            return [_Mention(name=area, seq=seq, worth=worth, level=_TOWN, area=area)]
        rest = name
        for full in self._names.get(area, ()):
            while rest.startswith(full) and full != rest:
                rest = rest[len(full) :].removeprefix("办事处")
        found = []
        if area and name.startswith(area[:2]):
            found.append(_Mention(name=area, seq=seq, worth=worth, level=_TOWN, area=area))
            if rest.startswith("政府"):
                rest = area + rest
        return [
            *found,
            _Mention(name=rest, seq=seq, worth=worth + 0.5, level=_level(rest), area=area),
        ]

    def _detail(self, turn: Answered) -> list[_Mention]:
        """The bare answer to where, where no name is in it: 就在老电影院对面那条巷子里."""
        for said in turn.reply[:2]:
            if any(one.kind == "place" for one in named(said.text)):
                continue
            for clause in clauses(said.text)[:2]:
                bare = _LEAD.sub("", clause)
                fits = 2 < len(bare) <= _MAX_DETAIL and _DETAIL.search(bare)
                if fits and not _NO_DETAIL.search(bare) and not _DOOR.fullmatch(bare):
                    return [_Mention(name=bare, seq=said.seq, worth=2.0, level=_SPOT_LEVEL)]
        return []

    def _together(self, mentions: list[_Mention]) -> Filled:
        """From the town down to the door, of each level the likeliest, the latest of equals."""
        best: dict[int, _Mention] = {}
        most = max(each.worth for each in mentions)
        for each in mentions:
            if each.worth < most - _FAR_LESS and each.level not in {_TOWN, _DOOR_LEVEL}:
                continue
            old = best.get(each.level)
            if old is None or _replaces(each, old):
                best[each.level] = each
            elif _go_together(each, old):
                best[each.level] = replace(old, name=old.name + each.name)
        parts: list[str] = []
        for level in sorted(best):
            name = best[level].name
            if any(name in part for part in parts):
                continue
            parts = [part for part in parts if part not in name or level == _TOWN]
            parts.append(name)
        top = max(best.values(), key=lambda each: (each.worth, each.level))
        return Filled(value="".join(parts), source=Source.HEARD, seq=top.seq)


def _go_together(new: _Mention, old: _Mention) -> bool:
    """Two spots of one sentence, neither a part of the other."""
    apart = new.name not in old.name and old.name not in new.name
    short = len(old.name) + len(new.name) <= _MAX_DETAIL
    return apart and short and new.seq == old.seq and new.level == _SPOT_LEVEL


def _replaces(new: _Mention, old: _Mention) -> bool:
    if new.name in old.name and new.name != old.name:
        return new.worth >= old.worth + 2 and new.level != _SPOT_LEVEL
    if new.worth != old.worth:
        return new.worth > old.worth and not (new.name in old.name and new.worth < old.worth + 2)
    return old.name in new.name or new.worth > 2


def _worth(before: str, name: str) -> float:
    worth = 1.0
    if _NOT_HERE.search(before):
        return -9.0
    if _AWAY.match(name) or _AWAY.search(before[-4:]):
        return -9.0
    if _ORIGIN.search(before):
        worth -= 0.6
    if _WENT.search(before):
        worth -= 1.5
    if _STANDS.search(before) and not _ORIGIN.search(before):
        worth += 1.0
    return worth


def _doors(text: str, said: Said, found: list[_Mention], bonus: float) -> list[_Mention]:
    """House and block numbers that stand apart from the name: 金色家园，三栋."""
    return [
        _Mention(name=door[0], seq=said.seq, worth=0.8 + bonus, level=_DOOR_LEVEL)
        for door in _DOOR.finditer(text)
        if not any(door[0] in each.name for each in found)
    ]


def _level(name: str) -> int:
    if _VILLAGE.search(name):
        return _VILLAGE_LEVEL
    if _ROAD.search(name):
        return _ROAD_LEVEL
    return _SPOT_LEVEL
