"""`policyline drafts`: how good suggested replies are, on letters whose true replies are known."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from bot.drafting.evaluate import Message, Report, Split

app = typer.Typer(no_args_is_help=True)
OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "title": ("留言主题", "标题", "来信标题", "主题"),
    "text": ("留言详情", "来信内容", "诉求内容", "内容"),
    "reply": ("答复意见", "答复内容", "回复内容", "答复"),
    "at": ("留言时间", "来信时间", "受理时间"),
    "replied_at": ("答复时间", "回复时间"),
}
_TIMES = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_LONGEST_CELL = 1_000_000
_FEWEST = 20
METHODS = {
    "ours": "本系统",
    "bm25_words": "BM25（词）",
    "tfidf_cosine": "TF-IDF 余弦",
    "random": "随机",
}
SPLITS = {"leave_one_out": "其余全部来信可用", "earlier": "只用来信时已答复的（后一半来信）"}


@app.callback()
def _group() -> None:
    """A group, though it has one command."""


@app.command("eval")
def evaluate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV，来信和答复")],
    columns: Annotated[
        str, typer.Option("--columns", help="列名对应，如 text=来信,reply=回复")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")] = False,
) -> None:
    """衡量参考答复：来源找得准不准，草稿有多少句用得上。"""
    from threadpoolctl import threadpool_limits

    from bot.drafting.evaluate import Measuring

    messages, skipped = read(file, columns)
    if len(messages) < _FEWEST:
        _fail(f"{file.name}：有答复的来信只有 {len(messages)} 件，至少要 {_FEWEST} 件")
    with threadpool_limits(1):
        report = Measuring(messages).report(lambda name: ERR.print(f"{SPLITS[name]} …"))
    if as_json:
        told = asdict(report) | {"skipped": skipped}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    _show(report, skipped)


def read(path: Path, columns: str) -> tuple[list[Message], int]:
    """The messages of a file that have a reply, and how many rows were left out."""
    from bot.drafting.evaluate import Message
    from bot.routing.orders import OrdersUnreadable, decoded

    csv.field_size_limit(_LONGEST_CELL)
    try:
        text, _ = decoded(path.read_bytes())
    except OrdersUnreadable as error:
        _fail(f"{path.name}：{error}")
    rows = csv.DictReader(io.StringIO(text))
    named = _named(rows.fieldnames or (), _mapping(columns))
    messages, skipped = [], 0
    for row in rows:
        cells = {name: (row.get(heading) or "").strip() for name, heading in named.items()}
        at, replied_at = _time(cells["at"]), _time(cells["replied_at"])
        if not cells["text"] or not cells["reply"] or at is None or replied_at is None:
            skipped += 1
            continue
        messages.append(
            Message(
                title=cells["title"],
                text=cells["text"],
                reply=cells["reply"],
                at=at,
                replied_at=replied_at,
            )
        )
    return messages, skipped


def _mapping(columns: str) -> dict[str, str]:
    """`text=来信,reply=回复` as a mapping; ends the program where it is none."""
    found = {}
    for pair in filter(None, (part.strip() for part in columns.split(","))):
        name, equals, heading = (part.strip() for part in pair.partition("="))
        if not equals or name not in HEADINGS or not heading:
            _fail(f"列对应“{pair}”写法有误，名称可用：{'、'.join(HEADINGS)}")
        found[name] = heading
    return found


def _named(headings: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Our name → the file's heading; ends the program where one is missing."""
    found = {}
    for name, known in HEADINGS.items():
        wanted = (mapping[name],) if name in mapping else known
        heading = next((each for each in wanted if each in headings), None)
        if heading is None:
            _fail(f"没有{known[0]}这一列（{name}），可用 --columns {name}=列名 指定")
        found[name] = heading
    return found


def _time(said: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(said.replace("-", "/"), form).replace(tzinfo=_SHANGHAI)
        except ValueError:
            continue
    return None


def _fail(message: str) -> NoReturn:
    ERR.print(message, style="red", markup=False)
    raise typer.Exit(1)


def _show(report: Report, skipped: int) -> None:
    OUT.print(
        f"{report.messages} 件来信，{report.saying} 件答复有实质内容，"
        f"{report.units} 件看得出是谁答复的；索引 {report.index_bytes / 1e6:.1f} MB，"
        f"用时 {report.build_s:.1f} 秒。"
    )
    if skipped:
        OUT.print(f"{skipped} 行没有内容、答复或时间，没有用。")
    for split in report.splits:
        OUT.print(f"\n{SPLITS[split.name]}：{split.asked} 件，可用来源平均 {split.pool:.0f} 件")
        OUT.print(_table(split))
        drafts = split.drafts
        OUT.print(
            f"草稿：{drafts.share:.1%} 的来信有句子可用，平均 {drafts.sentences:.1f} 句；"
            f"{drafts.supported:.1%} 的句子与真实答复相符，{drafts.useful:.1%} 的草稿至少有一句。"
        )


def _table(split: Split) -> Table:
    table = Table(box=None)
    for heading in ("", "单位 前1/3/5", "要点 前1/3/5", "毫秒"):
        table.add_column(heading)
    for one in split.methods:
        table.add_row(METHODS[one.name], _three(one.unit), _three(one.covered), f"{one.ms:.1f}")
    table.add_row("上限", f"{split.oracle_unit:.1%}", f"{split.oracle:.1%}", "")
    return table


def _three(shares: Sequence[float]) -> str:
    return " / ".join(f"{share:.1%}" for share in shares)
