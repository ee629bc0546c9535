"""API keys of the apps that may send requests: who holds one, and what its requests are to all.

Said in `POLICYLINE_OPEN311_KEYS`: a file (`.toml`, else JSON), the JSON itself, or a table
`[open311_keys.NAME]` of the settings file.
"""

from __future__ import annotations

import hmac
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

LEAST_CHARS = 16
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class ApiKey(BaseModel):
    """A key and what holds for whoever has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key: SecretStr
    public: bool = False
    """Its requests may be read by anybody, masked; else only with the key, or once published."""
    per_minute: int = Field(default=60, ge=1, le=6000)
    """Requests sent with it in a minute."""
    tokens: bool = False
    """A request sent is answered with a token, to be changed into its number later."""
    coordinates: Literal["wgs84", "gcj02"] = "wgs84"
    """Of the app's map; what is sent in GCJ-02 is kept in WGS84, and given back as it was sent."""


def read_keys(given: object) -> dict[str, ApiKey]:
    """Name → key, from any of the forms a setting may have.

    Raises:
        ValueError: says what is wrong, never showing a key.
    """
    table = _table(given)
    keys: dict[str, ApiKey] = {}
    for name, fields in table.items():
        if not _NAME.fullmatch(str(name)):
            raise ValueError(f"{str(name)[:40]!r}: a name is a-z, 0-9 and -, at most 40")
        keys[name] = fields if isinstance(fields, ApiKey) else _key(name, fields)
    secrets = [key.key.get_secret_value() for key in keys.values()]
    if len(set(secrets)) < len(secrets):
        raise ValueError("two names have the same key")
    return keys


def holder(keys: Mapping[str, ApiKey], given: str) -> str | None:
    """The name of the key that was given, or None; as slow for a wrong one as for a right one."""
    found = None
    for name, key in keys.items():
        known = key.key.get_secret_value().encode("utf-8", "replace")
        if hmac.compare_digest(known, given.encode("utf-8", "replace")):
            found = name
    return found


def _key(name: str, fields: object) -> ApiKey:
    try:
        key = ApiKey.model_validate(fields)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_context=False, include_url=False)
        said = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults)
        raise ValueError(f"{name}: {said}") from None
    if len(key.key.get_secret_value()) < LEAST_CHARS:
        raise ValueError(f"{name}: key: fewer than {LEAST_CHARS} characters")
    return key


def _table(given: object) -> Mapping[str, Any]:
    if isinstance(given, str | Path):
        given = _read(str(given).strip())
    if not isinstance(given, Mapping):
        raise ValueError("should be a file, or an object of keys by name")  # noqa: TRY004 - pydantic gathers ValueErrors
    return given


def _read(text: str) -> object:
    if not text:
        return {}
    try:
        if not text.startswith("{"):
            path = Path(text)
            text = path.read_text("utf-8")
            if path.suffix == ".toml":
                return tomllib.loads(text)
        return json.loads(text)
    except OSError:  # what stands there may be a key put in the wrong place
        raise ValueError("neither JSON nor a file that can be read") from None
    except ValueError:  # its message may show what stands there
        raise ValueError("neither JSON nor TOML") from None
