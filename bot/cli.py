"""The command line. Exit codes: 0 done, 1 failed, 2 wrong use or wrong settings."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import __version__

if TYPE_CHECKING:
    from bot.settings import Settings

PARTS = {
    "db": "数据库：升级、备份、恢复",
    "knowledge": "解读内容：导入、发布、检索、批量回答、评测",
    "encoder": "语义编码器：训练",
    "reader": "摘句模型：训练",
    "routing": "派单：训练、预测、评测",
    "catalogue": "派单目录：导入、导出、检查、退回",
    "cases": "诉求：导入、导出",
    "disclosure": "依申请公开：年报表",
    "report": "周报、月报和年度报告",
    "drafts": "参考答复：评测",
    "hotline": "12345 热线：播放录下的电话",
    "wechat": "微信公众号：菜单、草稿",
    "staff": "工作人员：添加、重设密码、解除验证器",
}
"""Groups of commands, each in `bot/commands/`, and what they are for; imported when used."""

SINGLE = {
    "check": "逐项检查设置、依赖和连接",
    "hot": "留言文件中的热点：哪里的哪件事反映的人多",
}
"""Commands of one word, each in a module of its own in `bot/commands/`."""


def main() -> None:
    """Run the command named on the command line."""
    application(sys.argv[1:])()


def application(arguments: Sequence[str]) -> typer.Typer:
    """The commands, of which only those named by the first argument are imported.

    The others import what takes seconds (torch, scikit-learn); help must not.
    """
    app = typer.Typer(
        name="policyline",
        help="政策问答与诉求办理。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    app.command(help="在一台机器上启动全部服务")(up)
    app.command(help="启动网页、接口和渠道回调")(serve)
    app.command(help="启动后台任务：投递、接管、定时检查")(worker)
    named = arguments[0] if arguments else ""
    for name, purpose in SINGLE.items():
        if name == named:
            app.add_typer(_part(name))
        else:
            app.command(name=name, help=purpose)(_not_imported)
    for name, purpose in PARTS.items():
        app.add_typer(_part(name) if name == named else _listed(), name=name, help=purpose)
    return app


def _part(name: str) -> typer.Typer:
    part: typer.Typer = importlib.import_module(f"bot.commands.{name}").app
    return part


def _listed() -> typer.Typer:
    listed = typer.Typer()
    listed.callback()(_not_imported)
    return listed


def _not_imported() -> None:
    raise LookupError("a command that is only listed was run")


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"policyline {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="显示版本", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Options before the command."""


def up() -> None:
    """Start everything on one machine."""
    from bot.part import UpError
    from bot.up import run as run_all

    try:
        asyncio.run(run_all(settings_or_exit(), typer.echo))
    except UpError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def serve() -> None:
    """Run the pages, the API and the channels' callbacks."""
    from bot.serving import serve as run_pages

    _run(run_pages)


def worker() -> None:
    """Run deliveries and take over what other processes left."""
    from bot.serving import work

    _run(work)


def settings_or_exit() -> Settings:
    """The settings; with faults they are printed, one a line, and the program ends with 2."""
    from bot.settings import SettingsError, load

    try:
        return load()
    except SettingsError as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(2) from error


def _run(role: Callable[[Settings, asyncio.Event], Coroutine[Any, Any, bool]]) -> None:
    """Run a role until a signal ends it; where it was asked to, this process begins anew as it
    was called, under the same number, so that whoever keeps it sees nothing of it."""
    from bot.app import CannotStart
    from bot.logs import configure
    from bot.serving import SETTING_FAULTS

    settings = settings_or_exit()

    async def until_told() -> bool:
        stop, told = asyncio.Event(), asyncio.Event()

        def end() -> None:
            told.set()
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, end)
        return await role(settings, stop) and not told.is_set()

    try:
        configure(settings.log_level, settings.log_format)
        if asyncio.run(until_told()):
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - as we were called
    except SETTING_FAULTS as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except CannotStart as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
