"""Messages on one matter at one place, put together as they come. Pure.

Each message joins the issue most like it, where one is like enough, else begins one (leader
clustering with growing centroids). Alikeness is the cosine of TF-IDF weights over words, places and
what the lexicon and the catalogue call the matter; the weights of a term are counted over the
messages seen so far. Issues are found over the terms they are made of, a bounded number for each
message, so that the time grows with the number of messages and no faster.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.cases.merging import Seen
from bot.openness.issues import Issue, Message

LEAST_ALIKE = 0.30
"""Cosine from which a message joins an issue."""
_OTHER_PLACE = 0.62
"""The same where both name spots and have none in common: letters many send around name each their
own. Of different towns nothing is one issue."""
_SPOT, _AREA, _MATTER, _WORD = 2.2, 1.0, 0.8, 1.0
_ONE_ISSUE = 0.5
"""Cosine of two issues that both took a message's fancy, from which they become one."""
_TERMS = 60
"""Terms an issue is known by: its strongest."""
_SOUGHT = 14
"""Strongest terms of a message over which issues are sought, …"""
_HOLDERS = 150
"""… of each the latest issues that have it, …"""
_COMPARED = 10
"""… and so many of them compared in full."""
_TIDY_EVERY = 16
QUIET = timedelta(days=45)
"""An issue nobody brought anything to for so long takes in nothing more."""


class Clusters:
    """Issues, growing."""

    def __init__(self, *, least_alike: float = LEAST_ALIKE) -> None:
        self._least = least_alike
        self._issues: dict[str, Issue] = {}
        self._of: dict[str, str] = {}
        self._last: dict[str, datetime] = {}
        self._holders: dict[str, dict[str, None]] = defaultdict(dict)
        self._known_by: dict[str, frozenset[str]] = {}
        self._seen_in: Counter[str] = Counter()
        self._count = 0

    def __contains__(self, number: object) -> bool:
        return number in self._of

    @property
    def issues(self) -> tuple[Issue, ...]:
        """All of them, in the order in which they began."""
        return tuple(self._issues.values())

    def add(self, message: Message) -> Issue:
        """Take a message in, at best in the order they came; one already in gives its issue."""
        number = message.seen.told.number
        if number in self._of:
            return self._issues[self._of[number]]
        terms = _terms(message.seen)
        self._count += 1
        self._seen_in.update(terms.keys())
        weights = {term: times * self._rarity(term) for term, times in terms.items()}
        issue = self._home(message, weights)
        if issue is None:
            issue = Issue(id=number)
            self._issues[number] = issue
        issue.take(message, terms)
        self._of[number] = issue.id
        self._last[issue.id] = max(message.at, self._last.get(issue.id, message.at))
        if issue.size < 4 or issue.size % _TIDY_EVERY == 0:
            self._list(issue)
        return issue

    def _home(self, message: Message, weights: Mapping[str, float]) -> Issue | None:
        """The issue a message belongs to; two that both would have it and are alike become one."""
        near = self._near(message, weights)
        if not near:
            return None
        if len(near) > 1 and self._alike(near[0], near[1]) >= _ONE_ISSUE:
            large, small = sorted(near[:2], key=lambda issue: (-issue.size, issue.id))
            self._forget(small.id)
            del self._issues[small.id]
            large.swallow(small)
            self._of.update(dict.fromkeys(small.numbers, large.id))
            self._last[large.id] = max(self._last[large.id], self._last.pop(small.id))
            self._list(large)
            return large
        return near[0]

    def _alike(self, one: Issue, other: Issue) -> float:
        weights = {
            term: one.terms[term] / one.size * _kind_weight(term) * self._rarity(term)
            for term in self._known_by[one.id]
        }
        length = math.sqrt(sum(value * value for value in weights.values()))
        return self._cosine(weights, length, other)

    def _rarity(self, term: str) -> float:
        return math.log(1 + self._count / self._seen_in[term]) if self._seen_in[term] else 0.0

    def _near(self, message: Message, weights: Mapping[str, float]) -> list[Issue]:
        """Issues like enough, most alike first."""
        strongest = sorted(weights, key=lambda term: (-weights[term], term))[:_SOUGHT]
        shared: dict[str, float] = defaultdict(float)
        for term in strongest:
            holders = self._holders.get(term)
            for taken, issue_id in enumerate(reversed(holders) if holders else ()):
                if taken == _HOLDERS:
                    break
                shared[issue_id] += weights[term] ** 2
        likely = sorted(shared, key=lambda each: (-shared[each], each))[:_COMPARED]
        length = math.sqrt(sum(value * value for value in weights.values()))
        scores: dict[str, float] = {}
        for issue_id in likely:
            if message.at - self._last[issue_id] > QUIET:
                self._forget(issue_id)
                continue
            issue = self._issues[issue_id]
            if _apart(message.seen.where.areas, issue.areas):
                continue
            score = self._cosine(weights, length, issue)
            elsewhere = _apart(message.seen.where.names, issue.spots)
            if score >= (_OTHER_PLACE if elsewhere else self._least):
                scores[issue_id] = score
        return [
            self._issues[each] for each in sorted(scores, key=lambda each: (-scores[each], each))
        ]

    def _cosine(self, weights: Mapping[str, float], length: float, issue: Issue) -> float:
        dot = square = 0.0
        for term in self._known_by[issue.id]:
            value = issue.terms[term] / issue.size * _kind_weight(term) * self._rarity(term)
            square += value * value
            dot += value * weights.get(term, 0.0)
        return dot / (length * math.sqrt(square)) if square and length else 0.0

    def _list(self, issue: Issue) -> None:
        """Be found over its strongest terms from now on."""
        strength = {
            term: times * _kind_weight(term) * self._rarity(term)
            for term, times in issue.terms.items()
        }
        strongest = frozenset(sorted(strength, key=lambda term: (-strength[term], term))[:_TERMS])
        for term in self._known_by.get(issue.id, frozenset()) - strongest:
            self._holders[term].pop(issue.id, None)
        for term in strongest:
            self._holders[term][issue.id] = None
        self._known_by[issue.id] = strongest

    def _forget(self, issue_id: str) -> None:
        for term in self._known_by.pop(issue_id, frozenset()):
            self._holders[term].pop(issue_id, None)


def _terms(seen: Seen) -> dict[str, float]:
    """Term → what its kind weighs."""
    terms = {f"@{name}": _SPOT for name in seen.where.names}
    terms |= {f"&{name}": _AREA for name in seen.where.areas}
    for kind, numbers in seen.where.numbers.items():
        if kind == "路":
            terms |= {f"@{number}路": _SPOT for number in numbers}
    matter = (*seen.trouble.things, *seen.trouble.troubles, *[*seen.duties][:1])
    terms |= {f"#{name}": _MATTER for name in matter}
    return terms | dict.fromkeys(seen.words, _WORD)


def _kind_weight(term: str) -> float:
    return {"@": _SPOT, "&": _AREA, "#": _MATTER}.get(term[0], _WORD)


def _apart(mine: Iterable[str], theirs: Mapping[str, int]) -> bool:
    """Both name some, and none of the one is the end of one of the other."""
    mine = set(mine)
    return (
        bool(mine)
        and bool(theirs)
        and not any(
            one in theirs or any(one.endswith(other) or other.endswith(one) for other in theirs)
            for one in mine
        )
    )
