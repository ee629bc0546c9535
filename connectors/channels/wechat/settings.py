"""Settings of the official account; secrets from the environment or a file, never in a repr."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    """How the platform writes to us (消息加解密方式)."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    ENCRYPTED = "encrypted"


class Template(BaseModel):
    """A template message the account is authorised for (模板消息).

    Fields are texts with `{number}`, `{department}`, `{due_on}`, `{today}` and `{text}` in them;
    what is longer than the platform takes of a parameter is cut.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    """Its id on the account's template page."""
    fields: Mapping[str, str] = Field(min_length=1)
    """Parameter's name, such as `thing1` → its text."""
    url: str = ""
    """Where a touch leads; may hold the same places."""


DAILY_QUOTAS: Mapping[str, int] = {
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/draft/add": 1_000,
}
"""Calls a day by interface (接口调用频次限制); the account's own are on its page (接口权限)."""
MINUTE_QUOTAS: Mapping[str, int] = {"/cgi-bin/stable_token": 10_000}
SECRETS = ("token", "encoding_aes_key", "app_secret")


class WeChatSettings(BaseSettings):
    """One official account. Limits: the platform's documentation, as of 2023-06-12 and later."""

    model_config = SettingsConfigDict(
        env_prefix="POLICYLINE_WECHAT_",
        extra="ignore",
        frozen=True,
        secrets_dir=None,
        hide_input_in_errors=True,
    )

    app_id: str = ""
    """AppID; empty: the channel is off."""
    token: SecretStr = SecretStr("")
    """The token of the server configuration page."""
    encoding_aes_key: SecretStr = SecretStr("")
    """EncodingAESKey, 43 characters; needed but in plain mode."""
    app_secret: SecretStr = SecretStr("")
    """AppSecret; without it nothing can be sent later, only in place."""
    mode: Mode = Mode.ENCRYPTED
    api_url: str = "https://api.weixin.qq.com"
    reply_within_s: float = Field(default=4.0, gt=0, lt=5)
    """The platform gives up after 5 s; what is not ready by then goes as a customer message."""
    text_bytes: int = Field(default=1800, ge=200, le=2047)
    """A text is split at this many bytes of UTF-8 (the platform's limit is 2,047)."""
    stale_after_s: int = Field(default=600, gt=0)
    """A signed request older than this is a replay; resends come within 15 s."""
    typing: bool = True
    """Whether a citizen whose answer takes longer than that sees that it is being written."""
    api_timeout_s: float = Field(default=5.0, gt=0)
    token_file: Path | None = None
    encoding_aes_key_file: Path | None = None
    app_secret_file: Path | None = None
    """Files that hold the secrets, where they do not stand in the settings themselves."""
    templates: Mapping[str, Template] = Field(default_factory=dict)
    """State of a case (`dispatched`, `replied`, `closed`, …; `other` for the rest) → the template
    its notice goes by once no customer-service message may be sent."""
    quota_slow_at: float = Field(default=0.9, gt=0, le=1)
    """From this share of a quota on, what is left of it is spread over what is left of its time."""
    daily_quotas: Mapping[str, int] = Field(default_factory=lambda: dict(DAILY_QUOTAS))
    minute_quotas: Mapping[str, int] = Field(default_factory=lambda: dict(MINUTE_QUOTAS))
    """Interface's path → calls; one not named is counted and not limited."""
    forced_a_day: int = Field(default=20, ge=0)
    forced_apart_s: float = Field(default=30.0, ge=0)
    """How often `stable_token` may be forced to give another token."""
    draft_cover: str = ""
    """media_id of the permanent picture (永久素材) that draft articles have as their cover."""
    draft_author: str = Field(default="", max_length=16)
    news_picture: str = ""
    """Address of the picture beside a chart interpretation that has none of its own."""

    @property
    def enabled(self) -> bool:
        """True where an account is configured."""
        return bool(self.app_id)

    @model_validator(mode="before")
    @classmethod
    def _from_files(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        read = dict(given)
        for name in SECRETS:
            path = given.get(f"{name}_file")
            if path and not given.get(name):
                read[name] = _secret_in(name, Path(str(path)))
        return read

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.app_id:
            return self
        if not self.token.get_secret_value():
            raise ValueError("POLICYLINE_WECHAT_TOKEN is missing")
        if self.mode is not Mode.PLAIN:
            decode_aes_key(self.encoding_aes_key.get_secret_value())
        return self


def _secret_in(name: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        fault = f"POLICYLINE_WECHAT_{name.upper()}_FILE: {path} cannot be read"
        raise ValueError(fault) from error


def decode_aes_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind an EncodingAESKey.

    Raises:
        ValueError: not 43 characters of Base64; the key itself is not shown.
    """
    fault = "POLICYLINE_WECHAT_ENCODING_AES_KEY must be 43 characters of Base64"
    if len(encoding_aes_key) != 43:
        raise ValueError(fault)
    try:
        # The last character carries spare bits that the platform does not zero.
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except binascii.Error as error:
        raise ValueError(fault) from error
    if len(key) != 32:
        raise ValueError(fault)
    return key
