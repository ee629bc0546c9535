"""`policyline disclosure`: the yearly tables of requests for information."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot import city as cities
from bot.cli import settings_or_exit
from bot.clock import RandomIds, SystemClock
from bot.commands.case_files import CANNOT_START, private_bytes
from bot.disclosure.files import RequestFiles
from bot.disclosure.service import Disclosures
from bot.disclosure.yearly import Yearly
from bot.disclosure.yearly_file import as_csv, as_json
from bot.errors import PolicylineError
from bot.secret import secret_of
from bot.settings import Settings
from bot.stored import storage_of

app = typer.Typer(help="依申请公开：年报表", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Commands of their own names, also while there is only one."""


@app.command("yearly", help="年度报告的表三、表四：.xlsx、.csv 或 .json；不写文件则输出 JSON")
def yearly_command(
    year: int,
    unit: Annotated[str, typer.Option("--unit", help="哪个单位，不写为全市")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件")] = None,
) -> None:
    """Count a year and write its tables."""
    if out is not None and out.suffix.lower() not in {".xlsx", ".csv", ".json"}:
        typer.echo("只能写成 .xlsx、.csv 或 .json 文件。", err=True)
        raise typer.Exit(2)
    try:
        found = asyncio.run(_counted(settings_or_exit(), year, unit))
        if out is None:
            typer.echo(as_json(found), nl=False)
            return
        with private_bytes(out) as target:
            target.write(_packed(found, out.suffix.lower()))
    except PolicylineError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from error
    except CANNOT_START as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"写不了这个文件：{out}。", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"已写到 {out}：新收 {found.new.total} 件，办结 {found.ended_total.total} 件。")


async def _counted(settings: Settings, year: int, unit: str) -> Yearly:
    settings.home.mkdir(parents=True, exist_ok=True)
    city = cities.load(cities.in_use(settings.home, settings.city))
    storage = storage_of(settings)
    try:
        await storage.upgrade()
        clock, ids = SystemClock(), RandomIds()
        files = RequestFiles(storage, clock, ids, settings.attachments_folder)
        service = Disclosures(storage, clock, ids, city, secret_of(settings), files=files)
        return await service.yearly(year, unit)
    finally:
        await storage.close()


def _packed(found: Yearly, suffix: str) -> bytes:
    if suffix == ".xlsx":
        from bot.disclosure.yearly_book import as_workbook

        return as_workbook(found)
    return as_csv(found) if suffix == ".csv" else as_json(found).encode()
