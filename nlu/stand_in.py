"""Understanding by rule, for the time Rasa is away.

It has to tell a question from a demand, and the short answers of a conversation from both; finer
shades may be missed, since demands then wait for a person in triage anyway. Its measured agreement
with the examples stands in `nlu/rasa/README.md` and is held by a test.
"""

from __future__ import annotations

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
_TROUBLE = frozenset({"fault", "plea", "complain"})
_QUESTION = frozenset({"cost", "where", "when", "how", "benefit", "may", "asks"})


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
    def troubled(self) -> bool:
        return not self.cues.isdisjoint(_TROUBLE)


Rule = tuple[Intent, Callable[[_Seen], bool]]

_CONVERSATION: tuple[Rule, ...] = (
    (Intent.CASE_PROGRESS, lambda s: not s.kinds.isdisjoint({"case_number", "query_code"})),
    (Intent.CORRECT, lambda s: s.any("fix") and not s.any("plea", "complain")),
    (Intent.INFORM, lambda s: cues.is_bare_slot(s.text)),
    (Intent.ASK_HUMAN, lambda s: s.any("person") and not s.any("complain", "fault")),
    (Intent.ABUSE, lambda s: s.any("abuse") and s.upto(_BRIEF) and not s.any("report", "person")),
    (Intent.CANCEL, lambda s: s.any("stop") and s.upto(_BRIEF) and not s.any("asks")),
    (Intent.SKIP, lambda s: s.any("decline") and s.upto(_BRIEF) and not s.any("bye")),
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
    (Intent.OUT_OF_SCOPE, lambda s: s.any("leisure") and not s.troubled),
    (Intent.REPORT, lambda s: s.any("report") and not s.any("asks", "benefit")),
)
_QUESTIONS: tuple[Rule, ...] = (
    (Intent.ASK_WHERE, lambda s: s.any("where") and s.asks and not s.any("complain", "fault")),
    (Intent.ASK_COST, lambda s: s.any("cost") and not s.any("benefit", "complain", "fault")),
    (Intent.SERVICE_GUIDE, lambda s: s.any("how") and s.asks and not s.any("complain", "may")),
    (Intent.ASK_WHEN, lambda s: s.any("when") and s.asks and not s.any("complain", "fault")),
    (Intent.POLICY_QUESTION, lambda s: s.any("benefit", "may") and s.asks),
)
_TROUBLES: tuple[Rule, ...] = (
    (Intent.COMPLAINT, lambda s: s.any("complain") and not s.any("plea")),
    (Intent.HELP, lambda s: s.any("fault", "plea")),
    (Intent.COMPLAINT, lambda s: s.any("complain")),
    (Intent.POLICY_QUESTION, lambda s: s.any("asks") and not s.upto(4)),
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
        intent = intent or (Intent.OUT_OF_SCOPE if seen.upto(_SHORT) else Intent.HELP)
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
