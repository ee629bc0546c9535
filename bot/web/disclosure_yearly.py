"""`/disclosures/yearly`: tables three and four of the yearly report, to read and to take away."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.calendar import local_day
from bot.disclosure.yearly import Yearly
from bot.disclosure.yearly_file import (
    BALANCE,
    COLUMN_HEADINGS,
    LABEL_COLUMNS,
    OUTCOME_HEADINGS,
    REMEDIES,
    TITLE_FOUR,
    TITLE_THREE,
    as_csv,
    lines,
    name_of,
)
from bot.web.disclosure_access import own_unit
from bot.web.disclosure_form import Words
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIRST_YEAR = 2019
"""The first of these tables was made for it."""


class YearlyQuery(BaseModel):
    """Which year, of which unit."""

    year: int | None = Field(default=None, ge=1000, le=9999, title="年份")
    unit: Words = Field(default="", max_length=80, title="单位")


async def show(request: web.Request) -> web.Response:
    """Both tables as the form prints them."""
    found, services = await _found(request), services_of(request)
    this_year = local_day(services.clock.now()).year
    return page(
        request,
        "disclosure_yearly.html",
        found=found,
        name=name_of(found),
        lines=lines(found),
        balance=BALANCE,
        columns=COLUMN_HEADINGS,
        label_columns=LABEL_COLUMNS,
        outcomes=OUTCOME_HEADINGS,
        remedies=REMEDIES,
        titles=(TITLE_THREE, TITLE_FOUR),
        years=range(this_year, _FIRST_YEAR - 1, -1),
        units=services.city.unit_names,
        own=bool(own_unit(session_of(request).actor)),
        query=urlencode({"year": found.year, "unit": found.unit}),
    )


async def workbook(request: web.Request) -> web.Response:
    """Both tables as an Excel workbook."""
    from bot.disclosure.yearly_book import as_workbook  # openpyxl is slow to import

    found = await _found(request)
    return _file(found, as_workbook(found), "xlsx", _SHEET)


async def csv(request: web.Request) -> web.Response:
    """Both tables as CSV."""
    found = await _found(request)
    return _file(found, as_csv(found), "csv", "text/csv")


async def _found(request: web.Request) -> Yearly:
    services, asked = services_of(request), read_query(request, YearlyQuery)
    year = asked.year or local_day(services.clock.now()).year
    unit = own_unit(session_of(request).actor) or asked.unit
    return await services.disclosures.yearly(year, unit)


def _file(found: Yearly, body: bytes, suffix: str, kind: str) -> web.Response:
    shown = quote(f"{name_of(found)}.{suffix}")
    plain = f'attachment; filename="disclosure-{found.year}.{suffix}"'
    return web.Response(
        body=body,
        content_type=kind,
        headers={"Content-Disposition": f"{plain}; filename*=UTF-8''{shown}"},
    )
