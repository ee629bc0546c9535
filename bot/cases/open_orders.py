"""Orders of another system's list that are still open: what a row asks us to open. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.cases.calendar import ZONE, end_of, local_day
from bot.cases.columns import REASON
from bot.cases.model import NewCase
from bot.cases.opening import cleaned
from bot.cases.past import PastCase, unit_names, unknown_units
from bot.cases.past_values import past_case, read_time
from bot.cases.ports import CaseCity
from bot.errors import Invalid

_CHANNEL = "import"
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class OpenOrder:
    """An order to open a case from.

    Args:
        new: the case.
        department: official name of whom it was given to; empty: nobody yet.
        supporting: official names of who should help.
    """

    new: NewCase
    department: str = ""
    supporting: tuple[str, ...] = ()


def open_order(
    row: Mapping[str, str],
    cells: Mapping[str, str],
    formats: Sequence[str],
    city: CaseCity,
    now: datetime,
) -> OpenOrder:
    """The order a row tells of.

    Args:
        row: as the file has it, by its headings.
        cells: the same by our fields and in our words.
        formats: how times may be written, as `strptime` takes it.
        city: the units.
        now: aware; when it was received, where the row does not say.

    Raises:
        Invalid: it cannot be opened; the fields say why, all of them.
    """
    faults: dict[str, str] = {}
    try:
        past = past_case(cells, formats, otherwise=now)
    except Invalid as error:
        faults |= error.fields
        past = PastCase(text=cells.get("text", ""), opened_at=now)
    due_by = _due(cells.get("due_at", ""), formats, faults)
    if past.reply_text or past.closed_at or past.replied_at:
        faults.setdefault("reply_text", "已经答复或办结，请按以往的诉求导入")
    if past.opened_at > now + _AHEAD:
        faults.setdefault("opened_at", "晚于今天")
    if unknown := unknown_units(past, city):
        faults["department"] = f"没有这个部门：{'、'.join(name[:40] for name in unknown)}"
    if not past.text.strip():
        faults["text"] = "不能为空"
    if faults:
        raise Invalid("这一行不能导入。", fields=faults)
    lead, *others = _units(past, city) or ("",)
    return OpenOrder(
        new=cleaned(_new(past, row, due_by, given=bool(lead))),
        department=lead,
        supporting=tuple(others),
    )


def row_key(row: Mapping[str, str], external_number: str) -> str:
    """What an order is known by: its number, or all that its row says."""
    if external_number:
        return f"{_CHANNEL}:{external_number}"
    said = {name: cell.strip() for name, cell in row.items() if cell.strip() and name != REASON}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return f"{_CHANNEL}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _new(
    past: PastCase, row: Mapping[str, str], due_by: datetime | None, *, given: bool
) -> NewCase:
    return NewCase(
        origin_key=row_key(row, past.external_number),
        channel=_CHANNEL,
        conversation_id="",
        sender_id="",
        title=past.title,
        text=past.text,
        demand_type=past.demand_type,
        place=past.place,
        occurred_at=past.occurred_at,
        contact_name=past.contact_name,
        contact_phone=past.contact_phone,
        anonymous=past.anonymous,
        confidential=past.confidential,
        external_number=past.external_number,
        for_triage=given,  # a person chose already whose it is
        due_by=due_by,
        received_at=past.opened_at,
    )


def _units(past: PastCase, city: CaseCity) -> tuple[str, ...]:
    """The units by their official names, the lead first."""
    leads = unit_names(past.department, city)
    named = (*leads, *unit_names(past.supporting, city)) if leads else ()
    found = (city.unit(name) for name in named)
    return tuple(dict.fromkeys(name for name in found if name))


def _due(text: str, formats: Sequence[str], faults: dict[str, str]) -> datetime | None:
    """A deadline; a day alone, which a workbook gives as its midnight, is the day's end."""
    try:
        moment = read_time(text, formats)
    except ValueError:
        faults["due_at"] = f"“{text.strip()[:30]}”不是时间，应写作 2026-03-02 10:00"
        return None
    if moment is not None and moment.astimezone(ZONE).time() == time(0):
        return end_of(local_day(moment))
    return moment
