"""`policyline db`: upgrade, backup, restore."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import settings_or_exit
from bot.commands.chain_check import chains
from bot.commands.findings import Verdict
from bot.settings import Settings, SettingsError
from bot.storage.archive import Archived, back_up, bring_back
from bot.storage.backup import BackupError
from bot.storage.contact_keys import KeyMissing
from bot.storage.file_audit import look_over
from bot.storage.schema import NewerSchema
from bot.storage.units import DatabaseAway, Storage
from bot.stored import storage_of

app = typer.Typer(help="数据库：升级、备份、恢复", no_args_is_help=True)

_Yes = Annotated[bool, typer.Option("--yes", help="已有的内容全部替换，不再询问")]


@app.command("upgrade", help="把数据库升级到本版本的结构")
def upgrade() -> None:
    """Run the missing migrations."""

    async def run(url: str) -> None:
        storage = Storage(url)
        try:
            await storage.upgrade()
        finally:
            await storage.close()

    try:
        asyncio.run(run(settings_or_exit().database))
    except (DatabaseAway, NewerSchema) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo("数据库已是最新。")


@app.command("backup", help="把数据库和市民发来的附件备份成一个文件，服务不必停")
def backup_command(file: Path, yes: _Yes = False) -> None:
    """Write a backup. Exits with 1 where files were lost before, so that somebody looks."""
    settings = settings_or_exit()
    if file.exists() and not yes:
        typer.echo(f"文件已存在：{file}。要覆盖请加 --yes。", err=True)
        raise typer.Exit(1)
    try:
        held = asyncio.run(back_up(settings.database, settings.attachments_folder, file))
    except BackupError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(
        f"已备份到 {file}（{file.stat().st_size / 1e6:.1f} MB，附件 {held.files} 个），"
        "其中有个人信息，请妥善保管。"
    )
    _tell_lost(held)


@app.command("restore", help="从备份恢复数据库和附件；请先停止服务")
def restore_command(file: Path, yes: _Yes = False) -> None:
    """Bring a backup back. Exits with 1 where files are lost or a chain of events does not hold."""
    settings = settings_or_exit()
    folder = settings.attachments_folder
    try:
        held = asyncio.run(bring_back(settings.database, folder, file, overwrite=yes))
    except BackupError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if held.whole:
        typer.echo(f"已恢复，数据库已是最新，附件 {held.files} 个在 {folder}。")
    else:
        typer.echo(f"已恢复，数据库已是最新。这份备份里没有附件的文件，请另行复制到 {folder}。")
    broken = _tell_chains(settings)
    _tell_lost(held)
    if broken:
        raise typer.Exit(1)


@app.command("new-key", help="给联系信息换一把新的加密密钥：打印一把，写进设置后运行 seal")
def new_key_command() -> None:
    """Print a key for `POLICYLINE_CONTACT_KEYS`."""
    name = f"k{datetime.now(UTC):%Y%m%d}"
    typer.echo(f"{name}:{secrets.token_hex(32)}")
    typer.echo(
        "写在 POLICYLINE_CONTACT_KEYS 的最前面，原有的留在后面（逗号隔开），重启各进程，"
        "再运行 policyline db seal。全部换好后才能去掉旧的。",
        err=True,
    )


@app.command("seal", help="把联系信息全部用第一把密钥加密，服务不必停")
def seal_command() -> None:
    """Seal rows of earlier versions, or all of them after a new key."""

    async def run(settings: Settings) -> int:
        storage = storage_of(settings)
        try:
            await storage.upgrade()
            return await storage.seal(again=True)
        finally:
            await storage.close()

    try:
        sealed = asyncio.run(run(settings_or_exit()))
    except (DatabaseAway, NewerSchema, SettingsError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except KeyMissing as error:
        typer.echo("有的联系信息是用没有设置的密钥加密的，没有改动它们。", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"已加密 {sealed} 个值。" if sealed else "已经全部用第一把密钥加密。")


@app.command("files", help="核对附件的文件：有没有丢失、改动，有没有不属于任何来信的")
def files_command(
    remove: Annotated[bool, typer.Option("--remove", help="删除不属于任何来信的文件")] = False,
) -> None:
    """Compare files and rows. Exits with 1 where one is lost."""
    settings = settings_or_exit()
    try:
        found = asyncio.run(
            look_over(settings.database, settings.attachments_folder, remove=remove)
        )
    except BackupError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"附件 {found.kept} 个，文件齐全。" if found.kept else "没有附件。")
    if found.removed:
        typer.echo(f"已删除 {found.removed} 个不属于任何来信的文件。")
    elif found.stray:
        typer.echo(f"有 {found.stray} 个文件不属于任何来信，加 --remove 删除。")
    _tell_lost(Archived(files=found.kept, lost=found.lost))


def _tell_chains(settings: Settings) -> bool:
    """Verify the chains of all events of what was brought back; True where one does not hold."""
    broken = False
    for finding in asyncio.run(chains(settings, newest=None)):
        fine = finding.verdict is Verdict.FINE
        broken = broken or not fine
        typer.echo(f"{finding.subject}：{finding.said}。", err=not fine)
    return broken


def _tell_lost(held: Archived) -> None:
    if not (held.whole and held.lost):
        return
    named = "、".join(held.lost[:5]) + (" 等" if len(held.lost) > 5 else "")
    typer.echo(f"有 {len(held.lost)} 个附件的文件不在，或者不是当初收下的：{named}", err=True)
    raise typer.Exit(1)
