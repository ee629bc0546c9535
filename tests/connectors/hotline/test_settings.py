"""Call centres' settings: where they stand, what is refused, and that no secret is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors import registry
from connectors.channels.hotline.names import Operators, extension_of, interface_of, number_of
from connectors.channels.hotline.settings import load, operators_of
from connectors.errors import Misconfigured

SECRET = "a-secret-that-nobody-sees"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POLICYLINE_CONFIG", str(tmp_path / "none.toml"))


def test_nothing_is_configured() -> None:
    assert registry.call_feeds() == {}
    assert registry.call_centres().webhook is None


def test_several_servers_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    server = {"host": "10.0.0.5", "username": "policyline", "secret": SECRET}
    monkeypatch.setenv("POLICYLINE_HOTLINE_AMI", json.dumps({"main": server, "east": server}))
    monkeypatch.setenv("POLICYLINE_HOTLINE_AMI__EAST__PORT", "5039")
    monkeypatch.setenv("POLICYLINE_HOTLINE_ESL__WEST__HOST", "10.0.0.6")
    monkeypatch.setenv("POLICYLINE_HOTLINE_ESL__WEST__PASSWORD", SECRET)
    monkeypatch.setenv("POLICYLINE_HOTLINE_CENTRES__NORTH__KEY", SECRET)
    feeds = registry.call_feeds()
    assert list(feeds) == ["ami-main", "ami-east", "esl-west"]
    assert [feed.name for feed in feeds.values()] == list(feeds)
    assert repr(feeds["ami-east"]) == "AmiFeed(name='ami-east', host='10.0.0.5', port=5039)"
    assert repr(registry.call_centres().webhook) == "HotlineWebhook(centres=['north'])"
    assert SECRET not in repr(feeds) + repr(load())


def test_in_the_toml_file_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret_file = tmp_path / "secret"
    secret_file.write_text(f"{SECRET}\n")
    path = tmp_path / "policyline.toml"
    path.write_text(
        "[hotline]\nstale_after_s = 60\n[hotline.ami.main]\nhost = 'pbx'\nusername = 'p'\n"
        f"secret_file = '{secret_file}'\nqueues = ['12345']\n"
    )
    monkeypatch.setenv("POLICYLINE_CONFIG", str(path))
    monkeypatch.setenv("POLICYLINE_HOTLINE_AMI__MAIN__HOST", "10.0.0.9")
    settings = load()
    assert settings.stale_after_s == 60
    assert settings.ami["main"].host == "10.0.0.9"
    assert settings.ami["main"].secret.get_secret_value() == SECRET
    assert settings.ami["main"].queues == ("12345",)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AMI", {"main": {"username": "p", "secret": SECRET}}, "AMI__MAIN__HOST"),
        ("AMI", {"main": {"host": "h", "username": "p"}}, "secret is missing"),
        ("AMI", {"main": {"host": "h", "username": "p", "secret": f"{SECRET}\r\n"}}, "one line"),
        ("AMI", {"main": {"host": "h", "username": "p\r\nX: y", "secret": SECRET}}, "USERNAME"),
        ("AMI", {"main": {"host": "h", "username": "p", "secret_file": "/nowhere"}}, "/nowhere"),
        ("AMI", {"Haupt!": {"host": "h", "username": "p", "secret": SECRET}}, "a name is"),
        ("AMI", {"main": {"host": "h", "username": "p", "sercet": SECRET}}, "SERCET"),
        ("ESL", {"main": {"host": "h", "password": SECRET, "port": 0}}, "ESL__MAIN__PORT"),
        ("ESL", {"main": {"host": "h", "password": SECRET, "user": "a b"}}, "ESL__MAIN__USER"),
        ("CENTRES", {"north": {"key": SECRET[:9]}}, "fewer than 16"),
        ("CENTRES", {"north": {"key": SECRET, "events": {"x": "fly"}}}, "EVENTS"),
        ("STALE_AFTER_S", -1, "STALE_AFTER_S"),
    ],
)
def test_faults_are_named_and_no_secret_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, said: str
) -> None:
    monkeypatch.setenv(f"POLICYLINE_HOTLINE_{name}", json.dumps(value))
    for build in (registry.call_feeds, registry.call_centres):
        with pytest.raises(Misconfigured, match=said) as caught:
            build()
        assert SECRET[:9] not in str(caught.value)


def test_what_is_no_json_shows_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOTLINE_AMI", '{"main": {"secret": "' + SECRET)
    with pytest.raises(Misconfigured) as caught:
        registry.call_feeds()
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "text"),
    [("operators.json", '{"1001": "王芳"}'), ("operators.toml", "1001 = '王芳'\n")],
)
def test_operators_in_a_file_of_the_city(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    monkeypatch.setenv("POLICYLINE_HOTLINE_OPERATORS_FILE", str(tmp_path / name))
    monkeypatch.setenv("POLICYLINE_HOTLINE_OPERATORS", '{"1002": "李强"}')
    assert operators_of(load()) == {"1001": "王芳", "1002": "李强"}


@pytest.mark.parametrize("text", ["[", "[]", '{"1001": 7}'])
def test_a_file_of_operators_that_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    (tmp_path / "operators.json").write_text(text)
    monkeypatch.setenv("POLICYLINE_HOTLINE_OPERATORS_FILE", str(tmp_path / "operators.json"))
    with pytest.raises(Misconfigured, match="OPERATORS_FILE"):
        registry.call_feeds()


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (("话务员一号", "PJSIP/1001"), "王芳"),
        (("1001@default",), "王芳"),
        (("Local/1001@agents/n",), "王芳"),
        (("PJSIP/1003", ""), "PJSIP/1003"),
        (("", ""), ""),
    ],
)
def test_operators_by_whatever_they_are_called(told: tuple[str, ...], name: str) -> None:
    assert Operators({"1001": "王芳"}).name_of(*told) == name


def test_numbers_and_channels_are_taken_apart() -> None:
    assert number_of('"Anonymous"') == number_of("sip:anonymous@anonymous.invalid") == ""
    assert number_of(" <13900000001> ") == "13900000001"
    assert number_of("1" * 33) == ""
    assert extension_of("1001") == "1001"
    assert interface_of("PJSIP/1001-0000002b") == "PJSIP/1001"
    assert interface_of("Local/1001@agents-0000002b;1") == "Local/1001@agents"
