"""Opens the orders of a file, each once, and says of every other row why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from bot.cases.column_map import check_departments
from bot.cases.columns import REASON, ColumnMap, Columns
from bot.cases.model import Actor, Move, MoveRefused, State
from bot.cases.open_orders import OpenOrder, open_order
from bot.cases.past_file import PastFile, open_past, reason_of
from bot.cases.ports import CaseCity
from bot.cases.service import CaseService
from bot.city import sheets
from bot.errors import Invalid, PolicylineError
from bot.ports import Clock

log = logging.getLogger(__name__)

_GIVEN = "导入的工单已写明承办单位"


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A row that was not opened: its line, its cells by the file's headings, and why."""

    line: int
    cells: dict[str, str]
    reason: str


@dataclass(kw_only=True)
class Report:
    """How an import went.

    Args:
        added: cases that were opened, or would be.
        known: rows whose cases were open already.
        first: the first orders, for a person to look at.
        broken: from where on the file could not be read, and why; empty where it could.
    """

    columns: Columns
    headings: tuple[str, ...]
    added: int = 0
    known: int = 0
    refused: list[Refused] = field(default_factory=list)
    first: list[OpenOrder] = field(default_factory=list)
    broken: str = ""


class OpenOrders:
    """Opens orders.

    Args:
        cases: opens and moves cases.
        city: the units.
        clock: the time.
    """

    def __init__(self, cases: CaseService, city: CaseCity, clock: Clock) -> None:
        self._cases, self._city, self._clock = cases, city, clock

    async def bring_in(
        self,
        path: Path,
        said: ColumnMap,
        actor: Actor,
        *,
        trial: bool = False,
        show: int = 0,
        most: int | None = None,
        progress: Callable[[float, Report], None] | None = None,
    ) -> Report:
        """Open every order of a file; the same file again opens none twice.

        Args:
            path: .csv, .xlsx or .jsonl.
            said: what the city says about its columns.
            actor: who brings them in.
            trial: look only; nothing is opened.
            show: so many orders are kept in the report.
            most: so many rows are looked at; None: all.
            progress: told after each row how much of the file is behind us, 0 to 1.

        Raises:
            Invalid: the file or the mapping as a whole cannot be used.
        """
        said = replace(said, still_open=True)
        check_departments(said, self._city)
        file = await asyncio.to_thread(open_past, path, said)
        report = Report(columns=file.columns, headings=file.headings)
        seen: set[str] = set()
        rows = islice(file.raw_rows(), most)
        try:
            while (row := await asyncio.to_thread(next, rows, None)) is not None:
                line, cells, reason, done = row
                why = reason or await self._row(file, cells, actor, report, seen, trial, show)
                if why:
                    report.refused.append(Refused(line=line, cells=cells, reason=why))
                if progress is not None:
                    progress(done, report)
        except Invalid as error:
            report.broken = error.message
        return report

    async def _row(
        self,
        file: PastFile,
        cells: Mapping[str, str],
        actor: Actor,
        report: Report,
        seen: set[str],
        trial: bool,
        show: int,
    ) -> str:
        """Why the row is not opened; empty where it is."""
        try:
            order = open_order(
                cells, file.columns.cells(cells), file.formats, self._city, self._clock.now()
            )
        except Invalid as error:
            return reason_of(error)
        key = order.new.origin_key
        if trial:
            new = key not in seen and not await self._cases.known(key)
        else:
            new = await self._open(order, actor)
        seen.add(key)
        report.added += new
        report.known += not new
        if len(report.first) < show:
            report.first.append(order)
        return ""

    async def _open(self, order: OpenOrder, actor: Actor) -> bool:
        """Open it and give it to whom the row names; True where it was not open before."""
        opened = await self._cases.open_case(order.new, actor=actor)
        case = opened.case
        way = case.routing.statutory_way if case.routing else ""
        if not order.department or way or (not opened.created and case.state is not State.TRIAGE):
            return opened.created
        try:
            for move, unit in _steps(order):
                if unit in case.supporting:
                    continue  # our catalogue named it too
                # Named, so that a process that died in between goes on where it stopped.
                told_as = f"{order.new.origin_key}:{unit}"
                case = await self._cases.move(
                    case.number, move, actor, department=unit, reason=_GIVEN, told_as=told_as
                )
        except (MoveRefused, PolicylineError) as error:
            log.warning(
                "imported order left to triage",
                extra={"case_number": case.number, "error": type(error).__name__},
            )
        return opened.created


def _steps(order: OpenOrder) -> Iterator[tuple[Move, str]]:
    yield Move.DISPATCH, order.department
    for unit in order.supporting:
        yield Move.ADD_SUPPORT, unit


def refused_rows(headings: Sequence[str], refused: Sequence[Refused]) -> list[list[str]]:
    """The refused rows as they came, headings first, the reason in a last column of its own."""
    found = dict.fromkeys(heading for heading in headings if heading)
    for row in refused:
        found |= dict.fromkeys(row.cells)
    theirs = [heading for heading in found if heading != REASON]
    rows = [[*theirs, REASON]]
    rows += [[*(row.cells.get(h, "") for h in theirs), row.reason] for row in refused]
    return rows


def refused_csv(report: Report) -> bytes:
    """The same as a CSV a spreadsheet opens, formulas made harmless."""
    return sheets.write_csv(refused_rows(report.headings, report.refused))
