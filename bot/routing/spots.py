"""Roads, estates, villages and well-known places as they stand in a text. Pure.

The city's patterns find them; here what got stuck to their front is cut off and what only looks
like a name (我们小区, 水泥路) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class SpotKind(StrEnum):
    """What sort of place a spot is."""

    ROAD = "road"
    ESTATE = "estate"
    VILLAGE = "village"
    COMMUNITY = "community"
    LANDMARK = "landmark"


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place below towns and streets, as written, with house or block number where given."""

    name: str
    kind: SpotKind
    start: int = 0


_KINDS = (
    (SpotKind.COMMUNITY, re.compile(r"(?:社区|居委会)$")),
    (SpotKind.VILLAGE, re.compile(r"(?:村委会|村民小组|村小组|自然村|行政村|(?<!新)村|村\d*组)$")),
    (SpotKind.ROAD, re.compile(r"(?:大道|大街|路|街|巷|弄|国道|省道|县道)(?:段|口|\d+号.*)?$")),
    (
        SpotKind.ESTATE,
        re.compile(
            r"(?:小区|花园|家园|新村|公寓|华府|名城|新城|花苑|嘉苑|苑|府|庭|湾|公馆|家属[院区]|"
            r"安置[房点]|宿舍|城)(?:[A-Za-z]?\d+[栋幢号座]?.*|[一二三四五六七八九]期)?$"
        ),
    ),
)
_STUCK = re.compile(
    r"^.*(?:[在到从和与及至往沿于位住的去过离找是把向给被经让对将叫有跟]|靠近|我们|我家|反映|投诉|咨询|请问|建议|举报|"
    r"希望|附近|旁边|对面|隔壁|门口|就|了|说|自|街道|街办|丰城市?|市区|城区|因为|由于|关于|整个|全|这个|那个|"
    r"这条|那条|一条|几条|这|那|某|该|本|各|每|您好|你好|目前|现在|最近)(?=[一-龥A-Za-z\d]{2})"
)
_ON_A_ROAD = re.compile(
    r"^[一-龥]{2,5}(?:大道|大街|路|街|巷)(?=[一-龥]{2,}(?:小区|花园|家园|新村|公寓|苑|广场))"
)
"""府前路阳光小区: two spots."""
_NO_NAME = re.compile(
    r"^(?:老旧|新建|旧|大型|高档|智慧|文明|其他|所有|多个|部分|商品房|开放式|封闭|无物业|安置|回迁|"
    r"同一|一个|两个|几个|自己|什么|哪个|任何|其它|老|新|大|小|我|他|她|你|咱|外|别|同|邻|上|下|里|进|出|入|"
    r"农|乡|全|各|本|贫困|脱贫|城中|中心|城|山|自然|行政|空心|示范|重点|修|走|铺|挖|堵|占|过|问|让|带|绕|封|断|逛|"
    r"居民|县|市|省|国|政|王|官|条|死|活|生|歧|弯|正|邪)?"
    r"(?:小区|花园|家园|新村|公寓|宿舍|家属[院区]|安置[房点]|村|村委会|村小组|村民小组|自然村|行政村|社区|居委会|"
    r"大道|大街|路|街|巷|弄|苑|府|庭|湾|城|国道|省道|县道)$"
)
_PLAIN_ROADS = re.compile(
    r"(?:马路|公路|铁路|道路|水泥路|沥青路|柏油路|泥巴路|泥路|土路|石子路|小路|大路|十字路|岔路|半路|一路|村路|"
    r"生路|活路|出路|后路|退路|思路|网路|线路|电路|水路|高速路|回家路|上学路|断头路|通路|走路|修路|让路|带路|"
    r"上街|逛街|沿街|临街|大街小巷|当街|满街|政府|城府|农村|乡村|全村|同村|邻村|本村|进城|全城|县城|市城)$"
)


def spots_in(text: str, patterns: Iterable[re.Pattern[str]]) -> tuple[Spot, ...]:
    """Spots of a normalised text, in its order, each once; a longer one swallows those inside."""
    found: dict[int, Spot] = {}
    taken: list[tuple[int, int]] = []
    matches = [match for pattern in patterns for match in pattern.finditer(text)]
    for match in sorted(matches, key=lambda one: (one.start(), -one.end())):
        name = match.group()
        stuck = _STUCK.match(name) or _ON_A_ROAD.match(name)
        start = match.start() + (stuck.end() if stuck else 0)
        name = name[stuck.end() :] if stuck else name
        end = start + len(name)
        if len(name) < 2 or _NO_NAME.match(name) or _PLAIN_ROADS.search(name):
            continue
        kind = next((kind for kind, ending in _KINDS if ending.search(name)), SpotKind.LANDMARK)
        if any(first < end and start < last for first, last in taken):
            continue
        taken.append((start, end))
        found[start] = Spot(name=name, kind=kind, start=start)
    names: dict[str, Spot] = {}
    for at in sorted(found):
        names.setdefault(found[at].name, found[at])
    return tuple(names.values())
