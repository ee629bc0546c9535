"""Which Open311 servers there are, and what each is told.

`[open311.NAME]` in the settings file, or `POLICYLINE_OPEN311_SERVERS`: a file (`.toml`, else JSON),
or JSON itself, of servers by name. A server's key may come from a file (`api_key_file`).
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from connectors.errors import Misconfigured

SETTING = "POLICYLINE_OPEN311_SERVERS"
_NAME = re.compile(r"[a-z][a-z0-9]{0,19}")
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


class ServerSettings(BaseModel):
    """One server of a department's."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    endpoint: str
    """Where `services.xml` lies, such as `https://host/open311/v2`."""
    api_key: SecretStr = SecretStr("")
    api_key_file: Path | None = None
    jurisdiction: str = ""
    format: Literal["xml", "json"] = "xml"
    """XML every server has."""
    services: Mapping[str, str] = Field(default_factory=dict)
    """A unit, or a category (`市政/照明/路灯`, `市政/照明`, `市政`) → its service_code there."""
    default_service: str = ""
    """For what `services` does not name; empty: that is refused, and a person sees it."""
    default_address: str = ""
    """Where a case has no place at all; empty: that is refused."""
    contact: bool = False
    """The server's people may see the citizen's name, telephone and own words."""
    coordinates: Literal["wgs84", "gcj02"] = "wgs84"
    """GeoReport v2 has WGS84; some servers in China keep their map's."""
    id_attribute: str = Field(default="external_id", pattern=r"^[A-Za-z0-9_\-]{0,40}$")
    """The attribute that carries our number of a delivery; empty: none is sent."""
    lists: bool = True
    """It tells requests by their dates; without that nothing lost on the way is found again."""
    updates: bool = False
    """It takes FixMyStreet's `servicerequestupdates`: later words can be told too."""
    poll_every_s: float = Field(default=300.0, ge=10)
    timeout_s: float = Field(default=4.0, gt=0, le=10)
    """One call; the last of a handful must end within 60% of a lease of 30 s."""

    @field_validator("endpoint", mode="after")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError("should be http(s)://host[:port]/path, without user, query or #")
        return value.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or given.get("api_key") or not given.get("api_key_file"):
            return given
        try:
            key = Path(str(given["api_key_file"])).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ValueError("api_key_file cannot be read") from None
        return {**given, "api_key": key}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.services and not self.default_service:
            raise ValueError("services or default_service must name a service_code")
        return self


def configured(environment: Mapping[str, str] | None = None) -> dict[str, ServerSettings]:
    """Every server by its connector's name, `open311-NAME`.

    Args:
        environment: None: this process's.

    Raises:
        Misconfigured: with every fault; none shows a key.
    """
    known = os.environ if environment is None else environment
    found: dict[str, ServerSettings] = {}
    faults: list[str] = []
    for name, given in {**_table(known), **_listed(known)}.items():
        if not _NAME.fullmatch(name):
            faults.append(f"open311 server {name[:20]!r}: a name is a-z and 0-9, at most 20")
            continue
        try:
            found[f"open311-{name}"] = ServerSettings.model_validate(given)
        except ValidationError as error:
            faults.append(f"open311 server {name}: {_said(error)}")
    if faults:
        raise Misconfigured("; ".join(faults))
    return found


def _said(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, f['loc'])) or '-'}: {f['msg']}" for f in faults)


def _table(known: Mapping[str, str]) -> dict[str, Any]:
    path = Path(known.get("POLICYLINE_CONFIG", "policyline.toml"))
    table = _toml(path).get("open311", {}) if path.exists() else {}
    if not isinstance(table, dict):
        raise Misconfigured(f"{path}: open311 is no table")
    return dict(table)


def _listed(known: Mapping[str, str]) -> dict[str, Any]:
    given = known.get(SETTING, "").strip()
    if not given:
        return {}
    if not given.startswith("{"):
        path = Path(given)
        if path.suffix == ".toml":
            return _toml(path)
        try:
            given = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            # What stands there may be a key put in the wrong place.
            raise Misconfigured(f"{SETTING} is neither JSON nor a file that can be read") from None
    try:
        read = json.loads(given)
    except ValueError:  # its message may show what stands there
        raise Misconfigured(f"{SETTING} is no JSON") from None
    if not isinstance(read, dict):
        raise Misconfigured(f"{SETTING} should be an object of servers by name")
    return read


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Misconfigured(f"{path} cannot be read as TOML") from None
