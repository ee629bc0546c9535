"""Settings say what was measured, and name every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cases.model import Role
from bot.library import thresholds_of
from bot.role_settings import Placed
from bot.settings import Settings, SettingsError, load
from knowledge.answer import Thresholds


def test_answers_start_from_the_measured_thresholds() -> None:
    assert thresholds_of(Settings()) == Thresholds()


def test_every_fault_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_PORT", "many")
    monkeypatch.setenv("POLICYLINE_LEASE_S", "-1")
    with pytest.raises(SettingsError) as faulty:
        load()
    assert [fault.split(":")[0] for fault in faulty.value.faults] == [
        "POLICYLINE_PORT",
        "POLICYLINE_LEASE_S",
    ]


def test_the_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "policyline.toml"
    file.write_text('port = 9000\nredis_port = 9001\nhome = "~/policyline"\n')
    monkeypatch.setenv("POLICYLINE_CONFIG", str(file))
    monkeypatch.setenv("POLICYLINE_PORT", "9100")
    settings = load()
    assert (settings.port, settings.redis_port) == (9100, 9001)
    assert settings.home == Path.home() / "policyline"


def test_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "policyline.toml"
    file.write_text("port = \n")
    monkeypatch.setenv("POLICYLINE_CONFIG", str(file))
    with pytest.raises(SettingsError, match=r"policyline\.toml"):
        load()


def test_no_secret_is_shown() -> None:
    settings = Settings.model_validate({"secret_key": "hidden-key", "rasa_token": "hidden-token"})
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    "address",
    ["ftp://host/v1", "host/v1", "https://user:secret@host/v1", "https://host/v1?key=secret"],
)
def test_an_address_for_rephrasing_is_plain_and_shows_no_secret(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYLINE_REPHRASE_URL", address)
    monkeypatch.setenv("POLICYLINE_REPHRASE_MODEL", "m")
    with pytest.raises(SettingsError) as faulty:
        load()
    (fault,) = faulty.value.faults
    assert fault.startswith("POLICYLINE_REPHRASE_URL: ")
    assert "secret" not in fault


def test_an_address_for_rephrasing_needs_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_REPHRASE_URL", "https://host/v1/")
    with pytest.raises(SettingsError, match=r"^POLICYLINE_REPHRASE_MODEL: "):
        load()
    monkeypatch.setenv("POLICYLINE_REPHRASE_MODEL", "m")
    monkeypatch.setenv("POLICYLINE_REPHRASE_KEY", "s3cr3t")
    settings = load()
    assert settings.rephrase_url == "https://host/v1"
    assert "s3cr3t" not in repr(settings)


def test_an_empty_address_leaves_rephrasing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_REPHRASE_URL", "")
    assert load().rephrase_url == ""


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"OIDC_ISSUER": "http://id.example"}, "POLICYLINE_OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://id.example"}, "POLICYLINE_OIDC_CLIENT_ID"),
        (
            {"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "us"},
            "POLICYLINE_OIDC_CLIENT_SECRET",
        ),
        ({"OIDC_GROUPS": "not json"}, "POLICYLINE_OIDC_GROUPS"),
        ({"OIDC_GROUPS": '{"all": "citizen"}'}, "POLICYLINE_OIDC_GROUPS"),
        ({"OIDC_GROUPS": '{"all": "department_clerk"}'}, "POLICYLINE_OIDC_GROUPS"),
        ({"OIDC_GROUPS": '{"all": "triage:市住建局"}'}, "POLICYLINE_OIDC_GROUPS"),
        ({"SECOND_FACTOR_ROLES": "administrator,boss"}, "POLICYLINE_SECOND_FACTOR_ROLES"),
    ],
)
def test_a_fault_in_signing_in_is_named(
    given: dict[str, str], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"POLICYLINE_{name}", value)
    with pytest.raises(SettingsError) as faulty:
        load()
    assert fault in {line.split(":")[0] for line in faulty.value.faults}


def test_roles_and_groups_are_read_from_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_SECOND_FACTOR_ROLES", "administrator, auditor")
    monkeypatch.setenv("POLICYLINE_OIDC_GROUPS", '{"zjj": "department_head:市住建局"}')
    settings = load()
    assert settings.second_factor_roles == {Role.ADMINISTRATOR, Role.AUDITOR}
    assert settings.oidc_groups == {"zjj": Placed(role=Role.DEPARTMENT_HEAD, department="市住建局")}
