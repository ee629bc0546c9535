"""Numbers and years in a question, in the other ways an official text may write them."""

from __future__ import annotations

import re
from datetime import date

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = r"[零〇○一二三四五六七八九十百千万亿两]"
_UNIT = (
    "周岁|岁|个工作日|个月|小时|平方米|平方|平|公里|年(?!级)|月|号|日|天|元|块|亩|层|次|个|人|户|座|档|分|克|倍"
    "|孩|胎"
)
_SAID = re.compile(rf"({_NUMERAL}{{1,20}}|\d+(?:\.\d+)?[万千]?)({_UNIT})?")
_SHORTENED = {"百": "十", "千": "百", "万": "千"}
_PERCENT = re.compile(rf"百分之({_NUMERAL}{{1,7}}|\d+(?:\.\d+)?)")
_STANDARD = {
    "岁": ("岁", "周岁"),
    "块": ("元",),
    "平方": ("平方米",),
    "平": ("平方米",),
    "号": ("日",),
}
_YEAR = re.compile(rf"(?<!\d)((?:19|20)\d\d)(?!\d)|([一二][九零〇○][{''.join(_DIGITS)}]{{2}})年")
_SHORT_YEAR = re.compile(r"(?:^|[,，。、\s在到])(\d\d)年(?![以内前后满多的了左])")
_RELATIVE = (
    (re.compile("今年|本年"), 0),
    (re.compile("去年|上一?年度|上一年(?!级)"), -1),
    (re.compile("(?<![以之目此年])前年"), -2),
    (re.compile("明年|下一?年度"), 1),
)
_NEAR_YEARS = 6
_MAX_DIGITS = 12
_BARE_IN_WORDS, _BARE = 10, 10_000
"""A smaller number without a unit, such as 6 in L6, may be anything."""

Variants = tuple[tuple[str, tuple[str, ...]], ...]


def variants(text: str) -> Variants:
    """Each number as it stands in the text → the same as it may stand in a document.

    二十五万 → 25万, 250000; 百分之三十 → 30%; 八十岁 → 80岁, 80周岁; 25万 → 二十五万, 250000.
    """
    found: dict[str, tuple[str, ...]] = {}
    for match in _PERCENT.finditer(text):
        value = _value(match[1])
        if value is not None:
            found[match.group()] = (f"{_plain(value)}%",)
    without = _PERCENT.sub(" ", text)
    for match in _SAID.finditer(without):
        others = _others(match[1], match[2] or "")
        if others:
            found[match.group()] = tuple(each for each in others if each != match.group())
    return tuple((said, others) for said, others in found.items() if others)


def years(text: str, today: date | None) -> frozenset[int]:
    """The calendar years a text names; 今年 and 去年 count where `today` is given."""
    found = set()
    for match in _YEAR.finditer(text):
        digits = match[1] or "".join(str(_DIGITS[each]) for each in match[2])
        found.add(int(digits))
    if today is None:
        return frozenset(found)
    found |= {today.year + ahead for pattern, ahead in _RELATIVE if pattern.search(text)}
    for match in _SHORT_YEAR.finditer(text):
        year = 2000 + int(match[1])
        if abs(year - today.year) <= _NEAR_YEARS:
            found.add(year)
    return frozenset(found)


def relative_years(text: str, today: date | None) -> Variants:
    """今年 → 2026年, and the like; empty without a day to count from."""
    if today is None:
        return ()
    return tuple(
        (match.group(), (f"{today.year + ahead}年",))
        for pattern, ahead in _RELATIVE
        for match in pattern.finditer(text)
    )


def _others(numeral: str, unit: str) -> tuple[str, ...]:
    if unit == "年" and len(numeral) == 4:
        return (_year_otherwise(numeral) + "年",)
    value = _value(numeral)
    in_words = not numeral[0].isdigit()
    if value is None or (in_words and (value == 1 or (len(numeral) == 1 and not unit))):
        return ()
    ways = [_plain(value)]
    if value >= 10_000 and value % 1000 == 0:
        ways.insert(0, f"{_plain(value / 10_000)}万")
    if not in_words and value == int(value) and 2 <= value < 10**8:
        ways.append(spoken(int(value)))
    if not unit and value < (_BARE_IN_WORDS if in_words else _BARE):
        return ()
    units = _STANDARD.get(unit, (unit,))
    return tuple(f"{way}{each}" for way in ways for each in units)


def _year_otherwise(written: str) -> str:
    """2026 ↔ 二〇二六; another numeral of four characters stays."""
    if written.isdigit() and written.isascii():
        return "".join("〇一二三四五六七八九"[int(each)] for each in written)
    return "".join(str(_DIGITS.get(each, each)) for each in written)


def _value(numeral: str) -> float | None:
    """What a numeral says; None where it is none, such as 千万 in 千万别."""
    if numeral[0].isdigit():
        times = {"万": 10_000, "千": 1000}.get(numeral[-1], 1)
        plain = numeral.rstrip("万千")
        return float(plain) * times if len(plain) <= _MAX_DIGITS else None
    if numeral[0] in "百千万亿":
        return None
    total, part, digit = 0, 0, 0
    if len(numeral) > 2 and numeral[-1] in _DIGITS and numeral[-2] in _SHORTENED:
        numeral += _SHORTENED[numeral[-2]]  # 三千五 is 3500, 两万五 is 25000
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _TENS:
            part += (digit or 1) * _TENS[char]
            digit = 0
        else:
            total = (total + part + digit) * (10_000 if char == "万" else 10**8)
            part = digit = 0
    return float(total + part + digit)


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"


def spoken(value: int) -> str:
    """250000 → 二十五万."""
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        middle = "零" if 0 < low < 1000 else ""
        return f"{spoken(high)}万{middle}{spoken(low) if low else ''}"
    written = ""
    gap = False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            written += ("零" if gap and written else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = True
    return written.removeprefix("一") if written.startswith("一十") else written
