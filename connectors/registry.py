"""Every connector there is, by name. A new one is a folder and a line here."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from connectors.base import Channel
from connectors.calls import CallControl, CallFeed, RunningCalls, none_running
from connectors.channels.hotline import settings as hotline
from connectors.channels.hotline.ami import AmiFeed
from connectors.channels.hotline.ami_control import AmiControl
from connectors.channels.hotline.centres import CallCentres
from connectors.channels.hotline.controlling import targets_of
from connectors.channels.hotline.esl import EslFeed
from connectors.channels.hotline.esl_control import EslControl
from connectors.channels.hotline.names import Operators
from connectors.channels.hotline.sms import settings as sms
from connectors.channels.hotline.sms import templates as sms_templates
from connectors.channels.hotline.sms.channel import (
    CountParts,
    SmsChannel,
    Stopped,
    no_parts,
    nobody_stopped,
)
from connectors.channels.hotline.speech_settings import HotlineSpeechSettings
from connectors.channels.hotline.webhook import HotlineWebhook
from connectors.channels.hotline.webhook_control import WebhookControl
from connectors.channels.mailbox import settings as mailbox
from connectors.channels.mailbox.channel import MailboxChannel
from connectors.channels.mailbox.imap import Cursors, MailFeed
from connectors.channels.mailbox.tags import Tags
from connectors.channels.webchat.channel import WebChatChannel
from connectors.channels.wechat import accounts
from connectors.channels.wechat.api import Count, no_count
from connectors.channels.wechat.channel import WeChatChannel
from connectors.channels.wechat.quotas import Rates
from connectors.channels.wechat.tokens import TokenCache
from connectors.departments.base import CalledBySystem, DepartmentSender, Polled
from connectors.departments.dingtalk.sender import DingTalkRobots
from connectors.departments.dingtalk.settings import DingTalkSettings
from connectors.departments.email.sender import EmailSender
from connectors.departments.email.settings import EmailSettings
from connectors.departments.open311 import connector as open311
from connectors.departments.sms.sender import SmsToDepartments
from connectors.departments.wecom.sender import WeComRobots
from connectors.departments.wecom.settings import WeComSettings
from connectors.departments.work_order import building as work_order
from connectors.departments.work_order.reading import read_mapping
from connectors.departments.work_order.settings import PREFIX as WORK_ORDER
from connectors.departments.work_order.settings import WorkOrderSettings
from connectors.errors import Misconfigured
from connectors.mail.settings import SmtpSettings
from connectors.speech.base import Recogniser
from connectors.speech.funasr import FunAsr
from connectors.speech.settings import SpeechSettings

_Settings = TypeVar("_Settings", bound=BaseSettings)


@dataclass(frozen=True, kw_only=True)
class Edge:
    """What connectors need of the service, and nothing else of it.

    Args:
        rates: counters all replicas share; None: platforms' quotas are not watched.
        count: told of each call to a platform: channel, interface, outcome.
        units: every name a unit goes by → its official name; empty: nobody looks.
        sent: what departments' servers were sent and still owe news of; None: nobody keeps that.
        city: the city's folder, with a channel's texts and mappings to other systems' fields; None:
            there is none.
        stopped: which mobile numbers want no text messages.
        count_parts: told of each text message sent: what it tells, and its parts.
        secret: keys the marks on mails; None: nothing is sent by mail.
    """

    wake: Callable[[str], Awaitable[None]]
    tokens: TokenCache
    rates: Rates | None = None
    count: Count = no_count
    units: Mapping[str, str] = field(default_factory=dict)
    sent: open311.Sent | None = None
    city: Path | None = None
    stopped: Stopped = nobody_stopped
    count_parts: CountParts = no_parts
    secret: bytes | None = field(default=None, repr=False)


def _webchat(edge: Edge) -> Channel | None:
    return WebChatChannel(edge.wake)


def _wechat(edge: Edge) -> Channel | None:
    return _accounts(edge).get(accounts.MAIN)


def _accounts(edge: Edge) -> dict[str, Channel]:
    """The WeChat accounts by their channels' names."""
    return {
        each.channel: WeChatChannel(
            each.settings, edge.tokens, name=each.channel, rates=edge.rates, count=edge.count
        )
        for each in accounts.configured()
    }


def _hotline(edge: Edge) -> Channel | None:
    settings = sms.load()
    if not settings.url:
        return None
    return SmsChannel(
        settings,
        _sms_templates(settings, edge),
        edge.tokens,
        stopped=edge.stopped,
        count=edge.count,
        count_parts=edge.count_parts,
    )


def _sms_templates(settings: sms.SmsSettings, edge: Edge) -> sms_templates.Templates:
    path = settings.templates or (edge.city / "sms.toml" if edge.city else None)
    if path is None:
        raise Misconfigured(f"{sms.PREFIX}TEMPLATES is missing")
    return sms_templates.read(path, link=settings.link, department_link=settings.department_link)


def check_sms_templates(path: Path) -> None:
    """Look at a city's `sms.toml`, whether or not text messages are sent.

    Raises:
        ValueError: with a fault a line.
    """
    settings, link = sms.load(), "https://example.invalid"
    try:
        sms_templates.read(
            path,
            link=settings.link if settings.url else link,
            department_link=settings.department_link or link,
        )
    except RecursionError:
        raise ValueError("写法有误（套得太深）") from None
    except Misconfigured as error:
        raise ValueError(str(error).removeprefix(f"{path}: ").replace("；", "\n")) from error


def check_city(folder: Path, units: Mapping[str, str]) -> tuple[str, ...]:
    """What connectors as they are configured could not do with a city's folder; nothing is built.

    Args:
        folder: the city's.
        units: every name a unit goes by → its official name.
    """
    faults = []
    texts, platforms = sms.load(), _read(WorkOrderSettings, WORK_ORDER).platforms
    try:
        if texts.url and not texts.templates:
            sms_templates.read(
                folder / "sms.toml", link=texts.link, department_link=texts.department_link
            )
    except Misconfigured as error:
        faults.append(str(error))
    for name, platform in platforms.items():
        try:
            read_mapping(folder / platform.mapping, units)
        except Misconfigured as error:
            faults.append(f"{WORK_ORDER}PLATFORMS.{name}: {error}")
    return tuple(fault.replace(f"{folder}/", "").replace(".toml: ", ".toml：") for fault in faults)


def mail_servers() -> dict[str, SmtpSettings]:
    """The mail servers mails go out through, by what goes: `mailbox`, `email`.

    Raises:
        Misconfigured: the settings are faulty; nothing secret is shown.
    """
    known: dict[str, SmtpSettings] = {
        "mailbox": _read(mailbox.MailboxSettings, mailbox.PREFIX),
        "email": _read(EmailSettings, "POLICYLINE_EMAIL_"),
    }
    return {name: settings for name, settings in known.items() if settings.enabled}


def _mailbox(edge: Edge) -> Channel | None:
    """Answers to letters; with text messages alone, to those who left a number."""
    settings = _read(mailbox.MailboxSettings, mailbox.PREFIX)
    texts = _hotline(edge)
    if edge.secret is None or (not settings.enabled and texts is None):
        return None
    tags = Tags(edge.secret)
    return MailboxChannel(settings, edge.tokens, tags, texts=texts, counter=edge.rates)


CHANNELS: Mapping[str, Callable[[Edge], Channel | None]] = {
    "webchat": _webchat,
    "wechat": _wechat,
    "hotline": _hotline,
    "mailbox": _mailbox,
}
"""Name → builder; a builder gives None where its connector is not configured.

Raises:
    Misconfigured: a setting is missing or wrong.
"""


def further(edge: Edge) -> dict[str, Channel]:
    """Channels there may be several of, beside the first: departments' WeChat accounts.

    Raises:
        Misconfigured: as `build`.
    """
    return {name: each for name, each in _accounts(edge).items() if name not in CHANNELS}


def build(edge: Edge) -> dict[str, Channel]:
    """All configured channels by name.

    Raises:
        Misconfigured: a connector's settings are faulty; nothing secret is shown.
    """
    built = {name: builder(edge) for name, builder in CHANNELS.items()}
    first = {name: channel for name, channel in built.items() if channel is not None}
    return first | further(edge)


def _email(edge: Edge) -> dict[str, object]:
    settings = _read(EmailSettings, "POLICYLINE_EMAIL_")
    return {EmailSender.name: EmailSender(settings, edge.tokens)} if settings.enabled else {}


def _wecom(edge: Edge) -> dict[str, object]:
    settings = _read(WeComSettings, "POLICYLINE_WECOM_")
    if not settings.robots:
        return {}
    return {WeComRobots.name: WeComRobots(settings, edge.tokens, edge.rates)}


def _dingtalk(edge: Edge) -> dict[str, object]:
    settings = _read(DingTalkSettings, "POLICYLINE_DINGTALK_")
    if not settings.robots:
        return {}
    return {DingTalkRobots.name: DingTalkRobots(settings, edge.tokens, edge.rates)}


def _sms(edge: Edge) -> dict[str, object]:
    settings = sms.load()
    if not settings.url or not settings.department_link:
        return {}
    sender = SmsToDepartments(
        settings,
        _sms_templates(settings, edge),
        edge.tokens,
        count=edge.count,
        count_parts=edge.count_parts,
    )
    return {sender.name: sender}


def _work_order(edge: Edge) -> dict[str, object]:
    settings = _read(WorkOrderSettings, WORK_ORDER)
    return work_order.platforms(
        settings, folder=edge.city or Path(), units=edge.units, rates=edge.rates
    )


def _read(kind: type[_Settings], prefix: str) -> _Settings:
    """A connector's settings. Raises `Misconfigured`, naming what is at fault, never its value."""
    try:
        return kind()
    except (ValidationError, SettingsError) as error:
        if isinstance(error, SettingsError):
            named = re.search(r'field "(\w+)"', str(error))
            which = named[1].upper() if named else ""
            raise Misconfigured(f"{prefix}{which}: should be JSON") from None
        faults = "; ".join(
            f"{prefix}{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        )
        raise Misconfigured(faults) from None


DEPARTMENTS: Mapping[str, Callable[[Edge], Mapping[str, object]]] = {
    "email": _email,
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "sms": _sms,
    "work_order": _work_order,
    "open311": lambda edge: open311.connectors(edge.sent),
}
"""Kind of connector → builder of those that are configured, by their names: several platforms, each
a connector of its own. One may tell, be called and be asked at once.

Raises:
    Misconfigured: a setting is missing or wrong.
"""

RESERVED = frozenset(CHANNELS) | {
    "api", "call", "chat", "hotline", "import", "open311", "split", "web",
}  # fmt: skip
"""What a system may not be called: the name is its cases' channel, and begins their origin keys."""


@dataclass(frozen=True, kw_only=True)
class Departments:
    """Connectors to departments and other case systems, by name.

    Args:
        senders: who tell them.
        called: whose other side calls us.
        polled: whose other side is asked for news.
    """

    senders: Mapping[str, DepartmentSender]
    called: Mapping[str, CalledBySystem]
    polled: Mapping[str, Polled]

    @property
    def systems(self) -> frozenset[str]:
        """Those that tell us of cases and can be told of them."""
        return frozenset(self.senders) & (frozenset(self.called) | frozenset(self.polled))

    async def close(self) -> None:
        """Free every connection."""
        for sender in self.senders.values():
            await sender.close()


def departments(edge: Edge) -> Departments:
    """All configured connectors to departments.

    Raises:
        Misconfigured: a connector's settings are faulty, or two have one name.
    """
    built: dict[str, object] = {}
    for builder in DEPARTMENTS.values():
        for name, connector in builder(edge).items():
            if name in built or name in RESERVED:
                raise Misconfigured(f"the name of a connector cannot be used: {name}")
            built[name] = connector
    return Departments(
        senders={name: one for name, one in built.items() if hasattr(one, "send")},  # type: ignore[misc]  # by its methods
        called={name: one for name, one in built.items() if hasattr(one, "parse")},  # type: ignore[misc]  # by its methods
        polled={name: one for name, one in built.items() if hasattr(one, "poll")},  # type: ignore[misc]  # by its methods
    )


def department_senders(edge: Edge) -> dict[str, DepartmentSender]:
    """The configured ways departments and other systems are told; raises as `departments`."""
    return dict(departments(edge).senders)


def recogniser(hotwords: Sequence[str]) -> Recogniser | None:
    """The configured recogniser of speech, or None.

    Args:
        hotwords: names it should know.

    Raises:
        Misconfigured: its settings are faulty.
    """
    settings = _read(SpeechSettings, "POLICYLINE_SPEECH_")
    return FunAsr(settings, hotwords) if settings.url else None


def mail_boxes() -> tuple[str, ...]:
    """The names of the mail boxes that are read; raises as `mail_feeds`."""
    return tuple(_read(mailbox.MailboxSettings, mailbox.PREFIX).boxes)


def mail_feeds(cursors: Cursors, secret: bytes) -> dict[str, MailFeed]:
    """The mail boxes that are read, by their feeds' names; none where none is set.

    Args:
        cursors: how far each was read.
        secret: tells mails of ours by their marks.

    Raises:
        Misconfigured: the settings are faulty; nothing secret is shown.
    """
    settings = _read(mailbox.MailboxSettings, mailbox.PREFIX)
    tags = Tags(secret)
    built = (MailFeed(box, settings, tags, cursors) for box in settings.boxes)
    return {feed.name: feed for feed in built}


def call_feeds(running: RunningCalls = none_running) -> dict[str, CallFeed]:
    """The call centres' servers we listen to, by their feeds' names; none where none is set.

    Args:
        running: which calls of a feed are stored as running.

    Raises:
        Misconfigured: the settings are faulty; nothing secret is shown.
    """
    settings = hotline.load()
    operators = Operators(hotline.operators_of(settings))
    asterisk = {
        f"ami-{name}": AmiFeed(f"ami-{name}", server, operators, running=running)
        for name, server in settings.ami.items()
    }
    freeswitch = {
        f"esl-{name}": EslFeed(f"esl-{name}", server, operators, running=running)
        for name, server in settings.esl.items()
    }
    return {**asterisk, **freeswitch}


def call_controls() -> dict[str, CallControl]:
    """The call centres that do what the desk asks, by their feeds' names.

    Raises:
        Misconfigured: as `call_feeds`.
    """
    settings = hotline.load()
    targets = targets_of(settings.transfers, Operators(hotline.operators_of(settings)))
    built: list[CallControl] = [
        *(AmiControl(f"ami-{name}", server, targets) for name, server in settings.ami.items()),
        *(EslControl(f"esl-{name}", server, targets) for name, server in settings.esl.items()),
        *(
            WebhookControl(name, centre, targets)
            for name, centre in settings.centres.items()
            if centre.control_url
        ),
    ]
    return {control.name: control for control in built}


def call_centres() -> CallCentres:
    """The call centres that tell us of calls over HTTP; no webhook where none is set.

    Raises:
        Misconfigured: as `call_feeds`.
    """
    settings = hotline.load()
    speech = _read(HotlineSpeechSettings, "POLICYLINE_HOTLINE_SPEECH_")
    if not settings.centres:
        return CallCentres(speech=speech)
    return CallCentres(
        webhook=HotlineWebhook(settings, Operators(hotline.operators_of(settings))),
        keys=settings.keys,
        speech=speech,
    )
