"""The yearly tables of 国办公开办函〔2021〕30号: table three (requests) and four (remedies). Pure.

A request counts in the year of its receipt, its end in the year of that. 新收 + 结转 =
总计 + 结转下年 holds by the way it is counted: each request received by the end of a year and not
ended before it is in exactly one row of either side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.disclosure.application import ApplicantKind
from bot.disclosure.course import Outcome, Remedy, RemedyKind
from bot.disclosure.results import Result

COLUMNS = tuple(ApplicantKind)
OUTCOMES = (Outcome.UPHELD, Outcome.CORRECTED, Outcome.OTHER, Outcome.PENDING)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What the tables count of a request."""

    kind: ApplicantKind
    received_on: date
    ended_on: date | None = None
    result: Result | None = None
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row's numbers by kind of applicant."""

    by_kind: Mapping[ApplicantKind, int]

    @property
    def total(self) -> int:
        """Of all applicants."""
        return sum(self.by_kind.values())

    @property
    def cells(self) -> tuple[int, ...]:
        """In the order of the columns, the total last."""
        return (*(self.by_kind.get(kind, 0) for kind in COLUMNS), self.total)


@dataclass(frozen=True, kw_only=True)
class Yearly:
    """Both tables of a year, of one unit or all.

    Args:
        unit: empty: the whole city.
        new: 本年新收.
        carried_in: 上年结转.
        ended: 本年度办理结果, by result.
        carried_out: 结转下年度继续办理.
        remedies: by kind and outcome.
    """

    year: int
    unit: str
    new: Row
    carried_in: Row
    ended: Mapping[Result, Row]
    carried_out: Row
    remedies: Mapping[RemedyKind, Mapping[Outcome, int]]

    @property
    def ended_total(self) -> Row:
        """（七）总计."""
        total: Counter[ApplicantKind] = Counter()
        for row in self.ended.values():
            total.update(row.by_kind)
        return Row(by_kind=total)

    @property
    def balanced(self) -> bool:
        """True where 新收 + 结转 = 总计 + 结转下年 in every column."""
        rows = zip(
            self.new.cells,
            self.carried_in.cells,
            self.ended_total.cells,
            self.carried_out.cells,
            strict=True,
        )
        return all(new + before == ended + after for new, before, ended, after in rows)

    def remedy_cells(self, kind: RemedyKind) -> tuple[int, ...]:
        """Numbers by outcome, the total last."""
        counts = tuple(self.remedies[kind].get(outcome, 0) for outcome in OUTCOMES)
        return (*counts, sum(counts))


def tables(facts: Iterable[Fact], year: int, *, unit: str = "") -> Yearly:
    """Both tables of a year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    new: Counter[ApplicantKind] = Counter()
    before: Counter[ApplicantKind] = Counter()
    after: Counter[ApplicantKind] = Counter()
    ended: dict[Result, Counter[ApplicantKind]] = {result: Counter() for result in Result}
    remedies: dict[RemedyKind, Counter[Outcome]] = {kind: Counter() for kind in RemedyKind}
    for fact in facts:
        _count_remedies(fact.remedies, first, last, remedies)
        over = fact.ended_on is not None and fact.ended_on < first
        if fact.received_on > last or over:
            continue
        (new if fact.received_on >= first else before)[fact.kind] += 1
        if fact.ended_on is None or fact.ended_on > last or fact.result is None:
            after[fact.kind] += 1
        else:
            ended[fact.result][fact.kind] += 1
    return Yearly(
        year=year,
        unit=unit,
        new=Row(by_kind=new),
        carried_in=Row(by_kind=before),
        ended={result: Row(by_kind=counts) for result, counts in ended.items()},
        carried_out=Row(by_kind=after),
        remedies=remedies,
    )


def _count_remedies(
    remedies: Iterable[Remedy],
    first: date,
    last: date,
    into: Mapping[RemedyKind, Counter[Outcome]],
) -> None:
    """One that ended in the year by its outcome, one that still went on at its end as pending."""
    for one in remedies:
        if one.filed_on > last or (one.ended_on is not None and one.ended_on < first):
            continue
        pending = one.ended_on is None or one.ended_on > last
        into[one.kind][Outcome.PENDING if pending else one.outcome] += 1
