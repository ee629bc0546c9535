"""Every connector there is, by name. A new one is a folder and a line here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from connectors.base import Channel
from connectors.calls import CallFeed, RunningCalls, none_running
from connectors.channels.hotline import settings as hotline
from connectors.channels.hotline.ami import AmiFeed
from connectors.channels.hotline.esl import EslFeed
from connectors.channels.hotline.names import Operators
from connectors.channels.hotline.webhook import HotlineWebhook
from connectors.channels.webchat.channel import WebChatChannel
from connectors.channels.wechat import accounts
from connectors.channels.wechat.api import Count, no_count
from connectors.channels.wechat.channel import WeChatChannel
from connectors.channels.wechat.quotas import Rates
from connectors.channels.wechat.tokens import TokenCache
from connectors.errors import Misconfigured
from connectors.speech.base import Recogniser
from connectors.speech.funasr import FunAsr
from connectors.speech.settings import SpeechSettings


@dataclass(frozen=True, kw_only=True)
class Edge:
    """What connectors need of the service, and nothing else of it.

    Args:
        rates: counters all replicas share; None: platforms' quotas are not watched.
        count: told of each call to a platform: channel, interface, outcome.
    """

    wake: Callable[[str], Awaitable[None]]
    tokens: TokenCache
    rates: Rates | None = None
    count: Count = no_count


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


CHANNELS: Mapping[str, Callable[[Edge], Channel | None]] = {
    "webchat": _webchat,
    "wechat": _wechat,
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


def recogniser(hotwords: Sequence[str]) -> Recogniser | None:
    """The configured recogniser of speech, or None.

    Args:
        hotwords: names it should know.

    Raises:
        Misconfigured: its settings are faulty.
    """
    try:
        settings = SpeechSettings()
    except ValidationError as error:
        faults = "; ".join(
            f"POLICYLINE_SPEECH_{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        )
        raise Misconfigured(faults) from None
    return FunAsr(settings, hotwords) if settings.url else None


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


def hotline_webhook() -> HotlineWebhook | None:
    """Where call centres tell us of calls over HTTP, or None where none is set.

    Raises:
        Misconfigured: as `call_feeds`.
    """
    settings = hotline.load()
    if not settings.centres:
        return None
    return HotlineWebhook(settings, Operators(hotline.operators_of(settings)))
