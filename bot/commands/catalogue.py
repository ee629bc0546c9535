"""`policyline catalogue`: the dispatch catalogue (派单目录) in, out, checked, and back again."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.commands.opened import ERR, OUT, operator

if TYPE_CHECKING:
    from bot.city.catalogue_sheet import Checked
    from bot.city.model import City, Duty
    from bot.settings import Settings

app = typer.Typer(help="派单目录：导入、导出、检查、退回", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")]
_AFTER = "重新启动服务后生效。"


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=".xlsx 或 .csv，第一行是列名")],
    who: Annotated[str, typer.Option("--who", help="谁导入的；不写则为登录本机的人")] = "",
    note: Annotated[str, typer.Option("--note", help="为什么改")] = "",
    as_json: _Json = False,
) -> None:
    """导入一份派单目录并启用；有一处不对就整份不用，并一次说全。"""
    from bot.city import catalogue_sheet, versions

    settings, city = _city()
    checked = _checked(file, city)
    _stop_at_faults(checked, as_json=as_json)
    name = versions.save(
        settings.home,
        checked.duties,
        who=who or operator(),
        now=datetime.now(UTC),
        source=file.name,
        note=note,
    )
    before = _duties(settings, city, versions.current(settings.home))
    versions.use(settings.home, name)
    changes, gaps = _changes(before, checked.duties), catalogue_sheet.gaps(checked.duties, city)
    if as_json:
        said = {"version": name, "duties": len(checked.duties), **changes, "gaps": gaps}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    OUT.print(
        f"已导入版本 {name}：{len(checked.duties)} 项；新增 {len(changes['added'])} 项，"
        f"修改 {len(changes['changed'])} 项，删除 {len(changes['removed'])} 项。{_AFTER}"
    )
    for gap in gaps:
        OUT.print(f"注意：{gap}", markup=False)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="写到这个 .xlsx 或 .csv 文件")],
    version: Annotated[str, typer.Option("--version", help="哪个版本；不写则为在用的")] = "",
) -> None:
    """导出派单目录，改好后可以再导入。"""
    from bot.city import catalogue_sheet, sheets, versions

    settings, city = _city()
    duties = _duties(settings, city, version or versions.current(settings.home))
    rows = catalogue_sheet.rows_of(duties)
    if file.suffix.lower() == ".xlsx":
        raw = sheets.write_workbook(rows, catalogue_sheet.WIDTHS, "派单目录")
    elif file.suffix.lower() == ".csv":
        raw = sheets.write_csv(rows)
    else:
        _fail("只能导出为 .xlsx 或 .csv 文件。", code=2)
    try:
        file.write_bytes(raw)
    except OSError:
        _fail(f"写不了这个文件：{file}。")
    OUT.print(f"已导出 {len(duties)} 项到 {file}", markup=False)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="要检查的文件；不写则检查在用的")] = None,
    as_json: _Json = False,
) -> None:
    """检查一份派单目录，不导入。"""
    from bot.city import catalogue_sheet, versions

    settings, city = _city()
    if file is None:
        duties = _duties(settings, city, versions.current(settings.home))
    else:
        checked = _checked(file, city)
        _stop_at_faults(checked, as_json=as_json)
        duties = checked.duties
    gaps = catalogue_sheet.gaps(duties, city)
    if as_json:
        said = {"duties": len(duties), "faults": [], "gaps": gaps}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    OUT.print(f"{len(duties)} 项，没有发现错误。")
    for gap in gaps:
        OUT.print(f"注意：{gap}", markup=False)


@app.command("list")
def list_(as_json: _Json = False) -> None:
    """列出各个版本：谁、何时导入，哪个在用。"""
    from bot.city import versions

    settings, city = _city()
    try:
        found = versions.versions(settings.home, city)
    except versions.CatalogueUnreadable as error:
        _fail(str(error))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
        return
    for each in found:
        came = f"{each.at[:19]} {each.who} 导入自 {each.source}" if each.at else "随城市配置"
        note = f"（{each.note}）" if each.note else ""
        mark = "  在用" if each.in_use else ""
        OUT.print(f"{each.name}  {each.duties} 项  {came}{note}{mark}", markup=False)


@app.command()
def rollback(
    name: Annotated[
        str, typer.Argument(help="版本；shipped 为随城市配置的；不写则退回在用版本的前一个")
    ] = "",
) -> None:
    """改用以前的版本。"""
    from bot.city import versions

    settings, city = _city()
    try:
        names = [each.name for each in versions.versions(settings.home, city)]
        used = versions.current(settings.home)
        if not name:
            if not used:
                _fail("没有更早的版本")
            name = names[names.index(used) - 1] if used in names else names[0]
        versions.load(settings.home, name, city)
        versions.use(settings.home, name)
    except versions.CatalogueUnreadable as error:
        _fail(str(error))
    OUT.print(f"已改用版本 {name}，{_AFTER}")


def _city() -> tuple[Settings, City]:
    from bot import city as cities
    from bot.cli import settings_or_exit

    settings = settings_or_exit()
    try:
        return settings, cities.load(cities.in_use(settings.home, settings.city))
    except cities.CityError as error:
        _fail(str(error), code=2)


def _duties(settings: Settings, city: City, name: str) -> tuple[Duty, ...]:
    from bot.city import versions

    try:
        return versions.load(settings.home, name, city)
    except versions.CatalogueUnreadable as error:
        _fail(str(error))


def _checked(file: Path, city: City) -> Checked:
    from bot.city import catalogue_sheet, sheets

    try:
        return catalogue_sheet.read(sheets.read(file.read_bytes()), city)
    except OSError:
        _fail(f"读不了这个文件：{file}。")
    except sheets.SheetUnreadable as error:
        _fail(f"{file.name}：{error}")


def _stop_at_faults(checked: Checked, *, as_json: bool) -> None:
    if not checked.faults:
        return
    if as_json:
        faults = [{**asdict(fault), "said": fault.said} for fault in checked.faults]
        typer.echo(json.dumps({"faults": faults}, ensure_ascii=False))
    else:
        ERR.print(f"有 {len(checked.faults)} 处不对，没有导入：", style="red")
        for fault in checked.faults:
            ERR.print(f"  {fault.said}", markup=False)
    raise typer.Exit(1)


def _changes(before: tuple[Duty, ...], after: tuple[Duty, ...]) -> dict[str, list[str]]:
    old, new = {duty.id: duty for duty in before}, {duty.id: duty for duty in after}
    return {
        "added": [each for each in new if each not in old],
        "changed": [each for each in new if each in old and new[each] != old[each]],
        "removed": [each for each in old if each not in new],
    }


def _fail(message: str, *, code: int = 1) -> NoReturn:
    ERR.print(message, style="red", markup=False)
    raise typer.Exit(code)
