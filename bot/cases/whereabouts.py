"""Where a case happened, as far as two cases can be compared by it. Pure.

Towns come from the city's places; roads, estates, villages and other spots are read by how Chinese
names end, so that a name no list holds still tells two places apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.city.model import City
from nlu.text import normalise


class Spot(StrEnum):
    """What kind of spot a name is of."""

    ROAD = "road"
    ESTATE = "estate"
    VILLAGE = "village"
    HOUSE = "house"
    """A school, a market, a shop: one building or yard."""


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """The places a text names.

    Args:
        areas: towns and streets, official names.
        spots: kind of spot → names, without what stands before them in a sentence.
        numbers: kind of number (`号`, `栋`, `路` of a bus) → numbers.
        bare: the text without any of them, for comparing what happened.
        text: all of it, for finding a name that is written without its ending.
    """

    areas: frozenset[str] = frozenset()
    spots: Mapping[Spot, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bare: str = ""
    text: str = ""

    @property
    def named(self) -> bool:
        """True where any place is named."""
        return bool(self.areas or self.spots or self.numbers)

    @property
    def names(self) -> tuple[str, ...]:
        """All names of spots."""
        return tuple(name for names in self.spots.values() for name in names)


_HAN = "\u4e00-\u9fff"
_CUT = (
    "在到与和及从去对的了是住于个这那该我们你他她其就也都把被给过等又叫有离跟说由因经"
    "求请问望报反映举催办疑不候进跳停系议看"
)
"""Words before a name, never kept in one; a name that holds one loses its beginning everywhere."""
_ENDINGS: tuple[tuple[Spot, str, int], ...] = (
    (Spot.ROAD, "大道|大街|路(?![灯面边况程由过上])|街(?!道|办)|巷", 4),
    (
        Spot.ESTATE,
        "小区|花园|家园|新村|公寓|华府|名城|新城|豪庭|名苑|宿舍|庄园|壹号|一号|国际城|水岸"
        "|苑|(?<!政)府(?![前后])|湾|(?<![县全进丰])城(?![管市区区])|庭|公馆|名邸|尚品|丽都",
        5,
    ),
    (Spot.VILLAGE, "村委会|自然村|行政村|居委会|社区|村(?![民干委])", 4),
    (
        Spot.HOUSE,
        "小学|中学|学校|幼儿园|医院|卫生院|卫生所|农贸市场|菜市场|市场|火车站|汽车站|东站"
        "|公园|广场(?!舞)|饭店|酒店|超市|ktv|健身房|驾校|图书馆|博物馆|书店|书屋|银行|宾馆|加油站"
        "|服务区|采石场|养猪场|养鸡场|垃圾场|中转站|公司|电子厂|服装厂|厂|工地|大厦|写字楼",
        6,
    ),
)
_GENERIC_NAMES = (
    "马路 公路 道路 铁路 线路 电路 修路 走路 小路 土路 大路 村路 上街 老街 逛街 街 路 巷 弄"
    " 小区 宿舍 新村 花园 社区 村 农村 乡村 本村 全村 新城 公寓 苑 府 湾 城 庭 市场 学校 医院"
    " 公园 广场 超市 公司 厂 工地 饭店 酒店 菜市场 农贸市场 幼儿园 小学 中学 银行 驾校 ktv"
    " 汽车站 火车站 卫生院 图书馆 博物馆 健身房 养猪场 采石场 政府 泥路 水泥路 泥巴路 断头路"
    " 盲道 跑路 机耕路 高速公路 加油站 宾馆 大厦 东站 全城 县城 村委会 居委会 书屋 书店"
    " 中转站 垃圾中转站"
)
_GENERIC = frozenset(_GENERIC_NAMES.split())
_NO_ENDING_NAMES = "走路 跑路 炸街 逛街 上街 公路 道路 马路 段路 条路 修路 电路 一路 口路 农村 耕路"
_NO_ENDING = frozenset(_NO_ENDING_NAMES.split())
_BESIDE = re.compile(
    "^.*(?:旁边|附近|对面|隔壁|门口|楼下|路口|靠近|(?<![小园社校地])区|[县市]|镇|乡|街道)"
)
_NO_PLACE = re.compile(
    "(?:供电|电力|自来水|燃气|公交|公汽|物业|移动|电信|联通|快递|安保|劳务)公司$"
)
_SAME = str.maketrans({"壹": "一", "贰": "二", "幢": "栋", "座": "栋"})
_NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("栋", re.compile(r"([0-9一二三四五六七八九十]{1,3})(?:栋|号楼)")),
    ("号", re.compile(r"(?<![0-9.])([0-9]{1,4})号(?![线楼路栋院车])|(?<![0-9])([0-9]{1,4})号院")),
    (
        "路",
        re.compile(r"(?<![0-9])([0-9]{1,3})路(?:公交|车|的公交|公汽)|公交(?:车)?([0-9]{1,3})路"),
    ),
)
_NUMERAL = "[0-9一二三四五六七八九十]{1,3}"
_DATE = re.compile(f"(?:[0-9]{{4}}年)?{_NUMERAL}月(?:份|{_NUMERAL}[日号])?")
_DIGITS = {han: str(at) for at, han in enumerate("零一二三四五六七八九")}


class PlaceReader:
    """Reads places for one city."""

    def __init__(self, city: City) -> None:
        self._areas: dict[str, str] = {}
        for area in city.places.areas:
            for name in (area.name, area.government, *area.aliases):
                self._areas[name.lower()] = area.name
        self._landmarks = {
            alias.lower(): landmark.name.lower()
            for landmark in city.places.landmarks
            if not landmark.name.endswith(("路", "街", "大道", "巷"))
            for alias in (landmark.name, *landmark.aliases)
        }
        self._area = _any_of(self._areas)
        self._landmark = _any_of(self._landmarks)
        self._spots = tuple(
            (
                kind,
                re.compile(
                    f"([{_HAN}a-z]{{0,{reach}}}?)(?<![{_CUT}])({ending})"
                    if kind is Spot.HOUSE
                    else f"([{_HAN}]{{0,{reach}}})({ending})"
                ),
            )
            for kind, ending, reach in _ENDINGS
        )

    def read(self, *parts: str) -> Whereabouts:
        """The places in the parts of a case (place, title, text)."""
        text = normalise("\n".join(filter(None, parts))).lower().translate(_SAME)
        areas, rest = self._named(self._area, self._areas, text)
        rest = _DATE.sub(" ", rest)
        numbers: dict[str, set[str]] = defaultdict(set)
        for kind, pattern in _NUMBERS:
            for match in pattern.finditer(rest):
                numbers[kind].add(_plain(next(filter(None, match.groups()))))
            rest = pattern.sub(" 公交车 " if kind == "路" else " ", rest)
        spots: dict[Spot, list[str]] = defaultdict(list)
        bare = rest
        for match in self._landmark.finditer(rest) if self._landmark else ():
            spots[Spot.HOUSE].append(self._landmarks[match.group()])
            bare = bare.replace(match.group(), " ")
        for kind, pattern in self._spots:
            for match in pattern.finditer(rest):
                name = self._name(match.group(1), match.group(2))
                if name:
                    spots[kind].append(name)
                    bare = bare.replace(name, " ")
        return Whereabouts(
            areas=areas,
            spots={kind: tuple(dict.fromkeys(names)) for kind, names in spots.items()},
            numbers={kind: frozenset(found) for kind, found in numbers.items()},
            bare=bare,
            text=text,
        )

    def _named(
        self, pattern: re.Pattern[str] | None, names: Mapping[str, str], text: str
    ) -> tuple[frozenset[str], str]:
        if pattern is None:
            return frozenset(), text
        found = frozenset(names[match.group()] for match in pattern.finditer(text))
        return found, pattern.sub(" ", text)

    def _name(self, before: str, ending: str) -> str:
        """The name without the words before it; empty where nothing tells it from others."""
        before = _BESIDE.sub("", before)
        cut = max((before.rfind(char) for char in _CUT), default=-1)
        name = before[cut + 1 :] + ending
        known = self._landmarks.get(name)
        if known:
            return known
        if name.endswith(("村村", "路路")):  # 张家村村口, 人民路路口
            name = name[:-1]
        if (
            name[-2:] in _NO_ENDING
            or name in _GENERIC
            or (name[1:] in _GENERIC and not name.endswith("村"))  # 老宿舍; but 更新村
            or _NO_PLACE.search(name)
        ):
            return ""  # 本村, 小区: said of any
        core = name.removesuffix("小区")
        return core if len(core) > 1 else name


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(names, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def _plain(number: str) -> str:
    """十二 → 12; digits as they are, without zeros before them."""
    if number.isdigit():
        return str(int(number))
    tens, ten, units = number.rpartition("十")
    if ten:
        return (_DIGITS.get(tens, "1") if tens else "1") + (
            _DIGITS.get(units, "0") if units else "0"
        )
    return "".join(_DIGITS.get(char, char) for char in number)
