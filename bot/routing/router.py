"""Whose an item is: catalogue, past orders, territory and the city's rules together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.cases.model import DemandType, DepartmentCandidate, Routing, RoutingInput, Severity
from bot.city.model import TERRITORY_LEAD, City, TerritoryRule
from bot.routing.catalogue import Catalogue, Match
from bot.routing.danger import SURE, SURELY_NONE, DangerJudge
from bot.routing.demand import DemandJudge
from bot.routing.introductions import without_introduction
from bot.routing.learned import LearnedModel, Prediction
from bot.routing.marker import Marker
from bot.routing.sayings import Meant, Sayings
from bot.routing.severity import Judged, SeverityJudge
from bot.routing.splitting import Splitter
from bot.routing.territory import Gazetteer, Territory
from nlu.text import normalise

MAX_CHARS = 2000
"""What lies further on decides nothing, and a text of 100 kB must not cost a second."""
_KEPT = 5
_PHRASES = 0.1
"""Of a catalogue phrase's score, beside the scores of sentences: they hold the phrases already."""
_NAMED = 0.05
"""Of the sign that a unit is named."""
_IN_A_TOWN = 0.2
"""For the government of a town that is named."""
_DEPARTMENTS_OWN = 1.0
"""A phrase of a department's duty with this score names the department's own work."""
_TOWNS_OWN = 0.2
"""Of a department's share: below it a town has no part in what is the department's own work."""
_HELPS = 0.5
"""Of the share of a town nobody named, for those who would help it."""
_WATCHES = ("公安", "消防", "应急", "卫生", "燃气", "供电", "交通", "气象", "水利")
"""In the names of units whose everyday matters may be dangers."""
_TELLS_MORE_CHARS = 15
"""A cry of a few words is taken at its word."""
_EVERYDAY_STEP = 8
"""With all everyday sayings beside 1,000 dangers short cries (屋里全是烟) drown among them."""
_BETWEEN = " ，,、；;"
_TITLE_MATTERS_CHARS = 4


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What decides between dispatching and triage, each with its measured reason.

    Args:
        auto: least confidence of the catalogue alone for dispatch without a person.
        learned_weight: share of the learned model where it knows the city's units.
    """

    auto: float = 0.75
    learned_weight: float = 0.8


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of several demands in a text: becomes a case of its own, linked to the others."""

    text: str
    routing: Routing


@dataclass(frozen=True, kw_only=True)
class _Shares:
    """Shares of units, and the best duty of each."""

    by_unit: dict[str, float]
    duties: dict[str, Match]
    needs_place: Match | None = None


class Router:
    """Judges items for one city; a learned model is used as far as it knows the city's units."""

    def __init__(
        self, city: City, model: LearnedModel | None = None, thresholds: Thresholds | None = None
    ) -> None:
        self._city = city
        self._model = model
        self._thresholds = thresholds or Thresholds()
        self._catalogue = Catalogue(city)
        self._sayings = Sayings(city)
        self._splitter = Splitter(self._catalogue)
        self._gazetteer = Gazetteer(city)
        self._severity = SeverityJudge(city.rules)
        self._demand = DemandJudge(city.rules)
        self._danger = DangerJudge(everyday(city))
        self._marker = Marker(city.rules.marks, city.rules.negations)

    def route(self, item: RoutingInput) -> Routing:
        """Demand type, category, units with confidence, territory, severity, reasons."""
        text = _joined(item)
        matter = without_introduction(text)
        territory = self._gazetteer.find(normalise(item.place), text)
        judged = self._judged(matter)
        marks = self._marker.mark(text)
        several = len(self._splitter.split(normalise(item.text)[:MAX_CHARS]))
        prediction = self._model.predict(item.text, item.title) if self._model else None
        demand, sure = self._demand_of(item, matter, prediction)
        shares = self._shares(self._gazetteer.unnamed(matter), territory, demand)
        learned = self._learned(prediction)
        units = self._blend(shares, learned)
        candidates = tuple(
            DepartmentCandidate(name=name, confidence=round(share, 4))
            for name, share in units[:_KEPT]
        )
        first = candidates[0].name if candidates else ""
        match = shares.duties.get(first)
        return Routing(
            demand_type=demand,
            demand_confidence=round(sure, 4),
            category=match.duty.category if match else prediction.category if prediction else (),
            departments=candidates,
            supporting=self._supporting(match, first, territory),
            territory=territory.name,
            severity=judged.severity,
            reasons=(
                *judged.reasons,
                *((f"像有 {several} 件事，请分别登记",) if several > 1 else ()),
                *_reasons(match, shares, first, prediction if learned else None, territory),
            ),
            auto=not (judged.way or judged.number or marks.person_first or several > 1)
            and self._sure(candidates, prediction if learned else None),
            emergency_number=judged.number,
            statutory_way=judged.way,
            marks=marks,
            working_days=match.duty.working_days if match else None,
        )

    def parts(self, item: RoutingInput) -> tuple[Part, ...]:
        """The demands of a text, each with its own routing; empty where there is only one.

        A part that names no place lies where the whole does.
        """
        said = self._splitter.split(normalise(item.text)[:MAX_CHARS])
        if len(said) < 2:
            return ()
        whole = self._gazetteer.find(normalise(item.place), normalise(item.text).lower())
        parts = []
        for text in (part.strip(_BETWEEN) for part in said):
            own = self._gazetteer.find("", text.lower())
            place = "" if own.areas else item.place or whole.name
            parts.append(Part(text=text, routing=self.route(RoutingInput(text=text, place=place))))
        return tuple(parts)

    def emergency_number(self, text: str) -> str:
        """110, 119, 120 or 122 where the words tell of present danger, or empty.

        Far cheaper than `route`: asked of every message, before anything else.
        """
        return self._judged(without_introduction(_joined(RoutingInput(text=text)))).number

    def _judged(self, text: str) -> Judged:
        """By the city's words and by what was learned of danger.

        Where words see what the other does not at all, a person looks at it first.
        """
        judged, found = self._severity.judge(text), self._danger.judge(text)
        if found is None:
            return judged
        if judged.number and found.lead < SURELY_NONE and len(text) >= _TELLS_MORE_CHARS:
            return replace(judged, severity=Severity.URGENT, number="")
        if judged.number or found.lead < SURE:
            return judged
        return replace(
            judged,
            severity=Severity.EMERGENCY,
            number=found.number,
            reasons=(f"像是 {found.number} 的紧急情况", *judged.reasons),
        )

    def _shares(self, text: str, territory: Territory, demand: DemandType) -> _Shares:
        """Shares by the catalogue: what its sentences mean, its phrases, units named.

        They sum to 1, less what belongs to a town nobody named.
        """
        matches = [
            match
            for match in self._catalogue.match(text)
            if not match.duty.demand_types or demand in match.duty.demand_types
        ]
        signs: dict[str, float] = defaultdict(float)
        for match in matches:
            signs[match.duty.lead] = max(signs[match.duty.lead], _PHRASES * match.score)
        for unit, score in self._catalogue.units(text).items():
            signs[unit] += _NAMED * score
        if territory.unit:
            signs[TERRITORY_LEAD] += _IN_A_TOWN if _towns_own(matches) else -_IN_A_TOWN
        meant = self._sayings.meant(text, signs)
        duties = _duties(matches, meant)
        by_unit = dict(meant.shares)
        towns = by_unit.pop(TERRITORY_LEAD, 0.0)
        own, needs_place = duties.pop(TERRITORY_LEAD, None), None
        if territory.unit:
            by_unit[territory.unit] = towns
            if own:
                duties[territory.unit] = own
        elif own and towns >= max(by_unit.values(), default=0.0):
            needs_place = own
            for name in own.duty.supporting:
                if name in by_unit:
                    by_unit[name] += towns * _HELPS / len(own.duty.supporting)
        return _Shares(
            by_unit=by_unit,
            duties=duties,
            needs_place=needs_place,
        )

    def _learned(self, prediction: Prediction | None) -> dict[str, float]:
        """The learned probabilities of units this city has, by official name."""
        found: dict[str, float] = defaultdict(float)
        for scored in prediction.departments if prediction else ():
            unit = self._city.unit(scored.label)
            if unit:
                found[unit] += scored.confidence
        return dict(found)

    def _blend(self, shares: _Shares, learned: dict[str, float]) -> list[tuple[str, float]]:
        governments = {area.government for area in self._city.places.areas}
        best = max(shares.by_unit, key=lambda unit: shares.by_unit[unit], default="")
        departments_work = bool(best) and best not in governments
        weight = self._thresholds.learned_weight * min(1.0, sum(learned.values()))
        blended = {
            unit: weight * learned.get(unit, 0.0) + (1 - weight) * shares.by_unit.get(unit, 0.0)
            for unit in shares.by_unit.keys() | learned.keys()
            if not (
                departments_work
                and unit in governments
                and shares.by_unit.get(unit, 0.0) < _TOWNS_OWN * shares.by_unit[best]
            )
        }
        return sorted(blended.items(), key=lambda pair: (-pair[1], pair[0]))

    def _sure(
        self, candidates: Sequence[DepartmentCandidate], prediction: Prediction | None
    ) -> bool:
        if not candidates:
            return False
        if prediction is None:
            return candidates[0].confidence >= self._thresholds.auto
        first = self._city.unit(prediction.departments[0].label)
        return prediction.auto and first == candidates[0].name

    def _supporting(self, match: Match | None, lead: str, territory: Territory) -> tuple[str, ...]:
        """Who helps; of several areas, each one's government helps their common superior."""
        if match is None:
            return ()
        several = match.duty.lead == TERRITORY_LEAD and len(territory.areas) > 1
        towns = tuple(map(self._city.government_of, territory.areas)) if several else ()
        if match.duty.territory_rule is TerritoryRule.EITHER and territory.unit:
            towns = (territory.unit,)
        named = (
            territory.unit if name == TERRITORY_LEAD else name for name in match.duty.supporting
        )
        return tuple(dict.fromkeys(name for name in (*towns, *named) if name and name != lead))

    def _demand_of(
        self, item: RoutingInput, text: str, prediction: Prediction | None
    ) -> tuple[DemandType, float]:
        if item.demand_hint is not None:
            return item.demand_hint, 1.0
        if prediction and prediction.demand:
            kind = demand_type(prediction.demand.label)
            if kind:
                return kind, prediction.demand.confidence
        return self._demand.judge(text)


def _towns_own(matches: Sequence[Match]) -> bool:
    """No phrase names a department's own work more than a town's."""
    best = {False: 0.0, True: 0.0}
    for match in matches:
        towns = match.duty.lead == TERRITORY_LEAD
        best[towns] = max(best[towns], match.score)
    return best[False] < _DEPARTMENTS_OWN or best[True] >= best[False]


def _duties(matches: Sequence[Match], meant: Meant) -> dict[str, Match]:
    """Lead → its best duty: the one its phrases name, else the one whose sentences are alike."""
    found: dict[str, Match] = {}
    for match in matches:
        found.setdefault(match.duty.lead, match)
    for lead, said in meant.said.items():
        found.setdefault(lead, Match(duty=said.duty, score=said.cosine, alike=said.text))
    return found


def everyday(city: City) -> tuple[str, ...]:
    """What citizens bring to those who have to do with no danger; some of it."""
    return tuple(
        saying
        for duty in city.duties
        if not any(word in duty.lead for word in _WATCHES)
        for saying in duty.sayings
    )[::_EVERYDAY_STEP]


def demand_type(label: str) -> DemandType | None:
    """Our demand type for one of past orders (咨询类, 咨询, 投诉举报…), or None."""
    return next((kind for kind in DemandType if kind.value in label), None)


def _joined(item: RoutingInput) -> str:
    """Title and text in lower case, the title once where the text begins with it."""
    text, title = normalise(item.text).lower(), normalise(item.title).lower()
    if len(title) >= _TITLE_MATTERS_CHARS and not text.startswith(title):
        text = f"{title}。{text}"
    return text[:MAX_CHARS]


def _reasons(
    match: Match | None,
    shares: _Shares,
    first: str,
    prediction: Prediction | None,
    territory: Territory,
) -> tuple[str, ...]:
    told = []
    if match:
        words = "、".join(f"“{word}”" for word in match.phrases[:3])
        why = f"提到{words}" if words else f"与“{match.alike}”的说法相近"
        told.append(f"与派单目录 {match.duty.id}“{match.duty.name}”相符（{why}）")
        if match.duty.see:
            told.append(f"另见派单目录 {match.duty.see}")
        if match.duty.basis:
            told.append(f"依据：{match.duty.basis}")
    elif first:
        told.append(f"提到{first}或其职责，派单目录中没有对应条目")
    told.extend(
        f"相似工单 {similar.count} 件由{similar.label}办理"
        for similar in (prediction.similar[:2] if prediction else ())
    )
    if shares.needs_place and shares.needs_place is not match:
        told.append(
            f"也可能是镇街职责“{shares.needs_place.duty.name}”，没有说明在哪个镇街，需要补问地点"
        )
    if len(territory.areas) > 1:
        told.append(f"涉及{territory.name}，由共同的上级单位协调")
    elif territory.areas:
        told.append(f"属地：{territory.name}")
    if not told:
        told.append("没有找到相符的派单目录条目，需要人工研判")
    return tuple(told)


__all__ = ["Part", "Router", "RoutingInput", "Severity", "Thresholds", "demand_type", "everyday"]
