"""`policyline staff`: add, reset-password, take-off-authenticator, list."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from bot import city as cities
from bot.cases.model import Role
from bot.cli import settings_or_exit
from bot.clock import RandomIds, SystemClock
from bot.commands.opened import operator
from bot.errors import PolicylineError
from bot.records import StaffMember
from bot.second_factor import SecondFactors
from bot.secret import secret_of
from bot.settings import Settings
from bot.staff import StaffService
from bot.storage.schema import NewerSchema
from bot.storage.units import DatabaseAway, Storage
from bot.stored import storage_of

app = typer.Typer(help="工作人员：添加、重设密码", no_args_is_help=True)
_T = TypeVar("_T")


@app.command("add", help="添加账号，显示初始密码；首次登录须修改")
def add(
    name: str,
    role: Annotated[Role, typer.Option(help="角色")],
    department: Annotated[str, typer.Option(help="部门人员所在的部门")] = "",
    display_name: Annotated[str, typer.Option(help="显示的姓名")] = "",
) -> None:
    """Add an account."""
    settings = settings_or_exit()
    official = department and _official(settings, department)
    first = _run(
        settings,
        lambda staff: staff.add(name, role, official, display_name=display_name, by=operator()),
    )
    typer.echo(f"已添加 {name}。初始密码（只显示这一次）：{first}")


@app.command("reset-password", help="重设密码，显示新的初始密码")
def reset_password(name: str) -> None:
    """Give an account a new first password."""
    first = _run(settings_or_exit(), lambda staff: staff.reset_password(name, by=operator()))
    typer.echo(f"已重设 {name} 的密码。初始密码（只显示这一次）：{first}")


@app.command("take-off-authenticator", help="解除验证器：手机和恢复码都不在时")
def take_off_authenticator(name: str) -> None:
    """Take an authenticator off, where no administrator can sign in to do it."""
    settings = settings_or_exit()

    async def take_off(storage: Storage) -> None:
        factors = SecondFactors(storage, SystemClock(), RandomIds(), secret_of(settings), issuer="")
        await factors.take_off(name, by=operator())

    _on_storage(settings, take_off)
    typer.echo(f"已解除 {name} 的验证器，现在只凭密码登录。请尽快重新绑定。")


@app.command("list", help="列出账号")
def list_accounts(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Show every account."""
    members: tuple[StaffMember, ...] = _run(settings_or_exit(), lambda staff: staff.all())
    if as_json:
        rows = [
            {
                "name": member.name,
                "role": member.role.value,
                "department": member.department,
                "active": member.active,
                "must_change": member.must_change,
            }
            for member in members
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for member in members:
        state = "" if member.active else "（已停用）"
        typer.echo(f"{member.name}\t{member.role.value}\t{member.department}{state}")


def _official(settings: Settings, department: str) -> str:
    """The department's official name; the program ends where the city has no such unit."""
    try:
        found = cities.load(cities.in_use(settings.home, settings.city)).unit(department)
    except cities.CityError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if found is None:
        typer.echo(f"没有这个部门：{department}", err=True)
        raise typer.Exit(1)
    return found


def _run(settings: Settings, work: Callable[[StaffService], Awaitable[_T]]) -> _T:
    return _on_storage(
        settings, lambda storage: work(StaffService(storage, SystemClock(), RandomIds()))
    )


def _on_storage(settings: Settings, work: Callable[[Storage], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        storage = storage_of(settings)
        try:
            await storage.upgrade()
            return await work(storage)
        finally:
            await storage.close()

    try:
        return asyncio.run(run())
    except PolicylineError as error:
        typer.echo("；".join([error.message, *error.fields.values()]), err=True)
        raise typer.Exit(1) from error
    except (DatabaseAway, NewerSchema) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
