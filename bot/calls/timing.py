"""When it happened, in the citizen's words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.calls.exchange import Wanted, exchanges
from bot.calls.named import named
from bot.calls.order import Filled, Source
from bot.calls.spoken import Said

_TO_COME = re.compile(r"明天|后天|明年|下个?(?:月|周|星期|礼拜)|以后|将来|今后")
_LONG_AGO = re.compile(r"去年|前年|以前|之前|年前")
_MEANS_MORE = re.compile(
    r"^(?:的)?(?:工资|工钱|租金|房租|钱|话费|水费|电费|利息|生活费|假|试用期|社保)|^大|^岁"
)
_STATE = re.compile(r"(?:过期|超过|有|等了?|办了?)$")
_PART = re.compile(r"早|上午|中午|下午|晚|夜|凌晨|点|[:：]")
_AGO = re.compile(
    r"(?:有|已经|大概|差不多|快)?(?P<span>(?:半|[0-9一二两三四五六七八九十]+|好几"
    r"|几)个?多?(?:天|星期|礼拜|周|月|年|小时)多?)"
)
_NOT_EVENT = re.compile(r"打(?:过|了)(?:\S{0,3})?电话|反映过|投诉过|之前打|回来|满\S{0,2}岁")


def occurred_at(spoken: Sequence[Said]) -> Filled | None:
    """The time, as said; None where none was. An answer to when counts most."""
    best: tuple[float, Filled] | None = None
    for turn in exchanges(spoken):
        asked = Wanted.TIME in turn.wants
        for said in turn.reply:
            for worth, value in _times(said.text, asked=asked):
                if best is None or worth > best[0]:
                    best = worth, Filled(value=value, source=Source.HEARD, seq=said.seq)
    return best[1] if best else None


_DAY = re.compile(
    r"昨|今[天早晚日]|前天|上个|这个|每|天天|[0-9一二三四五六七八九十]月(?!前)|[号日]|国庆"
    r"|春节|(?:周|星期|礼拜)[一二三四五六日天末]"
)


def _trimmed(value: str) -> str:
    return re.sub(r"(?:开始|的时候|的|了)+$", "", value.removeprefix("从"))


def _times(text: str, *, asked: bool) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    for one in named(text):
        if one.kind != "time" or _TO_COME.search(one.value):
            continue
        if _MEANS_MORE.match(text[one.end :]):
            continue
        worth = 1.0 + (2.0 if asked else 0.0) + 0.4 * bool(_PART.search(one.value))
        worth -= 0.8 * bool(_LONG_AGO.search(one.value))
        worth -= 0.8 * bool(_NOT_EVENT.search(text[one.end : one.end + 12]))
        worth += 0.3 * bool(_DAY.search(one.value)) - 0.5 * bool(_STATE.search(text[: one.start]))
        found.append((worth, _trimmed(one.value)))
    if asked and not found:
        span = _AGO.search(text)
        if span:
            found.append((2.5, span["span"]))
    return found
