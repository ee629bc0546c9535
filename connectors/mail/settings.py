"""Settings of a mail server mails go out through; the password never in a repr."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Security(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    """From the first byte (RFC 8314)."""
    PLAIN = "plain"
    """Not at all: only to a server on the same machine, without a password."""


_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.PLAIN: 25}


class SmtpSettings(BaseSettings):
    """A mail server, and as whom mails go out through it."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    host: str = ""
    """Empty: no mail is sent."""
    port: int = Field(default=0, ge=0, le=65535)
    """0: 587, 465 or 25, as the encryption has it."""
    security: Security = Security.STARTTLS
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str = ""
    """Address the mails come from."""
    sender_name: str = "12345 热线"
    ca_file: Path | None = None
    """Certificates of the authority that signed the server's; None: those of the system."""
    timeout_s: float = Field(default=4.0, gt=0, le=10)
    """One step of the conversation; the whole is given up after 18 s (60% of a lease of 30 s)."""

    @property
    def enabled(self) -> bool:
        """True where a server is configured."""
        return bool(self.host)

    @property
    def port_in_force(self) -> int:
        """The port that is connected to."""
        return self.port or _PORTS[self.security]

    @field_validator("host", mode="after")
    @classmethod
    def _a_host(cls, value: str) -> str:
        if value and not _HOST.fullmatch(value):
            raise ValueError("should be a host's name or address")
        return value

    @field_validator("sender_name", mode="after")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("should be one line")
        return value

    @model_validator(mode="after")
    def _fit_to_send(self) -> Self:
        if not self.host:
            return self
        if not _ADDRESS.fullmatch(self.sender):
            raise ValueError("SENDER should be a mail address")
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("USERNAME and PASSWORD go together")
        if self.security is Security.PLAIN and (self.username or self.host not in _LOOPBACK):
            raise ValueError("SECURITY plain is for this machine and without a password only")
        return self
