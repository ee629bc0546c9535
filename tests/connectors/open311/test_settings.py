"""Which servers there are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors import registry
from connectors.departments.open311.settings import SETTING, configured
from connectors.errors import Misconfigured

LAMPS = {"endpoint": "https://lamps.example.com/v2/", "api_key": "secret-1", "default_service": "1"}


def test_from_a_file_json_and_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    toml = tmp_path / "policyline.toml"
    toml.write_text(
        '[open311.roads]\nendpoint = "http://roads.example.com"\n'
        f'api_key_file = "{tmp_path / "key"}"\n[open311.roads.services]\n"道路" = "R1"\n'
    )
    servers = tmp_path / "servers.json"
    servers.write_text(json.dumps({"lamps": LAMPS}))
    for given in (str(servers), servers.read_text()):
        found = configured({"POLICYLINE_CONFIG": str(toml), SETTING: given})
        assert list(found) == ["open311-roads", "open311-lamps"]
        assert found["open311-roads"].api_key.get_secret_value() == "from a file"
        assert found["open311-roads"].services == {"道路": "R1"}
        assert found["open311-lamps"].endpoint == "https://lamps.example.com/v2"
        assert "secret-1" not in repr(found)
    assert configured({"POLICYLINE_CONFIG": str(tmp_path / "none")}) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "ftp://lamps"},
        {"endpoint": "https://me:secret-1@lamps"},
        {"default_service": ""},
        {"format": "yaml"},
        {"colour": "red"},
        {"timeout_s": 60},
        {"api_key": "", "api_key_file": "/no/such/file"},
    ],
)
def test_faults_are_named_without_the_key(tmp_path: Path, changed: dict[str, object]) -> None:
    given = json.dumps({"lamps": LAMPS | changed, "LAMPS": LAMPS})
    with pytest.raises(Misconfigured) as caught:
        configured({"POLICYLINE_CONFIG": str(tmp_path / "none"), SETTING: given})
    assert "open311 server lamps" in str(caught.value)
    assert "'LAMPS'" in str(caught.value)
    assert "secret-1" not in str(caught.value)


@pytest.mark.parametrize("given", ["{secret-1", '["secret-1"]', "/no/such/file.toml", "/no/such"])
def test_a_setting_that_cannot_be_read(tmp_path: Path, given: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        configured({"POLICYLINE_CONFIG": str(tmp_path / "none"), SETTING: given})
    assert "secret-1" not in str(caught.value)


async def test_the_registry_builds_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(SETTING, json.dumps({"lamps": LAMPS}))

    async def wake(topic: str) -> None:
        del topic

    built = registry.DEPARTMENTS["open311"](registry.Edge(wake=wake, tokens=None))  # type: ignore[arg-type]  # nothing is sent
    assert list(built) == ["open311-lamps"]
    assert "secret-1" not in repr(built)
