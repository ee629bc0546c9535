"""What operators say beside their questions: answers given, and what they promise. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.calls.exchange import wants
from bot.calls.spoken import Said, sentences_of

_COURTESY = re.compile(
    r"^(?:您好|你好|好的?|嗯|请讲|请说|您(?:请)?(?:说|讲)|请问|稍等|请稍等|感谢|谢谢|再见"
    r"|不客气|祝您|您先?消消?气|请您?(?:不要|别)着急|我(?:在)?听)"
    r"|12345|为您服务|有什么可以帮|很高兴|请对.{0,8}评价|(?:帮|给)您(?:查|看)一?下"
)
_PROMISES = re.compile(
    r"(?:会|将|马上|尽快|立即|这就|之内|以内|日内|小时内|天内|之前).{0,14}(?:回复|答复|回电"
    r"|回访|联系|派人|安排|上门|处理|核实|转办|转交|反馈|解决|催办)"
    r"|(?:给|帮|替)您(?:催|转|反映上去|打电话|回电|加急)"
)
_BY_WHEN = re.compile(
    r"[0-9一二两三四五六七八九十]+个?(?:工作日|小时|天|分钟|星期|周)(?:之?内|以内)?|今天|明天"
    r"|后天|下午|上午|晚上|下周|周[一二三四五六日天]|月底|年底"
)
_LEAST = 6


def told_by_operator(spoken: Sequence[Said]) -> tuple[Said, ...]:
    """The operator's sentences that tell something, without greetings and questions."""
    found = []
    for each in spoken:
        if each.by_citizen:
            continue
        for sentence in sentences_of(each.text):
            asks = sentence.endswith(("?", "？", "吗。", "呢。")) or bool(wants(sentence))
            if len(sentence) >= _LEAST and not asks and not _COURTESY.search(sentence):
                found.append(Said(seq=each.seq, leg=each.leg, heard=each.heard, text=sentence))
    return tuple(found)


def promises(spoken: Sequence[Said]) -> tuple[Said, ...]:
    """What the operator said somebody will do."""
    return tuple(each for each in told_by_operator(spoken) if _PROMISES.search(each.text))


def by_when(promise: str) -> tuple[str, ...]:
    """The times a promise names."""
    return tuple(found[0] for found in _BY_WHEN.finditer(promise))
