"""Rasa's intents by the linear model of `linear.py`."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.rasa.components.linear import LinearModel


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CueIntentClassifier(IntentClassifier, GraphComponent):
    """Words, characters and cues into a linear model; trains in seconds, answers in a few ms."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`strength`: inverse of the regularisation; `ranking_length`: intents reported."""
        return {"strength": 10.0, "ranking_length": 5}

    @staticmethod
    def required_packages() -> list[str]:
        """Packages the component cannot do without."""
        return ["sklearn", "jieba"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CueIntentClassifier:
        """See `GraphComponent`."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CueIntentClassifier:
        """See `GraphComponent`."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model to the examples and keep it."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT) and e.get(INTENT)]
        self._model = LinearModel.train(
            [e.get(TEXT) for e in examples],
            [e.get(INTENT) for e in examples],
            self._config["strength"],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing downstream needs the examples' own intents predicted."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the intent and the ranking to each message."""
        if self._model is None:
            raise RuntimeError("the model is neither trained nor loaded")
        rows = self._model.confidences([message.get(TEXT) or "" for message in messages])
        for message, row in zip(messages, rows, strict=True):
            ranking = [
                {"name": self._model.classes[i], "confidence": float(row[i])}
                for i in (-row).argsort(kind="stable")[: self._config["ranking_length"]]
            ]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
