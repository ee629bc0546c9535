"""Telephone numbers as they are spoken: 幺三九, 三个零, in pieces, put right, read back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.calls.exchange import Answered, Wanted, exchanges
from bot.calls.spoken import Said

_DIGITS = str.maketrans("幺零〇洞一二两三四五六七拐八九勾", "1000122345677899")
_SPOKEN = "0-9幺零〇洞一二两三四五六七拐八九勾"
_TIMES = re.compile(rf"([两二三四五六七八2-8])个([{_SPOKEN}])(?![个月年天块元])")
_RUN = re.compile(rf"[{_SPOKEN}](?:[\s，,、\-—.。嗯啊]*[{_SPOKEN}])*")
_ONLY = re.compile(
    rf"(?:对|嗯|是|就是|然后|然后是|后面|后面是|再|再后面|最后|最后是|号码|电话"
    rf"|[{_SPOKEN}\s，,、。.!！\-])+"
)
_UNITS = re.compile(r"[个月年天块元万千百十点号楼栋路组户斤米岁日时分多几]")
_TAIL = re.compile(
    rf"(?:最后|后面|尾号|末尾|结尾)(?:[一两二三四]?[位个]?(?:数"
    rf"|号)?)?(?:应该)?是([{_SPOKEN}]{{1,6}})"
)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0\d{2,3})([2-8]\d{6,7})")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_THIS = re.compile(
    r"(?:就|打|用|还|留)?(?:是|打|留)?(?:我)?(?:现在|目前)?(?:打(?:过来|来)?的?)?(?:这个|这只"
    r"|本机|来电)(?:的)?(?:号码?|电话|手机|就)"
    r"|就这个|打这个|现在这个|来电(?:号码|显示)"
)
_ASKS_THIS = re.compile(r"(?:这个|来电|本机|现在(?:拨打)?的?)(?:的)?(?:号码|电话|手机|号)?|开头")
_OTHERS = re.compile(
    r"(?:他|她|对方|老板|店|公司|物业|房东|商家|中介|村长|书记|司机|师傅|骗子)(?:们|家"
    r"|里)?(?:的)?(?:手机|电话|号码|联系方式)"
)
_SHORTEST_RUN = 3
_MOST_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number to call, and the sentence it was heard in."""

    value: str
    seq: int


def number(spoken: Sequence[Said], caller: str = "") -> Number | None:
    """The number the citizen wants to be called at, the last said; None where none was.

    Args:
        spoken: the call so far.
        caller: the calling number, for "this number"; empty where it is withheld.
    """
    found: Number | None = None
    pieces = _Pieces()
    for each in exchanges(spoken):
        found = _read_back(each) or found
        if caller and _means_this(each):
            found = Number(value=caller, seq=each.reply[0].seq)
        for said in each.reply:
            value = pieces.take(said, asked=Wanted.PHONE in each.wants, known=found)
            if value:
                found = Number(value=value, seq=said.seq)
    return found


class _Pieces:
    """Digits said so far of a number that is not whole yet."""

    def __init__(self) -> None:
        self._digits = ""

    def take(self, said: Said, *, asked: bool, known: Number | None) -> str:
        """A whole number that a sentence gives or completes; empty where it does not."""
        text = said.text or said.heard
        tail = _TAIL.search(_expanded(text))
        if tail and known:
            end = tail[1].translate(_DIGITS)
            return known.value[: -len(end)] + end
        found = list(runs(text))
        if _OTHERS.search(text):
            return ""
        if not found:
            self._digits = "" if len(text) > 6 else self._digits
            return ""
        for digits in found:
            whole = standard(digits)
            if whole:
                self._digits = ""
                return whole
        if not (asked or self._digits or "电话" in text or "号码" in text or _ONLY.fullmatch(text)):
            return ""
        self._digits += "".join(found)
        whole = standard(self._digits)
        if whole or len(self._digits) > _MOST_DIGITS:
            self._digits = ""
        return whole


def _expanded(text: str) -> str:
    """三个零 as 零零零."""
    return _TIMES.sub(lambda found: found[2] * int(found[1].translate(_DIGITS)), text)


def runs(text: str) -> Iterator[str]:
    """Runs of digits of a text, spoken ones as figures; amounts and single digits are none."""
    text = _expanded(text)
    only = _ONLY.fullmatch(text) is not None
    for found in _RUN.finditer(text):
        digits = re.sub(r"[^0-9]", "", found[0].translate(_DIGITS))
        after = text[found.end() : found.end() + 1]
        if only or (len(digits) >= _SHORTEST_RUN and not _UNITS.match(after)):
            yield digits


def standard(digits: str) -> str:
    """Digits as the number they are, or empty."""
    digits = digits[2:] if digits.startswith("86") and len(digits) == 13 else digits
    if _MOBILE.fullmatch(digits) or _LOCAL.fullmatch(digits):
        return digits
    landline = _LANDLINE.fullmatch(digits)
    return f"{landline[1]}-{landline[2]}" if landline else ""


def _read_back(each: Answered) -> Number | None:
    """A whole number the operator read out and the citizen agreed to."""
    if each.asked is None or not each.agrees:
        return None
    for digits in runs(each.asked.text):
        value = standard(digits)
        if value:
            return Number(value=value, seq=each.reply[0].seq)
    return None


def _means_this(each: Answered) -> bool:
    """The citizen wants to be called at the number they call from."""
    if any(_THIS.search(said.text) and agreed_words(said) for said in each.reply):
        return True
    asked = each.asked
    return bool(
        asked
        and each.agrees
        and Wanted.PHONE in each.wants
        and _ASKS_THIS.search(asked.text)
        and not any(standard(digits) for digits in runs(asked.text))
    )


def agreed_words(said: Said) -> bool:
    """Not "not this number"."""
    return re.search(r"(?:不是|不要|别|不打|不用)(?:打|留|是)?(?:这个|现在)", said.text) is None
