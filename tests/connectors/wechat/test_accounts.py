"""Which accounts there are, where their settings come from, and that no secret shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors import registry
from connectors.channels.wechat.accounts import AccountSettings, configured
from connectors.errors import Misconfigured
from tests.connectors.wechat.conftest import DictTokens
from tests.fakes.wechat_platform import Account

MAIN, YIBAO = Account(), Account(app_id="wx00000000000yibao", original_id="gh_yibao")


def table(account: Account, **more: object) -> dict[str, object]:
    return {
        "app_id": account.app_id,
        "token": account.token,
        "encoding_aes_key": account.aes_key,
        "app_secret": account.secret,
        **more,
    }


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    for name, value in table(MAIN).items():
        monkeypatch.setenv(f"POLICYLINE_WECHAT_{name.upper()}", str(value))
    return monkeypatch


def by_name() -> dict[str, AccountSettings]:
    return {each.channel: each for each in configured()}


def test_the_main_account_alone_as_ever() -> None:
    found = by_name()
    assert list(found) == ["wechat"]
    assert found["wechat"].settings.app_id == MAIN.app_id


def test_others_from_the_environment_take_what_is_common_from_the_main_one(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("POLICYLINE_WECHAT_API_URL", "https://proxy.example")
    environment.setenv("POLICYLINE_WECHAT_DRAFT_COVER", "cover-of-the-main-one")
    environment.setenv("POLICYLINE_WECHAT_ACCOUNTS", json.dumps({"yibao": table(YIBAO)}))
    settings = by_name()["wechat-yibao"].settings
    assert (settings.app_id, settings.api_url) == (YIBAO.app_id, "https://proxy.example")
    assert settings.app_secret.get_secret_value() == YIBAO.secret
    assert settings.draft_cover == ""


@pytest.mark.parametrize("suffix", ["json", "toml"])
def test_others_from_a_file(environment: pytest.MonkeyPatch, tmp_path: Path, suffix: str) -> None:
    written = {
        "json": json.dumps({"yibao": table(YIBAO)}),
        "toml": "[yibao]\n" + "".join(f'{k} = "{v}"\n' for k, v in table(YIBAO).items()),
    }
    path = tmp_path / f"accounts.{suffix}"
    path.write_text(written[suffix])
    environment.setenv("POLICYLINE_WECHAT_ACCOUNTS", str(path))
    assert by_name()["wechat-yibao"].settings.app_id == YIBAO.app_id


def test_the_configuration_file_and_the_environment_over_it(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "policyline.toml").write_text(
        '[wechat]\napp_id = "wxfromfile"\ntext_bytes = 1000\n'
        f'[wechat.accounts.yibao]\napp_id = "{YIBAO.app_id}"\ntoken = "{YIBAO.token}"\n'
        'mode = "plain"\n[wechat.accounts.yibao.templates.closed]\nid = "T"\n'
        'fields = { thing1 = "{department}" }\n'
    )
    environment.setenv("POLICYLINE_WECHAT_ACCOUNTS_YIBAO_APP_SECRET", YIBAO.secret)
    found = by_name()
    main, other = found["wechat"].settings, found["wechat-yibao"].settings
    assert (main.app_id, main.text_bytes) == (MAIN.app_id, 1000)
    assert other.app_secret.get_secret_value() == YIBAO.secret
    assert other.templates["closed"].fields == {"thing1": "{department}"}


def test_secrets_from_files(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "main").write_text("from-the-file\n")
    (tmp_path / "other").write_text(YIBAO.secret)
    environment.delenv("POLICYLINE_WECHAT_APP_SECRET")
    environment.setenv("POLICYLINE_WECHAT_APP_SECRET_FILE", str(tmp_path / "main"))
    other = {**table(YIBAO), "app_secret": "", "app_secret_file": str(tmp_path / "other")}
    environment.setenv("POLICYLINE_WECHAT_ACCOUNTS", json.dumps({"yibao": other}))
    found = by_name()
    assert found["wechat"].settings.app_secret.get_secret_value() == "from-the-file"
    assert found["wechat-yibao"].settings.app_secret.get_secret_value() == YIBAO.secret


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ({"yibao": {**table(YIBAO), "tokn": "x"}}, "yibao"),
        ({"yibao": {**table(YIBAO), "token": ""}}, "yibao"),
        ({"yibao": {**table(YIBAO), "encoding_aes_key": "short"}}, "yibao"),
        ({"yibao": {**table(YIBAO), "app_id": ""}}, "app_id is missing"),
        ({"Yi-Bao": table(YIBAO)}, "Yi-Bao"),
        ({"yibao": table(MAIN)}, "twice"),
        ({"yibao": {**table(YIBAO), "app_secret": "", "app_secret_file": "/none"}}, "_FILE"),
        ({"yibao": "wx1"}, "no table"),
    ],
)
def test_a_fault_is_named_and_no_secret_shown(
    environment: pytest.MonkeyPatch, accounts: dict[str, object], said: str
) -> None:
    environment.setenv("POLICYLINE_WECHAT_ACCOUNTS", json.dumps(accounts))
    with pytest.raises(Misconfigured, match=said) as fault:
        configured()
    shown = str(fault.value)
    assert not [s for s in (YIBAO.secret, YIBAO.token, YIBAO.aes_key, MAIN.secret) if s in shown]


@pytest.mark.parametrize("given", ['{"yibao": ', "/no/such/file.json", "[1]"])
def test_a_list_that_is_none_is_said(environment: pytest.MonkeyPatch, given: str) -> None:
    environment.setenv("POLICYLINE_WECHAT_ACCOUNTS", given)
    with pytest.raises(Misconfigured, match="POLICYLINE_WECHAT_ACCOUNTS"):
        configured()


async def test_each_is_a_channel_of_its_own(environment: pytest.MonkeyPatch) -> None:
    async def wake(topic: str) -> None:
        del topic

    environment.setenv("POLICYLINE_WECHAT_ACCOUNTS", json.dumps({"yibao": table(YIBAO)}))
    built = registry.build(registry.Edge(wake=wake, tokens=DictTokens()))
    assert {name: channel.name for name, channel in built.items()} == {
        "webchat": "webchat",
        "wechat": "wechat",
        "wechat-yibao": "wechat-yibao",
    }
    shown = repr(built) + repr(configured())
    assert YIBAO.app_id in shown
    assert not [s for s in (YIBAO.secret, YIBAO.token, YIBAO.aes_key) if s in shown]
    for channel in built.values():
        await channel.close()
