"""Rasa's words are `nlu.text`'s words."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from nlu import text


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class LexiconTokenizer(Tokenizer):
    """jieba with our lexicon, as search and routing segment too."""

    @staticmethod
    def supported_languages() -> list[str]:
        """Chinese only."""
        return ["zh"]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages the component cannot do without."""
        return ["jieba"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Settings that Rasa's base class reads."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
        }

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of one attribute of a message, with their positions in it."""
        found = text.tokens(message.get(attribute))
        return self._apply_token_pattern([Token(word, start) for word, start in found])
