"""`policyline hotline eval`: what the desk understands of recorded calls, beside what people do."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands.opened import ERR, OUT, opened, print_json, run

if TYPE_CHECKING:
    from bot.calls.answering import Content
    from bot.calls.evaluate import Recorded, Report
    from knowledge.index import Index
    from knowledge.model import Answer, Document

app = typer.Typer(no_args_is_help=True)

_SHIPPED = Path(__file__).resolve().parents[1] / "calls" / "recordings"
_SAMPLES = Path(__file__).resolve().parents[2] / "knowledge" / "samples"
_MEASURES = {
    "question_understood": "听懂的问题",
    "no_question": "没有把诉求当成问题",
    "answer_first": "第一条建议答案正确",
    "answer_among_three": "三条建议答案中有正确的",
    "no_needless_answer": "没有多余的建议答案",
    "department_first": "首选单位正确",
    "department_among_three": "三个单位中有正确的",
    "second_demand": "第二个诉求的单位正确",
    "earlier_case": "听出来电人以前反映过",
    "emergency_told": "报出的紧急情况",
    "no_false_alarm": "没有误报紧急情况",
    "statutory_way": "告知法定途径",
    "demand_type": "诉求类型",
    "place": "地点",
    "occurred_at": "时间",
    "contact_name": "姓名",
    "contact_phone": "联系电话",
    "anonymous": "匿名",
    "confidential": "保密",
    "title": "标题",
    "text": "内容",
}


@app.command("eval")
def evaluate(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="录音与人工判断所在的文件夹")
    ] = _SHIPPED,
    own_content: Annotated[
        bool, typer.Option("--own-content", help="用本系统里的内容回答，而不是示例内容")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")] = False,
) -> None:
    """用录下的电话评测：听懂的问题、建议答案、单位、工单各项、紧急情况。"""
    from bot.calls.expectations import ExpectationsUnreadable, read_folder

    try:
        calls = read_folder(folder)
    except ExpectationsUnreadable as error:
        ERR.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    report = run(_evaluated(calls)) if own_content else asyncio.run(_on(calls, SampleContent()))
    if as_json:
        print_json(_as_json(report))
    else:
        _print(report)


class SampleContent:
    """The sample content, in memory, all of it in force."""

    revision = 1

    def __init__(self) -> None:
        from dataclasses import replace

        from knowledge.answer import Answerer
        from knowledge.embedded import EmbeddedIndex
        from knowledge.index import Entry
        from knowledge.ingest.reading import read
        from knowledge.ingest.structure import passages
        from knowledge.model import Life

        documents = [
            replace(document, life=Life.PUBLISHED)
            for path in sorted(_SAMPLES.glob("*.md"))
            for document in read(path)
        ]
        self.index: Index = EmbeddedIndex.build(
            Entry(document=each, passages=passages(each)) for each in documents
        )
        self._answerer = Answerer(self.index)

    def answer(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        """Answer as of today."""
        return self._answerer.answer(question, today=_today(), context=context)

    def document(self, document_id: str) -> Document | None:
        """A document of the samples."""
        return self.index.document(document_id)


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


async def _evaluated(calls: tuple[Recorded, ...]) -> Report:
    async with opened(index=True) as library:
        return await _on(calls, library)


async def _on(calls: tuple[Recorded, ...], content: Content) -> Report:
    from bot import city as cities
    from bot.calls.evaluate import evaluate as measured
    from bot.calls.suggesting import Suggester
    from bot.clock import SystemClock
    from bot.routing import store
    from bot.settings import load

    settings = load()
    city = cities.load(cities.in_use(settings.home, settings.city))
    router = store.router(city, settings.home)
    return await measured(calls, Suggester(content, router, city, None, SystemClock()))


def _as_json(report: Report) -> dict[str, object]:
    return {
        "figures": {
            name: {"right": right, "of": whole} for name, (right, whole) in report.figures().items()
        },
        "wrong": [asdict(each) for each in report.outcomes if not each.right],
        "median_ms": report.percentile_ms(0.5),
        "p95_ms": report.percentile_ms(0.95),
    }


def _print(report: Report) -> None:
    figures = report.figures()
    for name, title in _MEASURES.items():
        if name in figures:
            right, whole = figures[name]
            OUT.print(f"{title}：{right}/{whole}", markup=False)
    OUT.print(
        f"每句用时 中位 {report.percentile_ms(0.5):.0f} 毫秒，"
        f"第 95 百分位 {report.percentile_ms(0.95):.0f} 毫秒"
    )
    for each in report.outcomes:
        if not each.right:
            OUT.print(f"  {each.call} {_MEASURES[each.measure]}", markup=False)
            OUT.print(f"    应为 {each.wanted}；得到 {each.got}", markup=False)
