"""`policyline drafts eval` on a small made-up file, and on the real mailbox where it is there."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import application
from tests.bot.drafting.letters import PARKING_REPLY, PENSION

DATA = Path(os.environ.get("POLICYLINE_DATA_DIR") or Path(__file__).parents[4] / "shared" / "data")
REAL = DATA / "mailbox" / "messages_with_replies.csv"
HEADINGS = ("留言主题", "留言时间", "留言详情", "答复意见", "答复时间")


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(application(arguments), arguments)
    return done.exit_code, done.stdout


def written(path: Path, headings: tuple[str, ...] = HEADINGS, rows: int = 15) -> Path:
    """Parking and pensions in turn, a day apart; the last row has no reply."""
    with path.open("w", encoding="utf-8", newline="") as target:
        out = csv.writer(target)
        out.writerow(headings)
        for day in range(1, rows + 1):
            at, later = f"2025/1/{day} 9:00:00", f"2025/1/{day} 17:00"
            place = f"第{day}号泊位"
            out.writerow([f"{place}停车收费", at, f"{place}路边停车收费太高", PARKING_REPLY, later])
            out.writerow([PENSION.title, at, f"{PENSION.text}{day}", PENSION.reply, later])
        out.writerow(["没有答复", "2025/1/20", "还没有人答复", "", ""])
    return path


def test_sources_of_the_same_matter_are_found_before_chance_does(tmp_path: Path) -> None:
    code, said = run("drafts", "eval", str(written(tmp_path / "a.csv")), "--json")
    assert code == 0
    report = json.loads(said)
    assert (report["messages"], report["skipped"]) == (30, 1)
    for split in report["splits"]:
        ways = {one["name"]: one for one in split["methods"]}
        assert ways["ours"]["covered"][0] == split["oracle"] == 1.0
        assert ways["random"]["covered"][0] < 1.0
        assert split["drafts"]["useful"] == 1.0


def test_the_table_names_every_way(tmp_path: Path) -> None:
    code, said = run("drafts", "eval", str(written(tmp_path / "a.csv")))
    assert code == 0
    for name in ("本系统", "BM25（词）", "TF-IDF 余弦", "随机", "上限"):
        assert name in said


def test_other_headings_are_named_and_a_missing_one_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", ("题", "时", "文", "复", "复时"))
    named = "title=题,at=时,text=文,reply=复,replied_at=复时"
    assert run("drafts", "eval", str(path), "--columns", named)[0] == 0
    assert run("drafts", "eval", str(path))[0] == 1
    assert run("drafts", "eval", str(path), "--columns", "body=文")[0] == 1


def test_too_few_letters_are_told(tmp_path: Path) -> None:
    assert run("drafts", "eval", str(written(tmp_path / "a.csv", rows=3)))[0] == 1


@pytest.fixture(scope="module")
def real() -> dict[str, Any]:
    code, said = run("drafts", "eval", str(REAL), "--json")
    assert code == 0
    return {split["name"]: split for split in json.loads(said)["splits"]}


@pytest.mark.data
@pytest.mark.skipif(not REAL.is_file(), reason=f"no measurement data at {DATA}")
@pytest.mark.parametrize(
    ("split", "unit", "covered"), [("leave_one_out", 0.40, 0.070), ("earlier", 0.39, 0.019)]
)
def test_on_a_real_mailbox(real: dict[str, Any], split: str, unit: float, covered: float) -> None:
    ways = {one["name"]: one for one in real[split]["methods"]}
    assert ways["ours"]["unit"][1] >= unit
    assert ways["ours"]["covered"][1] >= covered
    for peer in ("bm25_words", "tfidf_cosine"):
        assert ways["ours"]["unit"][1] > ways[peer]["unit"][1]
