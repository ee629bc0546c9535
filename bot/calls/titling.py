"""A title as clerks write it: where, and what is the matter. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.calls.asking import Asked
from bot.calls.composing import Clause
from bot.calls.named import named
from bot.cases.model import DemandType
from bot.cases.troubles import TroubleReader
from bot.routing.catalogue import Catalogue
from knowledge.following import matters
from knowledge.wording import cut
from nlu import lexicon

MAX_CHARS = 40
_LEAD = re.compile(
    r"^(?:我家|我们家|我们?|你们?|咱们?|就是|然后|现在|这里|那里|这边|那边|因为|但是|而且"
    r"|还有|第[一二三][个件](?:事情?|问题)?是?|有一?[个条些]|要?(?:投诉|反映|举报|建议|表扬"
    r"|咨询|问)(?:一?[下个])?|"
    r"想|要|来|的|在|上|里|有|小区里?|村里|楼下的?|，|、|,)+"
)
_TAIL = re.compile(r"(?:(?<!不得)了|吧|呢|啊|的|咯|啦|哦|吗)+$")
_WRONG = re.compile(
    r"跑路|不退|不赔|欠|骗|过期|坏|不亮|堵|停[水电气]|漏|爆|倒了|塌|臭|吵|唱到|打人|没人"
)
_WISH = re.compile(r"^(?:希望|要求|请|麻烦|快点|赶紧)")
_THING_WORTH, _TROUBLE_WORTH = 1.0, 1.6


class Titler:
    """Writes titles for one city's orders."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[str, float] = {}
        self._troubles = TroubleReader()
        things, _ = lexicon.troubles()
        self._words = tuple(
            word for words in things.values() for word in words if "+" not in word and len(word) > 1
        )

    def title(
        self,
        kept: Sequence[Clause],
        place: str,
        demand: DemandType,
        asked: Asked | None,
        danger: int = -1,
    ) -> str:
        """At most `MAX_CHARS` characters; empty where nothing was told yet."""
        if demand is DemandType.CONSULTATION and asked is not None:
            return _short("咨询" + _TAIL.sub("", _question(asked)))
        core = self._core(kept, place, danger)
        if not core:
            return ""
        if demand in _NAMED:
            bare = _WISHES.sub("", core)
            return _short(_NAMED[demand] + bare.removeprefix(_NAMED[demand]))
        where = "" if place and place in core else place
        return _fit(where, core)

    def worth(self, text: str) -> float:
        """How much a clause says of what is the matter."""
        worth = self._known.get(text)
        if worth is None:
            worth = self._worth(text)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[text] = worth
        return worth

    def _worth(self, text: str) -> float:
        lowered = text.lower()
        trouble = self._troubles.read(lowered)
        matches = self._catalogue.match(lowered)
        return (
            _THING_WORTH * bool(trouble.things)
            + _TROUBLE_WORTH * bool(trouble.troubles or _WRONG.search(text))
            + min(matches[0].score if matches else 0.0, 1.5)
            - 1.5 * bool(_WISH.match(text))
        )

    def _core(self, kept: Sequence[Clause], place: str, danger: int) -> str:
        """The clause that says most, with its neighbour where that says more, and the thing."""
        best, best_at, worth = "", 0, -1.0
        for at, clause in enumerate(kept[:_LOOKED_AT]):
            options = [_bare(clause.text, place)]
            if at + 1 < len(kept):
                options.append(options[0] + _bare(kept[at + 1].text, place))
            for n, option in enumerate(options):
                value = (
                    self.worth(option)
                    + 2.0 * (clause.seq == danger)
                    - 0.06 * at
                    - 0.5 * n
                    - 0.012 * len(option)
                )
                if value > worth and _LEAST <= len(option) <= _TWO:
                    best, best_at, worth = option, at, value
        thing = next((found for each in kept[:best_at] if (found := self._thing(each.text))), "")
        shown = thing and thing not in best and thing not in place and len(best) <= _ROOM
        return thing + best if shown else best

    def _thing(self, text: str) -> str:
        """The longest word of a clause that names a thing."""
        present = [word for word in self._words if word in text]
        return max(present, key=len, default="")


_KEPT = 8_192
_LOOKED_AT = 12
_LEAST = 3
_ROOM = 10
"""A longer clause says its thing itself."""
_TWO = 26
_NAMED = {DemandType.PRAISE: "表扬", DemandType.SUGGESTION: "建议"}


_WISHES = re.compile(r"^(?:能不能|可不可以|能否|希望|最好)(?:在?那里)?")


def _question(asked: Asked) -> str:
    """The question; where it names no matter, behind the part of its context that does."""
    if asked.read_back and len(asked.whole) <= MAX_CHARS - 2:
        return re.sub(r"[？?]", "", asked.whole)
    text = _ASKING_LEAD.sub("", asked.question)
    told = [part for part in asked.context.split("，") if part]
    if told and not matters().spans(cut(text)):
        about = next((part for part in reversed(told) if matters().spans(cut(part))), told[-1])
        longer = f"{_LEAD.sub('', about)}，{text}"
        text = longer if len(longer) <= MAX_CHARS - 2 else text
    return re.sub(r"[？?]", "", text)


_ASKING_LEAD = re.compile(r"^(?:我|我们)?(?:想|要)?(?:把)?(?=[\u4e00-\u9fff]{4})")


def _bare(clause: str, place: str) -> str:
    """Without the place, a time it begins with, and words that only lead up to it."""
    clause = text = _POINTER.sub("", clause)
    for one in sorted(named(clause), key=lambda found: -found.start):
        known = one.kind == "place" and clause[one.start : one.end] in place
        if known or (one.kind == "time" and one.start <= _AT_ITS_HEAD):
            text = text[: one.start] + text[one.end :]
    return _TAIL.sub("", _LEAD.sub("", text)).strip("，,、 ")


_POINTER = re.compile(r"(?:那|这)(?:个|家|条)(?=[\u4e00-\u9fffA-Za-z])")
_AT_ITS_HEAD = 4


def _fit(where: str, core: str) -> str:
    """Where and what, with nothing said twice at their joint."""
    shared = next((n for n in range(len(core), 1, -1) if where.endswith(core[:n])), 0)
    core = core[shared:] if shared and len(core) > shared + 1 else core
    core = core if len(core) < MAX_CHARS else core[: MAX_CHARS - 1]
    return _short(where[-(MAX_CHARS - len(core)) :] + core)


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"
