"""`policyline cases`: import past cases, export ours."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot import city as cities
from bot.cases.files import RefusedRow, read_past, reason_of, write_cases
from bot.cases.filters import MAX_PAGE, CaseFilter, CaseSort
from bot.cases.service import CaseService
from bot.cli import settings_or_exit
from bot.clock import RandomIds, SystemClock
from bot.commands.opened import operator
from bot.errors import Invalid, PolicylineError
from bot.privacy import masked_case
from bot.routing import store as routing_store
from bot.secret import secret_of
from bot.settings import Settings, SettingsError
from bot.staff import StaffService
from bot.storage.schema import NewerSchema
from bot.storage.units import DatabaseAway, Storage

app = typer.Typer(help="诉求：导入、导出", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
_SHOWN = 20
_CANNOT_START = (DatabaseAway, NewerSchema, SettingsError, cities.CityError)


@dataclass(kw_only=True)
class _Report:
    added: int = 0
    known: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


@app.command("import", help="导入以往的诉求（.csv 或 .jsonl），重复导入不会重复登记")
def import_command(file: Path, as_json: _Json = False) -> None:
    """Bring past cases in; rows that cannot be are reported, the others are in."""
    try:
        report = asyncio.run(_import(settings_or_exit(), file))
    except PolicylineError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from error
    except _CANNOT_START as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if as_json:
        refused = [{"line": row.line, "reason": row.reason} for row in report.refused]
        said = {"added": report.added, "known": report.known, "refused": refused}
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        typer.echo(
            f"导入 {report.added} 件，原已导入 {report.known} 件，"
            f"没有导入 {len(report.refused)} 行。"
        )
        for row in report.refused[:_SHOWN]:
            typer.echo(f"  第 {row.line} 行：{row.reason}", err=True)
        if len(report.refused) > _SHOWN:
            typer.echo("  其余见 --json 的结果。", err=True)
    if report.refused:
        raise typer.Exit(1)


@app.command("export", help="导出全部诉求（.csv 或 .jsonl），默认隐去个人信息")
def export_command(
    file: Path,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="不隐去个人信息")] = False,
) -> None:
    """Write every case into a file only its owner can read."""
    if file.suffix.lower() not in {".csv", ".jsonl"}:
        typer.echo("只能导出为 .csv 或 .jsonl 文件。", err=True)
        raise typer.Exit(2)
    try:
        count = asyncio.run(_export(settings_or_exit(), file, unmasked=unmasked))
    except OSError as error:
        typer.echo(f"写不了这个文件：{file}。", err=True)
        raise typer.Exit(1) from error
    except _CANNOT_START as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(
        f"已导出 {count} 件到 {file}" + ("，其中有个人信息，请妥善保管。" if unmasked else "。")
    )


@asynccontextmanager
async def _service(settings: Settings) -> AsyncIterator[tuple[CaseService, StaffService]]:
    storage, clock, ids = Storage(settings.database), SystemClock(), RandomIds()
    settings.home.mkdir(parents=True, exist_ok=True)
    city = cities.load(settings.city)
    try:
        await storage.upgrade()
        cases = CaseService(
            storage,
            clock,
            ids,
            routing_store.router(city, settings.home),
            city,
            secret_of(settings),
        )
        yield cases, StaffService(storage, clock, ids)
    finally:
        await storage.close()


async def _import(settings: Settings, file: Path) -> _Report:
    report = _Report()
    async with _service(settings) as (cases, staff):
        for line, past in read_past(file):
            if isinstance(past, RefusedRow):
                report.refused.append(past)
                continue
            try:
                opened = await cases.add_past(past)
            except Invalid as error:
                report.refused.append(RefusedRow(line=line, reason=reason_of(error)))
                continue
            report.added += opened.created
            report.known += not opened.created
        await staff.record(
            operator(),
            "case.import",
            file.name,
            added=str(report.added),
            refused=str(len(report.refused)),
        )
    return report


async def _export(settings: Settings, file: Path, *, unmasked: bool) -> int:
    as_csv, count, cursor = file.suffix.lower() == ".csv", 0, ""
    with _private_file(file, "utf-8-sig" if as_csv else "utf-8") as target:
        async with _service(settings) as (cases, staff):
            while True:
                wanted = CaseFilter(sort=CaseSort.OPENED, limit=MAX_PAGE, cursor=cursor)
                page = await cases.cases(wanted)
                shown = page.cases if unmasked else [masked_case(case) for case in page.cases]
                count += write_cases(shown, target, as_csv=as_csv, heading=not cursor)
                cursor = page.next_cursor
                if not cursor:
                    break
            await staff.record(
                operator(),
                "case.export",
                file.name,
                cases=str(count),
                masked=str(not unmasked),
            )
    return count


@contextmanager
def _private_file(file: Path, encoding: str) -> Iterator[TextIO]:
    """A text file only its owner can read; it takes its name when all is written."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(opened, "w", encoding=encoding, newline="") as target:
            yield target
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
