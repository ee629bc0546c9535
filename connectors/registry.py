"""Every connector there is, by name. A new one is a folder and a line here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from connectors.base import Channel
from connectors.channels.webchat.channel import WebChatChannel
from connectors.channels.wechat.channel import WeChatChannel
from connectors.channels.wechat.settings import WeChatSettings
from connectors.channels.wechat.tokens import TokenCache
from connectors.errors import Misconfigured
from connectors.speech.base import Recogniser
from connectors.speech.funasr import FunAsr
from connectors.speech.settings import SpeechSettings


@dataclass(frozen=True, kw_only=True)
class Edge:
    """What connectors need of the service, and nothing else of it."""

    wake: Callable[[str], Awaitable[None]]
    tokens: TokenCache


def _webchat(edge: Edge) -> Channel | None:
    return WebChatChannel(edge.wake)


def _wechat(edge: Edge) -> Channel | None:
    try:
        settings = WeChatSettings()
    except ValidationError as error:
        faults = "; ".join(str(fault["msg"]) for fault in error.errors(include_input=False))
        raise Misconfigured(faults) from None
    return WeChatChannel(settings, edge.tokens) if settings.enabled else None


CHANNELS: Mapping[str, Callable[[Edge], Channel | None]] = {
    "webchat": _webchat,
    "wechat": _wechat,
}
"""Name → builder; a builder gives None where its connector is not configured.

Raises:
    Misconfigured: a setting is missing or wrong.
"""


def build(edge: Edge) -> dict[str, Channel]:
    """All configured channels by name.

    Raises:
        Misconfigured: a connector's settings are faulty; nothing secret is shown.
    """
    built = {name: builder(edge) for name, builder in CHANNELS.items()}
    return {name: channel for name, channel in built.items() if channel is not None}


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
