"""Five-fold cross-validation of the intent classifier, and its score on unseen utterances.

Run by Rasa's Python with the checkout's root on PYTHONPATH; prints JSON. It is what
`rasa test nlu --cross-validation` measures (the classifier reads nothing but the text), without
writing and loading five models.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from sklearn.metrics import classification_report
from sklearn.model_selection import StratifiedKFold

from nlu.rasa.components.linear import LinearModel
from tests.nlu import examples

STRENGTH = 10.0  # as in nlu/rasa/config.yml


def predict(model: LinearModel, texts: np.ndarray) -> list[str]:
    return [model.classes[i] for i in model.confidences(list(texts)).argmax(axis=1)]


def report(truth: np.ndarray, predicted: list[str]) -> dict[str, object]:
    scores = classification_report(truth, predicted, output_dict=True, zero_division=0)
    intents = {name: scores[name]["f1-score"] for name in sorted(set(truth))}
    return {"macro_f1": scores["macro avg"]["f1-score"], "intents": intents}


def main() -> None:
    texts, intents = (
        np.array(column) for column in zip(*examples.read(examples.TRAINING), strict=True)
    )
    predicted = np.empty(len(texts), dtype=object)
    folds = StratifiedKFold(5, shuffle=True, random_state=7)
    for training, test in folds.split(texts, intents):
        model = LinearModel.train(list(texts[training]), list(intents[training]), STRENGTH)
        predicted[test] = predict(model, texts[test])
    unseen, truth = (
        np.array(column) for column in zip(*examples.read(examples.UNSEEN), strict=True)
    )
    whole = LinearModel.train(list(texts), list(intents), STRENGTH)
    result = {
        "examples": len(texts),
        "cross_validation": report(intents, list(predicted)),
        "unseen": report(truth, predict(whole, unseen)),
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
