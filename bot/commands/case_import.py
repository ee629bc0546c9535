"""`policyline cases import`: past cases in, what could not be told row by row and written out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from bot.cases.column_map import check_departments, read_map
from bot.cases.columns import HEADINGS, ColumnMap, Columns
from bot.cases.model import Actor, Role
from bot.cases.nearest import nearest
from bot.cases.open_import import OpenOrders, Refused, refused_rows
from bot.cases.past import origin_of, unknown_units
from bot.cases.past_file import PastRow, open_past, reason_of
from bot.city import sheets
from bot.city.model import City
from bot.clock import SystemClock
from bot.commands.case_files import Office, office, private_bytes
from bot.commands.opened import ERR, operator
from bot.errors import Invalid
from bot.settings import Settings

_SHOWN = 20
_DEPARTMENT = "承办单位"


@dataclass(kw_only=True)
class Report:
    """How an import went.

    Args:
        unknown: name of a department nobody knows → rows that name it.
        near: the same name → known ones like it.
        broken: from where on the file could not be read, and why; empty where it could.
    """

    columns: Columns
    headings: tuple[str, ...]
    added: int = 0
    known: int = 0
    refused: list[Refused] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    near: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken: str = ""


async def bring_in(
    settings: Settings,
    file: Path,
    *,
    map_file: Path | None,
    trial: bool,
    refused: Path | None,
    still_open: bool = False,
) -> Report:
    """Bring a file of past cases in, or open its orders.

    Args:
        settings: of this installation.
        file: .csv, .xlsx or .jsonl.
        map_file: a TOML that says which column is which and what their words mean.
        trial: look only; nothing is written to the database.
        refused: where the rows that were not brought in are written, .csv or .xlsx.
        still_open: the file holds orders that are still open.

    Raises:
        Invalid: the file, the mapping or the file to write cannot be used.
    """
    if refused is not None:
        _check_target(refused, file)
    said = _mapping(map_file)
    async with office(settings) as at:
        with _progress("正在核对" if trial else "正在导入") as progress:
            bringing = _open if still_open else _past
            report = await bringing(at, file, said, trial=trial, progress=progress)
        if not trial:
            await at.staff.record(
                operator(),
                "case.open_import" if still_open else "case.import",
                file.name,
                added=str(report.added),
                refused=str(len(report.refused)),
            )
    if refused is not None:
        _write_refused(report, refused)
    return report


@contextmanager
def _progress(what: str) -> Iterator[Callable[[float], None]]:
    """A bar on a terminal; what it gives is told how much is done, 0 to 1."""
    columns = (TextColumn(what), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda done: bar.update(task, completed=done)


async def _past(
    at: Office, file: Path, said: ColumnMap, *, trial: bool, progress: Callable[[float], None]
) -> Report:
    check_departments(said, at.city)
    past = open_past(file, said)
    report = Report(columns=past.columns, headings=past.headings)
    await _rows(at, past.rows, report, trial=trial, progress=progress)
    return report


async def _open(
    at: Office, file: Path, said: ColumnMap, *, trial: bool, progress: Callable[[float], None]
) -> Report:
    orders = OpenOrders(at.cases, at.city, SystemClock())
    found = await orders.bring_in(
        file,
        said,
        Actor(id=operator(), role=Role.SYSTEM),
        trial=trial,
        progress=lambda done, _: progress(done),
    )
    return Report(
        columns=found.columns,
        headings=found.headings,
        added=found.added,
        known=found.known,
        refused=found.refused,
        broken=found.broken,
    )


async def _rows(
    at: Office,
    rows: Callable[[], Any],
    report: Report,
    *,
    trial: bool,
    progress: Callable[[float], object],
) -> None:
    seen: set[str] = set()
    try:
        for row in rows():
            reason = await _row(at, row, report, seen, trial=trial)
            if reason:
                report.refused.append(Refused(line=row.line, cells=dict(row.cells), reason=reason))
            progress(row.done)
    except Invalid as error:
        report.broken = error.message


async def _row(at: Office, row: PastRow, report: Report, seen: set[str], *, trial: bool) -> str:
    """Why the row is not in; empty where it is."""
    past = row.past
    if past is None:
        return row.reason
    try:
        opened = await at.cases.add_past(past, trial=trial)
    except Invalid as error:
        return reason_of(error) + _suggest(unknown_units(past, at.city), at.city, report)
    again = trial and origin_of(past) in seen
    if trial:
        seen.add(origin_of(past))
    report.added += opened.created and not again
    report.known += not opened.created or again
    return ""


def _suggest(unknown: Sequence[str], city: City, report: Report) -> str:
    """Count the names nobody goes by, and say which known ones are near."""
    for name in unknown:
        if name not in report.near:
            report.near[name] = nearest(name, city.units_by_name)
        report.unknown[name] += 1
    near = dict.fromkeys(like for name in unknown for like in report.near[name])
    return f"，相近的有：{'、'.join(near)}" if near else ""


def tell(report: Report, *, trial: bool, refused: Path | None) -> None:
    """Say in words how it went."""
    counts = (
        f"试导入，没有登记任何诉求：可导入 {report.added} 件，原已导入 {report.known} 件，"
        f"不能导入 {len(report.refused)} 行。"
        if trial
        else f"导入 {report.added} 件，原已导入 {report.known} 件，"
        f"没有导入 {len(report.refused)} 行。"
    )
    typer.echo(counts)
    columns = report.columns
    if trial:
        taken = (f"{_ours(name)}←{'、'.join(found)}" for name, found in columns.taken.items())
        typer.echo(f"采用的列：{'；'.join(taken)}")
    if columns.left:
        typer.echo(f"没有采用的列：{'、'.join(columns.left)}")
    for row in report.refused[:_SHOWN]:
        typer.echo(f"  第 {row.line} 行：{row.reason}", err=True)
    if len(report.refused) > _SHOWN:
        typer.echo("  其余见 --refused 写出的文件，或 --json 的结果。", err=True)
    for name, rows in report.unknown.most_common():
        near = report.near[name]
        like = f"，相近的有：{'、'.join(near)}" if near else ""
        typer.echo(f"不认识的{_DEPARTMENT}：{name[:40]}（{rows} 行）{like}", err=True)
    if report.unknown:
        typer.echo(
            "可在对照表的 [values.department] 里写明它们各是哪个部门，再导入一次。", err=True
        )
    if report.broken:
        typer.echo(f"后面的内容读不了，之前的各行已处理：{report.broken}", err=True)
    if refused is not None and report.refused:
        typer.echo(f"没有导入的行已写到 {refused}，改好后可以再导入；其中有个人信息，请妥善保管。")


def as_json(report: Report, *, trial: bool) -> str:
    """The same for a program."""
    said = {
        "dry_run": trial,
        "added": report.added,
        "known": report.known,
        "refused": [{"line": row.line, "reason": row.reason} for row in report.refused],
        "unknown_departments": [
            {"name": name, "rows": rows, "near": list(report.near[name])}
            for name, rows in report.unknown.most_common()
        ],
        "taken": {name: list(found) for name, found in report.columns.taken.items()},
        "left": list(report.columns.left),
        "broken": report.broken,
    }
    return json.dumps(said, ensure_ascii=False)


def _ours(name: str) -> str:
    return _DEPARTMENT if name == "department" else HEADINGS[name][0]


def _mapping(file: Path | None) -> ColumnMap:
    if file is None:
        return ColumnMap()
    try:
        return read_map(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Invalid(f"读不了对照表：{file}。") from error
    except UnicodeDecodeError as error:
        raise Invalid("对照表应存为 UTF-8。") from error


def _check_target(refused: Path, file: Path) -> None:
    if refused.suffix.lower() not in {".csv", ".xlsx"}:
        raise Invalid("没有导入的行只能写成 .csv 或 .xlsx 文件。")
    if refused.resolve() == file.resolve():
        raise Invalid("--refused 不能与要导入的是同一个文件。")
    if not refused.resolve().parent.is_dir():
        raise Invalid(f"没有这个文件夹：{refused.parent}。")


def _write_refused(report: Report, file: Path) -> None:
    """The rows as they came, the reason in a column of its own, so that they can be mended."""
    rows = refused_rows(report.headings, report.refused)
    if file.suffix.lower() == ".csv":
        content = sheets.write_csv(rows)
    else:
        content = sheets.write_workbook(rows, [18] * len(rows[0]), "没有导入的行")
    try:
        with private_bytes(file) as target:
            target.write(content)
    except OSError as error:
        raise Invalid(f"写不了这个文件：{file}。") from error
