"""The learned reader: which run of a document's clauses answers a question."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from knowledge.model import Document
from knowledge.query import Wanted
from knowledge.reading.clauses import clauses
from knowledge.reading.features import judge
from knowledge.reading.runs import propose
from knowledge.reading.trees import Trees, chance

RUN_CHARS = 250
"""The longest run the trees were taught to judge."""
COMPLETENESS = 0.6
"""What the chance of a whole answer counts beside the expected likeness to it. Documents unseen,
the right one given: at 0.4 a likeness of .410 and 71% whole answers, at 0.7 .394 and 75%."""


class BadModel(Exception):
    """A reader's file cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Picked:
    """Characters start to end of a document's text.

    Args:
        likeness: expected likeness to the answer (ROUGE-L F1), 0 to 1.
        whole: chance that it holds the whole answer, 0 to 1.
    """

    start: int
    end: int
    likeness: float
    whole: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """What was learned.

    Args:
        clause_names, run_names: the features the trees were taught with.
        clause: log-odds that a clause is part of the answer.
        likeness: a run's expected likeness to the answer.
        whole: log-odds that a run holds the whole answer.
    """

    clause_names: tuple[str, ...]
    run_names: tuple[str, ...]
    clause: Trees
    likeness: Trees
    whole: Trees

    def save(self, path: Path) -> None:
        """Write it to one file of arrays; nothing in it can run."""
        arrays: dict[str, NDArray[np.generic]] = {
            "clause_names": np.array(self.clause_names),
            "run_names": np.array(self.run_names),
            **self.clause.arrays("clause"),
            **self.likeness.arrays("likeness"),
            **self.whole.arrays("whole"),
        }
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Model:
        """Read what `save` wrote.

        Raises:
            BadModel: it is missing, or not such a file.
        """
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays: Mapping[str, NDArray[np.generic]] = {name: file[name] for name in file}
            return cls(
                clause_names=tuple(str(name) for name in arrays["clause_names"]),
                run_names=tuple(str(name) for name in arrays["run_names"]),
                clause=Trees.of_arrays(arrays, "clause"),
                likeness=Trees.of_arrays(arrays, "likeness"),
                whole=Trees.of_arrays(arrays, "whole"),
            )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise BadModel(f"{path}: {error}") from error


class Picker:
    """Picks the run that answers, by what was learned.

    Args:
        model: what was learned.
        completeness: what a whole answer counts beside a short one, from 0.

    Raises:
        BadModel: it was taught with other features than are known here.
    """

    def __init__(self, model: Model, *, completeness: float = COMPLETENESS) -> None:
        self._model, self._completeness = model, completeness

    def pick(
        self,
        question: str,
        wanted: Wanted,
        document: Document,
        parts: Sequence[tuple[int, int]],
        limit: int = RUN_CHARS,
    ) -> Picked | None:
        """The run that answers, or None where the parts hold no clause.

        Args:
            question: the part of it that is looked at.
            wanted: what it wants a text to hold.
            document: what is read.
            parts: (start, end) of the parts of its text that are read, ascending.
            limit: characters of the longest run; a longer clause is cut by the caller.
        """
        found = clauses(document.text, parts)
        if not found:
            return None
        judged = judge(question, wanted, document.title, document.text, found)
        if judged.names != self._model.clause_names:
            raise BadModel("the reader was taught with other features")
        chances = chance(self._model.clause.judge(judged.values))
        runs = propose(judged, chances, limit)
        likeness = self._model.likeness.judge(runs.values)
        whole = chance(self._model.whole.judge(runs.values))
        best = int(np.argmax(likeness + self._completeness * whole))
        return Picked(
            start=found[runs.first[best]].start,
            end=found[runs.last[best]].end,
            likeness=float(likeness[best]),
            whole=float(whole[best]),
        )


@functools.lru_cache(maxsize=4)
def opened(path: Path, *, completeness: float = COMPLETENESS) -> Picker:
    """A picker with the model of a file, which is read once.

    Raises:
        BadModel: it is missing, or not such a file.
    """
    return Picker(Model.load(path), completeness=completeness)
