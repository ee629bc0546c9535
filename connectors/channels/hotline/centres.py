"""The call centres that call us, as the service needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .speech_settings import HotlineSpeechSettings
from .webhook import HotlineWebhook


@dataclass(frozen=True, kw_only=True)
class CallCentres:
    """Call centres that call us.

    Args:
        webhook: reads what they tell of calls; None where none is set.
        keys: a centre's name → the key it signs with.
        speech: how they send what is said, and where audio is recognised.
    """

    webhook: HotlineWebhook | None = None
    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    speech: HotlineSpeechSettings = field(default_factory=HotlineSpeechSettings)
