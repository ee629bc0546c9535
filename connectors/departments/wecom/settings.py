"""Settings of WeCom's group robots; keys never in a repr."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}")


class WeComSettings(BaseSettings):
    """Group robots (群机器人). Source: developer.work.weixin.qq.com/document/path/91770."""

    model_config = SettingsConfigDict(
        env_prefix="POLICYLINE_WECOM_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    robots: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Name in the city's contacts → the `key` of the robot's address; empty: off."""
    api_url: str = "https://qyapi.weixin.qq.com"
    timeout_s: float = Field(default=5.0, gt=0, le=15)

    @field_validator("robots", mode="after")
    @classmethod
    def _keys(cls, value: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        for name, key in value.items():
            if not _KEY.fullmatch(key.get_secret_value()):
                raise ValueError(f"{name}: should be the part of the address behind key=")
        return value
