"""Places in a text, down to the street, village, road, estate or landmark. Python 3.10."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from nlu import lexicon, text

Span = tuple[int, int]

STANDING_AT = r"(?:门口|门前|旁边?|对面|附近|后面|前面|隔壁|路口|楼下|背后|宿舍|家属|小区)"
"""What makes the name of an office the name of a place."""
_COUNT = r"[0-9一二三四五六七八九十百]+"
_SUFFIX = re.compile(
    r"(?P<town>街道办事处|街道|工业园区?|园区|开发区|镇|乡)"
    r"|(?P<village>村民小组|自然村|村委会|居委会|社区|新村|村口|村|屯)"
    r"|(?P<road>大道|大街|公路|国道|省道|高速|路口|路段|路边|路|街|巷子?|弄)"
    r"|(?P<estate>小区|花园|花苑|家园|佳苑|名苑|嘉园|御园|雅苑|苑|公寓|名城|新城|华府|首府|华庭|豪庭|庭院"
    r"|山庄|别墅|世家|公馆|国际城|广场|大厦|商城|商场|超市|市场|菜场|实验学校|学校|小学|中学|一中|二中"
    r"|幼儿园|学院|医院|卫生院|公园|车站|火车站|高铁站|公交站台?|大桥|桥|水库|水厂|工业园|厂|大酒店|酒店|宾馆"
    r"|饭店|网吧|加油站|敬老院|养老院|政府|安置区|安置点|家属院|宿舍|售楼部|垃圾站|中转站|大院|塘|河|湖)"
)
_LIMIT = {"town": 3, "village": 4, "road": 5, "estate": 7}
"""Longest name before each kind of suffix, characters."""
_SHORTEST = {"town": 1, "village": 1, "road": 1, "estate": 2}
_HOUSE = (
    r"(?:(?![的在有和])[\u3400-\u9fff]{1,3}(?:村小组|小组|自然村|组)(?![织长成]))?"
    rf"(?:[A-Za-z]区|{_COUNT}期|{_COUNT}组|{_COUNT}队)?"
    rf"(?:第?{_COUNT}(?:-{_COUNT})?号(?![晚早上下])(?:院|楼|店)?)?"
    rf"(?:[A-Za-z]?{_COUNT}(?:栋|幢|座))?"
    rf"(?:{_COUNT}单元)?(?:{_COUNT}(?:室|楼|层))?"
)
_AFTER = re.compile(
    _HOUSE
    + r"(?:的?(?:交叉口|交汇处|交界处|十字路口|路口|口(?!头|子)|红绿灯(?:处|路口)?|路段|段|之间))?"
    r"(?:附近|旁边|隔壁|对面|门口|门前|后面|前面|背后|后门|[东南西北]门|[东南西北][侧边]|入口|出口|进口"
    r"|转角|拐角|桥头|桥下|楼下|一带|边上|旁)*"
)
_BETWEEN = re.compile(r"[ ,，]?(?:的|里面的|这边的?)?[ ]?")
_JOIN = re.compile(r"[ ]?(?:与|和|跟|、|到|至)[ ]?")
_BREAK_CHARS = frozenset(
    "的在住是我你您他她它们这那哪有到从去往了和与跟及就都也说要把被让请问吗呢吧啊呀哦很太么什为因所以"
    "但而且或给向对已还没不能会可想找叫来看见个条座家间些位次等每各该本某几多由至离靠过修挖走逛上下里"
    "做买开停用装建盖拆搞查管又再只最更才将用于按之其此儿边后前时内外呐咯嘛嘞俺咱咋啥今昨早晚天"
)
_TOWN_KIND = re.compile(r"^(?:街道办事处|街道|镇|乡)?的?")
_INSTITUTION = re.compile(
    r"(?:中心)?(?:小学|中学|幼儿园|学校|医院|卫生院|车站|大桥|水库|[一二三]中)"
)
_WHOLE_LINE = re.compile(r"[\u3400-\u9fffA-Za-z0-9]+")


@functools.lru_cache(maxsize=1)
def _gazetteer() -> tuple[re.Pattern[str], dict[str, str]]:
    official = dict(lexicon.landmarks()) | dict(lexicon.towns())
    longest_first = sorted(official, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, longest_first))), official


@functools.lru_cache(maxsize=1)
def _office_doors() -> re.Pattern[str]:
    """公安局对面 says where, not who."""
    longest_first = sorted(lexicon.departments(), key=lambda name: (-len(name), name))
    return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")" + STANDING_AT)


def _known(folded: str, starts: frozenset[int]) -> Iterator[Span]:
    pattern, official = _gazetteer()
    for match in pattern.finditer(folded):
        name = match.group()
        is_short = len(name) == 2 and official[name] != name
        if match.start() in starts and not (is_short and match.end() not in starts):
            yield match.span()
    for match in _office_doors().finditer(folded):
        if match.start() in starts:
            yield match.span(1)


def _named(folded: str, starts: frozenset[int], taken: list[Span]) -> Iterator[Span]:
    """Names known by their suffix only: 郭桥村, 东方名城小区."""
    for match in _SUFFIX.finditer(folded):
        end = match.end()
        if end not in starts or any(a < end <= b for a, b in taken):
            continue
        kind = str(match.lastgroup)
        floor = max((b for _, b in taken if b <= match.start()), default=0)
        start = _name_start(folded, starts, match.start(), max(floor, match.start() - _LIMIT[kind]))
        name = folded[start:end]
        follows_town = match.start() == floor > 0  # 铁路镇 + 卫生院
        long_enough = match.start() - start >= _SHORTEST[kind]
        if follows_town or (long_enough and name not in lexicon.names("not_places")):
            yield start, end


def _name_start(folded: str, starts: frozenset[int], suffix: int, floor: int) -> int:
    """Walk back over words until one that cannot belong to a name."""
    start = end = suffix
    while start > floor:
        begin = start - 1
        while begin > floor and begin not in starts:
            begin -= 1
        word = folded[begin:end]
        if (
            begin not in starts
            or word in lexicon.names("place_breaks")
            or not _WHOLE_LINE.fullmatch(word)
        ):
            break
        if len(word) == 1 and (word in _BREAK_CHARS or word.isascii()):
            break
        start = end = begin
    return start


def _united(spans: list[Span]) -> list[Span]:
    """Overlapping spans as one: 东方名城 and 东方名城小区."""
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _merged(folded: str, spans: list[Span]) -> list[Span]:
    """Take in house numbers and 附近, join neighbours: town + village + road + road."""
    merged: list[Span] = []
    for start, end in _united(spans):
        if merged and end <= merged[-1][1]:
            continue
        after = _AFTER.match(folded, end)
        end = after.end() if after else end
        if merged:
            between = folded[merged[-1][1] : start]
            if _BETWEEN.fullmatch(between) or _JOIN.fullmatch(between):
                merged[-1] = (merged[-1][0], end)
                continue
        merged.append((start, end))
    return merged


def find(folded: str) -> list[Span]:
    """Spans (start, end) of the places in a text folded by `nlu.text.fold`, in order."""
    starts = frozenset(start for _, start in text.tokens(folded)) | _gaps(folded) | {len(folded)}
    known = list(_known(folded, starts))
    return _merged(folded, known + list(_named(folded, starts, known)))


def _gaps(folded: str) -> frozenset[int]:
    return frozenset(match.start() for match in re.finditer(r"[\s\ue000]", folded))


def official(name: str) -> str:
    """The place with a leading town's short name made full: 曲江郭桥村 → 曲江镇郭桥村."""
    for short, full in lexicon.towns().items():
        if short != full and name.startswith(short) and not name.startswith(full):
            rest = _TOWN_KIND.sub("", name[len(short) :])
            return name if _INSTITUTION.match(rest) else full + rest
    return name
