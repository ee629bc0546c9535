"""The intent classifier: enough examples, understood across folds, and beyond what was foreseen."""

from __future__ import annotations

import collections
import json
import os
import subprocess
from pathlib import Path

import pytest

from nlu.model import CASE_INTENTS, QUESTION_INTENTS, Intent
from nlu.rasa.components.wrapping import WRAPPED, wrapped
from nlu.stand_in import StandIn
from tests.nlu import examples

VENV = Path(os.environ.get("POLICYLINE_RASA_VENV", examples.ROOT / ".venv-rasa"))
PYTHON = VENV / "bin" / "python"


def test_each_intent_has_examples_enough():
    counts = collections.Counter(intent for _, intent in examples.read(examples.TRAINING))
    assert set(counts) == {intent.value for intent in Intent}
    assert min(counts.values()) >= 45


def test_no_example_stands_twice():
    texts = collections.Counter(text for text, _ in examples.read(examples.TRAINING))
    assert [text for text, count in texts.items() if count > 1] == []


def test_unseen_utterances_are_not_trained_on():
    unseen = examples.UNSEEN + examples.UNSEEN_2
    trained = {text for text, _ in examples.read(examples.TRAINING)}
    assert [text for text, _ in examples.read(unseen) if text in trained] == []


@pytest.mark.rasa
@pytest.mark.skipif(not PYTHON.exists(), reason="Rasa's environment is not set up")
def test_cross_validation():
    environment = {**os.environ, "PYTHONPATH": str(examples.ROOT), "PYTHONWARNINGS": "ignore"}
    script = Path(__file__).with_name("cross_validation.py")
    run = subprocess.run(
        [str(PYTHON), str(script)], env=environment, capture_output=True, text=True, check=True
    )
    result = json.loads(run.stdout)
    assert result["cross_validation"]["macro_f1"] >= 0.92, result["cross_validation"]
    assert min(result["cross_validation"]["intents"].values()) >= 0.85
    assert result["unseen"]["macro_f1"] >= 0.86, result["unseen"]
    assert result["unseen_2"]["macro_f1"] >= 0.88, result["unseen_2"]
    for unseen in (result["unseen"], result["unseen_2"]):
        assert unseen["question_as_demand"] <= 0.06, unseen
        assert unseen["demand_as_question"] <= 0.06, unseen


def test_wrapped_examples_are_questions_and_demands():
    assert {intent.value for intent in QUESTION_INTENTS | CASE_INTENTS} == WRAPPED


def test_wrapping_keeps_the_words_and_the_label():
    texts = ["路灯坏了没人来修", "你好", "退休年龄是多少岁", "在哪里"]
    further, labels = wrapped(texts, ["help", "greet", "policy_question", "ask_where"])
    assert labels == ["help", "policy_question"]
    assert texts[0] in further[0]
    assert texts[2] in further[1]
    assert set(further).isdisjoint(texts)


def _kind(intent: str) -> str:
    named = {Intent(each): "question" for each in QUESTION_INTENTS}
    named |= dict.fromkeys(CASE_INTENTS, "demand")
    return named.get(Intent(intent), intent)


def test_stand_in_tells_question_from_demand():
    stand_in = StandIn()
    rows = [
        (_kind(intent), _kind(stand_in.understand(text).intent))
        for text, intent in examples.read(examples.TRAINING)
    ]
    assert sum(truth == found for truth, found in rows) / len(rows) >= 0.80
    questions = [found for truth, found in rows if truth == "question"]
    assert questions.count("question") / len(questions) >= 0.90
