"""`/disclosures`: requests by their clocks, filters in the address; registering one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from bot.cases.calendar import local_day
from bot.disclosure.application import Channel
from bot.disclosure.filters import PER_PAGE, RequestFilter
from bot.disclosure.from_case import begun_with, origin_of
from bot.disclosure.model import Request, State
from bot.disclosure.privacy import as_seen_by, may_see_applicant
from bot.disclosure.results import Result
from bot.disclosure.rules import OPEN
from bot.errors import PolicylineError
from bot.web.disclosure_access import own_unit
from bot.web.disclosure_form import StaffForm, Words, typed_of
from bot.web.disclosure_from_case import case_to_begin_with, note_on_case
from bot.web.reading import parse, read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from bot.web.uploads import FILES, files_in

_ENDED = frozenset({State.DECIDED, State.DELIVERED, State.WITHDRAWN, State.GIVEN_UP})


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One view of the list."""

    key: str
    name: str
    states: frozenset[State]


TABS = (
    Tab(key="open", name="在办", states=OPEN),
    Tab(key="ended", name="待送达、待归档", states=_ENDED),
    Tab(key="all", name="全部", states=frozenset()),
)


class ListQuery(BaseModel):
    """What the list is asked for."""

    tab: Annotated[str, BeforeValidator(str)] = Field(default="open", max_length=10)
    unit: Words = Field(default="", max_length=80, title="单位")
    state: State | None = Field(default=None, title="状态")
    channel: Channel | None = Field(default=None, title="来件方式")
    result: Result | None = Field(default=None, title="办理结果")
    text: Words = Field(default="", max_length=60, title="搜索")
    before: str = Field(default="", max_length=20, title="页码")


async def show(request: web.Request) -> web.Response:
    """The list."""
    services, actor = services_of(request), session_of(request).actor
    asked = read_query(request, ListQuery)
    tab = next((one for one in TABS if one.key == asked.tab), TABS[0])
    wanted = RequestFilter(
        states=frozenset({asked.state}) if asked.state else tab.states,
        unit=own_unit(actor) or asked.unit or None,
        channel=asked.channel,
        result=asked.result,
        text=asked.text,
        before=asked.before,
    )
    following = ""
    if tab.key == "open":
        found = await services.disclosures.open_by_clock(wanted)
    else:
        shown = await services.disclosures.page(wanted)
        following = shown.before
        found = [(one, services.disclosures.reading(one)) for one in shown.requests]
    await _record_seen(request, [one for one, _ in found])
    return page(
        request,
        "disclosures.html",
        rows=[(as_seen_by(one, actor), reading) for one, reading in found],
        asked=asked,
        tab=tab,
        tabs=TABS,
        own=bool(own_unit(actor)),
        units=services.city.unit_names,
        following=_address(asked, before=following) if following else "",
    )


async def _record_seen(request: web.Request, shown: list[Request]) -> None:
    """Write down whose names a reader was shown unmasked: how many, and the first of them."""
    services, actor = services_of(request), session_of(request).actor
    seen = [one.number for one in shown if may_see_applicant(one, actor)]
    if seen:
        numbers = " ".join(seen[:PER_PAGE])
        await services.staff.record(
            actor.id, "disclosure.see_list", "disclosures", count=str(len(seen)), numbers=numbers
        )


def _address(asked: ListQuery, **changes: str) -> str:
    given = {name: str(value or "") for name, value in asked.model_dump(mode="json").items()}
    kept = {name: value for name, value in (given | changes).items() if value}
    return f"/disclosures?{urlencode(kept)}"


class _NewQuery(BaseModel):
    from_case: Words = Field(default="", max_length=40, title="工单编号")


async def ask_new(request: web.Request) -> web.Response:
    """The form for what came on paper, by fax or by mail, or as a case."""
    begun: dict[str, str] = {}
    if number := read_query(request, _NewQuery).from_case:
        case = await case_to_begin_with(request, number)
        actor = session_of(request).actor
        await services_of(request).staff.record(actor.id, "case.see_person", case.number)
        begun = dict(begun_with(case))
    return _form(request, {"key": services_of(request).ids.new_id()} | begun)


async def register(request: web.Request) -> web.Response:
    """Register it; number and code are shown once."""
    sent = await request.post()
    typed, actor = typed_of(sent), session_of(request).actor
    try:
        form = parse(StaffForm, typed)
        new = form.new(
            form.channel,
            form.arrived_on,
            signed=form.signed,
            confirmed_on=form.confirmed_on,
            from_case=form.from_case,
        )
        case = await case_to_begin_with(request, form.from_case) if form.from_case else None
        if case is not None:
            new = replace(new, origin_key=origin_of(case.number), from_case=case.number)
        register = services_of(request).disclosures.register
        made = await register(new, actor=actor, files=files_in(sent))
        if case is not None:
            await note_on_case(request, case, made.request)
    except PolicylineError as error:
        return _form(request, typed, error=error)
    return page(request, "disclosure_registered.html", made=made)


def _form(
    request: web.Request, typed: Mapping[str, str], *, error: PolicylineError | None = None
) -> web.Response:
    services = services_of(request)
    return page(
        request,
        "disclosure_new.html",
        status=error.status if error else 200,
        typed=typed,
        key=typed.get("key") or services.ids.new_id(),
        problem=error.message if error else "",
        faults=error.fields if error else {},
        units=services.city.unit_names,
        unit=session_of(request).actor.department,
        today=local_day(services.clock.now()),
        most_files=FILES,
    )
