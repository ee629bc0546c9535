"""`policyline knowledge`: import, publish, repeal, list; finding and answering in `asking`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import asking
from bot.commands.opened import ERR, OUT, described, opened, operator, print_json, run
from knowledge.model import Kind, Life

if TYPE_CHECKING:
    from knowledge.model import Document, ImportReport

app = typer.Typer(no_args_is_help=True)
app.add_typer(asking.app)

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")]
_WARNINGS_SHOWN = 30

LIVES = {
    Life.DRAFT: "草稿",
    Life.CHECKED: "已审核",
    Life.PUBLISHED: "已发布",
    Life.REPLACED: "已被替代",
    Life.REPEALED: "已废止",
}


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
        print_json(
            {
                "added": report.added,
                "changed": report.changed,
                "unchanged": report.unchanged,
                "failed": report.failed,
                "warnings": report.warnings,
                "linked": report.linked,
            }
        )
    else:
        _print_report(report, publish=publish)
    raise typer.Exit(1 if report.failed else 0)


async def _import(paths: list[Path], kind: Kind | None, publish: bool) -> ImportReport:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("正在导入"), BarColumn(), MofNCompleteColumn())
    async with opened(index=False) as library:
        with Progress(*columns, console=ERR, transient=True) as bar:
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
    OUT.print(f"导入完成：{counts}")
    if report.linked:
        OUT.print(f"  {len(report.linked)} 份解读已关联到它解读的政策文件")
    for name, reason in report.warnings[:_WARNINGS_SHOWN]:
        OUT.print(f"  注意 {name}：{reason}", style="yellow", markup=False)
    if len(report.warnings) > _WARNINGS_SHOWN:
        OUT.print(f"  还有 {len(report.warnings) - _WARNINGS_SHOWN} 条提醒，加 --json 看全部")
    for name, reason in report.failed:
        OUT.print(f"  未导入 {name}：{reason}", style="red", markup=False)
    if (report.added or report.changed) and not publish:
        OUT.print("新内容是草稿，核对后用 policyline knowledge publish 编号 发布。")


@app.command("publish")
def publish_(document_id: Annotated[str, typer.Argument(help="文件编号")]) -> None:
    """发布一份文件的最新版本。"""
    document = run(_publish(document_id))
    OUT.print(f"已发布：{document.title}（第 {document.version} 版）", markup=False)


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
    OUT.print(f"{LIVES[document.life]}：{document.title}", markup=False)


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
        print_json([described(document) for document in found])
        return
    for document in found:
        told = "，".join(filter(None, (document.number, document.department)))
        OUT.print(f"{LIVES[document.life]}  {document.id}  {document.title}  {told}", markup=False)
    OUT.print(f"共 {len(found)} 份")


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
