"""Hot issues kept in step with the cases, their alerts, and opinion items opened from them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cases.duplicates import told
from bot.cases.filters import MAX_PAGE, CaseFilter, CaseSort
from bot.cases.merging import CaseReader
from bot.cases.model import Case, DemandType, Severity
from bot.errors import Conflict, NotFound
from bot.openness.clusters import Clusters
from bot.openness.heat import growth, heat, weight
from bot.openness.issues import Issue, Message
from bot.openness.naming import matter_of, place_of
from bot.openness.opinion import OpinionHours, owed
from bot.openness.opinion_course import in_order
from bot.openness.ports import HotStorage
from bot.openness.records import Alert, HotIssue, OpinionItem
from bot.ports import Clock, Ids

log = logging.getLogger(__name__)

KEPT = 100
"""Issues kept; nobody reads further down."""
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_AFRESH = timedelta(hours=12)
"""How often the clusters are built anew, so that cases older than the window leave them."""
_OVERLAP = timedelta(minutes=1)
_CASES_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class HotLimits:
    """The city's thresholds.

    Args:
        days: cases opened within so many days are looked at.
        least_cases: from how many on a cluster is an issue.
        alert_heat: heat from which an issue that grows alerts, once.
        hours: of opinion items.
    """

    days: int = 60
    least_cases: int = 3
    alert_heat: float = 12.0
    hours: OpinionHours = field(default_factory=OpinionHours)


class HotIssues:
    """Hot issues of one city."""

    def __init__(
        self, storage: HotStorage, clock: Clock, ids: Ids, reader: CaseReader, limits: HotLimits
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._reader = reader
        self._limits = limits
        self._clusters = Clusters()
        self._built_at: datetime | None = None
        self._seen_until: datetime | None = None
        self._refreshing = asyncio.Lock()

    @property
    def opinion_hours(self) -> OpinionHours:
        """Within how many hours what is owed of an opinion item."""
        return self._limits.hours

    async def refresh(self) -> tuple[HotIssue, ...]:
        """Take in new cases, keep the issues as they stand now; those that alert for the first
        time are given back, by one replica only."""
        async with self._refreshing:
            now = self._clock.now()
            await self._take_new(now)
            ranked = await asyncio.to_thread(self._ranked, now)
            async with self._storage.begin() as unit:
                if not await unit.hot.hold():
                    return ()
                numbers = [number for cluster, _ in ranked for number in cluster.numbers]
                known = await unit.hot.issues_of(numbers)
                kept: list[str] = []
                alerted: list[HotIssue] = []
                for cluster, hot in ranked:
                    issue = self._issue(cluster, hot, known, kept, now)
                    joined = [each for each in cluster.numbers if known.get(each) != issue.id]
                    await unit.hot.put(issue, joined)
                    kept.append(issue.id)
                    alert = Alert(at=now, heat=issue.heat, cases=issue.cases)
                    if self._alarming(issue) and await unit.hot.alert(issue.id, alert):
                        alerted.append(issue)
                await unit.hot.cool(now, kept)
            for issue in alerted:
                log.warning("hot issue", extra={"issue": issue.id, "cases": issue.cases})
            return tuple(alerted)

    async def hottest(self, *, limit: int = 30) -> tuple[HotIssue, ...]:
        """Issues as of the last refresh: those with an open opinion item first, the nearest hour
        first; then the hottest."""
        async with self._storage.read() as unit:
            found = await unit.hot.hottest(limit=limit)
        return in_order(found)[:limit]

    async def issue(self, issue_id: str) -> tuple[HotIssue, tuple[Case, ...]]:
        """An issue and its cases, newest first. Raises `NotFound`."""
        async with self._storage.read() as unit:
            issue = await unit.hot.get(issue_id)
            if issue is None:
                raise NotFound("没有这个热点。")
            numbers = await unit.hot.cases_of(issue_id)
            found = [await unit.cases.get(number) for number in numbers[:_CASES_SHOWN]]
        return issue, tuple(case for case in found if case is not None)

    async def open_opinion(self, issue_id: str, *, major: bool, by: str) -> OpinionItem:
        """Open the public-opinion item of an issue; its clock runs from now.

        Raises:
            NotFound: no such issue.
            Conflict: it has one.
        """
        issue, _ = await self.issue(issue_id)
        now = self._clock.now()
        item = OpinionItem(
            id=self._ids.new_id(),
            issue_id=issue.id,
            title=issue.name,
            major=major,
            opened_at=now,
            opened_by=by,
            due_at=owed(now, self._limits.hours, major=major),
        )
        async with self._storage.begin() as unit:
            if not await unit.hot.open_opinion(item):
                raise Conflict("这个热点已经立为舆情事项。", code="opinion_open")
        return item

    def _alarming(self, issue: HotIssue) -> bool:
        return issue.heat >= self._limits.alert_heat and issue.growth > 1

    def _ranked(self, now: datetime) -> list[tuple[Issue, float]]:
        hot = [
            (cluster, heat(cluster.messages, now))
            for cluster in self._clusters.issues
            if cluster.size >= self._limits.least_cases
        ]
        return sorted(hot, key=lambda pair: (-pair[1], pair[0].id))[:KEPT]

    def _issue(
        self,
        cluster: Issue,
        hot: float,
        known: dict[str, str],
        taken: list[str],
        now: datetime,
    ) -> HotIssue:
        """The issue of a cluster: the one most of its cases were in, where no other took it."""
        before = Counter(known[number] for number in cluster.numbers if number in known)
        ids = (issue_id for issue_id, _ in before.most_common() if issue_id not in taken)
        place, matter = place_of(cluster), matter_of(cluster)
        times = [each.at for each in cluster.messages]
        days = Counter(f"{at.astimezone(_SHANGHAI):%Y-%m-%d}" for at in times)
        return HotIssue(
            id=next(ids, "") or self._ids.new_id(),
            name=f"{place}{matter}"[:200],
            place=place[:200],
            matter=matter[:200],
            first_at=min(times),
            last_at=max(times),
            cases=cluster.size,
            heat=round(hot, 3),
            growth=round(growth(times, now), 3),
            days=dict(sorted(days.items())),
            channels=dict(cluster.channels.most_common()),
            changed_at=now,
        )

    async def _take_new(self, now: datetime) -> None:
        if self._built_at is None or now - self._built_at >= _AFRESH:
            self._clusters, self._built_at, self._seen_until = Clusters(), now, None
        since = (self._seen_until or now - timedelta(days=self._limits.days)) - _OVERLAP
        fresh: list[Case] = []
        cursor = ""
        while True:
            wanted = CaseFilter(
                opened_from=since, sort=CaseSort.OPENED, limit=MAX_PAGE, cursor=cursor
            )
            async with self._storage.read() as unit:
                page = await unit.cases.page(wanted, now=now)
            fresh.extend(case for case in page.cases if case.number not in self._clusters)
            cursor = page.next_cursor
            if not cursor:
                break
        await asyncio.to_thread(self._take_in, reversed(fresh))
        self._seen_until = now

    def _take_in(self, cases: Iterable[Case]) -> None:
        for case in cases:
            if case.demand_type is not DemandType.PRAISE:
                self._clusters.add(
                    Message(
                        seen=self._reader.read(told(case)),
                        sender=f"{case.channel}:{case.sender_id}" if case.sender_id else "",
                        weight=weight(
                            urgent=case.severity is Severity.URGENT,
                            emergency=case.severity is Severity.EMERGENCY,
                        ),
                    )
                )
