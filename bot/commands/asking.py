"""`policyline knowledge search | answer | eval`: what finds, answers and measures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.opened import ERR, OUT, described, dumped, opened, print_json, run

if TYPE_CHECKING:
    from knowledge.evaluate import Report
    from knowledge.model import Answer, Document

app = typer.Typer()

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")]


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="问题")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="最多几份")] = 10,
    as_json: _Json = False,
) -> None:
    """检索与问题最相关的文件。"""
    found = run(_search(question, k))
    if as_json:
        print_json([{**described(hit), "score": score} for hit, score in found])
        return
    if not found:
        OUT.print("没有找到相关的文件。")
    for place, (document, score) in enumerate(found, start=1):
        told = "，".join(filter(None, (document.number, document.department)))
        OUT.print(f"{place:>2}. {document.title}  [{document.id}]  {score:.3f}", markup=False)
        if told:
            OUT.print(f"    {told}", style="dim", markup=False)


async def _search(question: str, k: int) -> list[tuple[Document, float]]:
    async with opened(index=True) as library:
        return [(hit.document, hit.score) for hit in library.search(question, k)]


@app.command()
def answer(
    batch: Annotated[
        Path, typer.Option("--batch", exists=True, dir_okay=False, help="JSONL：{id, question}")
    ],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="写到这个 JSONL 文件")],
) -> None:
    """批量回答问题。"""
    try:
        questions = read_questions(batch)
    except ValueError as error:
        ERR.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    lines = run(_answers(questions))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    OUT.print(f"已回答 {len(lines)} 个问题，写入 {out}", markup=False)


async def _answers(questions: list[tuple[Any, str]]) -> list[str]:
    async with opened(index=True) as library:
        return [
            dumped(answer_json(given_id, library.answer(question)))
            for given_id, question in questions
        ]


def read_questions(path: Path) -> list[tuple[Any, str]]:
    """(id, question) a line; the ids are kept as given.

    Raises:
        ValueError: a line is no such record; says which, in Chinese.
    """
    found = []
    for at, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            found.append((record["id"], str(record["question"])))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name} 第 {at} 行不是 {{id, question}} 记录") from error
    return found


def answer_json(given_id: Any, found: Answer) -> dict[str, Any]:
    """An answer as others read it: id, kind, answer, citations, documents, confidence."""
    return {
        "id": given_id,
        "kind": found.kind.value,
        "answer": found.text,
        "citations": [
            {
                "document_id": citation.document_id,
                "title": citation.title,
                "number": citation.number,
                "department": citation.department,
                "published_on": citation.published_on and citation.published_on.isoformat(),
                "url": citation.url,
                "place": citation.place,
            }
            for citation in found.citations
        ],
        "documents": [{"id": each.id, "score": each.score} for each in found.documents],
        "confidence": found.confidence,
    }


@app.command("eval")
def evaluate(
    questions: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="JSONL：{id, question, docid, answer}"),
    ],
    as_json: _Json = False,
) -> None:
    """用已知答案的问题评测检索与回答。"""
    from dataclasses import asdict

    from knowledge.evaluate import BadQuestions

    try:
        report = run(_evaluate(questions))
    except (BadQuestions, UnicodeDecodeError) as error:
        ERR.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    if as_json:
        print_json(asdict(report))
    else:
        _print_evaluation(report)


async def _evaluate(questions: Path) -> Report:
    from knowledge.evaluate import read_questions

    asked = read_questions(questions)
    async with opened(index=True) as library:
        return library.evaluate(asked)


def _print_evaluation(report: Report) -> None:
    kinds = "，".join(f"{kind} {count}" for kind, count in sorted(report.kinds.items()))
    OUT.print(f"问题 {report.questions} 个")
    OUT.print(f"指定文件排第一 {report.strict_first:.3f}，前五 {report.strict_five:.3f}")
    OUT.print(f"含答案的文件排第一 {report.first:.3f}，前五 {report.five:.3f}")
    OUT.print(f"引文含答案 {report.answer_held:.3f}，ROUGE-L {report.rouge:.3f}")
    OUT.print(f"直接回答中文件正确 {report.direct_right:.3f}；{kinds}")
    OUT.print(f"用时 中位 {report.median_ms:.1f} 毫秒，第 99 百分位 {report.slowest_ms:.1f} 毫秒")
    for wrong in report.wrong:
        OUT.print(f"  {wrong.question}", markup=False)
        OUT.print(f"    应为 {wrong.wanted}；首位 {wrong.first}；{wrong.why}", markup=False)
