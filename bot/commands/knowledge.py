"""`policyline knowledge`: import, publish, find, answer in bulk, evaluate."""

from __future__ import annotations

import asyncio
import getpass
import json
import logging
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console

from bot.errors import PolicylineError
from knowledge.model import Kind, Life

if TYPE_CHECKING:
    from bot.library import Library
    from knowledge.evaluate import Report
    from knowledge.model import Answer, Document, ImportReport

app = typer.Typer(no_args_is_help=True)

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)
_T = TypeVar("_T")
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")]

_WARNINGS_SHOWN = 30

LIVES = {
    Life.DRAFT: "草稿",
    Life.CHECKED: "已审核",
    Life.PUBLISHED: "已发布",
    Life.REPLACED: "已被替代",
    Life.REPEALED: "已废止",
}


@asynccontextmanager
async def opened(*, index: bool) -> AsyncIterator[Library]:
    """The library alone: the database, and Redis for a wake-up where there is one.

    Args:
        index: build the index too, for commands that find or answer.
    """
    from bot.cache import Cache
    from bot.clock import SystemClock
    from bot.library import Library, encoder_maker, thresholds_of
    from bot.settings import load
    from bot.storage.units import Storage

    settings = load()
    settings.home.mkdir(parents=True, exist_ok=True)
    storage, cache = Storage(settings.database), Cache(settings.redis)
    logging.getLogger("bot.cache").setLevel(logging.ERROR)  # without Redis a wake-up is lost: fine
    library = Library(
        storage,
        clock=SystemClock(),
        signals=cache,
        encoder=encoder_maker(settings),
        thresholds=thresholds_of(settings),
    )
    try:
        await storage.upgrade()
        if index:
            await library.refresh()
        yield library
    finally:
        await cache.close()
        await storage.close()


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a command; what went wrong is one Chinese sentence and exit code 1, or 2 for settings."""
    from bot.settings import SettingsError
    from nlu.encoder import NoEncoder

    try:
        return asyncio.run(work)
    except PolicylineError as error:
        _err.print(error.message, style="red", markup=False)
    except NoEncoder as error:
        _err.print(f"语义编码器无法打开：{error}", style="red", markup=False)
    except SettingsError as error:
        _err.print("\n".join(error.faults), style="red", markup=False)
        raise typer.Exit(2) from error
    raise typer.Exit(1)


def operator() -> str:
    """Who runs the command, for the record."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # no such user in the container
        return "cli"


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="文件或文件夹")],
    kind: Annotated[Kind | None, typer.Option(help="全部按这一类别导入")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="导入后立即发布")] = False,
    as_json: _Json = False,
) -> None:
    """导入 .html .pdf .docx .md .txt .jsonl 文件，或整个文件夹。"""
    report = run(_import(paths, kind, publish))
    if as_json:
        _print_json(
            {
                "added": report.added,
                "changed": report.changed,
                "unchanged": report.unchanged,
                "failed": report.failed,
                "warnings": report.warnings,
            }
        )
    else:
        _print_report(report, publish=publish)
    raise typer.Exit(1 if report.failed else 0)


async def _import(paths: list[Path], kind: Kind | None, publish: bool) -> ImportReport:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("正在导入"), BarColumn(), MofNCompleteColumn())
    async with opened(index=False) as library:
        with Progress(*columns, console=_err, transient=True) as bar:
            task = bar.add_task("", total=None)
            return await library.import_paths(
                paths,
                kind=kind,
                publish=publish,
                by=operator(),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )


def _print_report(report: ImportReport, *, publish: bool) -> None:
    counts = (
        f"新增 {len(report.added)} 份，更新 {len(report.changed)} 份，"
        f"内容未变 {len(report.unchanged)} 份，失败 {len(report.failed)} 份。"
    )
    _out.print(f"导入完成：{counts}")
    for name, reason in report.warnings[:_WARNINGS_SHOWN]:
        _out.print(f"  注意 {name}：{reason}", style="yellow", markup=False)
    if len(report.warnings) > _WARNINGS_SHOWN:
        _out.print(f"  还有 {len(report.warnings) - _WARNINGS_SHOWN} 条提醒，加 --json 看全部")
    for name, reason in report.failed:
        _out.print(f"  未导入 {name}：{reason}", style="red", markup=False)
    if (report.added or report.changed) and not publish:
        _out.print("新内容是草稿，核对后用 policyline knowledge publish 编号 发布。")


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="问题")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="最多几份")] = 10,
    as_json: _Json = False,
) -> None:
    """检索与问题最相关的文件。"""
    found = run(_search(question, k))
    if as_json:
        _print_json([{**_described(hit), "score": score} for hit, score in found])
        return
    if not found:
        _out.print("没有找到相关的文件。")
    for place, (document, score) in enumerate(found, start=1):
        told = "，".join(filter(None, (document.number, document.department)))
        _out.print(f"{place:>2}. {document.title}  [{document.id}]  {score:.3f}", markup=False)
        if told:
            _out.print(f"    {told}", style="dim", markup=False)


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
        _err.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    lines = run(_answers(questions))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    _out.print(f"已回答 {len(lines)} 个问题，写入 {out}", markup=False)


async def _answers(questions: list[tuple[Any, str]]) -> list[str]:
    async with opened(index=True) as library:
        return [
            _dumped(answer_json(given_id, library.answer(question)))
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
        _err.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    if as_json:
        _print_json(asdict(report))
    else:
        _print_evaluation(report)


async def _evaluate(questions: Path) -> Report:
    from knowledge.evaluate import read_questions

    asked = read_questions(questions)
    async with opened(index=True) as library:
        return library.evaluate(asked)


def _print_evaluation(report: Report) -> None:
    kinds = "，".join(f"{kind} {count}" for kind, count in sorted(report.kinds.items()))
    _out.print(f"问题 {report.questions} 个")
    _out.print(f"指定文件排第一 {report.strict_first:.3f}，前五 {report.strict_five:.3f}")
    _out.print(f"含答案的文件排第一 {report.first:.3f}，前五 {report.five:.3f}")
    _out.print(f"引文含答案 {report.answer_held:.3f}，ROUGE-L {report.rouge:.3f}")
    _out.print(f"直接回答中文件正确 {report.direct_right:.3f}；{kinds}")
    _out.print(f"用时 中位 {report.median_ms:.1f} 毫秒，第 99 百分位 {report.slowest_ms:.1f} 毫秒")
    for wrong in report.wrong:
        _out.print(f"  {wrong.question}", markup=False)
        _out.print(f"    应为 {wrong.wanted}；首位 {wrong.first}；{wrong.why}", markup=False)


@app.command("publish")
def publish_(document_id: Annotated[str, typer.Argument(help="文件编号")]) -> None:
    """发布一份文件的最新版本。"""
    document = run(_publish(document_id))
    _out.print(f"已发布：{document.title}（第 {document.version} 版）", markup=False)


async def _publish(document_id: str) -> Document:
    async with opened(index=False) as library:
        return await library.publish(document_id, operator())


@app.command()
def repeal(
    document_id: Annotated[str, typer.Argument(help="文件编号")],
    replaced_by: Annotated[str, typer.Option("--replaced-by", help="替代它的文件编号")] = "",
) -> None:
    """废止一份文件，或注明由哪份文件替代。"""
    document = run(_repeal(document_id, replaced_by))
    _out.print(f"{LIVES[document.life]}：{document.title}", markup=False)


async def _repeal(document_id: str, replaced_by: str) -> Document:
    async with opened(index=False) as library:
        return await library.repeal(document_id, operator(), replaced_by)


@app.command("list")
def list_(
    life: Annotated[Life | None, typer.Option(help="只列这一状态")] = None,
    kind: Annotated[Kind | None, typer.Option(help="只列这一类别")] = None,
    words: Annotated[str, typer.Option(help="标题、文号或编号中含有")] = "",
    as_json: _Json = False,
) -> None:
    """列出已导入的文件。"""
    found = run(_list(life, kind, words))
    if as_json:
        _print_json([_described(document) for document in found])
        return
    for document in found:
        told = "，".join(filter(None, (document.number, document.department)))
        _out.print(f"{LIVES[document.life]}  {document.id}  {document.title}  {told}", markup=False)
    _out.print(f"共 {len(found)} 份")


async def _list(life: Life | None, kind: Kind | None, words: str) -> list[Document]:
    found: list[Document] = []
    async with opened(index=False) as library:
        while True:
            after = found[-1].id if found else ""
            page = await library.documents(
                life=life, kind=kind, words=words, after=after, limit=500
            )
            found += page
            if len(page) < 500:
                return found


def _described(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "kind": document.kind.value,
        "life": document.life.value,
        "number": document.number,
        "department": document.department,
        "published_on": document.published_on and document.published_on.isoformat(),
        "issued_on": document.issued_on and document.issued_on.isoformat(),
        "valid_from": document.valid_from and document.valid_from.isoformat(),
        "valid_to": document.valid_to and document.valid_to.isoformat(),
        "version": document.version,
        "url": document.url,
    }


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _print_json(value: Any) -> None:
    sys.stdout.write(_dumped(value) + "\n")
