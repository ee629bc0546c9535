"""Rasa's own tests: the conversations of nlu/rasa/tests, and its check of data against rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nlu.rasa import train
from tests.rasa_server import PYTHON, model_folder

pytestmark = pytest.mark.rasa
STORIES = train.HERE / "tests" / "test_stories.yml"


def test_every_conversation_goes_as_written(rasa_model: Path, tmp_path: Path) -> None:
    """Words, intents, entities and actions: each message is read by the trained model."""
    command = [str(PYTHON), "-m", "rasa", "test", "core", "--e2e", "--no-plot"]
    command += ["--stories", str(STORIES), "--model", str(rasa_model), "--out", str(tmp_path)]
    command += ["--fail-on-prediction-errors", "--endpoints", "/dev/null"]
    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env=train.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-3000:]
    count = STORIES.read_text("utf-8").count("- story:")
    assert count >= 25
    assert f"Correct:          {count} / {count}" in ended.stdout


def test_data_rules_and_stories_fit_each_other(tmp_path: Path, rasa_model: Path) -> None:
    del rasa_model  # only so that this is skipped where Rasa is not installed
    train.validate(str(PYTHON), tmp_path)


def test_nothing_is_trained_twice(rasa_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_at = rasa_model.stat().st_mtime_ns
    assert train.train(str(PYTHON), model_folder()) == rasa_model
    assert rasa_model.stat().st_mtime_ns == made_at
    assert "nothing to train" in capsys.readouterr().out


def test_a_rasa_that_fails_fails_the_training(tmp_path: Path) -> None:
    script = str(train.HERE / "train.py")
    ended = subprocess.run(
        [sys.executable, script, "--rasa-python", "/bin/false", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "Rasa failed (1)." in ended.stderr
    assert not train.model(tmp_path).exists()
