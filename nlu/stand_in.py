"""Understanding by rule, for the time Rasa is away.

It has to tell a question from a demand, and the short answers of a conversation from both; finer
shades may be missed, since demands then wait for a person in triage anyway. Its measured agreement
with the examples stands in `nlu/rasa/README.md` and is held by a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nlu import cues, entities, text
from nlu.model import Entity, Intent, Understanding

MAX_CHARS = 2000
"""What is understood of a long text: its beginning says what it is about."""
SURE, UNSURE = 0.6, 0.3
"""Confidence of a rule that fired, and of the guess when none did."""
_SHORT, _BRIEF = 8, 16
"""Longest acknowledgement and longest remark about the conversation, characters."""
_MURMUR = 7
"""Longest text no rule knows that is taken for small talk: at 8 one demand in a hundred more was
lost among the examples, at 6 remarks became demands."""
_TROUBLE = frozenset({"fault", "plea", "complain"})
_QUESTION = frozenset({"cost", "where", "when", "how", "benefit", "may", "asks"})
_MEASURE = re.compile(
    r"多(?:大|少|久|长|高|宽|远|深)(?!.{0,4}[都也][不没])"
    r"|(?<![好十百千])几(?:年|天|个|岁|成|级|块|宗|户|层|倍|折|次|台|口|亩|平|所|张|种|类)(?![前来了])"
    r"|([\u4e00-\u9fff])不\1|[可能]以?.{0,10}[吗么不]$"
)
"""Asks how much, how long or whether (…能批多大, …几年, …行不行)."""
_AGE = re.compile(r".{3,}(?:几|多少|多大)岁|.{3,}多大(?:年纪|岁数)")
"""Of a right or a duty; the same asked of us (你几岁) is small talk."""
_WRONG = re.compile(
    r"没(?:人|有?收|清|修|来|管|装|扫|电|水|发|接|办|给)|不(?:停|让|给|退|到|接|修|去|下来|清|开门)"
    r"|乱|坏|脏|臭|塌|歪|堵|骗|欠|吵|偷|超(?:速|员)|拒|半夜|夜里|天天|危险|丢了|扣了"
)
"""Something is the matter, in words that no cue has."""
_NO_STOP = re.compile(r"停(?!止|下|$)|(?<!从)重新(?!来|开始|说|填|登记|报|办$)|不停")
"""Things that stop (停水, 停车, 停发) and are done again, not what is being said here."""


@dataclass(frozen=True, kw_only=True)
class _Seen:
    text: str
    cues: frozenset[str]
    kinds: frozenset[str]

    def any(self, *names: str) -> bool:
        return not self.cues.isdisjoint(names)

    def upto(self, length: int) -> bool:
        return len(self.text) <= length

    @property
    def asks(self) -> bool:
        return not self.cues.isdisjoint(_QUESTION) and self.cues.isdisjoint({"plea", "report"})

    @property
    def measures(self) -> bool:
        """Asks for an amount, a span, an age or a yes, and tells of no trouble."""
        found = _MEASURE.search(self.text) is not None
        return found and not self.troubled and not self.any("report", "wrong", "crime")

    @property
    def breaks_off(self) -> bool:
        return self.any("stop") and "stop" in cues.hits(_NO_STOP.sub("", self.text))

    @property
    def troubled(self) -> bool:
        return not self.cues.isdisjoint(_TROUBLE)


Rule = tuple[Intent, Callable[[_Seen], bool]]

_CONVERSATION: tuple[Rule, ...] = (
    (Intent.CASE_PROGRESS, lambda s: not s.kinds.isdisjoint({"case_number", "query_code"})),
    (Intent.CORRECT, lambda s: s.any("fix") and not s.any("plea", "complain")),
    (Intent.INFORM, lambda s: cues.is_bare_slot(s.text)),
    (Intent.ASK_HUMAN, lambda s: s.any("person") and not s.any("complain", "fault")),
    (Intent.ABUSE, lambda s: s.any("abuse") and s.upto(_BRIEF) and not s.any("report", "person")),
    (Intent.CANCEL, lambda s: s.breaks_off and s.upto(_BRIEF) and not s.any("asks")),
    (Intent.SKIP, lambda s: s.any("decline") and s.upto(_BRIEF) and not s.any("bye", "actor")),
    (Intent.GOODBYE, lambda s: s.any("bye") and s.upto(_BRIEF)),
    (Intent.THANKS, lambda s: s.any("thanks") and s.upto(_BRIEF) and not s.any("praise")),
    (Intent.RATE, lambda s: s.any("grade") and s.upto(_BRIEF) and not s.any("asks", "how")),
    (Intent.GREET, lambda s: s.any("greet") and s.upto(_BRIEF) and not s.troubled),
    (Intent.DENY, lambda s: s.any("no") and s.upto(_BRIEF)),
    (Intent.AFFIRM, lambda s: s.any("yes") and s.upto(_SHORT) and not s.any("asks")),
)
_DEMANDS: tuple[Rule, ...] = (
    (Intent.CASE_PROGRESS, lambda s: s.any("progress") and not s.any("benefit", "fault")),
    (Intent.SUGGESTION, lambda s: s.any("suggest")),
    (Intent.PRAISE, lambda s: s.any("praise") and not s.any("complain")),
    (Intent.POLICY_QUESTION, lambda s: s.measures and _AGE.match(s.text) is not None),
    (Intent.OUT_OF_SCOPE, lambda s: s.any("leisure") and not s.troubled),
    (Intent.REPORT, lambda s: s.any("report") and not s.any("asks", "benefit")),
)
_QUESTIONS: tuple[Rule, ...] = (
    (Intent.ASK_WHERE, lambda s: s.any("where") and s.asks and not s.any("complain", "fault")),
    (Intent.ASK_COST, lambda s: s.any("cost") and not s.any("benefit", "complain", "fault")),
    (Intent.SERVICE_GUIDE, lambda s: s.any("how") and s.asks and not s.any("complain", "may")),
    (Intent.ASK_WHEN, lambda s: s.any("when") and s.asks and not s.any("complain", "fault")),
    (Intent.POLICY_QUESTION, lambda s: s.any("benefit", "may") and s.asks),
    (Intent.POLICY_QUESTION, lambda s: s.measures and not s.any("plea", "propose")),
)
_TROUBLES: tuple[Rule, ...] = (
    (Intent.COMPLAINT, lambda s: s.any("complain") and not s.any("plea")),
    (Intent.HELP, lambda s: s.any("fault", "plea")),
    (Intent.COMPLAINT, lambda s: s.any("complain")),
    (Intent.SUGGESTION, lambda s: s.any("propose") and not s.upto(4)),
    (Intent.POLICY_QUESTION, lambda s: s.any("asks") and not s.upto(4)),
    (Intent.HELP, lambda s: s.any("hardship", "wrong") and not s.upto(4)),
    (Intent.HELP, lambda s: _WRONG.search(s.text) is not None and not s.upto(4)),
    (Intent.INFORM, lambda s: not s.kinds.isdisjoint({"place", "time", "phone"})),
)
RULES = (*_CONVERSATION, *_DEMANDS, *_QUESTIONS, *_TROUBLES)


class StandIn:
    """The rules, first that fits."""

    def understand(self, raw: str) -> Understanding:
        """Understand one text; never fails."""
        beginning = raw[:MAX_CHARS]
        found = entities.extract(beginning)
        seen = _Seen(
            text=text.normalise(beginning),
            cues=cues.hits(beginning),
            kinds=frozenset(entity.kind for entity in found),
        )
        intent = next(_fitting(seen), None)
        confidence = UNSURE if intent is None else SURE
        # A long statement that no rule knows is somebody's trouble; a person will read it.
        intent = intent or (Intent.OUT_OF_SCOPE if seen.upto(_MURMUR) else Intent.HELP)
        return Understanding(
            text=raw,
            intent=intent,
            confidence=confidence,
            ranking=((intent, confidence),),
            entities=tuple(
                Entity(kind=e.kind, value=e.value, start=e.start, end=e.end) for e in found
            ),
            source="stand_in",
        )


def _fitting(seen: _Seen) -> Iterator[Intent]:
    return (intent for intent, fits in RULES if fits(seen))
