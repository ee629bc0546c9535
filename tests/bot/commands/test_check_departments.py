"""`policyline check` on the ways departments are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.city.load import DEFAULT
from bot.commands.check import Verdict, departments
from bot.settings import Settings


def found(folder: Path = DEFAULT) -> list[tuple[Verdict, str]]:
    return [(one.verdict, one.said) for one in departments(Settings(city=folder))]


def test_nothing_set_is_fine() -> None:
    assert found() == [(Verdict.FINE, "未设置，各部门在本平台页面上办理")]


def test_a_contact_without_its_sender_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DEFAULT, tmp_path / "city"))
    text = '[[unit]]\nname = "市水利局"\nemail = ["a@example.com"]\n'
    (folder / "contacts.toml").write_text(text, "utf-8")
    assert found(folder)[0] == (Verdict.LESS, "市水利局的联系方式用到 email，但没有设置")


def test_faulty_settings_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_WECOM_ROBOTS", "no json")
    [(verdict, said)] = found()
    assert verdict is Verdict.FAULT
    assert said == "POLICYLINE_WECOM_ROBOTS: should be JSON"
