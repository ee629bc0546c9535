"""API keys: read from any form a setting has, told apart, never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.open311.keys import holder, read_keys
from bot.settings import SettingsError, load

LONG = "a-key-of-thirty-two-characters-0"


def test_a_file_or_json_or_a_table(tmp_path: Path) -> None:
    as_json = tmp_path / "keys.json"
    as_json.write_text(json.dumps({"app": {"key": LONG}}))
    as_toml = tmp_path / "keys.toml"
    as_toml.write_text(f'[app]\nkey = "{LONG}"\n')
    given = (str(as_json), str(as_toml), as_json.read_text(), {"app": {"key": LONG}})
    assert {holder(read_keys(one), LONG) for one in given} == {"app"}
    assert read_keys("") == {}


def test_the_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICYLINE_OPEN311_KEYS", json.dumps({"app": {"key": LONG}}))
    settings = load()
    assert holder(settings.open311_keys, LONG) == "app"
    assert holder(settings.open311_keys, LONG + "x") is None
    assert LONG not in repr(settings)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"App": {"key": LONG}}, "a name is"),
        ({"app": {"key": "short-secret"}}, "fewer than 16"),
        ({"app": {}}, "key: Field required"),
        ({"app": {"key": LONG, "open": True}}, "open: Extra"),
        ({"app": {"key": LONG, "per_minute": 0}}, "per_minute"),
        ({"a": {"key": LONG}, "b": {"key": LONG}}, "the same key"),
        ({"app": "short-secret"}, "app:"),
        ([], "object of keys"),
        ('{"app": short-secret', "neither JSON nor TOML"),
        ("/no/such/short-secret.toml", "can be read"),
        ("short-secret", "can be read"),
    ],
)
def test_faults_are_told_without_the_key(given: object, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        read_keys(given)
    assert LONG not in str(caught.value)
    assert "short-secret" not in str(caught.value)


def test_a_faulty_setting_is_told_with_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICYLINE_OPEN311_KEYS", '{"app": {"key": "short-secret"}}')
    with pytest.raises(SettingsError, match=r"OPEN311_KEYS.*fewer than 16") as caught:
        load()
    assert "short-secret" not in str(caught.value)
