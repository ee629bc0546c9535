"""Where static encoders come from: the content itself, or pairs of texts that belong together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from nlu import text as nlu_text
from nlu.encoder import PAIRS, UNKNOWN, NoEncoder, StaticEncoder, Vectors, mark, segmented

DIMENSIONS = 128
"""256 found no more on the measured questions and takes twice the memory."""
MAX_TERMS = 60_000
MIN_TEXTS = 2
"""A term of one text only joins nothing."""
MAX_TEXTS = 20_000
"""Of more texts, so many are learned from, evenly spread: they show which terms go together."""
SEED = 20_211


def learn_from_texts(texts: Iterable[str], *, dimensions: int = DIMENSIONS) -> StaticEncoder:
    """A static encoder from which terms stand together; seconds for some thousand passages.

    Latent semantic analysis: the right singular vectors of the texts' weighted term counts. The
    same texts give the same encoder. Without texts it knows nothing and encodes to zeros.

    Source: Deerwester et al., Indexing by Latent Semantic Analysis (1990).
    """
    every = list(texts)
    step = -(-len(every) // MAX_TEXTS) or 1
    rows = [Counter(nlu_text.bigrams(text)) for text in every[::step]]
    spread = Counter(term for row in rows for term in row)
    common = sorted(spread.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_TERMS]
    terms = [term for term, count in common if count >= MIN_TEXTS]
    rank = min(dimensions, len(terms) - 1, len(rows) - 1)
    if rank < 1:
        return StaticEncoder(terms=[UNKNOWN], weights=np.zeros((1, dimensions), np.float32))
    rarity = np.log1p(len(rows) / np.array([spread[term] for term in terms])).astype(np.float32)
    directions = _directions(_weighted(rows, terms, rarity), rank)
    weights = np.zeros((len(terms) + 1, dimensions), np.float32)
    weights[1:, :rank] = directions * rarity[:, None]
    return StaticEncoder(terms=[UNKNOWN, *terms], weights=weights, texts=len(every))


def _weighted(rows: Sequence[Counter[str]], terms: Sequence[str], rarity: Vectors) -> Any:
    places = {term: place for place, term in enumerate(terms)}
    held = [[(places[t], n) for t, n in sorted(row.items()) if t in places] for row in rows]
    bounds = np.cumsum([0, *map(len, held)])
    flat = np.array([pair for row in held for pair in row], np.int64).reshape(-1, 2)
    values = ((1 + np.log(flat[:, 1])) * rarity[flat[:, 0]]).astype(np.float32)
    counts = sparse.csr_matrix((values, flat[:, 0], bounds), (len(rows), len(terms)))
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ counts).astype(np.float32)


def _directions(matrix: Any, rank: int) -> Vectors:
    from sklearn.utils.extmath import randomized_svd

    _, _, rows = randomized_svd(matrix, rank, n_iter=2, random_state=SEED)
    return np.asarray(rows.T, np.float32)


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Read JSON lines of `{query, positive}` or `{anchor, positive}`.

    Raises:
        NoEncoder: a line is neither, or there is none; the message names the line.
    """
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            asked = row.get("query") or row["anchor"]
            pairs.append((str(asked), str(row["positive"])))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise NoEncoder(f"{path.name}, line {number}: not a pair") from error
    if len(pairs) < MIN_TEXTS:
        raise NoEncoder(f"{path.name}: fewer than {MIN_TEXTS} pairs")
    return pairs


def train(
    pairs: Sequence[tuple[str, str]], out: Path, *, epochs: int = 3, batch: int = 128
) -> StaticEncoder:
    """Train a static encoder so that each pair's texts lie together, and write it to `out`.

    It starts from `learn_from_texts` on the same texts, so that few pairs do no harm, and goes on
    with sentence-transformers' trainer: each text against the others of its batch.

    Source: Henderson et al., Efficient Natural Language Response Suggestion (2017).
    """
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.training_args import SentenceTransformerTrainingArguments

    learn_from_texts(text for pair in pairs for text in pair).save(out)
    model = SentenceTransformer(str(out), device="cpu")
    columns = {
        "anchor": [segmented(asked) for asked, _ in pairs],
        "positive": [segmented(found) for _, found in pairs],
    }
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(out / "trainer"),
        num_train_epochs=epochs,
        per_device_train_batch_size=min(batch, len(pairs)),
        learning_rate=0.005,
        save_strategy="no",
        report_to="none",
        logging_strategy="no",
        disable_tqdm=True,
        use_cpu=True,
        seed=SEED,
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_dict(columns),
        loss=MultipleNegativesRankingLoss(model),
    )
    trainer.train()
    model.save(str(out), create_model_card=False)
    mark(out, PAIRS, 2 * len(pairs))
    return StaticEncoder.load(out)
