"""Settings of the gateway, and the registry's line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.city.load import DEFAULT
from connectors import registry
from connectors.channels.hotline.sms import settings as sms
from connectors.errors import Misconfigured
from tests.connectors.wechat.conftest import DictTokens
from tests.fakes.sms_gateway import KEY, LINK


async def wake(*topics: str) -> None:
    del topics


def edge(city: Path | None = DEFAULT) -> registry.Edge:
    return registry.Edge(wake=wake, tokens=DictTokens(), city=city)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    given = {"URL": "https://sms.example/api", "APP": "fengcheng", "KEY": KEY, "LINK": LINK}
    for name, value in given.items():
        monkeypatch.setenv(f"{sms.PREFIX}{name}", value)
    return monkeypatch


def test_without_a_url_there_is_no_channel() -> None:
    assert registry.CHANNELS["hotline"](edge()) is None


async def test_it_is_built_from_the_environment_and_the_citys_file(
    configured: pytest.MonkeyPatch,
) -> None:
    channel = registry.CHANNELS["hotline"](edge())
    assert channel is not None
    assert "replied" in repr(channel)
    assert KEY not in repr(channel) + repr(sms.load())
    await channel.close()


async def test_the_key_may_stand_in_a_file(configured: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("another key in its own file\n")
    configured.delenv(f"{sms.PREFIX}KEY")
    configured.setenv(f"{sms.PREFIX}KEY_FILE", str(tmp_path / "key"))
    assert sms.load().key.get_secret_value() == "another key in its own file"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KEY", "short", "KEY has fewer"),
        ("APP", "", "APP is missing"),
        ("QUIET", "10pm-8am", "write 22:00-08:00"),
        ("LINK", "https://12345.example/p?phone=1", "LINK"),
        ("URL", "sms.example", "URL"),
        ("MOST_PARTS", "0", "MOST_PARTS"),
        ("TEMPLATES", "/nowhere/sms.toml", "无法读取"),
        ("KEY_FILE", "/nowhere/key", "cannot be read"),
    ],
)
def test_faults_are_said_without_the_key(
    configured: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    configured.setenv(f"{sms.PREFIX}{name}", value)
    if name == "KEY_FILE":
        configured.delenv(f"{sms.PREFIX}KEY")
    with pytest.raises(Misconfigured, match=said) as refused:
        registry.CHANNELS["hotline"](edge())
    assert KEY not in str(refused.value)


def test_the_link_is_asked_for_where_a_template_has_it(configured: pytest.MonkeyPatch) -> None:
    configured.delenv(f"{sms.PREFIX}LINK")
    with pytest.raises(Misconfigured, match="POLICYLINE_HOTLINE_SMS_LINK"):
        registry.CHANNELS["hotline"](edge())
