"""The command line: quick help, plain faults, right exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import PARTS, SINGLE, application
from bot.settings import ROOT


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POLICYLINE_")}
    named = {f"POLICYLINE_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=environment | named,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_command_and_imports_none_of_them() -> None:
    script = (
        "import sys; from bot.cli import application; application([])(['--help'], "
        "standalone_mode=False); "
        "print(sorted({'torch', 'sqlalchemy', 'aiohttp', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in ("up", "serve", "worker", *SINGLE, *PARTS):
        assert f" {name} " in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", [*PARTS, *SINGLE])
def test_each_command_can_be_asked_for_help(name: str) -> None:
    done = CliRunner().invoke(application([name]), [name, "--help"])
    assert done.exit_code == 0


def test_no_command_and_an_unknown_one_are_wrong_use() -> None:
    assert run().returncode == 2
    assert run("nonsense").returncode == 2


def test_the_version_is_told() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("policyline ")


@pytest.mark.parametrize("role", ["serve", "worker"])
def test_every_fault_of_the_settings_is_told_on_a_line_of_its_own(role: str) -> None:
    done = run(role, port="many", lease_s="-1")
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2
    assert sorted(line.split(":")[0] for line in lines) == [
        "POLICYLINE_LEASE_S",
        "POLICYLINE_PORT",
    ]


def test_a_city_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    done = run("worker", home=str(tmp_path), city=str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "city.toml" in done.stderr
    assert "Traceback" not in done.stderr
