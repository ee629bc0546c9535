"""Settings of the official account; secrets from the environment or a file, never in a repr."""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    """How the platform writes to us (消息加解密方式)."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    ENCRYPTED = "encrypted"


class WeChatSettings(BaseSettings):
    """One official account. Limits: the platform's documentation, as of 2023-06-12 and later."""

    model_config = SettingsConfigDict(
        env_prefix="POLICYLINE_WECHAT_", extra="ignore", frozen=True, secrets_dir=None
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
    api_timeout_s: float = Field(default=5.0, gt=0)

    @property
    def enabled(self) -> bool:
        """True where an account is configured."""
        return bool(self.app_id)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.app_id:
            return self
        if not self.token.get_secret_value():
            raise ValueError("POLICYLINE_WECHAT_TOKEN is missing")
        if self.mode is not Mode.PLAIN:
            decode_aes_key(self.encoding_aes_key.get_secret_value())
        return self


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
