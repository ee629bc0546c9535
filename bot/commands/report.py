"""`policyline report`: the weekly, monthly and annual report as a Word document or a page."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import city as cities
from bot.cases.rated import SatisfactionService
from bot.cli import settings_or_exit
from bot.clock import RandomIds, SystemClock
from bot.commands.case_files import CANNOT_START, private_bytes
from bot.errors import PolicylineError
from bot.openness.plan.service import PlanService
from bot.openness.report.files import FileKind, packed, plain_name
from bot.openness.report.model import Report, ReportKind, last_whole
from bot.openness.report.service import ReportService
from bot.settings import Settings
from bot.storage.units import Storage
from bot.web.words import channel_name

app = typer.Typer(help="政务公开和诉求办理报告", no_args_is_help=True)

_Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="截止日期；不写为上一整周、月或年"),
]
_Out = Annotated[
    Path | None, typer.Option("--out", help="写到哪个文件（.docx 或 .html）；不写则在当前目录")
]


@app.command("weekly", help="周报：这一周来了什么、办得怎样、工作要点落实到哪里")
def weekly(until: _Until = None, out: _Out = None) -> None:
    """Write the report of a week."""
    _write(ReportKind.WEEKLY, until, out)


@app.command("monthly", help="月报")
def monthly(until: _Until = None, out: _Out = None) -> None:
    """Write the report of a month."""
    _write(ReportKind.MONTHLY, until, out)


@app.command("annual", help="年度报告，带各单位落实率")
def annual(until: _Until = None, out: _Out = None) -> None:
    """Write the report of a year."""
    _write(ReportKind.ANNUAL, until, out)


def _write(kind: ReportKind, until: datetime | None, out: Path | None) -> None:
    suffix = out.suffix.lower().removeprefix(".") if out is not None else FileKind.DOCX.value
    if suffix not in {one.value for one in FileKind}:
        typer.echo("只能写成 .docx 或 .html 文件。", err=True)
        raise typer.Exit(2)
    try:
        settings = settings_or_exit()
        report = asyncio.run(_made(settings, kind, until.date() if until else None))
        target = out or Path(plain_name(report, FileKind(suffix)))
        with private_bytes(target) as opened:
            opened.write(packed(report, FileKind(suffix)))
    except PolicylineError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from error
    except CANNOT_START as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"写不了这个文件：{out or '当前目录'}。", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"已写到 {target}：{report.title}，{report.span.name}。")


async def _made(settings: Settings, kind: ReportKind, until: date | None) -> Report:
    settings.home.mkdir(parents=True, exist_ok=True)
    city, storage, clock = cities.load(settings.city), Storage(settings.database), SystemClock()
    rated = SatisfactionService(storage, clock, city.limits)
    plan = PlanService(storage, clock, RandomIds(), city, rated)
    service = ReportService(storage, clock, city, plan, rated, channel_name)
    try:
        await storage.upgrade()
        return await service.report(kind, until or last_whole(kind, service.today))
    finally:
        await storage.close()
