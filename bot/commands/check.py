"""`policyline check`: every setting, dependency and connection, said plainly."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import typer

from bot.city import overlay
from bot.commands import chain_check, feeds_check, mail_check, sign_on_check, sms_check
from bot.commands.findings import Finding, Verdict
from bot.settings import ROOT, Settings, SettingsError, load

__all__ = ["Finding", "Verdict", "app", "findings_of"]

app = typer.Typer()

CONNECT_WITHIN_S = 3.0


MARKS = {Verdict.FINE: "正常", Verdict.LESS: "注意", Verdict.FAULT: "故障"}


@app.command(name="check", help="逐项检查设置、依赖和连接")
def check(
    as_json: bool = typer.Option(False, "--json", help="以 JSON 输出"),
    chains: int = typer.Option(
        chain_check.NEWEST, "--chains", min=0, help="核对最近多少件的办理记录链；0 为不核对"
    ),
    all_chains: bool = typer.Option(
        False, "--all-chains", help="核对全部办理记录链，不限件数和时间"
    ),
) -> None:
    """Run every check; exit 0 where the service can run, 1 where it cannot."""
    findings = asyncio.run(findings_of(newest_chains=None if all_chains else chains))
    if as_json:
        typer.echo(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(f"[{MARKS[finding.verdict]}] {finding.subject}：{finding.said}")
    if any(finding.verdict is Verdict.FAULT for finding in findings):
        raise typer.Exit(1)


async def findings_of(*, newest_chains: int | None = chain_check.NEWEST) -> list[Finding]:
    """All findings, the settings' first; with faulty settings nothing else can be checked.

    Args:
        newest_chains: of how many cases the chain of events is verified; None: of all.
    """
    try:
        settings = load()
    except SettingsError as error:
        return [Finding(subject="设置", verdict=Verdict.FAULT, said=f) for f in error.faults]
    found = [Finding(subject="设置", verdict=Verdict.FINE, said="全部可用")]
    found += [_home(settings), _city(settings), *connectors(settings), *departments(settings)]
    found += [_encoder(settings), _rasa_environment(settings)]
    edges = CONNECTIONS
    if settings.milvus_url:
        edges = (*edges, MILVUS)
    for subject, probe in edges:
        found.append(await connection(subject, probe, settings))
        if probe is _database and found[-1].verdict is Verdict.FINE and newest_chains != 0:
            found += await chain_check.chains(settings, newest=newest_chains)
    found += await feeds_check.boxes(within_s=CONNECT_WITHIN_S)
    found += await mail_check.servers(within_s=CONNECT_WITHIN_S)
    return [*found, *await feeds_check.feeds(within_s=CONNECT_WITHIN_S)]


def _home(settings: Settings) -> Finding:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        trial = settings.home / ".write_check"
        trial.write_text("")
        trial.unlink()
    except OSError as error:
        said = f"{settings.home} 不能写入（{error.strerror}）"
        return Finding(subject="数据目录", verdict=Verdict.FAULT, said=said)
    return Finding(subject="数据目录", verdict=Verdict.FINE, said=f"{settings.home} 可写")


def _city(settings: Settings) -> Finding:
    from bot import city

    try:
        loaded = city.load(city.in_use(settings.home, settings.city))
    except city.CityError as error:
        said = "；".join(error.faults)
        return Finding(subject="城市配置", verdict=Verdict.FAULT, said=said)
    said = f"{loaded.name}，{len(loaded.departments)} 个部门，{len(loaded.duties)} 项派单事项"
    return Finding(subject="城市配置", verdict=Verdict.FINE, said=said)


class _NoTokens:
    """Enough of an edge to build the connectors and look at them."""

    async def wake(self, *topics: str) -> None:
        del topics


def connectors(settings: Settings) -> Iterator[Finding]:
    """Each way to citizens: is it set, and rightly?"""
    from connectors import registry
    from connectors.errors import Misconfigured

    for name, build in registry.CHANNELS.items():
        subject = f"渠道 {name}"
        try:
            edge = registry.Edge(
                wake=_NoTokens().wake,
                tokens=None,  # type: ignore[arg-type]  # nothing is sent
                city=overlay.in_use(settings.home, settings.city),
                secret=b"only looked at",
            )
            channel = build(edge)
        except Misconfigured as error:
            yield Finding(subject=subject, verdict=Verdict.FAULT, said=str(error))
            continue
        said = "已配置" if channel is not None else "未配置，不启用"
        yield Finding(subject=subject, verdict=Verdict.FINE, said=said)
    try:
        further = registry.further(registry.Edge(wake=_NoTokens().wake, tokens=None))  # type: ignore[arg-type]  # nothing is sent
    except Misconfigured:
        return  # said above, of the first account
    for name in further:
        yield Finding(subject=f"渠道 {name}", verdict=Verdict.FINE, said="已配置")


def departments(settings: Settings) -> Iterator[Finding]:
    """The ways departments are told, and whether the city's contacts name one that is not there."""
    from bot import city
    from bot.city.contacts import senders_named
    from connectors import registry
    from connectors.errors import Misconfigured

    subject = "部门告知"
    try:
        known = city.load(city.in_use(settings.home, settings.city))
        edge = registry.Edge(
            wake=_NoTokens().wake,
            tokens=None,  # type: ignore[arg-type]  # nothing is sent
            city=overlay.in_use(settings.home, settings.city),
            units=known.units_by_name,
        )
        built = registry.departments(edge)
    except Misconfigured as error:
        yield Finding(subject=subject, verdict=Verdict.FAULT, said=str(error))
        return
    except city.CityError:
        return  # said above
    missing: dict[str, list[str]] = {}
    for sender, unit in senders_named(known.contacts):
        if sender not in built.senders:
            missing.setdefault(sender, []).append(unit)
    for sender, units in missing.items():
        said = f"{'、'.join(units)}的联系方式用到 {sender}，但没有设置"
        yield Finding(subject=subject, verdict=Verdict.LESS, said=said)
    names = "、".join(sorted({*built.senders, *built.called, *built.polled}))
    said = f"已设置：{names}" if names else "未设置，各部门在本平台页面上办理"
    yield Finding(subject=subject, verdict=Verdict.FINE, said=said)


def _rasa_environment(settings: Settings) -> Finding:
    subject = "Rasa 环境"
    if settings.rasa_url is not None:
        return Finding(subject=subject, verdict=Verdict.FINE, said="使用已有的 Rasa")
    python = ROOT / ".venv-rasa" / "bin" / "python"
    if not python.exists():
        said = "还没有装好，请执行 make setup；在此之前多轮对话不可用"
        return Finding(subject=subject, verdict=Verdict.LESS, said=said)
    return Finding(subject=subject, verdict=Verdict.FINE, said="已装好")


Probe = Callable[[Settings], Awaitable[Finding]]


async def connection(subject: str, probe: Probe, settings: Settings) -> Finding:
    """One of `CONNECTIONS`, within three seconds."""
    try:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            return await probe(settings)
    except TimeoutError:
        said = f"{CONNECT_WITHIN_S:.0f} 秒内没有响应"
        return Finding(subject=subject, verdict=Verdict.FAULT, said=said)


async def _database(settings: Settings) -> Finding:
    from bot.stored import storage_of

    storage = storage_of(settings)
    kind = settings.database.split(":", 1)[0]
    try:
        await storage.ping()
    except Exception as error:  # noqa: BLE001 - whatever the driver raises is the finding
        said = f"{kind} 无法使用（{type(error).__name__}）"
        return Finding(subject="数据库", verdict=Verdict.FAULT, said=said)
    finally:
        await storage.close()
    return Finding(subject="数据库", verdict=Verdict.FINE, said=f"{kind}，可连接")


async def _milvus(settings: Settings) -> Finding:
    from knowledge.index import IndexAway
    from knowledge.milvus import probe

    subject, token = "Milvus", settings.milvus_token.get_secret_value()
    try:
        await asyncio.to_thread(probe, settings.milvus_url, token, CONNECT_WITHIN_S - 1)
    except IndexAway as error:
        return Finding(subject=subject, verdict=Verdict.FAULT, said=str(error))
    if settings.encoder == "static":
        said = (
            "可连接；多副本共用索引时，请先用 policyline encoder train 训练编码器，"
            "各副本的 POLICYLINE_ENCODER 指向同一份，否则各用各的集合"
        )
        return Finding(subject=subject, verdict=Verdict.LESS, said=said)
    return Finding(subject=subject, verdict=Verdict.FINE, said="可连接，索引存放在集群中")


async def _redis(settings: Settings) -> Finding:
    from bot.cache import Cache

    cache = Cache(settings.redis)
    try:
        answers = await cache.ping()
    finally:
        await cache.close()
    if answers:
        return Finding(subject="Redis", verdict=Verdict.FINE, said="可连接")
    said = "连不上：多轮对话与工作人员登录不可用（policyline up 会自带一台）"
    return Finding(subject="Redis", verdict=Verdict.LESS, said=said)


async def _rasa(settings: Settings) -> Finding:
    import httpx

    token = settings.rasa_token.get_secret_value() or _kept(settings.home / "rasa_token")
    try:
        async with httpx.AsyncClient(timeout=CONNECT_WITHIN_S) as client:
            answer = await client.get(f"{settings.rasa}/status", params={"token": token})
    except httpx.HTTPError:
        said = "连不上：政策问题照常解答，其余诉求转人工研判（policyline up 会启动它）"
        return Finding(subject="Rasa", verdict=Verdict.LESS, said=said)
    if answer.status_code == 401:
        said = "令牌不对，请核对 POLICYLINE_RASA_TOKEN"
        return Finding(subject="Rasa", verdict=Verdict.FAULT, said=said)
    return Finding(subject="Rasa", verdict=Verdict.FINE, said="可连接")


async def _rephrasing(settings: Settings) -> Finding:
    """Whether the endpoint is there and knows the key; no text is sent."""
    import httpx

    subject, where = "改写接口", f"{settings.rephrase_url}，模型 {settings.rephrase_model}"
    if not settings.rephrase_url:
        return Finding(subject=subject, verdict=Verdict.FINE, said="未设置，只给出原文")
    key = settings.rephrase_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with httpx.AsyncClient(timeout=CONNECT_WITHIN_S / 2) as client:
            answer = await client.get(f"{settings.rephrase_url}/models", headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        said = f"{where}：连不上，只给出原文"
        return Finding(subject=subject, verdict=Verdict.LESS, said=said)
    if answer.status_code in (401, 403):
        said = f"{where}：密钥不对，请核对 POLICYLINE_REPHRASE_KEY；在此之前只给出原文"
        return Finding(subject=subject, verdict=Verdict.LESS, said=said)
    return Finding(subject=subject, verdict=Verdict.FINE, said=f"{where}，可连接")


async def _scanner(settings: Settings) -> Finding:
    """Whether ClamAV's daemon answers."""
    from connectors.clamd import Clamd
    from connectors.errors import Retryable

    subject = "附件查毒"
    if not settings.clamd:
        return Finding(subject=subject, verdict=Verdict.LESS, said="未设置，附件不查毒")
    try:
        version = await Clamd(settings.clamd, timeout_s=CONNECT_WITHIN_S).ping()
    except Retryable:
        said = f"{settings.clamd} 没有应答，来信的附件要等它恢复才能打开"
        return Finding(subject=subject, verdict=Verdict.FAULT, said=said)
    return Finding(subject=subject, verdict=Verdict.FINE, said=version)


async def _speech(settings: Settings) -> Finding:
    """Whether the recogniser takes a connection; nothing is said to it."""
    import aiohttp

    from connectors import registry
    from connectors.errors import Misconfigured
    from connectors.speech.settings import SpeechSettings

    del settings
    subject, less = "语音识别", "语音消息请市民改用文字"
    try:
        if registry.recogniser(()) is None:
            return Finding(subject=subject, verdict=Verdict.FINE, said=f"未设置，{less}")
    except Misconfigured as error:
        return Finding(subject=subject, verdict=Verdict.FAULT, said=str(error))
    url = SpeechSettings().url
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(CONNECT_WITHIN_S / 2)) as session,
            session.ws_connect(url, protocols=("binary",)),
        ):
            return Finding(subject=subject, verdict=Verdict.FINE, said=f"{url}，可连接")
    except (aiohttp.ClientError, OSError, TimeoutError):
        said = f"{url}：连不上，{less}"
        return Finding(subject=subject, verdict=Verdict.LESS, said=said)


def _kept(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def _encoder(settings: Settings) -> Finding:
    subject = "语义编码"
    known = settings.encoder == "static" or Path(settings.encoder).is_dir()
    if known:
        return Finding(subject=subject, verdict=Verdict.FINE, said=settings.encoder)
    if importlib.util.find_spec("sentence_transformers") is None:
        said = "没有安装 sentence-transformers"
        return Finding(subject=subject, verdict=Verdict.FAULT, said=said)
    said = f"{settings.encoder} 不是本机目录，将从模型库下载"
    return Finding(subject=subject, verdict=Verdict.LESS, said=said)


CONNECTIONS: tuple[tuple[str, Probe], ...] = (
    ("数据库", _database),
    ("Redis", _redis),
    ("Rasa", _rasa),
    ("改写接口", _rephrasing),
    ("语音识别", _speech),
    ("短信网关", sms_check.gateway),
    ("附件查毒", _scanner),
    ("统一认证", sign_on_check.provider),
)
"""Name → check; Milvus is looked at only where it is set."""
MILVUS: tuple[str, Probe] = ("Milvus", _milvus)
