"""Encoders: the same vectors however they are loaded, learned alike from the same texts."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from nlu import encoder_training
from nlu.encoder import CONTENT, PAIRS, NoEncoder, StaticEncoder, open_encoder, segmented
from nlu.encoder_training import learn_from_texts, read_pairs, train

TEXTS = [
    "创业担保贷款个人最高二十五万元，按季度贴息。",
    "申请创业担保贷款要带身份证和营业执照。",
    "高龄津贴发给年满八十周岁的老年人。",
    "老年人凭身份证到居委会申请高龄津贴。",
    "城乡居民医疗保险集中缴费期为每年九月到十二月。",
    "新生儿出生后九十日内办理医疗保险参保登记。",
    "渣土车不得在老城区违规停放。",
    "老城区夜间禁止渣土车通行。",
]
PAIR_ROWS = [(f"{first}怎么办", second) for first, second in itertools.pairwise(TEXTS)]


def test_texts_on_one_matter_lie_together() -> None:
    vectors = learn_from_texts(TEXTS).encode([TEXTS[0], TEXTS[1], TEXTS[6]])

    assert vectors[0] @ vectors[1] > 0.6 > vectors[0] @ vectors[2]


def test_vectors_have_length_one_and_unknown_text_none() -> None:
    vectors = learn_from_texts(TEXTS).encode(["高龄津贴", "?", ""])

    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0], atol=1e-6)
    assert vectors.dtype == np.float32


def test_learning_again_gives_the_same() -> None:
    first, second = learn_from_texts(TEXTS), learn_from_texts(iter(TEXTS))

    assert first.terms == second.terms
    np.testing.assert_array_equal(first.weights, second.weights)


def test_no_texts_teach_nothing_and_do_no_harm() -> None:
    encoder = learn_from_texts([])

    assert not encoder.encode(["高龄津贴"]).any()


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    encoder = learn_from_texts(TEXTS)
    encoder.save(tmp_path / "encoder")

    loaded = StaticEncoder.load(tmp_path / "encoder")

    np.testing.assert_array_equal(loaded.encode(TEXTS), encoder.encode(TEXTS))
    assert loaded.origin == CONTENT


def test_sentence_transformers_gives_the_same_vectors(tmp_path: Path) -> None:
    encoder = learn_from_texts(TEXTS)
    encoder.save(tmp_path)
    texts = [*TEXTS, "从没见过的字眼 abc", "贷款"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's and transformers' own making
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(tmp_path), device="cpu")
        theirs = model.encode([segmented(text) for text in texts], normalize_embeddings=True)

    np.testing.assert_allclose(encoder.encode(texts), theirs, atol=1e-5)


def test_serving_the_static_encoder_loads_neither_torch_nor_sentence_transformers(
    tmp_path: Path,
) -> None:
    learn_from_texts(TEXTS).save(tmp_path)
    program = (
        "import sys, pathlib; from nlu.encoder import open_encoder;"
        "e = open_encoder('static', folder=pathlib.Path(sys.argv[1]), texts=list);"
        "e.encode(['贷款']); print([m for m in ('torch', 'sentence_transformers') "
        "if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_the_static_encoder_is_learned_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "encoder"

    first = open_encoder("static", folder=folder, texts=lambda: TEXTS)
    second = open_encoder("static", folder=folder, texts=lambda: [*TEXTS[1:], "过桥费的辟谣"])

    np.testing.assert_array_equal(first.encode(TEXTS), second.encode(TEXTS))


def test_content_that_outgrew_the_kept_encoder_is_learned(tmp_path: Path) -> None:
    more = [*TEXTS, "剑邑大桥不收过桥费。", "过桥费的说法不实。", "过桥费从来没有收过。"]
    open_encoder("static", folder=tmp_path, texts=lambda: TEXTS)

    grown = open_encoder("static", folder=tmp_path, texts=lambda: more)

    assert grown.encode(["过桥费"]).any()


def test_a_broken_kept_encoder_is_learned_anew(tmp_path: Path) -> None:
    learn_from_texts(TEXTS).save(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"no tensors")

    encoder = open_encoder("static", folder=tmp_path, texts=lambda: TEXTS)

    assert encoder.encode(["高龄津贴"]).any()


def test_a_folder_is_loaded_and_a_missing_one_refused(tmp_path: Path) -> None:
    learn_from_texts(TEXTS).save(tmp_path / "own")

    loaded = open_encoder(str(tmp_path / "own"), folder=tmp_path, texts=list)

    assert isinstance(loaded, StaticEncoder)
    with pytest.raises(NoEncoder, match=r"nothing\.here"):
        StaticEncoder.load(tmp_path / "nothing.here")


@pytest.mark.parametrize("key", ["query", "anchor"])
def test_pairs_are_read(tmp_path: Path, key: str) -> None:
    path = tmp_path / "pairs.jsonl"
    rows = [{key: asked, "positive": found} for asked, found in PAIR_ROWS]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")

    assert read_pairs(path) == PAIR_ROWS


@pytest.mark.parametrize("line", ["[]", "{}", "no json", '{"query": "a"}'])
def test_a_bad_pair_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"query": "a", "positive": "b"}\n' + line, encoding="utf-8")

    with pytest.raises(NoEncoder, match="line 2"):
        read_pairs(path)


def test_training_draws_pairs_together(tmp_path: Path) -> None:
    pairs = [
        ("粮补什么时候发", TEXTS[0]),
        ("老人钱找谁领", TEXTS[3]),
        ("娃刚出生咋办", TEXTS[5]),
    ] * 8
    before = learn_from_texts(text for pair in pairs for text in pair)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's and transformers' own making
        trained = train(pairs, tmp_path, epochs=4)

    def distinct(encoder: StaticEncoder) -> float:
        asked, found = (encoder.encode([pair[i] for pair in pairs[:3]]) for i in (0, 1))
        near = asked @ found.T
        return float(np.trace(near) - (near.sum() - np.trace(near)) / 2)

    assert trained.origin == PAIRS
    assert distinct(trained) > distinct(before)


def test_of_many_texts_some_are_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"第{place}条 申请贷款的材料" for place in range(10)]
    monkeypatch.setattr(encoder_training, "MAX_TEXTS", 5)

    encoder = learn_from_texts(texts)

    assert encoder.texts == 10
    assert encoder.terms == learn_from_texts(texts[::2]).terms
