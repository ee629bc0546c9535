"""`policyline hotline`: recorded calls, for training, tests and demonstrations."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, NoReturn

import typer

from bot.calls.recorded import (
    RecordedCall,
    RecordedEvent,
    RecordedWords,
    RecordingUnreadable,
    open_recording,
    shipped,
)
from bot.calls.replay import Player, ReplayFailed, Target
from bot.cli import settings_or_exit
from bot.clock import SystemClock
from bot.commands import hotline_eval
from bot.commands.opened import ERR, OUT, print_json
from connectors.calls import CallEventKind, Leg
from connectors.channels.hotline.settings import load
from connectors.errors import Misconfigured

app = typer.Typer(no_args_is_help=True)
app.add_typer(hotline_eval.app)

_KEY_SETTING = "POLICYLINE_HOTLINE_KEY"
_LEGS = {Leg.CITIZEN: "市民", Leg.OPERATOR: "话务员"}
_EVENTS = {
    CallEventKind.OFFERED: "来电排队",
    CallEventKind.RINGING: "振铃",
    CallEventKind.ANSWERED: "接听",
    CallEventKind.HELD: "保持",
    CallEventKind.RESUMED: "恢复通话",
    CallEventKind.TRANSFERRED: "转接",
    CallEventKind.ENDED: "挂机",
    CallEventKind.ABANDONED: "未接通，来电人挂断",
}


@app.callback()
def _group() -> None:
    """12345 热线。"""


@app.command()
def replay(
    file: Annotated[str, typer.Argument(help="自带录音的名称，或录音文件")] = "",
    speed: Annotated[
        float, typer.Option("--speed", min=0, max=1000, help="几倍速；0 为不停顿")
    ] = 1.0,
    url: Annotated[str, typer.Option("--url", help="服务的地址；默认为本机")] = "",
    key: Annotated[
        str,
        typer.Option(
            "--key", envvar=_KEY_SETTING, help="呼叫中心的密钥；默认用服务的设置", show_envvar=False
        ),
    ] = "",
    centre: Annotated[str, typer.Option("--centre", help="呼叫中心的名称")] = "default",
    operator: Annotated[
        str,
        typer.Option("--operator", help="响在哪位话务员（账号）的接听台上；默认按录音的分机"),
    ] = "",
    call: Annotated[str, typer.Option("--call", help="通话编号；默认每次新编")] = "",
    listed: Annotated[bool, typer.Option("--list", help="列出自带的录音")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")] = False,
) -> None:
    """把一通录下的电话按原来的时间播给正在运行的服务：培训、测试、演示用。"""
    if listed:
        _list(as_json=as_json)
        return
    try:
        recording = open_recording(file) if file else None
    except RecordingUnreadable as error:
        _stop(str(error), 2)
    if recording is None:
        _stop("请写明要播放的录音；--list 列出自带的录音。", 2)
    key = key or _key_of(centre)
    if not key:
        name = f"POLICYLINE_HOTLINE_CENTRES__{centre.upper()}__KEY"
        _stop(f"没有呼叫中心的密钥：请和服务一样设置 {name}，或用 --key 给出。", 2)
    if not url:
        url = f"http://127.0.0.1:{settings_or_exit().port}"
    if not url.startswith(("http://", "https://")):
        _stop("--url 应为 http://主机:端口 或 https://主机:端口。", 2)
    if operator:
        recording = recording.at_desk_of(operator)
    call_id = call or f"replay-{recording.name}-{secrets.token_hex(4)}"
    if recording.operator and not as_json:
        OUT.print(f"这通电话显示在“{recording.operator}”的接听台（/desk）上；--operator 可改。")
    target = Target(url=url.rstrip("/"), key=key.encode(), centre=centre)
    try:
        count = asyncio.run(_play(recording, target, call_id, speed, quiet=as_json))
    except ReplayFailed as error:
        _stop(str(error), 1)
    if as_json:
        print_json({"call": call_id, "sentences": count})
    else:
        OUT.print(f"播放完毕：{recording.title}，{count} 句，通话编号 {call_id}。")


def _key_of(centre: str) -> str:
    """The key the service itself has for a call centre; empty where it has none."""
    try:
        found = load().centres.get(centre)
    except Misconfigured as error:
        _stop(str(error), 2)
    return found.key.get_secret_value() if found else ""


async def _play(
    recording: RecordedCall, target: Target, call_id: str, speed: float, *, quiet: bool
) -> int:
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[clock]}"))
    whole = _clock(recording.lasts_ms)
    player = Player(target, SystemClock().now)
    with Progress(*columns, console=ERR, transient=True) as bar:
        task = bar.add_task("正在播放", total=recording.lasts_ms, clock=f"0:00 / {whole}")

        def show(moment: RecordedEvent | RecordedWords) -> None:
            at = _clock(moment.at_ms)
            bar.update(task, completed=moment.at_ms, clock=f"{at} / {whole}")
            line = "" if quiet else _line(moment)
            if line:
                bar.console.print(f"{at:>6}  {line}", highlight=False, markup=False)

        return await player.play(recording, call_id, speed=speed, show=show)


def _line(moment: RecordedEvent | RecordedWords) -> str:
    if isinstance(moment, RecordedEvent):
        who = moment.to or moment.operator
        return f"— {_EVENTS[moment.kind]}{f' {who}' if who else ''}"
    return f"{_LEGS[moment.leg]}：{moment.text}" if moment.committed else ""


def _list(*, as_json: bool) -> None:
    calls = [open_recording(name) for name in shipped()]
    if as_json:
        print_json(
            [
                {"name": one.name, "title": one.title, "lasts_s": one.lasts_ms / 1000}
                for one in calls
            ]
        )
        return
    for one in calls:
        OUT.print(f"{one.name:<22} {_clock(one.lasts_ms):>5}  {one.title}", highlight=False)


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


def _stop(said: str, code: int) -> NoReturn:
    typer.echo(said, err=True)
    raise typer.Exit(code)
