"""Places, times, phones, departments and case numbers in a text, by rule. Python 3.10.

Rules, not a model: the same text always gives the same entities, and a reader can see why.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlu import lexicon, places, text

KINDS = ("place", "time", "phone", "department", "case_number", "query_code")
_MASK = "\ue000"
_DIGITS = str.maketrans("幺零〇一二三四五六七八九", "100123456789")

_CASE_NUMBER = re.compile(r"(?<![0-9])(20\d{2}[01]\d[0-3]\d)[- ]?(\d{6})(?![0-9])", re.ASCII)
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[- ]?)?(1[3-9]\d(?:[- ]?\d{4}){2})(?![0-9])", re.ASCII)
_SPOKEN_MOBILE = re.compile(r"[幺一][三四五六七八九][幺零〇一二三四五六七八九]{9}")
_LANDLINE = re.compile(
    r"(?<![0-9-])(?:\(?(0\d{2,3})\)?[- ]?([2-8]\d{6,7})|([48]00[- ]?\d{3,4}[- ]?\d{3,4}))(?![0-9])",
    re.ASCII,
)
_LOCAL = re.compile(r"(?:电话|座机|号码|拨打|打)[^0-9\n]{0,6}([2-8]\d{6})(?![0-9])", re.ASCII)
_LOCAL_BEFORE = re.compile(r"(?<![0-9-])([2-8]\d{6})[^0-9\n]{0,4}(?:电话|座机)", re.ASCII)
_QUERY_CODE = re.compile(
    r"(?:查询码|查询编码|查询密码|查询号|密码|验证码|编码|码)[^0-9\n]{0,6}(\d{6})(?![0-9])",
    re.ASCII,
)
_CODE_AFTER_NUMBER = re.compile(_MASK + r"[^0-9\n" + _MASK + r"]{0,8}(\d{6})(?![0-9])", re.ASCII)

_N = r"(?:[0-9]+|[一二两三四五六七八九十]+|几|好几|半)"
_WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六日天末]"
_DAY = (
    r"(?:(?:(?:20)?\d{2}年|今年|去年|前年)?(?:的)?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})月份?"
    r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号]"
    r"|20\d{2}[-/.年](?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])日?(?!\d)"
    r"|(?:(?:20)?\d{2}年|今年|去年|前年)?(?:[0-9]{1,2}|十[一二]|[一二三四五六七八九十])月份?(?:上旬|中旬|下旬|初|底)?"
    r"(?!\d)|大前天|前天|昨天|昨日|今天|今日|明天|后天|前几天|前两天|这几天|这两天|这段时间|最近几天|最近"
    rf"|(?:上上?个?|这个?|本|下个?|每个?)?{_WEEKDAY}|(?:上上?个?|这个?|本)(?:周|星期|礼拜|月)|周末"
    rf"|{_N}个?多?(?:天|星期|礼拜|周|月|年|小时|分钟)多?(?:以?前|之前|以来|了|(?=没|都|不来))"
    r"|(?:每天|天天|每晚|每日)|(?<![0-9路街道巷弄第])(?:[12]?[0-9]|3[01]|[二三]?十?[一二三四五六七八九十])[号日](?=早|上午|中午|下午|晚|凌晨|那天|左右|的时候|$)"
    r"|刚刚|刚才|去年|前年|今年|年前|年初|年底|春节|过年|国庆|五一|暑假|寒假|元旦|中秋|清明|端午)"
)
_PART = (
    r"(?:一?大?清早|凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜|深夜|大半夜|晚间)"
)
_CLOCK = (
    r"(?:[0-2]?\d[:：][0-5]\d(?!\d)|(?:[0-2]?\d|[一二两三四五六七八九十]{1,3})点(?![一些儿小都个心赞名评滴])(?:钟|半|多|一刻|三刻"
    r"|[0-5]?\d分?|[一二三四五]?十?[一二三四五六七八九十]分)?(?:多)?)"
)
_BARE_CLOCK = (
    r"(?:[0-2]?\d[:：][0-5]\d(?!\d)"
    r"|(?<![0-9.])(?:[01]?\d|2[0-4])点(?![一些儿小都个心赞名评滴建意要问想疑原希])(?:半|多|[0-5]?\d分?)?"
    r"|(?:十?[一二三四五六七八九]|[两十])点(?:钟|半|多|一刻|三刻|(?=左右|到|至|-)))"
)
_SHORT_DAY = r"(?:昨晚|今晚|前晚|今早|昨夜|明早|明晚|当晚|当天)"
_MOMENT = (
    rf"(?:(?:{_DAY}|{_SHORT_DAY})(?:的|那天|当天)?{_PART}?{_CLOCK}?|{_PART}{_CLOCK}?|{_BARE_CLOCK})"
)
_TIME = re.compile(
    rf"(?:从)?{_MOMENT}(?:[ ]?{_MOMENT})*"
    rf"(?:(?:左右|许|前后)?(?:到|至|-|—|~)(?:{_DAY}|{_SHORT_DAY})?{_PART}?{_CLOCK}?)?"
    r"(?:左右|前后|期间|开始|的时候|之后|以后)?"
)
_AMBIGUOUS_DEPARTMENTS = re.compile(r"电信|移动|联通|公安")
_CARRIER_CONTEXT = re.compile(r"公司|营业厅|宽带|信号|网络|手机|基站|客服|套餐|的|部门|机关|局|报")
_STANDING_AT = re.compile(places.STANDING_AT)


@dataclass(frozen=True, kw_only=True)
class Found:
    """One entity: its kind (see `KINDS`), normalised value, and span [start, end) in the text."""

    kind: str
    value: str
    start: int
    end: int


def extract(raw: str) -> tuple[Found, ...]:
    """Every entity in a text, in order of its start; spans of different kinds never overlap."""
    folded = text.fold(raw)
    found: list[Found] = []
    for finder in (_case_numbers, _query_codes, _phones, _times, _departments, _places):
        new = list(finder(folded))
        found.extend(new)
        for entity in new:
            width = entity.end - entity.start
            folded = folded[: entity.start] + _MASK * width + folded[entity.end :]
    return tuple(sorted(found, key=lambda entity: entity.start))


def _case_numbers(folded: str) -> Iterator[Found]:
    for match in _CASE_NUMBER.finditer(folded):
        try:
            datetime.date.fromisoformat(f"{match[1][:4]}-{match[1][4:6]}-{match[1][6:]}")
        except ValueError:
            continue
        yield _found("case_number", match[1] + match[2], match.span())


def _query_codes(folded: str) -> Iterator[Found]:
    seen: set[int] = set()
    for pattern in (_QUERY_CODE, _CODE_AFTER_NUMBER):
        for match in pattern.finditer(folded):
            if match.start(1) not in seen:
                seen.add(match.start(1))
                yield _found("query_code", match[1], match.span(1))


def _phones(folded: str) -> Iterator[Found]:
    for match in _MOBILE.finditer(folded):
        yield _found("phone", re.sub(r"[- ]", "", match[1]), match.span())
    for match in _SPOKEN_MOBILE.finditer(folded):
        yield _found("phone", match[0].translate(_DIGITS), match.span())
    for match in _LANDLINE.finditer(folded):
        value = f"{match[1]}-{match[2]}" if match[1] else re.sub(r"[- ]", "", match[3])
        yield _found("phone", value, match.span())
    for pattern in (_LOCAL, _LOCAL_BEFORE):
        local = pattern.search(folded)
        if local:
            yield _found("phone", local[1], local.span(1))
            return


def _times(folded: str) -> Iterator[Found]:
    for match in _TIME.finditer(folded):
        yield _found("time", match[0].strip(), match.span())


@functools.lru_cache(maxsize=1)
def _department_pattern() -> re.Pattern[str]:
    longest_first = sorted(lexicon.departments(), key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, longest_first)))


def _departments(folded: str) -> Iterator[Found]:
    starts = {start for _, start in text.tokens(folded)} | {len(folded)}
    for match in _department_pattern().finditer(folded):
        name, end = match[0], match.end()
        if len(name) == 2 and match.start() not in starts:
            continue
        if _STANDING_AT.match(folded, end):
            continue  # 公安局对面 says where, not who
        ambiguous = _AMBIGUOUS_DEPARTMENTS.fullmatch(name)
        if ambiguous and not _CARRIER_CONTEXT.match(folded, end):
            continue
        yield _found("department", lexicon.departments()[name], match.span())


def _places(folded: str) -> Iterator[Found]:
    for start, end in places.find(folded):
        yield _found("place", places.official(folded[start:end].strip()), (start, end))


def _found(kind: str, value: str, span: tuple[int, int]) -> Found:
    return Found(kind=kind, value=value, start=span[0], end=span[1])
