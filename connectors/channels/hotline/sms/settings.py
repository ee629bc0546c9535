"""Settings of the gateway; the key from the environment or a file, never in a repr."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.errors import Misconfigured

PREFIX = "POLICYLINE_HOTLINE_SMS_"
_FEWEST_KEY_CHARACTERS = 16
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class SmsSettings(BaseSettings):
    """One gateway. Its limits are those gateways publish; a contract may say otherwise."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, secrets_dir=None, hide_input_in_errors=True
    )

    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where it takes requests; empty: nothing is sent, notices to callers are kept."""
    app: str = ""
    """The application's name there."""
    key: SecretStr = SecretStr("")
    """Signs what we send and what is sent to us; at least 16 characters."""
    key_file: Path | None = None
    templates: Path | None = None
    """The approved templates; None: `sms.toml` in the city's folder."""
    link: str = Field(default="", pattern=r"^(https://[^\s?#{}]+)?$")
    """The short address of the progress page, what `{link}` stands for in a template. It holds
    nothing of anybody."""
    department_link: str = Field(default="", pattern=r"^(https://[^\s?#{}]+)?$")
    """The short address of the page departments work on, what `{link}` stands for in a template to
    a department; empty: no department is told by text message."""
    quiet: str = "22:00-08:00"
    """Hours of China in which notices wait, emergencies apart; empty: none."""
    a_minute: int = Field(default=1, ge=0)
    an_hour: int = Field(default=5, ge=0)
    a_day: int = Field(default=10, ge=0)
    """Messages of one template to one number; 0: not limited."""
    most_parts: int = Field(default=3, ge=1, le=10)
    """A message is cut to so many parts; each is charged."""
    timeout_s: float = Field(default=5.0, gt=0)
    stale_after_s: int = Field(default=300, gt=0)
    """A signed request whose time is further from ours than this is refused."""

    @field_validator("quiet")
    @classmethod
    def _hours(cls, given: str) -> str:
        if given and not _QUIET.fullmatch(given):
            raise ValueError("write 22:00-08:00, or leave it empty")
        return given

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or given.get("key") or not given.get("key_file"):
            return given
        path = Path(str(given["key_file"]))
        try:
            return {**given, "key": path.read_text().strip()}
        except (OSError, UnicodeDecodeError):
            raise ValueError(f"key_file: {path} cannot be read") from None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.url:
            return self
        if not self.app:
            raise ValueError(f"{PREFIX}APP is missing")
        if len(self.key.get_secret_value()) < _FEWEST_KEY_CHARACTERS:
            raise ValueError(f"{PREFIX}KEY has fewer than {_FEWEST_KEY_CHARACTERS} characters")
        return self

    @property
    def quiet_hours(self) -> tuple[time, time] | None:
        """When they begin and end; None where there are none."""
        found = _QUIET.fullmatch(self.quiet)
        if found is None:
            return None
        one, two, three, four = map(int, found.groups())
        return time(one, two), time(three, four)


def load() -> SmsSettings:
    """The settings as they are now.

    Raises:
        Misconfigured: with every fault; none shows the key.
    """
    try:
        return SmsSettings()
    except ValidationError as error:
        faults = "; ".join(
            f"{PREFIX}{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False)
        )
        raise Misconfigured(faults) from None
