"""`policyline hot`: the hot issues of a file of messages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import city as cities
from bot.cases.merging import CaseReader, Told
from bot.city import versions
from bot.cli import settings_or_exit
from bot.openness.clusters import Clusters
from bot.openness.heat import peak, weight
from bot.openness.issues import Issue, Message
from bot.openness.naming import name_of
from bot.routing.orders import OrdersUnreadable, decoded

app = typer.Typer()

COLUMNS = ("number", "title", "text", "place", "at", "channel", "sender", "likes", "dislikes")
"""Our names for what a message holds; a mapping gives a file's own names for them."""
_NEEDED = ("text", "at")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_TIMES = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d", "%Y-%m-%d")
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True, kw_only=True)
class _Read:
    told: Told
    weight: float
    sender: str


@dataclass(frozen=True, kw_only=True)
class _Found:
    issue: Issue
    heat: float
    at: datetime


@app.command("hot", help="文件中的热点：哪里的哪件事反映的人多")
def hot(
    file: Path,
    columns: Annotated[
        str, typer.Option("--columns", help="列对应，如 text=留言详情,at=留言时间,likes=点赞数")
    ] = "",
    top: Annotated[int, typer.Option("--top", min=1, max=200, help="列出几个")] = 10,
    least: Annotated[int, typer.Option("--least", min=1, help="从几件算起")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Cluster the messages of a CSV file and print the hottest issues, each at its peak."""
    try:
        settings = settings_or_exit()
        city = versions.in_use(
            cities.load(cities.in_use(settings.home, settings.city)), settings.home
        )
        rows = list(_rows(file.read_bytes(), _mapping(columns)))
    except (OrdersUnreadable, cities.CityError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"打不开这个文件：{file}。", err=True)
        raise typer.Exit(2) from error
    read = [message for message in (_message(row) for row in rows) if message is not None]
    found = _hottest(CaseReader(city), read, least)[:top]
    if as_json:
        typer.echo(json.dumps([_as_json(each) for each in found], ensure_ascii=False))
        return
    typer.echo(f"{len(read)} 条，没有时间或内容而略过 {len(rows) - len(read)} 条。")
    for rank, each in enumerate(found, start=1):
        times = [one.at for one in each.issue.messages]
        typer.echo(
            f"{rank:>3}  {name_of(each.issue)}  {each.issue.size} 件  热度 {each.heat:.1f}"
            f"（{each.at:%Y-%m-%d}）  {min(times):%Y-%m-%d} 至 {max(times):%Y-%m-%d}"
        )


def _hottest(reader: CaseReader, read: list[_Read], least: int) -> list[_Found]:
    clusters = Clusters()
    for each in sorted(read, key=lambda one: one.told.at):
        seen = reader.read(each.told)
        clusters.add(Message(seen=seen, weight=each.weight, sender=each.sender))
    found = []
    for issue in clusters.issues:
        if issue.size < least:
            continue
        hot, at = peak(issue.messages)
        found.append(_Found(issue=issue, heat=hot, at=at.astimezone(_SHANGHAI)))
    return sorted(found, key=lambda each: (-each.heat, each.issue.id))


def _as_json(found: _Found) -> dict[str, object]:
    return {
        "name": name_of(found.issue),
        "messages": found.issue.size,
        "heat": round(found.heat, 2),
        "hottest_at": found.at.isoformat(),
        "numbers": found.issue.numbers,
    }


def _mapping(text: str) -> dict[str, str]:
    """`text=留言详情,at=留言时间` as a mapping. Raises `OrdersUnreadable`."""
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not equals or ours not in COLUMNS or not theirs:
            raise OrdersUnreadable(
                f"列对应“{pair}”写法有误，应为 名称=文件中的列名，名称可用：{'、'.join(COLUMNS)}"
            )
        found[ours] = theirs
    return found


def _rows(raw: bytes, mapping: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Rows by our names. Raises `OrdersUnreadable`: no text, or a column is missing."""
    text, _ = decoded(raw)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(text))
    names = {ours: mapping.get(ours, ours) for ours in COLUMNS}
    given = reader.fieldnames or ()
    missing = [names[ours] for ours in (*_NEEDED, *mapping) if names[ours] not in given]
    if missing:
        told = "、".join(dict.fromkeys(missing))
        raise OrdersUnreadable(f"缺少列：{told}；文件中的列：{'、'.join(given)}")
    try:
        for count, row in enumerate(reader, start=1):
            read = {ours: (row.get(theirs) or "").strip() for ours, theirs in names.items()}
            yield {**read, "number": read["number"] or str(count)}
    except csv.Error as error:
        raise OrdersUnreadable(f"第 {reader.line_num} 行写法有误（{error}）") from error


def _message(row: Mapping[str, str]) -> _Read | None:
    at = _time(row["at"])
    if at is None or not (row["text"] or row["title"]):
        return None
    told = Told(
        number=row["number"],
        title=row["title"],
        text=row["text"],
        place=row["place"],
        channel=row["channel"],
        at=at,
    )
    counts = weight(likes=_whole(row["likes"]), dislikes=_whole(row["dislikes"]))
    return _Read(told=told, weight=counts, sender=row["sender"])


def _time(text: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=_SHANGHAI)
        except ValueError:
            continue
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=_SHANGHAI)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0
