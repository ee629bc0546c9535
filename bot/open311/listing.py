"""Which requests a client asks for, and what it may see. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.cases.model import Case, DemandType
from bot.errors import NotFound
from bot.open311.asked import CHANNEL, key_of
from bot.open311.errors import faulty
from bot.open311.services import Service, Services

LONGEST = timedelta(days=90)
MOST = 1000
"""A list spans at most 90 days or 1,000 requests (GeoReport v2)."""
PER_PAGE = 100
"""Where a page is asked for without saying how long it is."""

_IDS = 200
_PAGES = 10_000
_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who asks.

    Args:
        key: name of the API key given, or empty.
        public_keys: names of the keys whose requests anybody may read, masked.
        gcj02: their own requests' coordinates are told as their map has them.
    """

    key: str = ""
    gcj02: bool = False
    public_keys: frozenset[str] = frozenset()

    def sees_as_request(self, case: Case) -> bool:
        """True where the case came in over Open311 and this reader may follow it."""
        if case.channel != CHANNEL:
            return False
        if self.owns(case):
            return True
        secret = case.confidential or case.demand_type is DemandType.REPORT
        return key_of(case) in self.public_keys and not secret

    def owns(self, case: Case) -> bool:
        """True where the case came with the reader's own key."""
        return bool(self.key) and case.channel == CHANNEL and key_of(case) == self.key


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which requests.

    Args:
        ids: these and no condition beside; empty: by the conditions.
        services: any of these; empty: all.
        statuses: `open`, `closed`; empty: both.
        start, end: the span of the opening time, both ends within.
        skip, limit: the page.
    """

    ids: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    statuses: frozenset[str] = frozenset()
    start: datetime
    end: datetime
    skip: int = 0
    limit: int = MOST


def read(query: Mapping[str, str], services: Services, now: datetime) -> Wanted:
    """The list an address's query asks for.

    Raises:
        NotFound: a service there is none of.
        Invalid: naming each parameter at fault.
    """
    given = {name: value.strip() for name, value in query.items() if value.strip()}
    faults: dict[str, str] = {}
    ids = _list(given.get("service_request_id", ""))
    if len(ids) > _IDS:
        faults["service_request_id"] = f"一次最多 {_IDS} 个"
    if ids:  # overrides all other arguments
        if faults:
            raise faulty(faults)
        return Wanted(ids=tuple(one for one in ids if _ID.fullmatch(one)), start=now, end=now)
    start, end = _span(given, now, faults)
    statuses = frozenset(_list(given.get("status", "").lower()))
    if statuses - {OPEN, CLOSED}:
        faults["status"] = "只能是 open 或 closed"
    skip, limit = _page(given, faults)
    if faults:
        raise faulty(faults)
    return Wanted(
        services=_services(given.get("service_code", ""), services),
        statuses=statuses,
        start=start,
        end=end,
        skip=skip,
        limit=limit,
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _services(text: str, services: Services) -> tuple[Service, ...]:
    found = [(code, services.find(code)) for code in _list(text)]
    if any(service is None for _, service in found):
        raise NotFound("没有这个服务（service_code）。", code="unknown_service")
    return tuple(service for _, service in found if service is not None)


def _span(
    given: Mapping[str, str], now: datetime, faults: dict[str, str]
) -> tuple[datetime, datetime]:
    start, end = (_time(given.get(name, ""), name, faults) for name in ("start_date", "end_date"))
    if start is None:
        end = end or now
        return _earlier(end), end
    if end is None:
        return start, max(start, min(now, _later(start)))
    if end < start:
        faults["end_date"] = "早于 start_date"
    elif end - start > LONGEST:
        faults["end_date"] = f"与 start_date 相距不能超过 {LONGEST.days} 天"
    return start, end


def _earlier(moment: datetime) -> datetime:
    try:
        return moment - LONGEST
    except OverflowError:
        return moment


def _later(moment: datetime) -> datetime:
    try:
        return moment + LONGEST
    except OverflowError:
        return moment


def _time(text: str, name: str, faults: dict[str, str]) -> datetime | None:
    if not text:
        return None
    text = text.replace(" ", "+")  # a + that was not encoded
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    faults[name] = "应为带时区的日期时间，如 2026-01-31T08:00:00+08:00"
    return None


def _page(given: Mapping[str, str], faults: dict[str, str]) -> tuple[int, int]:
    page = _whole(given.get("page", ""), "page", _PAGES, faults)
    size = _whole(given.get("page_size", ""), "page_size", MOST, faults)
    limit = size or (PER_PAGE if page else MOST)
    return ((page or 1) - 1) * limit, limit


def _whole(text: str, name: str, most: int, faults: dict[str, str]) -> int:
    """A whole number from 1; 0 where none is given."""
    if not text:
        return 0
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= most:
        faults[name] = f"应为 1 到 {most} 的整数"
        return 0
    return int(text)
