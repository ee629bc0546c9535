"""Which accounts there are: the main one and departments' own, each with its own secrets.

The main account is `POLICYLINE_WECHAT_…` or `[wechat]` in the TOML file; the others are
`[wechat.accounts.NAME]` there, or `POLICYLINE_WECHAT_ACCOUNTS` (JSON, or a file of JSON or TOML),
and single fields of theirs `POLICYLINE_WECHAT_ACCOUNTS_NAME_FIELD`. The environment wins.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from connectors.errors import Misconfigured

from .settings import WeChatSettings

MAIN = "wechat"
PREFIX = "POLICYLINE_WECHAT_"
_LIST = PREFIX + "ACCOUNTS"
_NAME = re.compile(r"[a-z][a-z0-9]{0,19}")
_OWN = frozenset(
    {
        "app_id",
        "token",
        "encoding_aes_key",
        "app_secret",
        "token_file",
        "encoding_aes_key_file",
        "app_secret_file",
        "mode",
        "templates",
        "draft_cover",
        "draft_author",
    }
)
"""What an account has of its own; everything else it takes from the main one."""


class _Given(WeChatSettings):
    """An account as its table says, with nothing from the environment."""

    model_config = SettingsConfigDict(extra="forbid")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The arguments alone."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    """An account; `channel` is its name in the registry: `wechat`, or `wechat-NAME`."""

    channel: str
    settings: WeChatSettings


def configured(environment: Mapping[str, str] | None = None) -> tuple[AccountSettings, ...]:
    """Every account that is configured, the main one first.

    Args:
        environment: for all but the main account's variables; None: this process's.

    Raises:
        Misconfigured: with every fault; none shows a secret.
    """
    known = os.environ if environment is None else environment
    table = _table(known)
    others = _merged(table.pop("accounts", {}), _listed(known), known)
    main = _main(table, known)
    found = [AccountSettings(channel=MAIN, settings=main)] if main.enabled else []
    shared = {name: getattr(main, name) for name in WeChatSettings.model_fields if name not in _OWN}
    faults: list[str] = []
    for name, given in others.items():
        try:
            found.append(_account(name, shared | given))
        except Misconfigured as error:
            faults.append(error.code)
    ids = [account.settings.app_id for account in found]
    faults += sorted({f"app_id {i} is there twice" for i in ids if ids.count(i) > 1})
    if faults:
        raise Misconfigured("; ".join(faults))
    return tuple(found)


def _main(table: dict[str, Any], known: Mapping[str, str]) -> WeChatSettings:
    unknown = sorted(set(table) - set(WeChatSettings.model_fields))
    if unknown:
        raise Misconfigured(f"[wechat]: unknown {', '.join(unknown)}")
    names = {name.upper() for name in known}
    given = {name: v for name, v in table.items() if f"{PREFIX}{name.upper()}" not in names}
    try:
        return WeChatSettings(**given)
    except ValidationError as error:
        raise Misconfigured(_said(error)) from None


def _account(name: str, given: Mapping[str, Any]) -> AccountSettings:
    if not _NAME.fullmatch(name):
        raise Misconfigured(f"wechat account {name[:20]!r}: a name is a-z and 0-9, at most 20")
    try:
        settings = _Given(**given)
    except ValidationError as error:
        raise Misconfigured(f"wechat account {name}: {_said(error)}") from None
    if not settings.enabled:
        raise Misconfigured(f"wechat account {name}: app_id is missing")
    return AccountSettings(channel=f"{MAIN}-{name}", settings=settings)


def _said(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_context=False)
    return "; ".join(
        ".".join((*map(str, fault["loc"]), "")).rstrip(".")
        + (": " if fault["loc"] else "")
        + str(fault["msg"])
        for fault in faults
    )


def _table(known: Mapping[str, str]) -> dict[str, Any]:
    path = Path(known.get("POLICYLINE_CONFIG", "policyline.toml"))
    if not path.exists():
        return {}
    table = _toml(path).get("wechat", {})
    if not isinstance(table, dict):
        raise Misconfigured(f"{path}: wechat is no table")
    return dict(table)


def _listed(known: Mapping[str, str]) -> dict[str, Any]:
    given = known.get(_LIST, "").strip()
    if not given:
        return {}
    where = _LIST
    if not given.startswith("{"):
        path = Path(given)
        if path.suffix == ".toml":
            return _toml(path)
        where = str(path)
        try:
            given = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{_LIST}: {where} cannot be read") from error
    try:
        read = json.loads(given)
    except ValueError:  # its message may show what stands there
        raise Misconfigured(f"{where} is no JSON") from None
    if not isinstance(read, dict):
        raise Misconfigured(f"{where} should be an object of accounts by name")
    return read


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Misconfigured(f"{path} cannot be read as TOML") from None


def _merged(
    first: object, second: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for source in (first, second):
        if not isinstance(source, Mapping):
            raise Misconfigured("wechat.accounts is no table")
        for name, fields in source.items():
            if not isinstance(fields, Mapping):
                raise Misconfigured(f"wechat account {name[:20]!r} is no table")
            merged.setdefault(name, {}).update(fields)
    for name, fields in merged.items():
        for field in WeChatSettings.model_fields:
            single = known.get(f"{_LIST}_{name}_{field}".upper(), "")
            if single:
                fields[field] = _read(field, single)
    return merged


def _read(field: str, text: str) -> Any:
    """A field of several parts stands in the environment as JSON."""
    if field not in {"templates", "daily_quotas", "minute_quotas"}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise Misconfigured(f"{field} is no JSON") from None
