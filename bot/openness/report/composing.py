"""From what was counted to a report in words, tables and charts. Pure.

No citizen's words stand in it: counts, names of units, duties and issues, and these are masked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

from bot.cases.calendar import ZONE
from bot.cases.figures import Visit
from bot.cases.rules import GRADES
from bot.city.model import City
from bot.openness.opinion_course import Owed, course
from bot.openness.plan.duties import plan_of
from bot.openness.plan.judging import by_unit, totals
from bot.openness.plan.outcome import Assessment, Standing
from bot.openness.plan.words import STANDINGS
from bot.openness.records import OpinionItem
from bot.openness.report.counting import Counted, ordered, share
from bot.openness.report.model import NAMES, Chart, Report, ReportKind, Section, Table
from bot.privacy import mask_text

_BARS = 12
"""More bars than these go together as 其他各处."""
_STANDINGS = tuple(STANDINGS)
_MANY_UNITS = 5


def composed(
    counted: Counted, city: City, *, made_on: date, channel_name: Callable[[str], str] = str
) -> Report:
    """The report of what was counted."""
    span = counted.span
    plan = plan_of(city.plans, span.until.year)
    sections = [
        _received(counted, channel_name),
        _answered(counted),
        _rated(counted),
        _hot(counted),
        _content(counted),
        *_plan(counted),
    ]
    return Report(
        title=f"{city.name}政务公开和诉求办理{NAMES[span.kind]}",
        span=span,
        sender=(plan.office if plan else "") or f"{city.name}{city.hotline}",
        made_on=made_on,
        sections=tuple(sections),
        notes=(
            "来件按收到之日统计；答复、办结和评价按发生之日统计，与同期来件不是同一批。",
            "按时答复指在办理期限之前答复；满意率为基本满意及以上占计入评价的比例，申诉成立的不计入。",
            "舆情时限按小时计算；工作要点按本期内到期的检查，次数和比例按全年累计。",
        ),
    )


def _received(counted: Counted, channel_name: Callable[[str], str]) -> Section:
    came = counted.received
    channels: Counter[str] = Counter()
    for channel, count in came.channels.items():
        channels[channel_name(channel) or "不明"] += count
    groups = (
        ("来件渠道", channels),
        ("诉求类型", came.types),
        ("所在镇街", came.places),
        ("公开领域", came.fields),
    )
    charts = [Chart(title=f"{name}分布", points=_shortened(ordered(c))) for name, c in groups if c]
    per = "各月" if counted.span.kind is ReportKind.ANNUAL else "每日"
    charts.insert(0, Chart(title=f"{per}来件", points=tuple(came.steps.items()), upright=True))
    said = f"本期共收到 {came.total} 件。"
    if came.total:
        said += "其中" + "，".join(f"{name} {n} 件" for name, n in ordered(came.types)) + "。"
    return Section(
        heading="来件情况",
        says=(said,),
        charts=tuple(charts) if came.total else (),
        tables=tuple(_shares(name, counts, came.total) for name, counts in groups if counts),
    )


def _shares(name: str, counts: Counter[str], total: int) -> Table:
    rows = tuple((one, str(n), share(n, total)) for one, n in ordered(counts))
    return Table(title=name, headings=(name, "件数", "占比"), rows=rows, wide=(3, 1, 1))


def _shortened(points: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    if len(points) <= _BARS:
        return points
    rest = sum(count for _, count in points[_BARS - 1 :])
    return (*points[: _BARS - 1], ("其他各项", rest))


def _answered(counted: Counted) -> Section:
    total, asked = counted.figures.total, counted.requests
    median = "—" if total.median_days is None else f"{total.median_days:g}"
    rows = tuple(
        (
            name,
            str(figures.replied),
            str(figures.in_time),
            share(figures.in_time, figures.replied),
            "—" if figures.median_days is None else f"{figures.median_days:g}",
            str(figures.closed),
        )
        for name, figures in counted.figures.departments
        if figures.replied or figures.closed
    )
    headings = ("单位", "答复", "按时", "按时率", "用时中位数（工作日）", "办结")
    says = (
        f"本期答复 {total.replied} 件，按时 {total.in_time} 件，"
        f"按时率 {share(total.in_time, total.replied)}，用时中位数 {median} 个工作日；"
        f"办结 {total.closed} 件。",
        f"本期收到政府信息公开申请 {asked.received} 件，办结 {asked.ended} 件，"
        f"其中按时 {asked.ended_in_time} 件；截至期末超期未答复 {asked.overdue} 件。",
    )
    table = Table(title="各单位答复情况", headings=headings, rows=rows, wide=(3, 1, 1, 1, 2, 1))
    return Section(heading="办理时效", says=says, tables=(table,) if rows else ())


def _rated(counted: Counted) -> Section:
    total = counted.figures.total
    if not total.rated:
        return Section(heading="“好差评”情况", says=("本期没有评价。",))
    late = total.visits[Visit.LATE] + total.visits[Visit.OVERDUE]
    said = (
        f"本期计入评价 {total.rated} 件，满意 {total.satisfied} 件，"
        f"满意率 {share(total.satisfied, total.rated)}；差评 {total.bad} 件，"
        f"其中超期回访或超期未回访 {late} 件。"
    )
    points = tuple((name, total.grades[grade]) for grade, name in GRADES.items())
    rows = tuple(
        (
            name,
            str(figures.rated),
            share(figures.satisfied, figures.rated),
            str(figures.bad),
            str(figures.visits[Visit.IN_TIME]),
            str(figures.visits[Visit.LATE] + figures.visits[Visit.OVERDUE]),
        )
        for name, figures in counted.figures.departments
        if figures.rated
    )
    headings = ("单位", "评价", "满意率", "差评", "按时回访", "超期")
    return Section(
        heading="“好差评”情况",
        says=(said,),
        charts=(Chart(title="评价分布", points=points),),
        tables=(
            Table(title="各单位评价情况", headings=headings, rows=rows, wide=(3, 1, 1, 1, 1, 1)),
        ),
    )


def _hot(counted: Counted) -> Section:
    tables = []
    if counted.issues:
        rows = tuple(
            (mask_text(one.name), str(one.cases), _when(one.first_at), _when(one.last_at))
            for one in counted.issues
        )
        headings = ("热点", "本期件数", "最早", "最近")
        tables.append(Table(title="热点", headings=headings, rows=rows, wide=(4, 1, 2, 2)))
    if counted.opinions:
        items = tuple(_opinion(item, counted.now) for item in counted.opinions)
        named = ("舆情事项", "级别", "立项", "办理经过", "状态")
        tables.append(Table(title="舆情事项", headings=named, rows=items, wide=(3, 1, 2, 5, 1)))
    said = f"本期热点 {len(counted.issues)} 个，在办和新立舆情事项 {len(counted.opinions)} 个。"
    return Section(heading="热点和舆情", says=(said,), tables=tuple(tables))


def _opinion(item: OpinionItem, now: datetime) -> tuple[str, ...]:
    stands = course(item)
    steps = "；".join(_owed(one, now) for one in stands.owed)
    closed = stands.closed is not None and stands.closed.at <= now
    level = "重大" if item.major else "一般"
    title = mask_text(item.title)
    return title, level, _when(item.opened_at), steps, "办结" if closed else "在办"


def _owed(one: Owed, now: datetime) -> str:
    if one.step is None or one.step.at > now:
        left = "已超时" if now > one.due_at else f"应在{_when(one.due_at)}前"
        return f"{one.name}：{left}"
    if one.in_time is None:
        return f"{one.name}：不需要"
    done = _when(one.step.done_at or one.step.at)
    return f"{one.name}：{done}{'按时' if one.in_time else '超时'}完成"


def _content(counted: Counted) -> Section:
    new = counted.content
    said = (
        f"本期发布政策文件 {new.policies} 件、办事指南 {new.guides} 件、"
        f"解读 {new.interpretations} 篇，"
        f"解读中多元化 {new.beyond_text} 篇（{share(new.beyond_text, new.interpretations)}）；"
        f"公开来信和答复 {new.letters} 件。"
    )
    return Section(heading="公开和解读", says=(said,))


def _plan(counted: Counted) -> list[Section]:
    if not counted.plan_title:
        return []
    counts = totals(counted.duties)
    said = f"对照《{counted.plan_title}》逐项检查 {len(counted.duties)} 项次："
    said += "，".join(f"{STANDINGS[how]} {counts[how]}" for how in _STANDINGS) + "。"
    points = tuple((STANDINGS[how], counts[how]) for how in _STANDINGS)
    tables = [_by_unit(counted), _by_duty(counted)]
    if counted.span.kind is ReportKind.ANNUAL:
        tables.insert(0, _ranked(counted))
    return [
        Section(
            heading="工作要点落实情况",
            says=(said,),
            charts=(Chart(title="落实情况", points=points, unit="项次"),),
            tables=tuple(table for table in tables if table.rows),
        )
    ]


def _by_unit(counted: Counted) -> Table:
    rows = []
    for unit, ones in by_unit(counted.duties):
        counts = totals(ones)
        missed, risky = (_named(ones, how) for how in (Standing.MISSED, Standing.AT_RISK))
        if missed or risky:
            numbers = (str(counts[how]) for how in _STANDINGS)
            rows.append((unit, *numbers, missed or "—", risky or "—"))
    headings = ("单位", *STANDINGS.values(), "未落实的", "有风险的")
    return Table(
        title="各单位未落实和有风险的任务",
        headings=headings,
        rows=tuple(rows),
        wide=(3, 1, 1, 1, 1, 5, 4),
    )


def _named(ones: tuple[Assessment, ...], how: Standing) -> str:
    return "、".join(
        f"{one.duty.name}（{one.done}/{one.owed}）" if one.owed else one.duty.name
        for one in ones
        if one.standing is how
    )


def _by_duty(counted: Counted) -> Table:
    rows = []
    found: dict[str, list[Assessment]] = {}
    for one in counted.duties:
        found.setdefault(one.duty.id, []).append(one)
    for ones in found.values():
        missed, risky = (
            [one.unit for one in ones if one.standing is how]
            for how in (Standing.MISSED, Standing.AT_RISK)
        )
        if missed or risky:
            duty = ones[0].duty
            rows.append((duty.name, duty.paragraph, _units(missed), _units(risky), duty.todo))
    return Table(
        title="下一步要做的",
        headings=("任务", "依据", "未落实的单位", "有风险的单位", "怎么做"),
        rows=tuple(rows),
        wide=(3, 1, 3, 3, 5),
    )


def _units(names: list[str]) -> str:
    if not names:
        return "—"
    told = "、".join(names[:_MANY_UNITS])
    return told if len(names) <= _MANY_UNITS else f"{told} 等 {len(names)} 个单位"


def _ranked(counted: Counted) -> Table:
    found = []
    for unit, ones in by_unit(counted.duties):
        counts = totals(ones)
        met, due = counts[Standing.MET], counts[Standing.MET] + counts[Standing.MISSED]
        found.append((-(met / due if due else 0.0), unit, met, due))
    rows = tuple((unit, str(due), str(met), share(met, due)) for _, unit, met, due in sorted(found))
    headings = ("单位", "到期任务", "已落实", "落实率")
    return Table(title="年度考核参考", headings=headings, rows=rows, wide=(3, 1, 1, 1))


def _when(at: datetime) -> str:
    moment = at.astimezone(ZONE)
    return f"{moment.month}月{moment.day}日{moment.hour}时"
