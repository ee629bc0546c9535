"""Texts as vectors: a small static model trained here, a local folder, or a hub model by name."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy import sparse

from nlu import terms as nlu_terms
from nlu import text as nlu_text
from nlu.terms import term_key

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

STATIC = "static"
CONTENT, PAIRS = "content", "pairs"
"""What a static encoder was learned from."""
UNKNOWN = "[UNK]"
OUTGROWN = 0.25
"""A kept static encoder is learned anew where the content grew or shrank by more than this."""
SEGMENTED_MARK = "policyline.json"
"""In a model's folder: the texts must be segmented by us before they reach the tokenizer."""
_WEIGHT = "embedding.weight"
_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding"
        ".StaticEmbedding",
    }
]


class Encoder(Protocol):
    """Turns texts into vectors; equal texts give equal vectors."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), L2-normalised; a row of zeros says nothing."""


class NoEncoder(Exception):
    """The encoder named in the settings cannot be loaded; the message says why."""


def segmented(text: str) -> str:
    """A text as a static model's tokenizer takes it: character bigrams, Latin words, spaces."""
    return " ".join(nlu_text.bigrams(text))


class StaticEncoder:
    """The mean of its terms' vectors: sentence-transformers' StaticEmbedding, by numpy alone.

    Args:
        terms: the vocabulary; terms[0] is `UNKNOWN`.
        weights: one vector a term, (terms, dimensions).
        origin: `CONTENT` or `PAIRS`: what they were learned from.
        texts: how many texts that were.
    """

    def __init__(
        self, *, terms: Sequence[str], weights: Vectors, origin: str = CONTENT, texts: int = 0
    ) -> None:
        self.origin, self.texts = origin, texts
        self.terms = tuple(terms)
        self.weights = np.ascontiguousarray(weights, np.float32)
        keys = np.array([term_key(term) for term in self.terms[1:]], np.int64)
        self._places = np.argsort(keys) + 1
        self._keys = keys[self._places - 1]

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.weights.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), L2-normalised."""
        found = nlu_terms.bigrams(nlu_terms.plain(texts))
        flat = np.zeros(len(found.keys), np.int64)
        if len(self._keys):
            at = np.minimum(np.searchsorted(self._keys, found.keys), len(self._keys) - 1)
            flat = np.where(self._keys[at] == found.keys, self._places[at], 0)
        counts = sparse.csr_matrix(
            (np.ones(len(flat), np.float32), flat, found.bounds), (len(texts), len(self.terms))
        )
        return normalised(np.asarray(counts @ self.weights, np.float32))

    def save(self, folder: Path) -> None:
        """Write a folder that sentence-transformers loads too."""
        from tokenizers import Tokenizer, models, pre_tokenizers

        folder.mkdir(parents=True, exist_ok=True)
        places = {term: place for place, term in enumerate(self.terms)}
        tokenizer = Tokenizer(models.WordLevel(places, unk_token=UNKNOWN))
        tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        tokenizer.save(str(folder / "tokenizer.json"))
        (folder / "modules.json").write_text(json.dumps(_MODULES), encoding="utf-8")
        mark(folder, self.origin, self.texts)
        save_file({_WEIGHT: self.weights}, folder / "model.safetensors")

    @classmethod
    def load(cls, folder: Path) -> StaticEncoder:
        """Read what `save` or `policyline encoder train` wrote.

        Raises:
            NoEncoder: a file is missing or not what it should be.
        """
        try:
            described = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
            places: dict[str, int] = described["model"]["vocab"]
            weights = load_file(folder / "model.safetensors")[_WEIGHT]
            told = json.loads((folder / SEGMENTED_MARK).read_text(encoding="utf-8"))
            origin, texts = str(told["origin"]), int(told["texts"])
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise NoEncoder(f"{folder}: {error}") from error
        terms = sorted(places, key=places.__getitem__)
        if len(terms) != len(weights) or terms[:1] != [UNKNOWN]:
            raise NoEncoder(f"{folder}: tokenizer and weights do not belong together")
        return cls(terms=terms, weights=weights, origin=origin, texts=texts)


def mark(folder: Path, origin: str, texts: int) -> None:
    """Say in a model's folder that its texts are segmented by us, and what it was learned from."""
    said = json.dumps({"segmented": "bigrams", "origin": origin, "texts": texts})
    (folder / SEGMENTED_MARK).write_text(said, encoding="utf-8")


class SentenceEncoder:
    """Any sentence-transformers model; torch is loaded with the first one of these."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(name, device="cpu")
        except (ImportError, OSError, ValueError) as error:
            raise NoEncoder(f"{name}: {error}") from error
        self._dimensions = int(self._model.encode(["一"]).shape[1])

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), L2-normalised."""
        if not texts:
            return np.zeros((0, self._dimensions), np.float32)
        found = self._model.encode(list(texts), show_progress_bar=False, convert_to_numpy=True)
        return normalised(np.asarray(found, np.float32))


def open_encoder(value: str, *, folder: Path, texts: Callable[[], Iterable[str]]) -> Encoder:
    """The encoder a setting names. Blocks: some seconds where one must be trained.

    Args:
        value: `static`, a local folder, or a hub model's name.
        folder: where the static one trained from the content is kept between starts.
        texts: the content's texts; for `static` alone.

    Raises:
        NoEncoder: the named one cannot be loaded.
    """
    if value == STATIC:
        return _kept_or_learned(folder, texts)
    local = Path(value).expanduser()
    if (local / SEGMENTED_MARK).is_file():
        return StaticEncoder.load(local)
    return SentenceEncoder(str(local) if local.is_dir() else value)


def _kept_or_learned(folder: Path, texts: Callable[[], Iterable[str]]) -> StaticEncoder:
    from nlu.encoder_training import learn_from_texts

    known = list(texts())
    if (folder / SEGMENTED_MARK).is_file():
        try:
            kept = StaticEncoder.load(folder)
        except NoEncoder as error:
            log.warning("kept encoder unreadable, learning it anew: %s", type(error).__name__)
        else:
            if abs(len(known) - kept.texts) <= OUTGROWN * kept.texts:
                return kept
    encoder = learn_from_texts(known)
    if len(encoder.terms) > 1:
        encoder.save(folder)
    return encoder


def normalised(vectors: Vectors) -> Vectors:
    """Each row at length 1; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-12)), np.float32)
