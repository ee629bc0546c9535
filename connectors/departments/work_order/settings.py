"""Settings of work-order platforms; keys never in a repr."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "POLICYLINE_WORK_ORDER_"
LEAST_KEY_CHARS = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Mode(StrEnum):
    """How a platform's news come to us."""

    PUSH = "push"
    """It calls us."""
    PULL = "pull"
    """We ask it."""


class PlatformSettings(BaseModel):
    """One platform."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: str
    """Its address; what follows stands in the mapping's `[paths]`."""
    key: SecretStr
    """Shared with it, at least 32 characters."""
    mapping: Path
    """Its field mapping; a relative path lies in the city's folder."""
    client: str = Field(default="policyline", pattern=r"^[A-Za-z0-9_.-]{1,60}$")
    """Our name there."""
    mode: Mode = Mode.PUSH
    poll_every_s: float = Field(default=30.0, ge=5, le=86_400)
    timeout_s: float = Field(default=10.0, gt=0, le=15)
    """Of one call; shorter than a delivery's lease."""
    stale_after_s: float = Field(default=300.0, ge=10, le=3600)
    """How far the time of a call of theirs may be from ours."""
    sees_citizens: bool = True
    """It handles the cases, or gave them to us; False: contact and private data are kept back."""
    ca_file: Path | None = None
    """Certificates (PEM) its own is checked against; None: the system's."""

    @field_validator("base_url", mode="after")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not safe or not parts.hostname or parts.username or parts.query or parts.fragment:
            raise ValueError("should be https://host[:port][/path], without user, query or #")
        return value.rstrip("/")

    @field_validator("key", mode="after")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < LEAST_KEY_CHARS:
            raise ValueError(f"should have at least {LEAST_KEY_CHARS} characters")
        return value


class WorkOrderSettings(BaseSettings):
    """Work-order platforms by name."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    platforms: Mapping[str, PlatformSettings] = Field(default_factory=dict)
    """Empty: none."""

    @field_validator("platforms", mode="after")
    @classmethod
    def _named(cls, value: Mapping[str, PlatformSettings]) -> Mapping[str, PlatformSettings]:
        if not all(_NAME.fullmatch(name) for name in value):
            raise ValueError("names should have a-z, 0-9 and - alone, at most 40")
        return value
