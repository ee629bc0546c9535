"""How Rasa is started: with whatever token was made."""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path

import pytest

from nlu.rasa import server


@pytest.mark.parametrize("token", ["-begins-with-a-hyphen", "--port", "plain"])
def test_any_token_is_taken_as_one(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "model.tar.gz"
    model.touch()
    for name in server.NEEDED:
        monkeypatch.setenv(name, token)
    monkeypatch.setattr(sys, "argv", ["server.py", "--port", "5005", "--model", str(model)])
    started: list[list[str]] = []
    monkeypatch.setattr(runpy, "run_module", lambda *_, **__: started.append(sys.argv))

    server.main()

    parser = argparse.ArgumentParser()
    parser.add_argument("-t", "--auth-token")
    known, _ = parser.parse_known_args(started[0][2:])
    assert known.auth_token == token
