"""Settings of the recogniser of speech."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_ADDRESS = re.compile(r"wss?://[^\s/?#@]+(/[^\s?#]*)?")


class Mode(StrEnum):
    """Which of FunASR's servers listens there."""

    OFFLINE = "offline"
    STREAMS = "2pass"


class SpeechSettings(BaseSettings):
    """A FunASR runtime server."""

    model_config = SettingsConfigDict(env_prefix="POLICYLINE_SPEECH_", extra="ignore", frozen=True)

    url: str = ""
    """`ws://host:port` or `wss://…`; empty: citizens are asked for text."""
    mode: Mode = Mode.OFFLINE
    """`offline` for the server of whole files, `2pass` for the one of streams."""
    timeout_s: float = Field(default=15.0, gt=0, le=20)
    """From connecting to the last word. A turn has 24 s (80% of its lease of 30 s)."""
    max_s: float = Field(default=60.0, gt=0)
    """Longest recording; a WeChat voice message has at most 60 s."""

    @field_validator("url", mode="after")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("POLICYLINE_SPEECH_URL should be ws(s)://host[:port]/path")
        return value
