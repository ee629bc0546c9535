"""Starting and stopping everything on one machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running import ROOT, free_port, service
from tests.whole.conftest import Whole


def processes_of(home: Path) -> list[str]:
    """Commands of all processes told to work in this folder (Linux); Redis, which overwrites
    its environment, is not among them."""
    needle = f"POLICYLINE_HOME={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if needle in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def answers_on(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.rasa
def test_everything_answers(whole: Whole) -> None:
    ready = httpx.get(f"{whole.started.url}/ready").json()
    assert ready["ready"]
    assert not ready["degraded"]
    assert all(ready["parts"].values())
    assert len(processes_of(whole.home)) == 4
    assert answers_on(whole.started.redis_port)


@pytest.mark.rasa
def test_the_sample_content_is_there(whole: Whole) -> None:
    page = httpx.get(f"{whole.started.url}/documents/yibao-policy-2026")
    assert page.status_code == 200
    assert "示例" in page.text


@pytest.mark.rasa
def test_rasa_takes_nobody_without_the_token(whole: Whole) -> None:
    for path in ("/model/parse", "/webhooks/policyline/webhook", "/conversations/x/tracker"):
        answer = httpx.request(
            "GET" if "tracker" in path else "POST", whole.started.rasa_url + path, json={}
        )
        assert answer.status_code == 401


@pytest.mark.rasa
def test_an_interrupt_leaves_no_process(tmp_path: Path) -> None:
    with service(tmp_path) as started:
        assert len(processes_of(tmp_path)) == 4
        assert answers_on(started.redis_port)
    assert processes_of(tmp_path) == []
    assert not answers_on(started.redis_port)


@pytest.mark.rasa
def test_secrets_are_only_their_owners(whole: Whole) -> None:
    modes = {p.name: p.stat().st_mode & 0o777 for p in whole.home.glob("*_key")}
    modes |= {"rasa_token": (whole.home / "rasa_token").stat().st_mode & 0o777}
    assert modes == {"secret_key": 0o600, "rasa_token": 0o600}


def run_up(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    more = {f"POLICYLINE_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "bot", "up"],
        env=os.environ | {"POLICYLINE_HOME": str(home), "PYTHONPATH": str(ROOT)} | more,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run_up(tmp_path, port=port, redis_port=str(free_port()))
    assert result.returncode == 1
    assert f"端口 {port} 已被占用" in result.stderr
    assert "Traceback" not in result.stderr


def test_faulty_settings_are_all_named_at_once(tmp_path: Path) -> None:
    result = run_up(tmp_path, port="many", redis_port="0")
    assert result.returncode == 2
    assert "POLICYLINE_PORT" in result.stderr
    assert "POLICYLINE_REDIS_PORT" in result.stderr


def find_python(
    which: str, path: Path, home: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "find_python.sh"), which],
        env={"PATH": f"{path}:/usr/bin:/bin", "HOME": str(home), **environment},
        capture_output=True,
        text=True,
    )


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "python3.10", "echo 'command not found' >&2; exit 127")
    real = script(tmp_path / ".pyenv" / "versions" / "3.10.99" / "bin" / "python", "echo 3.10")
    result = find_python("rasa", tmp_path / "bin", tmp_path)
    assert result.stdout.strip() == str(real)


def test_the_setting_wins_over_the_path(tmp_path: Path) -> None:
    named = script(tmp_path / "named", "echo 3.10")
    script(tmp_path / "bin" / "python3.10", "echo 3.10")
    result = find_python("rasa", tmp_path / "bin", tmp_path, POLICYLINE_RASA_PYTHON=str(named))
    assert result.stdout.strip() == str(named)


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    named = script(tmp_path / "named", "echo 3.12")
    result = find_python("rasa", tmp_path / "bin", tmp_path, POLICYLINE_RASA_PYTHON=str(named))
    assert result.returncode == 1
    assert str(named) in result.stderr


def test_without_any_one_line_says_what_to_install(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "python3.10", "exit 127")
    result = find_python("rasa", tmp_path / "bin", tmp_path)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "POLICYLINE_RASA_PYTHON" in result.stderr
