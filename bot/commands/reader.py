"""`policyline reader`: learn from answered questions which clauses answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from knowledge.index import Index

app = typer.Typer(no_args_is_help=True)

_MADE = 1200
"""More made examples taught no more."""


@app.callback()
def _group() -> None:
    """摘句模型。"""


@app.command()
def train(
    questions: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="JSONL，每行 {question, docid, answer}"),
    ],
    documents: Annotated[
        list[Path], typer.Option("--documents", exists=True, help="答案所在的文件或文件夹")
    ],
    out: Annotated[Path, typer.Option("--out", help="写入的文件")],
    pairs: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSONL，每行 {question, answer}"),
    ] = None,
) -> None:
    """学习摘句，并以未见过的文件检验；之后把 POLICYLINE_READER 设为该文件。"""
    from knowledge.evaluate import BadQuestions, read_questions
    from knowledge.reading import examples, measuring, training

    started, today = time.monotonic(), date.today()  # noqa: DTZ011 - documents here have no validity
    try:
        asked = read_questions(questions)
        index = _index_of(documents)
        known = examples.known(asked, index, today)
        said = {each.question for each in asked}
        others = [pair for pair in _pairs(pairs) if pair[0] not in said]
        real, made = examples.supposed(others, index, today, made=_MADE)
        learned = training.learn([*known, *real], made)
    except (BadQuestions, training.TooFew) as error:
        typer.echo(f"不能训练：{error}", err=True)
        raise typer.Exit(1) from error
    learned.model.save(out)
    unseen = measuring.unseen(asked, index, learned, today)
    typer.echo(
        f"已学习 {len(known) + len(real)} 例，用时 {time.monotonic() - started:.0f} 秒。"
        "未见过的文件上："
        f"摘录含完整答案 {unseen.answer_held:.1%}，与答案的相似度（ROUGE-L）{unseen.rouge:.3f}。"
    )
    typer.echo(f"使用它：POLICYLINE_READER={out.absolute()}")


def _index_of(paths: Iterable[Path]) -> Index:
    from knowledge.embedded import EmbeddedIndex
    from knowledge.index import Entry
    from knowledge.ingest import files, read
    from knowledge.ingest.structure import passages
    from knowledge.model import Life

    published = (
        replace(document, life=Life.PUBLISHED) for path in files(paths) for document in read(path)
    )
    return EmbeddedIndex.build(Entry(document=each, passages=passages(each)) for each in published)


def _pairs(path: Path | None) -> list[tuple[str, str]]:
    from knowledge.evaluate import BadQuestions

    if path is None:
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            pair = str(row["question"]), str(row["answer"]).strip()
        except (ValueError, KeyError, TypeError) as error:
            raise BadQuestions(f"{path.name} 第 {number} 行不是问答") from error
        if len(pair[1]) > 1:
            found.append(pair)
    return found
