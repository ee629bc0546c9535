"""Rumours: a question about a rumour itself gets the refutation first; others do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.model import Kind
from knowledge.query import Wanted
from knowledge.search import Hit
from nlu import text as nlu_text

NEAR_SHARE = 0.5
"""A refutation this near to the best document's score may be meant."""
HEARD_MATCH = 0.3
"""Share of the question a refutation must hold where the citizen says that he heard it."""
CLAIM_HELD = 0.5
"""Share of the rumour's words a question must say where it only asks whether it is so."""
WHOLE_QUESTION = 0.75
"""Or the share of the question that the rumour says, where the refutation is the best found."""
PLAIN_SHARE = 0.6
"""What a refutation's score is worth for a question that only shares its topic."""

_HEARD = re.compile(
    "听说|听人|听到|有人[说讲在传打给告叫让]|别人[说讲]|都[说讲在]|说是|据说|网上|网传|群里|抖音|朋友圈|传言|谣|传的|在传"
    "|真的[吗么假嘛]|真的要|是真|真假|是不是真|假的|靠谱|可信|属实|骗人|骗局|骗子|可靠"
)
_WHETHER = re.compile("[吗么嘛]|是不是|会不会|要不要|能不能|是否|可不可以|真要|不用|不交")
_ASKS_FOR_MORE = re.compile(
    "多少|几[点号天时多元个]|什么|怎么|怎样|如何|哪|为何|为什么|多久|多长|何时|啥|条件|材料|流程|标准|时间|电话"
)
_CLAIM = re.compile('[“「《‘"]([^”」》’"]{4,60})[”」》’"]')
_FRAME = re.compile(
    "关于|的?(?:辟谣|声明|说明|情况通报|通报|公告|提醒)|辟谣[:：]?|(?:为|系|属)?(?:不实|谣言|虚假|骗局)(?:信息|消息|传言)?"
    "|示例|[（()）]|\\d{4}年起?"
)


def meant(question: str, hits: Sequence[Hit], wanted: Wanted) -> Hit | None:
    """The refutation of the rumour a question asks about, or None.

    A question asks about a rumour where the citizen says that he heard it or asks whether it is
    true, or where it says most of the rumour as a question of yes or no.

    Args:
        question: as the citizen put it.
        hits: best first.
        wanted: what the question wants a text to hold.
    """
    heard = bool(_HEARD.search(question))
    if not heard and (_ASKS_FOR_MORE.search(question) or not _WHETHER.search(question)):
        return None
    best = hits[0].score if hits else 0.0
    return next((hit for hit in hits if _about(question, hit, best, wanted, heard=heard)), None)


def _about(question: str, hit: Hit, best: float, wanted: Wanted, *, heard: bool) -> bool:
    if hit.document.kind is not Kind.REFUTATION or hit.score < NEAR_SHARE * best:
        return False
    if heard:
        return max(hit.match, hit.title_match) >= HEARD_MATCH
    said = set(nlu_text.bigrams(question))
    claim = claim_of(hit.document.title)
    terms = set(nlu_text.bigrams(claim))
    held = len(terms & said) / len(terms) if terms else 0.0
    return held >= CLAIM_HELD or (hit.score >= best and wanted.share(claim) >= WHOLE_QUESTION)


def claim_of(title: str) -> str:
    """The rumour a refutation's title names, without what titles say around it."""
    quoted = _CLAIM.search(title)
    return _FRAME.sub(" ", quoted.group(1) if quoted else title).strip()


def behind(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The same documents for a plain question: refutations weigh less."""
    weighed = [
        replace(hit, score=PLAIN_SHARE * hit.score) if hit.document.kind is Kind.REFUTATION else hit
        for hit in hits
    ]
    return tuple(sorted(weighed, key=lambda hit: -hit.score))
