"""Settings of live speech on the hotline."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.calls import Leg

_ADDRESS = re.compile(r"wss?://[^\s/?#@]+(/[^\s?#]*)?")
_LEG_NAMES = {
    "citizen": Leg.CITIZEN, "caller": Leg.CITIZEN, "customer": Leg.CITIZEN, "user": Leg.CITIZEN,
    "operator": Leg.OPERATOR, "agent": Leg.OPERATOR, "seat": Leg.OPERATOR,
}  # fmt: skip


class HotlineSpeechSettings(BaseSettings):
    """What call centres may send us, and the recogniser their audio goes to."""

    model_config = SettingsConfigDict(
        env_prefix="POLICYLINE_HOTLINE_SPEECH_",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    legs: Mapping[str, Leg] = Field(default_factory=dict)
    """How else a centre names the legs, such as `{"a": "citizen", "b": "operator"}`."""
    stale_after_s: int = Field(default=300, gt=0)
    """A signature whose time is further from ours than this is refused."""
    message_bytes: int = Field(default=64 * 1024, gt=0)
    """Longest message; a sentence of a minute with all its time stamps is 15 kB."""
    faults_in_a_row: int = Field(default=20, gt=0)
    """So many messages nobody can read end a connection."""

    url: str = ""
    """The recogniser of streams (FunASR 2pass), `ws(s)://…`; empty: no audio is taken."""
    rate_hz: int = Field(default=8000)
    """Samples a second of the audio; telephones have 8000."""
    kept_s: float = Field(default=60.0, ge=5, le=600)
    """Audio of a leg kept for a lost recogniser: 1 MB a minute at 8 kHz."""
    connect_s: float = Field(default=3.0, gt=0)
    """For reaching the recogniser."""
    again_at_most_s: float = Field(default=5.0, ge=0)
    """Longest wait between two tries to reach it."""
    last_words_s: float = Field(default=15.0, gt=0)
    """After the audio's end, for the last sentence, a lost connection included."""

    @field_validator("url", mode="after")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("POLICYLINE_HOTLINE_SPEECH_URL should be ws(s)://host[:port]/path")
        return value

    @field_validator("rate_hz", mode="after")
    @classmethod
    def _a_rate(cls, value: int) -> int:
        if value not in {8000, 16000}:
            raise ValueError("POLICYLINE_HOTLINE_SPEECH_RATE_HZ should be 8000 or 16000")
        return value

    @property
    def leg_names(self) -> Mapping[str, Leg]:
        """Every name of a leg that is understood, in lower case."""
        return _LEG_NAMES | {name.lower(): leg for name, leg in self.legs.items()}
