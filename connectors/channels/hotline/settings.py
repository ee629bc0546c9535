"""Settings of the call centres we listen to; secrets from the environment or a file."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from connectors.calls import CallAct, CallEventKind
from connectors.errors import Misconfigured

PREFIX = "POLICYLINE_HOTLINE_"
_CONTEXT = r"^[A-Za-z0-9_.-]{1,80}$"
_TARGET = re.compile(r"[0-9]{1,12}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_FEWEST_KEY_CHARACTERS = 16


class Auth(StrEnum):
    """How the AMI password goes over the line."""

    MD5 = "md5"
    """Only a digest of it with the server's challenge."""
    PLAIN = "plain"


class _Secretive(BaseModel):
    """Something with one secret, which may stand in a file instead."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    secret_field: ClassVar[str] = "secret"  # noqa: S105 - the name of a field

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, given: Any) -> Any:
        name = cls.secret_field
        if not isinstance(given, Mapping) or given.get(name) or not given.get(f"{name}_file"):
            return given
        path = Path(str(given[f"{name}_file"]))
        try:
            return {**given, name: path.read_text().strip()}
        except (OSError, UnicodeDecodeError):
            raise ValueError(f"{name}_file: {path} cannot be read") from None

    @model_validator(mode="after")
    def _has_secret(self) -> Self:
        secret = getattr(self, self.secret_field).get_secret_value()
        if not secret:
            raise ValueError(f"{self.secret_field} is missing")
        if "\r" in secret or "\n" in secret:
            raise ValueError(f"{self.secret_field} must stand on one line")
        return self


class _Server(_Secretive):
    """A call centre's own server that is listened to."""

    host: str = Field(min_length=1)
    queues: tuple[str, ...] = ()
    """The hotline's queues; none named: all of that server's."""
    timeout_s: float = Field(default=10.0, gt=0)
    """For connecting and for each answer."""
    ping_every_s: float = Field(default=15.0, gt=0)
    """A server that does not answer a ping is taken to be gone."""


class AmiServer(_Server):
    """An Asterisk server (manager.conf)."""

    transfer_context: str = Field(default="from-internal", pattern=_CONTEXT)
    """The dialplan's context a transferred caller goes on in."""
    port: int = Field(default=5038, gt=0, lt=65536)
    username: str = Field(min_length=1, pattern=r"^[^\r\n]+$")
    secret: SecretStr = SecretStr("")
    secret_file: Path | None = None
    auth: Auth = Auth.MD5
    tls: bool = False
    ca_file: Path | None = None
    """Whose certificates are believed; none: those the system believes."""


class EslServer(_Server):
    """A FreeSWITCH server (event_socket.conf.xml)."""

    secret_field: ClassVar[str] = "password"  # noqa: S105 - the name of a field

    transfer_context: str = Field(default="default", pattern=_CONTEXT)
    """The dialplan's context a transferred caller goes on in."""
    port: int = Field(default=8021, gt=0, lt=65536)
    user: str = Field(default="", pattern=r"^[^\s:]*$")
    """`user@domain` for `userauth`; empty: the server's own password."""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None


class Centre(_Secretive):
    """A call centre that tells us of its calls over HTTP."""

    secret_field: ClassVar[str] = "key"  # noqa: S105 - the name of a field

    key: SecretStr = SecretStr("")
    key_file: Path | None = None
    events: Mapping[str, CallEventKind] = Field(default_factory=dict)
    """Its own names of events, beside those everybody may use."""
    control_url: str = Field(default="", pattern=r"^(https?://[^\s@]+)?$")
    """Where it is asked to transfer, hold and end calls; empty: it is not."""
    controls: frozenset[CallAct] = frozenset(CallAct)
    """What it does when it is asked."""
    control_timeout_s: float = Field(default=5.0, gt=0)

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        if len(self.key.get_secret_value()) < _FEWEST_KEY_CHARACTERS:
            raise ValueError(f"key has fewer than {_FEWEST_KEY_CHARACTERS} characters")
        return self


class HotlineSettings(BaseSettings):
    """All call centres, by name.

    They stand in the environment, as JSON (`POLICYLINE_HOTLINE_AMI`) or one by one
    (`POLICYLINE_HOTLINE_AMI__MAIN__HOST`), or in the table `[hotline]` of the TOML file; the
    environment wins.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    ami: Mapping[str, AmiServer] = Field(default_factory=dict)
    esl: Mapping[str, EslServer] = Field(default_factory=dict)
    centres: Mapping[str, Centre] = Field(default_factory=dict)
    operators: Mapping[str, str] = Field(default_factory=dict)
    """Extension, agent or interface → staff name."""
    operators_file: Path | None = None
    """The same as .json or .toml, such as one in the city's folder; `operators` wins."""
    stale_after_s: int = Field(default=300, gt=0)
    """A signed request whose time is further from ours than this is refused."""
    events_at_most: int = Field(default=500, gt=0)
    """In one request."""
    transfers: Mapping[str, str] = Field(default_factory=dict)
    """Number → name, beside 110, 119, 120 and 122: calls are sent nowhere else."""

    @property
    def keys(self) -> dict[str, bytes]:
        """A centre's name → the key it signs with."""
        return {
            name: centre.key.get_secret_value().encode() for name, centre in self.centres.items()
        }

    @model_validator(mode="after")
    def _named(self) -> Self:
        for name in (*self.ami, *self.esl, *self.centres):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name[:20]!r}: a name is a-z, 0-9, _ and -, at most 20")
        for number, shown in self.transfers.items():
            if not _TARGET.fullmatch(number) or not 0 < len(shown) <= 40:
                raise ValueError(
                    "transfers: a number has 1 to 12 digits, a name 1 to 40 characters"
                )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The arguments, then the environment, then the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, InitSettingsSource(settings_cls, _table())


def load() -> HotlineSettings:
    """The settings as they are now.

    Raises:
        Misconfigured: with every fault; none shows a secret.
    """
    try:
        return HotlineSettings()
    except ValidationError as error:
        faults = "; ".join(
            f"{PREFIX}{'__'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False)
        )
        raise Misconfigured(faults) from None
    except SettingsError as error:  # its cause may show what stands there, its message does not
        raise Misconfigured(f"{PREFIX}…: {error}") from None


def operators_of(settings: HotlineSettings) -> dict[str, str]:
    """Extension, agent or interface → staff name, of the file and the setting together.

    Raises:
        Misconfigured: the file cannot be read or is no such table.
    """
    path = settings.operators_file
    if path is None:
        return dict(settings.operators)
    where = f"{PREFIX}OPERATORS_FILE: {path}"
    try:
        text = path.read_text()
        read = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError):  # both parsers' errors are ValueErrors
        raise Misconfigured(f"{where} cannot be read") from None
    if not isinstance(read, dict) or not all(isinstance(v, str) for v in read.values()):
        raise Misconfigured(f"{where} should have a staff name for each extension")
    return read | dict(settings.operators)


def _table() -> dict[str, Any]:
    path = Path(os.environ.get("POLICYLINE_CONFIG", "policyline.toml"))
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text()).get("hotline", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Misconfigured(f"{path} cannot be read as TOML") from None
    if not isinstance(table, dict):
        raise Misconfigured(f"{path}: hotline is no table")
    return table
