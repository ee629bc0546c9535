"""`policyline routing`: learn from past orders, predict, measure, go back to an earlier model."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from bot.cases.model import Routing
    from bot.city.model import City
    from bot.routing.evaluate import Figures
    from bot.routing.learned import Prediction
    from bot.routing.orders import Order, Orders
    from bot.routing.sayings import Sayings

app = typer.Typer(no_args_is_help=True)
OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)

WORSE = 0.01
"""A new model this much worse at naming the first department is not taken into use unasked."""

_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV 工单")]
_Columns = Annotated[
    str,
    typer.Option("--columns", help="列名对应，如 content=诉求内容,department=承办单位"),
]


@app.command()
def train(
    orders: _File,
    columns: _Columns = "",
    least: Annotated[int, typer.Option(min=3, help="少于这么多件的部门不学")] = 10,
    force: Annotated[bool, typer.Option("--force", help="比现用的差也启用")] = False,
    corrections: Annotated[bool, typer.Option(help="也用本系统里改派和研判的更正")] = True,
) -> None:
    """用本市的历史工单训练派单模型，并启用。"""
    from bot.routing import store
    from bot.routing.training import TooFewOrders, examples
    from bot.routing.training import train as learn

    given, home, started = _read(orders, columns), _home(), time.monotonic()
    _tell_skipped(given, least)
    corrected = asyncio.run(_corrected()) if corrections else ()
    if corrected:
        OUT.print(f"另用了 {len(corrected)} 次改派和研判的更正。")
    try:
        learned = learn(examples((*given.orders, *corrected), _sayings()), least)
    except TooFewOrders as error:
        _fail(str(error))
    figures = asdict(learned.left_out)
    before = {version.name: version.figures for version in store.versions(home)}
    used = store.current(home)
    name = store.save(home, learned.model, figures, datetime.now(UTC))
    took = time.monotonic() - started
    OUT.print(
        f"已训练版本 {name}：{figures['orders']} 件工单，{figures['departments']} 个部门，"
        f"用时 {took:.0f} 秒。"
    )
    OUT.print(
        f"留出检验：首选正确 {figures['first']:.1%}，前三含正确 {figures['first_three']:.1%}，"
        f"可自动派单 {figures['sure']:.1%}（准确率 95%）。"
    )
    last = before.get(used, {}).get("first", 0.0)
    if figures["first"] < last - WORSE and not force:
        OUT.print(
            f"比现用的 {used}（首选正确 {last:.1%}）差，没有启用。"
            f"仍要启用：policyline routing rollback {name}"
        )
        return
    store.use(home, name)
    OUT.print("已启用，重新启动服务后生效。")


@app.command()
def predict(
    orders: _File,
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="写到这个 JSONL 文件")],
    columns: _Columns = "",
    catalogue: Annotated[
        bool, typer.Option("--catalogue", help="不用训练的模型，只按派单目录")
    ] = False,
) -> None:
    """给工单判断诉求类型和承办单位。"""
    from threadpoolctl import threadpool_limits

    from bot import city as cities
    from bot.cases.model import RoutingInput
    from bot.city import versions
    from bot.routing import store
    from bot.routing.router import Router
    from bot.settings import load

    given, settings = _read(orders, columns, need_department=False), load()
    try:
        city = versions.with_current(
            cities.load(cities.in_use(settings.home, settings.city)), settings.home
        )
        name = "" if catalogue else store.current(settings.home)
        model = store.load(settings.home, name) if name else None
    except (cities.CityError, versions.CatalogueUnreadable, store.ModelUnreadable) as error:
        _fail(str(error))
    threadpool_limits(1)  # products this small cost five times as much when shared by threads
    if model and not store.knows(model, city):
        lines = [
            _of_prediction(each, model.predict(each.content, each.title)) for each in given.orders
        ]
        by = f"版本 {name}（学自其他城市的工单，单位按原名）"
    else:
        router = Router(city, model)
        lines = [
            _of_routing(each, router.route(RoutingInput(text=each.content, title=each.title)))
            for each in given.orders
        ]
        by = f"版本 {name}和派单目录" if model else "派单目录"
    out.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    out.write_text(text, encoding="utf-8")
    OUT.print(f"已判断 {len(lines)} 件，用{by}，写入 {out}", markup=False)


@app.command("eval")
def evaluate(
    orders: _File,
    columns: _Columns = "",
    least: Annotated[int, typer.Option(min=5, help="少于这么多件的部门不计")] = 15,
    more: Annotated[
        Path | None,
        typer.Option("--more", exists=True, dir_okay=False, help="也从这个 CSV 学，但不计"),
    ] = None,
    more_columns: Annotated[str, typer.Option("--more-columns", help="它的列名对应")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")] = False,
) -> None:
    """用五折交叉检验衡量派单模型。"""
    from bot.routing.evaluate import FOLDS
    from bot.routing.evaluate import evaluate as measure
    from bot.routing.training import TooFewOrders, examples

    given, started = _read(orders, columns), time.monotonic()
    others = _read(more, more_columns).orders if more else ()
    try:
        with Progress(console=ERR, transient=True) as bar:
            task = bar.add_task("检验", total=FOLDS)
            figures = measure(
                examples((*given.orders, *others), _sayings()),
                least,
                lambda done: bar.update(task, completed=done),
                measured=len(given.orders),
            )
    except TooFewOrders as error:
        _fail(str(error))
    took = time.monotonic() - started
    if as_json:
        typer.echo(json.dumps(_of_figures(figures, given, took), ensure_ascii=False, indent=2))
        return
    _show(figures, given, took)


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")] = False,
) -> None:
    """列出训练过的版本。"""
    from bot.routing import store

    try:
        found = store.versions(_home())
    except store.ModelUnreadable as error:
        _fail(str(error))
    if as_json:
        typer.echo(json.dumps([asdict(version) for version in found], ensure_ascii=False))
        return
    if not found:
        OUT.print("还没有训练过的版本，现在只按派单目录派单。")
    for version in found:
        mark = "（在用）" if version.in_use else ""
        if not version.readable:
            OUT.print(f"{version.name}  旧格式或已损坏，不能使用，请重新训练{mark}")
            continue
        OUT.print(f"{version.name}  首选正确 {version.figures.get('first', 0):.1%}{mark}")


@app.command()
def rollback(
    name: Annotated[str, typer.Argument(help="版本；不写则退回在用版本的前一个")] = "",
    none: Annotated[bool, typer.Option("--none", help="不用训练的模型，只按派单目录")] = False,
) -> None:
    """改用以前的版本，或不用训练的模型。"""
    from bot.routing import store

    home = _home()
    if none:
        store.use_none(home)
        OUT.print("已停用训练的模型，只按派单目录派单，重新启动服务后生效。")
        return
    try:
        if not name:
            earlier = [
                each.name for each in store.versions(home) if each.name < store.current(home)
            ]
            if not earlier:
                _fail("没有更早的版本")
            name = earlier[-1]
        store.use(home, name)
    except store.ModelUnreadable as error:
        _fail(str(error))
    OUT.print(f"已改用版本 {name}，重新启动服务后生效。")


def _home() -> Path:
    from bot.settings import load

    return load().home


def _read(path: Path, columns: str, *, need_department: bool = True) -> Orders:
    from bot.routing.orders import OrdersUnreadable, parse, parse_mapping

    try:
        return parse(path.read_bytes(), parse_mapping(columns), need_department=need_department)
    except OrdersUnreadable as error:
        _fail(f"{path.name}：{error}")


def _fail(message: str) -> NoReturn:
    ERR.print(message, style="red", markup=False)
    raise typer.Exit(1)


def _tell_skipped(given: Orders, least: int) -> None:
    """Rows nothing is learned from: said, never dropped in silence."""
    for reason, lines in given.skipped.items():
        OUT.print(f"{len(lines)} 行{reason}，没有用：第 {_some(lines)} 行", markup=False)
    few = [name for name, size in given.by_department().items() if size < least]
    if few:
        OUT.print(f"{len(few)} 个部门不足 {least} 件，没有学：{'、'.join(few[:10])}…", markup=False)
    known = _known_units()
    unknown = [name for name in given.by_department() if known(name) is None]
    if unknown:
        OUT.print(
            f"{len(unknown)} 个承办单位不在本市单位名单中：{'、'.join(unknown[:10])}…",
            markup=False,
        )


def _known_units() -> Any:
    return _city().unit


def _city() -> City:
    """The city, with the dispatch catalogue in use."""
    from bot import city as cities
    from bot.city import versions
    from bot.settings import load

    settings = load()
    try:
        return versions.with_current(
            cities.load(cities.in_use(settings.home, settings.city)), settings.home
        )
    except (cities.CityError, versions.CatalogueUnreadable) as error:
        _fail(str(error))


def _sayings() -> Sayings:
    from bot.routing.sayings import Sayings

    return Sayings(_city())


async def _corrected() -> tuple[Order, ...]:
    """Where people decided otherwise than the router; none where the database is not there."""
    from bot.routing.orders import Order
    from bot.settings import load
    from bot.storage.units import DatabaseAway
    from bot.stored import storage_of

    storage = storage_of(load())
    try:
        await storage.upgrade()
        async with storage.read() as unit:
            found = await unit.corrections.all()
    except DatabaseAway as error:
        OUT.print(f"读不到更正，只用工单文件：{error}", markup=False)
        return ()
    finally:
        await storage.close()
    return tuple(
        Order(
            order_no=one.id,
            title="",
            content=one.text,
            department=one.chosen,
            demand_type=one.demand_type,
        )
        for one in found
    )


def _some(lines: tuple[int, ...]) -> str:
    return "、".join(map(str, lines[:10])) + ("…" if len(lines) > 10 else "")


def _of_prediction(order: Order, found: Prediction) -> dict[str, Any]:
    return {
        "order_no": order.order_no,
        "demand_type": found.demand.label if found.demand else "",
        "departments": [
            {"name": each.label, "confidence": round(each.confidence, 4)}
            for each in found.departments
        ],
        "auto": found.auto,
    }


def _of_routing(order: Order, found: Routing) -> dict[str, Any]:
    return {
        "order_no": order.order_no,
        "demand_type": found.demand_type.value,
        "departments": [asdict(each) for each in found.departments],
        "auto": found.auto,
    }


def _of_figures(figures: Figures, given: Orders, took_s: float) -> dict[str, Any]:
    skipped = {reason: len(lines) for reason, lines in given.skipped.items()}
    return {
        **asdict(figures),
        "left_out": dict(figures.left_out),
        "encoding": given.encoding,
        "skipped": skipped,
        "took_s": round(took_s, 1),
    }


def _show(figures: Figures, given: Orders, took_s: float) -> None:
    table = Table(show_header=False, box=None)
    rows = [
        ("工单", f"{figures.orders} 件，{figures.departments} 个部门"),
        ("首选正确", f"{figures.first:.1%}"),
        ("前三含正确", f"{figures.first_three:.1%}"),
        ("承办单位 macro-F1", f"{figures.macro_f1:.3f}"),
        ("没有近似工单的首选正确", f"{figures.first_fresh:.1%}（{figures.fresh} 件）"),
        ("准确率 95% 时可自动派单", f"{figures.sure:.1%}"),
        ("按训练所定的门槛", f"{figures.auto:.1%}，准确率 {figures.auto_precision:.1%}"),
    ]
    if figures.more:
        rows.insert(1, ("另从其他文件学", f"{figures.more} 件"))
    if figures.demand_macro_f1 is not None:
        types = "、".join(figures.demand_types)
        rows.append(("诉求类型 macro-F1", f"{figures.demand_macro_f1:.3f}（{types}）"))
    rows.append(("用时", f"{took_s:.0f} 秒"))
    for name, value in rows:
        table.add_row(name, value)
    OUT.print(table)
    small = figures.left_out
    if small:
        OUT.print(f"{len(small)} 个部门工单太少，没有计入，共 {small.total()} 件。")
    for reason, lines in given.skipped.items():
        OUT.print(f"{len(lines)} 行{reason}，没有用。", markup=False)
