"""Settings of the leader mailbox by mail; passwords never in a repr."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from connectors.mail.settings import Security, SmtpSettings

PREFIX = "POLICYLINE_MAILBOX_"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.PLAIN: 143}


class Box(BaseModel):
    """A box that is read over IMAP.

    Args:
        to: whom it is for, in the city's words.
        port: 0: 993 or 143, as the encryption has it.
        moved_to: the folder a mail is moved to once it is stored; empty: mails stay, and are known
            by their UIDs.
        poll_s: how often it is looked at where the server tells nothing by itself.
        idle: wait for the server to tell (RFC 2177), where it can.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    to: str = Field(min_length=1, max_length=40)
    host: str = Field(min_length=1)
    port: int = Field(default=0, ge=0, le=65535)
    security: Security = Security.TLS
    username: str = Field(min_length=1)
    password: SecretStr
    ca_file: Path | None = None
    folder: str = "INBOX"
    moved_to: str = "Policyline"
    poll_s: float = Field(default=60.0, ge=1, le=3600)
    idle: bool = True
    timeout_s: float = Field(default=20.0, gt=0, le=120)

    @property
    def port_in_force(self) -> int:
        """The port that is connected to."""
        return self.port or _PORTS[self.security]

    @model_validator(mode="after")
    def _fit_to_read(self) -> Self:
        if self.security is Security.PLAIN and self.host not in _LOOPBACK:
            raise ValueError("security plain is for this machine only")
        if self.moved_to and self.moved_to.upper() == self.folder.upper():
            raise ValueError("moved_to should be another folder")
        return self


class MailboxSettings(SmtpSettings):
    """The boxes that are read, and the server answers go out through."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    sender_name: str = "领导信箱"
    boxes: Mapping[str, Box] = Field(default_factory=dict)
    """JSON: name of a box → `Box`."""
    delimiter: str = Field(default="", pattern=r"^[+\-=_]?$")
    """What parts an address from a tag (`recipient_delimiter` of the mail server); empty: it knows
    none, and answers are known by the mail they answer alone."""
    max_bytes: int = Field(default=40 * 1024 * 1024, gt=0)
    """Of a larger mail the header and the beginning of its text are stored."""
    most_a_day: int = Field(default=30, gt=0)
    """Mails to one address in a day; more are a loop, or somebody's flood."""

    @property
    def own_addresses(self) -> frozenset[str]:
        """Addresses mails of ours come from."""
        names = (box.username for box in self.boxes.values() if "@" in box.username)
        return frozenset(each.lower() for each in (self.sender, *names) if each)
