"""`policyline up`: the whole service on one machine, each part a process of its own.

Redis and Rasa are started first and side by side, since Rasa takes longest; the database is
upgraded and the sample content imported meanwhile; then `serve` and `worker`. A part that dies is
started again, with growing pauses. Ctrl-C or SIGTERM stops all, and the kernel stops them too
where this process is killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlparse

import httpx

from bot.part import Part, UpError, die_with_parent
from bot.redis_server import find_redis_server, redis_arguments
from bot.secret import kept_secret
from bot.settings import PREFIX, ROOT, Settings

RESTART_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STABLE_AFTER_S = 60.0

Say = Callable[[str], None]


def _port_answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What `up` is going to run, all decided before anything starts."""

    settings: Settings
    environment: Mapping[str, str]
    redis: Part | None
    rasa: Part | None
    serve: Part
    worker: Part


def _environment(settings: Settings) -> dict[str, str]:
    home = settings.home
    redis = urlparse(settings.redis)
    secret = settings.secret_key.get_secret_value() or kept_secret(home / "secret_key")
    token = settings.rasa_token.get_secret_value() or kept_secret(home / "rasa_token")
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        f"{PREFIX}HOME": str(home),
        f"{PREFIX}REDIS_URL": settings.redis,
        f"{PREFIX}RASA_URL": settings.rasa,
        f"{PREFIX}RASA_TOKEN": token,
        f"{PREFIX}SECRET_KEY": secret,
        f"{PREFIX}REDIS_HOST": redis.hostname or "127.0.0.1",
        f"{PREFIX}REDIS_PORT": str(redis.port or 6379),
        f"{PREFIX}REDIS_DB": redis.path.strip("/") or "0",
        f"{PREFIX}REDIS_PASSWORD": redis.password or "",
        f"{PREFIX}ACTIONS_URL": f"http://127.0.0.1:{settings.port}/internal/rasa/actions",
        # One thread a process: routing an item takes p99 23 ms so, 30 ms with a pool of threads.
        "OPENBLAS_NUM_THREADS": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
    }


def _redis_part(settings: Settings, environment: Mapping[str, str], logs: Path) -> Part | None:
    if settings.redis_url:
        return None
    binary = find_redis_server()
    if binary is None:
        raise UpError(
            "没有找到 redis-server：请安装 Redis，或用 POLICYLINE_REDIS_URL 指向已有的一台"
        )
    if _port_answers("127.0.0.1", settings.redis_port):
        raise UpError(
            f"端口 {settings.redis_port} 已被占用：请停掉占用它的程序，或另设 POLICYLINE_REDIS_PORT"
        )
    folder = settings.home / "redis"
    folder.mkdir(parents=True, exist_ok=True)

    async def ready() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", settings.redis_port)
        writer.close()

    return Part(
        name="Redis",
        command=redis_arguments(binary, folder=folder, port=settings.redis_port),
        environment=environment,
        log=logs / "redis.log",
        ready=ready,
    )


def _rasa_part(settings: Settings, environment: Mapping[str, str], logs: Path) -> Part | None:
    if settings.rasa_url is not None:
        return None
    python = ROOT / ".venv-rasa" / "bin" / "python"
    if not python.exists():
        raise UpError("Rasa 的运行环境还没有装好：请先执行 make setup")
    url, port = settings.rasa, settings.rasa_port
    if _port_answers("127.0.0.1", port):
        raise UpError(
            f"端口 {port} 已被占用：请停掉占用它的程序，另设 POLICYLINE_RASA_PORT，"
            "或用 POLICYLINE_RASA_URL 指向已有的 Rasa"
        )
    token = environment[f"{PREFIX}RASA_TOKEN"]

    async def ready() -> None:
        async with httpx.AsyncClient(timeout=20.0, params={"token": token}) as client:
            answer = await client.get(f"{url}/status")
            answer.raise_for_status()
            # The first text loads the word list, which the first citizen should not wait for.
            answer = await client.post(f"{url}/model/parse", json={"text": "您好"})
            answer.raise_for_status()

    return Part(
        name="Rasa",
        command=[str(python), str(ROOT / "nlu" / "rasa" / "server.py"), "--port", str(port)],
        environment=environment,
        log=logs / "rasa.log",
        ready=ready,
    )


def plan(settings: Settings) -> Plan:
    """Decide what to run.

    Raises:
        UpError: something needed is missing, or a port is taken.
    """
    logs = settings.home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = _environment(settings)
    if _port_answers(settings.host, settings.port):
        raise UpError(f"端口 {settings.port} 已被占用：请停掉占用它的程序，或另设 POLICYLINE_PORT")

    async def serve_ready() -> None:
        async with httpx.AsyncClient(timeout=2.0) as client:
            host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
            answer = await client.get(f"http://{host}:{settings.port}/health")
            answer.raise_for_status()

    def ours(name: str, ready: Callable[[], Awaitable[None]] | None = None) -> Part:
        return Part(
            name=name,
            command=[sys.executable, "-m", "bot", name],
            environment=environment,
            log=logs / f"{name}.log",
            ready=ready,
        )

    return Plan(
        settings=settings,
        environment=environment,
        redis=_redis_part(settings, environment, logs),
        rasa=_rasa_part(settings, environment, logs),
        serve=ours("serve", serve_ready),
        worker=ours("worker"),
    )


async def _run_once(what: str, arguments: list[str], environment: Mapping[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=die_with_parent,
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        last = "\n".join(output.decode("utf-8", "replace").strip().splitlines()[-5:])
        raise UpError(f"{what}失败：\n{last}")


async def _prepare(plan: Plan, say: Say) -> None:
    say("数据库：升级到当前版本")
    await _run_once("数据库升级", ["db", "upgrade"], plan.environment)
    marker = plan.settings.home / "samples_imported"
    if not marker.exists():
        say("示例内容：首次启动，正在导入")
        samples = str(ROOT / "knowledge" / "samples")
        await _run_once(
            "示例内容导入", ["knowledge", "import", samples, "--publish"], plan.environment
        )
        marker.write_text("示例内容已导入；删除本文件会在下次启动时重新核对。\n")


async def _keep_running(part: Part, say: Say) -> None:
    failures = 0
    while True:
        if part.process is None:
            await part.start()
        started = monotonic()
        assert part.process is not None  # noqa: S101 - start() has set it
        code = await part.process.wait()
        failures = 0 if monotonic() - started > STABLE_AFTER_S else failures + 1
        pause_s = RESTART_PAUSES_S[min(failures, len(RESTART_PAUSES_S) - 1)]
        say(f"{part.name} 意外退出（{code}），{pause_s:g} 秒后重新启动，详情见 {part.log}")
        await asyncio.sleep(pause_s)
        part.process = None


async def _start_all(plan: Plan, say: Say) -> None:
    first = [part for part in (plan.redis, plan.rasa) if part is not None]
    for part in first:
        say(f"{part.name}：启动")
        await part.start()
    if plan.redis is not None:
        await plan.redis.wait_ready()
    await _prepare(plan, say)
    for part in (plan.serve, plan.worker):
        say(f"{part.name}：启动")
        await part.start()
    await plan.serve.wait_ready()
    if plan.rasa is not None:
        say("Rasa：等待对话模型加载")
        await plan.rasa.wait_ready()


def _announce(settings: Settings, took_s: float, say: Say) -> None:
    base = settings.base_url
    say("")
    say(f"已就绪（用时 {took_s:.1f} 秒）。")
    say(f"  市民咨询页    {base}/chat")
    say(f"  办件进度      {base}/progress")
    say(f"  接听台        {base}/desk")
    say(f"  研判台        {base}/triage")
    say(f"  部门办件      {base}/departments")
    say(f"  接口说明      {base}/api/docs")
    say(f"  日志与数据    {settings.home}")
    say("首次使用请添加人员：.venv/bin/policyline staff add 姓名 --role triage")
    say("按 Ctrl-C 停止全部服务。")


async def run(settings: Settings, say: Say) -> None:
    """Run everything until told to stop.

    Args:
        settings: what to run, and where.
        say: takes one line for the person at the terminal.

    Raises:
        UpError: something did not start; everything started before has been stopped.
    """
    began = monotonic()
    to_run = plan(settings)
    parts = [p for p in (to_run.redis, to_run.rasa, to_run.serve, to_run.worker) if p is not None]
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    keepers: list[asyncio.Task[None]] = []
    starting = asyncio.create_task(_start_all(to_run, say))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            await starting
            _announce(settings, monotonic() - began, say)
            keepers = [asyncio.create_task(_keep_running(part, say)) for part in parts]
            await stop.wait()
        say("正在停止……")
    finally:
        for task in (starting, stopping, *keepers):
            task.cancel()
        await asyncio.gather(starting, stopping, *keepers, return_exceptions=True)
        # Ours end first, while Redis and Rasa can still be told.
        await asyncio.gather(*(part.stop() for part in (to_run.serve, to_run.worker)))
        await asyncio.gather(*(part.stop() for part in parts))
    say("已停止。")
