"""`policyline encoder train` from the command line."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

from typer.testing import CliRunner

from bot.commands.encoder import app
from nlu.encoder import StaticEncoder


def run(*arguments: str) -> tuple[int, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's and transformers' own making
        result = CliRunner().invoke(app, ["train", *arguments])
    return result.exit_code, result.output


def test_pairs_become_an_encoder_in_a_folder(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    rows = [
        {"query": "老人钱找谁领", "positive": "高龄津贴到居委会申请领取"},
        {"query": "老人钱发多少", "positive": "高龄津贴每月发放五十元"},
        {"query": "开店贷款找谁", "positive": "创业担保贷款到居委会申请"},
    ]
    pairs.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    code, told = run(str(pairs), "--out", str(tmp_path / "own"), "--epochs", "1")

    assert code == 0, told
    assert f"POLICYLINE_ENCODER={tmp_path / 'own'}" in told.replace("\n", "")
    assert StaticEncoder.load(tmp_path / "own").encode(["高龄津贴"]).any()


def test_a_bad_line_is_named_and_nothing_written(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("no json", encoding="utf-8")

    code, told = run(str(pairs), "--out", str(tmp_path / "own"))

    assert code == 1
    assert "line 1" in told
    assert not (tmp_path / "own").exists()
