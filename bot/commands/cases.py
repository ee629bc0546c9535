"""`policyline cases`: import past cases, export ours."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot.cases.audit_file import audit_line
from bot.cases.chains import Chains
from bot.cases.files import write_cases
from bot.cases.filters import MAX_PAGE, CaseFilter, CaseSort
from bot.cli import settings_or_exit
from bot.clock import SystemClock
from bot.commands import case_import
from bot.commands.case_files import CANNOT_START, Office, office, private_text
from bot.commands.opened import operator
from bot.errors import PolicylineError
from bot.privacy import masked_case
from bot.settings import Settings

app = typer.Typer(help="诉求：导入、导出", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command(
    "import", help="导入以往的诉求，或没办结的工单（--open）：.csv、.xlsx 或 .jsonl，可重复导入"
)
def import_command(
    file: Path,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", help="对照表（TOML）：哪一列是什么、里面的词怎么对应"),
    ] = None,
    trial: Annotated[bool, typer.Option("--dry-run", "--preview", help="只核对，不导入")] = False,
    still_open: Annotated[
        bool, typer.Option("--open", help="文件里是还没办结的工单，逐件登记、派单")
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option("--refused", help="没有导入的行写到这里（.csv 或 .xlsx），最后一列是原因"),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Bring past cases in; rows that cannot be are reported, the others are in."""
    try:
        report = asyncio.run(
            case_import.bring_in(
                settings_or_exit(),
                file,
                map_file=map_file,
                trial=trial,
                refused=refused,
                still_open=still_open,
            )
        )
    except PolicylineError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from error
    except CANNOT_START as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(case_import.as_json(report, trial=trial))
    else:
        case_import.tell(report, trial=trial, refused=refused)
    if report.refused or report.broken:
        raise typer.Exit(1)


@app.command("export", help="导出全部诉求（.csv 或 .jsonl），默认隐去个人信息")
def export_command(
    file: Path,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="不隐去个人信息")] = False,
    with_events: Annotated[
        bool,
        typer.Option("--events", help="供审计：每件连同办理记录和哈希链，只能是 .jsonl"),
    ] = False,
) -> None:
    """Write every case into a file only its owner can read."""
    if with_events and file.suffix.lower() != ".jsonl":
        typer.echo("带办理记录的只能导出为 .jsonl 文件。", err=True)
        raise typer.Exit(2)
    if file.suffix.lower() not in {".csv", ".jsonl"}:
        typer.echo("只能导出为 .csv 或 .jsonl 文件。", err=True)
        raise typer.Exit(2)
    try:
        count, broken = asyncio.run(
            _export(settings_or_exit(), file, unmasked=unmasked, with_events=with_events)
        )
    except OSError as error:
        typer.echo(f"写不了这个文件：{file}。", err=True)
        raise typer.Exit(1) from error
    except CANNOT_START as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(
        f"已导出 {count} 件到 {file}" + ("，其中有个人信息，请妥善保管。" if unmasked else "。")
    )
    if broken:
        said = f"其中 {broken} 件的办理记录与哈希对不上，policyline check 会说是哪几件。"
        typer.echo(said, err=True)


async def _export(
    settings: Settings, file: Path, *, unmasked: bool, with_events: bool
) -> tuple[int, int]:
    """How many cases were written, and of how many the chain does not hold, where it was read."""
    as_csv = file.suffix.lower() == ".csv"
    with private_text(file, "utf-8-sig" if as_csv else "utf-8") as target:
        async with office(settings) as at:
            if with_events:
                count, broken = await _write_courses(at, target, masked=not unmasked)
            else:
                count = await _write_cases(at, target, masked=not unmasked, as_csv=as_csv)
                broken = 0
            await at.staff.record(
                operator(),
                "case.export",
                file.name,
                cases=str(count),
                masked=str(not unmasked),
                events=str(with_events),
            )
    return count, broken


async def _write_cases(at: Office, target: TextIO, *, masked: bool, as_csv: bool) -> int:
    count, cursor = 0, ""
    while True:
        wanted = CaseFilter(sort=CaseSort.OPENED, limit=MAX_PAGE, cursor=cursor)
        page = await at.cases.cases(wanted)
        shown = [masked_case(case) for case in page.cases] if masked else page.cases
        count += write_cases(shown, target, as_csv=as_csv, heading=not cursor)
        cursor = page.next_cursor
        if not cursor:
            return count


async def _write_courses(at: Office, target: TextIO, *, masked: bool) -> tuple[int, int]:
    chains, count, broken, cursor = Chains(at.storage, SystemClock()), 0, 0, ""
    while True:
        courses, cursor = await chains.page(cursor)
        async with at.storage.read() as unit:
            attached = await unit.attachments.counts([one.case.number for one in courses])
        for course in courses:
            line = audit_line(
                course.case,
                course.events,
                masked=masked,
                attachments=attached.get(course.case.number, 0),
            )
            target.write(line + "\n")
            broken += course.fault is not None
        count += len(courses)
        if not cursor:
            return count, broken
