"""Parts of a city as tables a person reads, and what differs between two of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from bot.cases.deadlines import Allowance, StepLimits
from bot.cases.model import ClockUnit, Severity
from bot.city.model import AreaKind, City, MenuButton
from bot.city.switches import SWITCHES
from bot.disclosure.clock import DisclosureLimits


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table.

    Args:
        keys: so many columns from the left name a row.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: int = 1


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A row that came, went, or holds something else.

    Args:
        what: `added`, `removed` or `changed`.
        name: the row's keys.
        cells: heading, before, after, of what changed.
    """

    sheet: str
    what: str
    name: str
    cells: tuple[tuple[str, str, str], ...] = ()


_UNITS = {ClockUnit.DAYS: "个工作日", ClockUnit.HOURS: "个工作小时", ClockUnit.CLOCK: "小时"}
_SEVERITIES = {
    Severity.NORMAL: "普通",
    Severity.URGENT: "紧急",
    Severity.EMERGENCY: "危急",
}
_AREAS = {
    AreaKind.STREET: "街道",
    AreaKind.TOWN: "镇",
    AreaKind.TOWNSHIP: "乡",
    AreaKind.PARK: "园区",
}
_STEPS = {
    "return_days": "退单（工作日）",
    "return_days_complex": "退单，涉及多个部门（工作日）",
    "follow_up_days": "差评回访（工作日）",
    "most_extension_days": "延期最多（工作日）",
    "amber_days": "到期前提醒经办（工作日）",
    "head_days": "逾期后告知部门负责人（工作日）",
    "office_days": "逾期后告知热线（工作日）",
    "designate_after": "退单多少次后由热线指定",
    "second_reading": "答复先由负责人审核的类型",
}
_OPINION = {
    "serious_hours": "重大突发事件权威发布（小时）",
    "conference_hours": "重大突发事件新闻发布会（小时）",
    "other_hours": "其他政务舆情回应（小时）",
}
_DISCLOSURE = {
    "answer_days": "答复（工作日）",
    "most_extension_days": "延期最多（工作日）",
    "correction_days": "通知补正（工作日）",
    "correct_within_days": "申请人补正（工作日）",
    "opinion_days": "征求意见（工作日）",
    "amber_days": "到期前提醒（工作日）",
    "electronic_on_submission": "网上提交之日即收到之日",
    "archive_days": "归档（工作日）",
    "short_amber_days": "短期限到期前提醒（工作日）",
}


def sheets_of(city: City, part: str) -> tuple[Sheet, ...]:
    """A part's tables; none where it is read best as it is written."""
    made = _BY_PART.get(part)
    return made(city) if made else ()


def differences(before: Sequence[Sheet], after: Sequence[Sheet]) -> tuple[Difference, ...]:
    """What came, went and changed, table by table."""
    old = {sheet.title: sheet for sheet in before}
    return tuple(found for sheet in after for found in _between(old.get(sheet.title, sheet), sheet))


def _between(before: Sheet, after: Sheet) -> Iterable[Difference]:
    keys = after.keys
    old, new = _by_key(before), _by_key(after)
    for key in new:
        if key not in old:
            held = zip(after.headings[keys:], new[key][keys:], strict=True)
            cells = tuple((heading, "", cell) for heading, cell in held if cell)
            yield Difference(sheet=after.title, what="added", name="、".join(key), cells=cells)
    for key in old:
        if key not in new:
            yield Difference(sheet=after.title, what="removed", name="、".join(key))
    for key, row in new.items():
        if key not in old or old[key] == row:
            continue
        pairs = zip(after.headings[keys:], old[key][keys:], row[keys:], strict=True)
        cells = tuple(pair for pair in pairs if pair[1] != pair[2])
        yield Difference(sheet=after.title, what="changed", name="、".join(key), cells=cells)


def _by_key(sheet: Sheet) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    return {row[: sheet.keys]: row for row in sheet.rows}


def allowance(given: Allowance) -> str:
    """How long, in words: 5 个工作日."""
    return f"{given.amount} {_UNITS[given.unit]}"


def _city(city: City) -> tuple[Sheet, ...]:
    rows = (
        ("名称", city.name),
        ("行政区划代码", city.code),
        ("区号", city.area_code),
        ("热线号码", city.hotline),
    )
    return (Sheet(title="城市", headings=("项目", "内容"), rows=rows),)


def _departments(city: City) -> tuple[Sheet, ...]:
    rows = tuple(
        (one.name, "、".join(one.aliases), "、".join(one.duties), one.phone)
        for one in city.departments
    )
    return (Sheet(title="部门", headings=("名称", "别称", "职责用词", "电话"), rows=rows),)


def _places(city: City) -> tuple[Sheet, ...]:
    places = city.places
    areas = tuple(
        (one.name, _AREAS[one.kind], one.government, "、".join(one.aliases)) for one in places.areas
    )
    marks = tuple(
        (one.name, one.area, "、".join(one.aliases), "已核对" if one.checked else "待核对")
        for one in places.landmarks
    )
    others = (("跨镇街事项交给", places.superior), ("地名的写法", "；".join(places.patterns)))
    return (
        Sheet(title="镇街", headings=("名称", "类别", "承办单位", "别称"), rows=areas),
        Sheet(title="地名", headings=("名称", "所在镇街", "别称", "核对"), rows=marks),
        Sheet(title="其他", headings=("项目", "内容"), rows=others),
    )


def _limits(city: City) -> tuple[Sheet, ...]:
    limits = city.limits
    rows = tuple(
        (
            one.demand_type.value,
            _SEVERITIES[one.severity],
            allowance(one.allowance),
            one.source,
            one.as_of.isoformat(),
        )
        for one in limits.limits
    )
    hours = "，".join(f"{begins:%H:%M}-{ends:%H:%M}" for begins, ends in limits.office_hours)
    opinion = tuple(
        (_OPINION[one.name], str(getattr(limits.public_opinion, one.name)))
        for one in fields(limits.public_opinion)
    )
    days = tuple((day.isoformat(), "休息") for day in sorted(limits.extra_days_off)) + tuple(
        (day.isoformat(), "上班") for day in sorted(limits.extra_workdays)
    )
    return (
        Sheet(
            title="办理时限",
            headings=("类型", "紧急程度", "时限", "出处", "日期"),
            rows=rows,
            keys=2,
        ),
        Sheet(title="各步骤", headings=("步骤", "数值"), rows=_steps(limits.steps)),
        Sheet(title="政务舆情", headings=("事项", "数值"), rows=opinion),
        Sheet(title="上班时间", headings=("项目", "时间"), rows=(("每个工作日", hours),)),
        Sheet(title="与国家安排不同的日子", headings=("日期", "安排"), rows=days),
    )


def _steps(steps: StepLimits) -> tuple[tuple[str, str], ...]:
    return tuple((_STEPS[one.name], _said(getattr(steps, one.name))) for one in fields(steps))


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, frozenset):
        return "、".join(sorted(kind.value for kind in value)) or "无"
    return value.isoformat() if isinstance(value, date) else str(value)


def _wording(city: City) -> tuple[Sheet, ...]:
    rows = tuple(city.wording.texts.items())
    return (Sheet(title="对外用语", headings=("名称", "文字"), rows=rows),)


def _mailbox(city: City) -> tuple[Sheet, ...]:
    boxes = tuple((one.name, one.hint) for one in city.mailbox.recipients)
    ways = tuple(
        (one.what, one.way, "、".join(one.words), one.link) for one in city.mailbox.not_taken
    )
    return (
        Sheet(title="收信人", headings=("名称", "说明"), rows=boxes),
        Sheet(title="不在这里办理的事项", headings=("事项", "途径", "用词", "链接"), rows=ways),
    )


def _disclosure(city: City) -> tuple[Sheet, ...]:
    limits = tuple(
        (_DISCLOSURE[one.name], _said(getattr(city.disclosure, one.name)))
        for one in fields(DisclosureLimits)
    )
    return (
        Sheet(title="期限", headings=("步骤", "数值"), rows=limits),
        Sheet(title="文书", headings=("名称", "文字"), rows=tuple(city.letters.letters.items())),
        Sheet(title="决定", headings=("名称", "文字"), rows=tuple(city.letters.decisions.items())),
    )


def _contacts(city: City) -> tuple[Sheet, ...]:
    rows = tuple(
        (
            one.unit,
            "、".join(one.email),
            "、".join(one.sms),
            "、".join(one.wecom),
            "、".join(one.dingtalk),
            "、".join(one.systems),
        )
        for one in city.contacts
    )
    headings = ("单位", "邮箱", "短信", "企业微信", "钉钉", "单位自己的系统")
    return (Sheet(title="告知方式", headings=headings, rows=rows),)


def _fields(city: City) -> tuple[Sheet, ...]:
    rows = tuple((one.name, "、".join(one.duties)) for one in city.fields)
    return (Sheet(title="公开领域", headings=("领域", "派单事项"), rows=rows),)


def _menu(city: City) -> tuple[Sheet, ...]:
    rows = tuple(row for button in city.menu for row in _buttons(button, ""))
    return (Sheet(title="微信菜单", headings=("菜单", "点击即说", "链接"), rows=rows),)


def _buttons(button: MenuButton, above: str) -> Iterable[tuple[str, str, str]]:
    name = f"{above}{button.name}"
    if not button.below:
        yield name, button.says, button.url
    for one in button.below:
        yield from _buttons(one, f"{name} › ")


def _features(city: City) -> tuple[Sheet, ...]:
    rows = tuple(
        (title, "停用" if name in city.off else "设置了就用") for name, title in SWITCHES.items()
    )
    return (Sheet(title="功能开关", headings=("功能", "状态"), rows=rows),)


_BY_PART: Mapping[str, Callable[[City], tuple[Sheet, ...]]] = {
    "city": _city,
    "departments": _departments,
    "places": _places,
    "limits": _limits,
    "wording": _wording,
    "mailbox": _mailbox,
    "disclosure": _disclosure,
    "contacts": _contacts,
    "fields": _fields,
    "menu": _menu,
    "features": _features,
}
