"""The checks of `policyline check`, one by one, for whoever starts them from a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from bot.commands import check, feeds_check, mail_check
from bot.commands.check import CONNECT_WITHIN_S, Finding
from bot.commands.findings import Verdict
from bot.probing import Probe
from bot.settings import Settings
from connectors import registry
from connectors.channels.hotline.sms import settings as sms
from connectors.channels.wechat import accounts

_SERVICES = "服务"
_CITIZENS = "与群众的渠道"
_DEPARTMENTS = "与部门的往来"
_P = "POLICYLINE_"


def known(settings: Settings, *, systems: frozenset[str]) -> tuple[Probe, ...]:
    """Every connector and service.

    Args:
        settings: found usable by whoever calls.
        systems: the configured connectors to departments.

    Raises:
        connectors.errors.Misconfigured: they are not.
    """
    return (
        *_services(settings),
        *_citizens(settings),
        *_departments(settings, systems),
    )


def _services(settings: Settings) -> Iterator[Probe]:
    named = {
        "database": ("数据库", True, "DATABASE_URL"),
        "redis": ("Redis", True, "REDIS_URL"),
        "rasa": ("Rasa", True, "RASA_URL"),
        "rephrasing": ("改写接口", bool(settings.rephrase_url), "REPHRASE_URL"),
        "speech": ("语音识别", registry.recogniser(()) is not None, "SPEECH_URL"),
        "clamd": ("附件查毒", bool(settings.clamd), "CLAMD"),
    }
    checks = dict(check.CONNECTIONS)
    for name, (subject, is_set, setting) in named.items():
        yield Probe(
            name=name,
            title=subject,
            group=_SERVICES,
            is_set=is_set,
            setting=_P + setting,
            run=_connection(subject, checks[subject], settings),
        )
    yield Probe(
        name="milvus",
        title="Milvus",
        group=_SERVICES,
        is_set=bool(settings.milvus_url),
        setting=_P + "MILVUS_URL",
        run=_connection(*check.MILVUS, settings) if settings.milvus_url else _unset("索引在本机"),
    )


def _citizens(settings: Settings) -> Iterator[Probe]:
    named = [each.channel for each in accounts.configured()] or [accounts.MAIN]
    for name in named:
        yield Probe(
            name=name,
            title="微信公众号" if name == accounts.MAIN else f"微信公众号 {name}",
            group=_CITIZENS,
            is_set=bool(accounts.configured()),
            setting=accounts.PREFIX + "…",
            run=_channel(name, settings),
            only_settings=True,
            channels=(name,),
        )
    yield Probe(
        name="sms",
        title="短信网关",
        group=_CITIZENS,
        is_set=bool(sms.load().url),
        setting=sms.PREFIX + "URL",
        run=_connection("短信网关", dict(check.CONNECTIONS)["短信网关"], settings),
        channels=("hotline",),
        senders=("sms",),
    )
    yield Probe(
        name="boxes",
        title="信箱收信（IMAP）",
        group=_CITIZENS,
        is_set=bool(registry.mail_boxes()),
        setting=_P + "MAILBOX_BOXES",
        run=lambda: feeds_check.boxes(within_s=CONNECT_WITHIN_S),
    )
    yield Probe(
        name="smtp",
        title="邮件发信（SMTP）",
        group=_CITIZENS,
        is_set=bool(registry.mail_servers()),
        setting=f"{_P}MAILBOX_HOST、{_P}EMAIL_HOST",
        run=lambda: mail_check.servers(within_s=CONNECT_WITHIN_S),
        channels=("mailbox",),
        senders=("email",),
    )
    yield Probe(
        name="calls",
        title="来电接入",
        group=_CITIZENS,
        is_set=bool(registry.call_feeds()) or registry.call_centres().webhook is not None,
        setting=_P + "HOTLINE_…",
        run=lambda: feeds_check.feeds(within_s=CONNECT_WITHIN_S),
    )


def _departments(settings: Settings, systems: frozenset[str]) -> Iterator[Probe]:
    async def run() -> Sequence[Finding]:
        return list(check.departments(settings))

    yield Probe(
        name="departments",
        title="部门告知（邮件、群机器人、短信、工单平台、Open311）",
        group=_DEPARTMENTS,
        is_set=bool(systems),
        setting=f"{_P}EMAIL_…、{_P}WECOM_…、{_P}DINGTALK_…、{_P}WORK_ORDER_…、{_P}OPEN311_SERVERS",
        run=run,
        only_settings=True,
        senders=tuple(sorted(systems - {"email", "sms"})),
    )


def _connection(
    subject: str, probe: check.Probe, settings: Settings
) -> Callable[[], Awaitable[Sequence[Finding]]]:
    async def run() -> Sequence[Finding]:
        return [await check.connection(subject, probe, settings)]

    return run


def _unset(said: str) -> Callable[[], Awaitable[Sequence[Finding]]]:
    async def run() -> Sequence[Finding]:
        return [Finding(subject="", verdict=Verdict.FINE, said=f"未设置，{said}")]

    return run


def _channel(name: str, settings: Settings) -> Callable[[], Awaitable[Sequence[Finding]]]:
    async def run() -> Sequence[Finding]:
        return [each for each in check.connectors(settings) if each.subject == f"渠道 {name}"]

    return run
