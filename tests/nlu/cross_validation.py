"""Five-fold cross-validation of the intent classifier, and its score on unseen utterances.

Run by Rasa's Python with the checkout's root on PYTHONPATH; prints JSON. It is what
`rasa test nlu --cross-validation` measures (the classifier reads nothing but the text), without
writing and loading five models.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import classification_report
from sklearn.model_selection import StratifiedKFold

from nlu.rasa.components.linear import LinearModel
from nlu.rasa.components.wrapping import WRAPPED
from tests.nlu import examples

DEMANDS = frozenset({"complaint", "help", "report", "suggestion", "praise"})
QUESTIONS = WRAPPED - DEMANDS
STRENGTH = 10.0  # as in nlu/rasa/config.yml


def predict(model: LinearModel, texts: np.ndarray) -> list[str]:
    return [model.classes[i] for i in model.confidences(list(texts)).argmax(axis=1)]


def report(truth: np.ndarray, predicted: list[str]) -> dict[str, object]:
    scores = classification_report(truth, predicted, output_dict=True, zero_division=0)
    intents = {name: scores[name]["f1-score"] for name in sorted(set(truth))}
    return {"macro_f1": scores["macro avg"]["f1-score"], "intents": intents}


def taken_for(
    truth: np.ndarray, predicted: list[str], ours: frozenset[str], theirs: frozenset[str]
) -> float:
    """Share of the texts of one kind that were taken for the other."""
    found = [label for real, label in zip(truth, predicted, strict=True) if real in ours]
    return sum(label in theirs for label in found) / len(found)


def beyond(model: LinearModel, paths: tuple[Path, ...]) -> dict[str, object]:
    """The report on a set that is never trained on, and how often questions became demands."""
    texts, truth = (np.array(column) for column in zip(*examples.read(paths), strict=True))
    predicted = predict(model, texts)
    return {
        **report(truth, predicted),
        "question_as_demand": taken_for(truth, predicted, QUESTIONS, DEMANDS),
        "demand_as_question": taken_for(truth, predicted, DEMANDS, QUESTIONS),
    }


def main() -> None:
    texts, intents = (
        np.array(column) for column in zip(*examples.read(examples.TRAINING), strict=True)
    )
    predicted = np.empty(len(texts), dtype=object)
    folds = StratifiedKFold(5, shuffle=True, random_state=7)
    for training, test in folds.split(texts, intents):
        model = LinearModel.train(list(texts[training]), list(intents[training]), STRENGTH)
        predicted[test] = predict(model, texts[test])
    whole = LinearModel.train(list(texts), list(intents), STRENGTH)
    result = {
        "examples": len(texts),
        "cross_validation": report(intents, list(predicted)),
        "unseen": beyond(whole, examples.UNSEEN),
        "unseen_2": beyond(whole, examples.UNSEEN_2),
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
