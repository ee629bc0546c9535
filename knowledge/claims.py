"""What a sentence commits itself to: quantities with their bounds, and words that turn its meaning.

Two sentences that say the same have the same claims in the same order; everything else of a
sentence is its residue, ordinary words. Chinese and Arabic numerals are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from knowledge.plain_words import PLAIN
from nlu import text as words

QUANTITY = "\ue000"
"""Stands in the residue where a quantity was."""


class Mark(StrEnum):
    """A word that turns the meaning of those beside it."""

    FORBID = "forbid"
    NOT = "not"
    MUST = "must"
    MAY = "may"
    ONLY_THEN = "only_then"
    ONLY = "only"
    EXCEPT = "except"
    EVERY = "every"
    OR = "or"
    AND_SO_ON = "and_so_on"
    BEFORE = "before"
    AFTER = "after"

    @property
    def sign(self) -> str:
        """The character that stands in the residue where the mark was."""
        return chr(ord(QUANTITY) + 1 + list(Mark).index(self))


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number, what it counts, and whether it is a least or a most (`bound`, such as `≤`)."""

    value: Decimal
    unit: str
    bound: str = ""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a piece of text commits itself to.

    Args:
        quantities, marks: in the order they stand.
        residue: the text without them, `QUANTITY` and `Mark.sign` in their places.
    """

    quantities: tuple[Quantity, ...] = ()
    marks: tuple[Mark, ...] = ()
    residue: str = ""


_PLAINED = tuple((re.compile(pattern), plain) for pattern, plain in PLAIN)

_NUMERAL = "零〇一二两三四五六七八九十百千"
_NUMBER = (
    rf"(?:\d[\d,]*(?:\.\d+)?[百千]?|(?<![统唯单同专万])[{_NUMERAL}]+(?:点[{_NUMERAL}]+)?)"
    "(?:万亿|亿|万)?"
)
_UNITS = (
    "个工作日|个自然日|工作日|自然日|个百分点|周岁|小时|分钟|个月|月份|年度|平方米|公里|公斤|周年|"
    "人民币|元钱|块钱|元|块|％|%|岁|日|天|号|月|年|周|人|名|位|户|次(?!月|日|年)|处|层|倍|孩|家(?!庭|属)|份|寸|亩|吨|米|时|"
    "分(?!别|之)|点|条|款|项|章|个|档|级|批|张|套|学期|季度|辆|种|宗|株|粒|针|克"
)
_SAME_UNIT = {
    "％": "%",
    "天": "日",
    "号": "日",
    "自然日": "日",
    "个自然日": "日",
    "个工作日": "工作日",
    "周岁": "岁",
    "月份": "月",
    "年度": "年",
    "周年": "年",
    "名": "人",
    "位": "人",
    "块": "元",
    "块钱": "元",
    "元钱": "元",
    "人民币": "元",
}
_MOST = "不得超过|不能超过|不超过|不得高于|不高于|不多于|不大于|最多|最高|最长|最大|最迟|最晚|至多"
_LEAST = "不得低于|不低于|不得少于|不少于|不小于|至少|最低|最少|最短|起码|达到|年满|满"
_LESS, _MORE = "不满|不足|低于|少于|小于", "超过|大于|高于|多于"
_BOUND_BEFORE = {
    word: bound
    for bound, several in (("≤", _MOST), ("≥", _LEAST), ("<", _LESS), (">", _MORE))
    for word in several.split("|")
}
_BOUND_AFTER = (
    (re.compile("(?:及|或者?|（含）)?(?:以上|之上|起步)"), "≥"),
    (re.compile("(?:及|或者?|（含）)?(?:以下|以内|之内|内(?!容))"), "≤"),
    (re.compile("(?:之后|以后|后(?!续))"), "after"),
    (re.compile("(?:之前|以前|前(?!往))"), "before"),
)
_PREFIX = "|".join(sorted(_BOUND_BEFORE, key=len, reverse=True))
_SUFFIX = "|".join(pattern.pattern for pattern, _ in _BOUND_AFTER)
_QUANTITY = re.compile(
    rf"(?P<before>(?:{_PREFIX})*?(?:{_PREFIX}))?(?P<ordinal>第)?"
    rf"(?:(?P<clock>(?<!\d)\d{{1,2}}[:：]\d{{2}}(?!\d))|(?P<phone>\d{{3,4}}-\d{{7,8}}|\d{{5,}}(?![\d元万亿.%]))"
    rf"|百分之(?P<hundredths>{_NUMBER})"
    rf"|(?P<low>{_NUMBER})(?P<low_unit>{_UNITS})?(?:至|到|—+|-|~|～)(?P<high>{_NUMBER})(?P<high_unit>{_UNITS})"
    rf"|(?P<number>{_NUMBER})(?P<unit>{_UNITS})|(?P<bare>\d+(?:\.\d+)?))"
    rf"(?P<after>{_SUFFIX})?"
)
_DIGIT_OF = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_SCALE = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万亿": 10**12, "亿": 10**8, "万": 10**4}

_MARKS: tuple[tuple[Mark, str], ...] = (
    (Mark.FORBID, "不得|不准|不许|不允许|严禁|禁止|不能|不可以|不可(?!抗)|不应当?|不要|切勿"),
    (Mark.EXCEPT, "除外|之外|以外|例外|除非|除(?!了|夕|以)"),
    (
        Mark.NOT,
        "拒不|没有|不需|不(?!动产|同|仅|但|断|论|管|久)|没|未(?!来|成年)|无(?!论|人机|障碍)|非(?!常)|勿|免(?!疫)|拒",
    ),
    (Mark.ONLY_THEN, "方可|方能|才可以|才能|才可|才(?!干|华)"),
    (Mark.ONLY, "只有|只能|只限|仅限|仅|只(?!要)"),
    (
        Mark.MUST,
        "应当|必须|务必|(?<!所)需要|须(?!知)|(?<![所急按必])需(?!求)|"
        "(?<![相适供对反])应(?![急届用税纳])|(?<![主重纲只需])要(?![求素点件么])",
    ),
    (
        Mark.MAY,
        "可以|能够|允许|准予|(?<![许认])可(?![能靠持抗])|(?<![功职技性智可节])能(?![力源])",
    ),
    (
        Mark.EVERY,
        "所有|全部|任何|一律|一概|统统|(?<![人平年月户日])均(?!为一|衡)|都(?!市)|全都|凡是?",
    ),
    (Mark.OR, "或者|或|任意一[项种个]|之一|其中一[项种个]"),
    (
        Mark.AND_SO_ON,
        "等(?=[，。；、）：]|情形|材料|人员|证明|方式|原因|群体|困难|服务|部门|手续|$)",
    ),
    (Mark.BEFORE, "之前|以前|(?<![提目当面])前(?![往款提])"),
    (Mark.AFTER, "之后|以后|(?<![先今最然落背售])后(?!续)"),
)
_MARK = re.compile("|".join(f"(?P<{mark.value}>{pattern})" for mark, pattern in _MARKS))


def plain(text: str) -> str:
    """The text with an office's words and a citizen's for the same thing made one."""
    text = words.normalise(text)
    for pattern, canonical in _PLAINED:
        text = pattern.sub(canonical, text)
    return text


def claims(plained: str) -> Claims:
    """The claims of a text that `plain` gave."""
    quantities: list[Quantity] = []

    def taken(found: re.Match[str]) -> str:
        quantities.extend(_quantities(found))
        return QUANTITY

    without = _QUANTITY.sub(taken, plained)
    marks: list[Mark] = []

    def turned(found: re.Match[str]) -> str:
        marks.append(Mark(found.lastgroup or ""))
        return marks[-1].sign

    residue = _MARK.sub(turned, without)
    return Claims(quantities=tuple(quantities), marks=tuple(marks), residue=residue)


def value_of(numeral: str) -> Decimal:
    """The value of a number in digits or Chinese numerals, such as 25万, 二十五万 or 一百零五."""
    large = next((name for name in _LARGE if numeral.endswith(name)), "")
    scale = _LARGE.get(large, 1)
    body = numeral.removesuffix(large).replace(",", "")
    whole, _, decimals = body.partition("点")
    if body[0].isdigit():
        hundreds = _SCALE.get(body[-1], 1)
        return Decimal(body.rstrip("百千")) * hundreds * scale
    value = Decimal(_of_numerals(whole))
    if decimals:
        value += Decimal("0." + "".join(str(_DIGIT_OF.get(digit, 0)) for digit in decimals))
    return value * scale


def _of_numerals(numeral: str) -> int:
    if not any(digit in _SCALE for digit in numeral):
        return int("".join(str(_DIGIT_OF[digit]) for digit in numeral))
    total, digit = 0, 0
    for character in numeral:
        if character in _SCALE:
            total += (digit or 1) * _SCALE[character]
            digit = 0
        else:
            digit = _DIGIT_OF[character]
    return total + digit


def _quantities(found: re.Match[str]) -> list[Quantity]:
    said = "".join(sorted({*_bounds_before(found["before"]), *_bounds_after(found["after"])}))
    if found["clock"]:
        hours, minutes = re.split("[:：]", found["clock"])
        return [Quantity(value=Decimal(int(hours) * 60 + int(minutes)), unit="clock", bound=said)]
    if found["phone"]:
        digits = found["phone"].replace("-", "")
        return [Quantity(value=Decimal(digits), unit=f"{len(digits)} digits", bound=said)]
    if found["bare"]:
        return [Quantity(value=Decimal(found["bare"]), unit="", bound=said)]
    if found["hundredths"]:
        return [Quantity(value=value_of(found["hundredths"]), unit="%", bound=said)]
    if found["low"]:
        unit = _unit(found, "high_unit")
        low = found["low"]
        if found["high"][-1] in "万亿" and low[-1] not in "万亿" and not found["low_unit"]:
            low += found["high"][-1]
        return [
            Quantity(value=value_of(low), unit=_unit(found, "low_unit") or unit, bound="≥"),
            Quantity(value=value_of(found["high"]), unit=unit, bound="≤" + said.strip("≤≥")),
        ]
    return [Quantity(value=value_of(found["number"]), unit=_unit(found, "unit"), bound=said)]


def _unit(found: re.Match[str], group: str) -> str:
    unit = found[group] or ""
    return (found["ordinal"] or "") + _SAME_UNIT.get(unit, unit)


def _bounds_before(said: str | None) -> set[str]:
    if not said:
        return set()
    return {_BOUND_BEFORE[word] for word in re.findall(_PREFIX, said)}


def _bounds_after(said: str | None) -> set[str]:
    return {bound for pattern, bound in _BOUND_AFTER if said and pattern.fullmatch(said)}
