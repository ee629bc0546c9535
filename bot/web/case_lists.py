"""`/triage`, `/departments`, `/cases`: lists of cases, their filters in the address.

Where an answer is owed the gravest stand first, then the soonest due; else the newest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from bot.cases.calendar import ZONE
from bot.cases.filters import AWAITING_REPLY, CaseFilter, CaseSort
from bot.cases.model import Case, DemandType, Severity, State
from bot.errors import Forbidden
from bot.privacy import masked_case
from bot.web.reading import clean, read_query
from bot.web.rendering import page
from bot.web.rights import Right
from bot.web.routes import services_of, session_of
from bot.web.words import CHANNELS

_WAITING = frozenset({State.RECEIVED, State.TRIAGE, State.RETURNED, State.REOPENED})
_AT_WORK = frozenset({State.ACCEPTED, State.IN_PROGRESS})
_ANSWERED = frozenset({State.REPLIED, State.VISITED})
_ENDED = frozenset({State.CLOSED, State.MERGED, State.REFUSED})
_PER_PAGE = 30
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)
"""Days a list may ask for; others are a slip of the finger, and the last day of all has no next."""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One view of a list: which states it shows; `newest`: in the order they came."""

    key: str
    name: str
    states: frozenset[State]
    newest: bool = False


TRIAGE_TABS = (
    Tab(key="waiting", name="待研判", states=_WAITING),
    Tab(key="returned", name="退回重派", states=frozenset({State.RETURNED})),
    Tab(key="sent", name="已派出", states=frozenset({State.DISPATCHED})),
)
DEPARTMENT_TABS = (
    Tab(key="new", name="待签收", states=frozenset({State.DISPATCHED})),
    Tab(key="work", name="在办", states=_AT_WORK),
    Tab(key="answered", name="已答复", states=_ANSWERED),
    Tab(key="ended", name="已办结", states=_ENDED),
)
CASE_TABS = (
    Tab(key="open", name="未办结", states=frozenset(State) - _ENDED),
    Tab(key="waiting", name="待研判", states=_WAITING),
    Tab(key="work", name="部门在办", states=_AT_WORK | {State.DISPATCHED}),
    Tab(key="answered", name="已答复", states=_ANSWERED),
    Tab(key="ended", name="已办结", states=_ENDED),
    Tab(key="all", name="全部", states=frozenset(State), newest=True),
)


@dataclass(frozen=True, kw_only=True)
class List:
    """One page of cases.

    Args:
        own: only the reader's department's.
    """

    template: str
    right: Right
    tabs: tuple[Tab, ...]
    own: bool = False

    def tab(self, key: str) -> Tab:
        """The tab of this name, else the first."""
        return next((one for one in self.tabs if one.key == key), self.tabs[0])


LISTS: Mapping[str, List] = {
    "triage": List(template="triage.html", right=Right.TRIAGE_SEE, tabs=TRIAGE_TABS),
    "departments": List(
        template="departments.html", right=Right.DEPARTMENT_SEE, tabs=DEPARTMENT_TABS, own=True
    ),
    "cases": List(template="cases.html", right=Right.CASES_SEE, tabs=CASE_TABS),
}

_Short = Annotated[str, BeforeValidator(lambda v: clean(v) if isinstance(v, str) else v)]


class ListQuery(BaseModel):
    """What the address of a list says; unknown parts are ignored."""

    tab: str = Field(default="", max_length=20, title="分类")
    demand: DemandType | None = Field(default=None, title="诉求类型")
    severity: Severity | None = Field(default=None, title="紧急程度")
    department: _Short = Field(default="", max_length=80, title="部门")
    territory: _Short = Field(default="", max_length=40, title="属地")
    channel: str = Field(default="", max_length=40, title="渠道")
    since: date | None = Field(default=None, ge=_FIRST, le=_LAST, title="来件日期从")
    until: date | None = Field(default=None, ge=_FIRST, le=_LAST, title="来件日期到")
    overdue: bool = Field(default=False, title="超时")
    text: _Short = Field(default="", max_length=60, title="搜索")
    cursor: str = Field(default="", max_length=300, title="翻页")

    def address(self, path: str, **changes: str) -> str:
        """The list's address with these parts changed."""
        values = {**self.model_dump(mode="json", exclude_defaults=True), **changes}
        values = {name: "1" if value is True else value for name, value in values.items()}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a move made on several cases at once.

    Args:
        wanted: the list it was made from.
        done: numbers of the cases it was made on.
        refused: number → why not.
        typed: what the form said.
    """

    wanted: ListQuery
    done: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


async def triage(request: web.Request) -> web.Response:
    """What the machine was unsure of, gravest and soonest due first."""
    return await list_page(request, "triage")


async def department(request: web.Request) -> web.Response:
    """The signed-in person's department's cases."""
    return await list_page(request, "departments")


async def cases(request: web.Request) -> web.Response:
    """All cases, for those who look on."""
    return await list_page(request, "cases")


def own_of(request: web.Request) -> str:
    """The reader's department. Raises `Forbidden` where their account has none."""
    own = session_of(request).department
    if not own:  # an empty filter would show every department's
        raise Forbidden("您的账号没有写明部门，请联系管理员。")
    return own


def filter_of(wanted: ListQuery, tab: Tab, *, own: str = "", limit: int = _PER_PAGE) -> CaseFilter:
    """What the address asks for."""
    by_gravity = bool(tab.states & AWAITING_REPLY) and not tab.newest
    return CaseFilter(
        states=tab.states,
        department=own or wanted.department,
        demand_type=wanted.demand,
        severity=wanted.severity,
        territory=wanted.territory,
        channel=wanted.channel,
        overdue=True if wanted.overdue else None,
        text=wanted.text,
        opened_from=midnight(wanted.since) if wanted.since else None,
        opened_before=midnight(wanted.until + timedelta(days=1)) if wanted.until else None,
        sort=CaseSort.GRAVITY if by_gravity else CaseSort.OPENED,
        cursor=wanted.cursor,
        limit=limit,
    )


async def list_page(
    request: web.Request, name: str, *, outcome: Outcome | None = None, status: int = 200
) -> web.Response:
    """A list, with what became of several moves made at once, where some were."""
    shown, services = LISTS[name], services_of(request)
    wanted = outcome.wanted if outcome else read_query(request, ListQuery)
    own = own_of(request) if shown.own else ""
    tab = shown.tab(wanted.tab)
    found = await services.cases.cases(filter_of(wanted, tab, own=own))
    counts = await services.cases.open_counts(own)
    path = f"/{name}"
    return page(
        request,
        shown.template,
        status=status,
        cases=as_listed(found.cases),
        next_cursor=found.next_cursor,
        tabs=shown.tabs,
        tab=tab,
        tab_counts=_counted(shown.tabs, counts.by_state),
        overdue_count=counts.overdue,
        wanted=wanted,
        address=lambda **changes: wanted.address(path, **changes),
        back=wanted.address(path),
        live=wanted.address("/cases/live", list=name),
        now=services.clock.now(),
        units=services.city.unit_names,
        towns=tuple(area.name for area in services.city.places.areas),
        channels=CHANNELS,
        demand_types=tuple(DemandType),
        done=request.query.get("done", "")[:20],
        outcome=outcome,
    )


def midnight(day: date) -> datetime:
    """The beginning of a day in China."""
    return datetime.combine(day, time(), tzinfo=ZONE).astimezone(UTC)


def as_listed(found: tuple[Case, ...]) -> tuple[Case, ...]:
    """Masked, since a list is seen by many eyes."""
    return tuple(map(masked_case, found))


def _counted(tabs: tuple[Tab, ...], by_state: Mapping[State, int]) -> dict[str, int]:
    return {tab.key: sum(by_state.get(state, 0) for state in tab.states) for tab in tabs}
