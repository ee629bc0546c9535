"""What an operator looks up by hand, by the engine that suggests. Blocks for some ms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.calls.answering import Answers, Content
from bot.calls.asking import Asked
from bot.calls.suggestions import Suggested

MOST = 6


class Hit(Protocol):
    """A document found."""

    @property
    def document(self) -> Named:
        """The document."""


class Named(Protocol):
    """A document, as far as its name."""

    @property
    def id(self) -> str:
        """Ours."""

    @property
    def title(self) -> str:
        """As published."""


class Searchable(Content, Protocol):
    """The published content; see `bot.library.Library`."""

    def search(self, question: str, k: int = 10) -> Sequence[Hit]:
        """Documents, best first."""


def look_up(content: Searchable, words: str) -> tuple[Suggested, ...]:
    """Answers to what was typed, best first; each can be adopted as a suggested one can.

    Args:
        content: published content.
        words: a question or a few words.
    """
    answers = Answers(content)
    asked = Asked(seq=-1, first=-1, question=words, asks=(words,))
    found = list(answers.find(asked))
    known = {each.document_id for each in found}
    for hit in content.search(words, MOST):
        if hit.document.id not in known and len(found) < MOST:
            named = f"《{hit.document.title}》{words}"
            one = answers.find(Asked(seq=-1, first=-1, question=named, asks=(named,)))
            found += [each for each in one if each.document_id == hit.document.id]
    return tuple(found)
