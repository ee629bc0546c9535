"""Settings of DingTalk's group robots; tokens and secrets never in a repr."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_TOKEN = re.compile(r"[A-Za-z0-9]{8,128}")


class Robot(BaseModel):
    """One robot and what its security settings (安全设置) ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: SecretStr
    """`access_token` of its address."""
    secret: SecretStr = SecretStr("")
    """Of 加签, beginning with SEC; empty: the robot asks for none."""
    keyword: str = Field(default="", max_length=20)
    """Of 自定义关键词; it is added where a message lacks it. Empty: the robot asks for none."""

    @field_validator("token", mode="after")
    @classmethod
    def _a_token(cls, value: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("should be the part of the address behind access_token=")
        return value


class DingTalkSettings(BaseSettings):
    """Group robots (自定义机器人). Source: open.dingtalk.com, 自定义机器人接入."""

    model_config = SettingsConfigDict(
        env_prefix="POLICYLINE_DINGTALK_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    robots: Mapping[str, Robot] = Field(default_factory=dict)
    """Name in the city's contacts → robot; empty: off."""
    api_url: str = "https://oapi.dingtalk.com"
    timeout_s: float = Field(default=5.0, gt=0, le=15)
